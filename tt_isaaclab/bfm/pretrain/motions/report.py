# SPDX-License-Identifier: BSD-3-Clause
"""A motion library in numbers: how long and fast its clips are, and how well they treat the floor."""

from __future__ import annotations

from .curves import velocity
from .ground import floor_quality
from .library import MotionLibrary


def report(library: MotionLibrary) -> str:
    """A line for every clip, then one for every tag."""
    width = max(len(clip.name) for clip in library.clips)
    lines = [f"{'clip':{width}}  seconds    m/s  skate m/s  penetration cm  float cm  tags"]
    for i, clip in enumerate(library.clips):
        motion = library.motion(i)
        quality = floor_quality(motion)
        speed = velocity(motion.root_pos, motion.fps)[:, :2].norm(dim=-1).mean().item()
        tags = " ".join(clip.tags) + (" (held out)" if clip.hold_out else "")
        numbers = f"{motion.seconds:7.1f}  {speed:5.2f}  {quality.skate:9.3f}"
        floor = f"{100 * quality.penetration:14.2f}  {100 * quality.float_height:8.2f}"
        lines.append(f"{clip.name:{width}}  {numbers}  {floor}  {tags}")
    lines.append("")
    lines.append(f"{'tag':{width}}    clips  seconds  of which held out")
    for tag in sorted({tag for clip in library.clips for tag in clip.tags}):
        ids = library.ids(tag).tolist()
        unseen = sum(library.seconds[i].item() for i in ids if library.clips[i].hold_out)
        lines.append(f"{tag:{width}}  {len(ids):7d}  {library.seconds[ids].sum().item():7.1f}  {unseen:17.1f}")
    return "\n".join(lines)
