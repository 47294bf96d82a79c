# SPDX-License-Identifier: BSD-3-Clause
"""``tt motions``: look at the clips of a motion library, beside their recordings if wanted, and list them."""

from __future__ import annotations

import argparse
import difflib
from pathlib import Path

import imageio.v2 as imageio
import numpy as np
import torch
from PIL import Image, ImageDraw

from tt_isaaclab.evaluation.film import Mark, film, paint
from tt_isaaclab.evaluation.plots import motion_curves
from tt_isaaclab.kinematics.heading import heading_angle, quat_from_yaw
from tt_isaaclab.kinematics.rotations import quat_rotate
from tt_isaaclab.whole_file import whole_file

from .build import read_recording
from .curves import sample_rows, velocity
from .ground import sole_corners
from .library import MotionLibrary
from .motion import Motion
from .report import report
from .retarget import margin
from .table import load_table

TABLE = Path("config/motions.yaml")
_POSES = 8
"""Key poses in a strip."""
_PICTURE = (300, 300)
"""Width and height of a key pose [pixels]."""
_OVERVIEW = (130, 130)
"""The same where all clips are shown, a row each [pixels]."""
_BESIDE = 1.0
"""Distance of the recorded skeleton behind the body [m]."""
_BONE = 0.012
"""Radius of a painted bone of it [m]."""

Marks = list[list[Mark]]
"""What each frame shows besides the body."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the two ways to look."""
    ways = parser.add_subparsers(dest="way", required=True)
    show = ways.add_parser("show", help="paint a clip")
    show.add_argument("--library", type=Path, required=True)
    show.add_argument("--clip", help="name of a clip; without it, all clips in one picture, a row each")
    show.add_argument("--motions", type=Path, help="folder with the recordings: paint the recorded skeleton as well")
    show.add_argument("--table", type=Path, default=TABLE, help="table of the recordings (%(default)s)")
    show.add_argument("--out", type=Path, required=True, help=".png: key poses and curves; .mp4: film")
    listing = ways.add_parser("list", help="length, speed and contact with the floor of every clip")
    listing.add_argument("--library", type=Path, required=True)


def run(args: argparse.Namespace) -> None:
    """Do as asked."""
    if not args.library.is_file():
        raise ValueError(f"{args.library}: no such motion library; make one with 'tt pretrain motions'.")
    library = MotionLibrary.load(args.library)
    if args.way == "list":
        print(report(library))
        return
    if args.out.suffix not in (".png", ".mp4") or (args.clip is None and args.out.suffix == ".mp4"):
        raise ValueError(f"{args.out}: --out must be a .png, or with --clip an .mp4.")
    if args.clip is None:
        picture = np.concatenate(
            [_strip(library.motion(i), _OVERVIEW, [], c.name) for i, c in enumerate(library.clips)]
        )
    else:
        motion = library.motion(find_clip(library, args.clip))
        bones = [] if args.motions is None else recorded_bones(args.clip, motion, args.motions, args.table)
        if args.out.suffix == ".mp4":
            _film(args.out, motion, bones, args.clip)
            return
        strip = _strip(motion, _PICTURE, bones, args.clip)
        picture = np.concatenate((strip, _curves(motion, strip.shape[1])))
    with whole_file(args.out) as partial:
        imageio.imwrite(partial, picture, format="png")


def find_clip(library: MotionLibrary, name: str) -> int:
    """Index of a clip.

    Raises:
        ValueError: if there is none of that name.
    """
    names = [clip.name for clip in library.clips]
    if name not in names:
        nearest = max(names, key=lambda other: difflib.SequenceMatcher(None, name, other).ratio())
        raise ValueError(f"no clip {name!r} in the library; the nearest name is {nearest!r}.")
    return names.index(name)


def recorded_bones(clip: str, motion: Motion, motions_dir: Path, table: Path) -> Marks:
    """The recorded skeleton behind a clip's body, at its own size and height.

    Raises:
        ValueError: if table or folder have no such recording, or the clip is a varied one.
    """
    entry = next(
        (e for e in load_table(table) if clip.startswith(e.name) and clip[len(e.name) :][:1] in ("", "-")), None
    )
    if entry is None:
        raise ValueError(f"{table}: no recording of the clip {clip!r}; name the library's table with --table.")
    if clip != entry.name:
        raise ValueError(f"{clip!r} is a variation; only {entry.name!r} is as it was recorded.")
    path = motions_dir / entry.file
    if not path.is_file():
        raise ValueError(f"{path}: no such recording; name the folder that holds it with --motions.")
    source, _ = read_recording(path)
    source = source[slice(*entry.frames)] if entry.frames else source
    frames = margin(source) + torch.arange(len(motion), dtype=torch.float64) * (source.fps / motion.fps)
    lines = sample_rows(torch.stack((source.joint_pos, source.tip_pos), dim=2), frames)
    root = lines[:, :1, :1]
    first = source.quat[round(frames[0].item()), 0]
    turn = quat_from_yaw(heading_angle(motion.local_quat[0, 0]) - heading_angle(first))
    ground = lines.new_tensor([1.0, 1.0, 0.0])
    lines = quat_rotate(turn, lines - root * ground)
    lines = lines + (motion.root_pos - lines.new_tensor([_BESIDE, 0.0, 0.0])).view(-1, 1, 1, 3) * ground
    return [[Mark(*bone, _BONE) for bone in frame] for frame in lines.numpy()]


def _strip(motion: Motion, size: tuple[int, int], bones: Marks, name: str) -> np.ndarray:
    """Key poses, evenly spaced, side by side (height, width, 3), with the clip's name below."""
    positions, quats = (x.numpy() for x in motion.poses())
    poses = []
    for t in np.linspace(0, len(motion) - 1, _POSES).round().astype(int):
        poses.append(paint(positions[t], quats[t], bones[t] if bones else (), f"{t / motion.fps:.2f} s", size))
    image = Image.fromarray(np.concatenate(poses, axis=1))
    ImageDraw.Draw(image).text((6, size[1] - 18), name, fill=(40, 44, 48), font_size=13)
    return np.asarray(image)


def _curves(motion: Motion, width: int) -> np.ndarray:
    times = np.arange(len(motion)) / motion.fps
    speed = velocity(motion.root_pos, motion.fps)[:, :2].norm(dim=-1).numpy()
    return motion_curves(times, speed, sole_corners(motion)[..., 2].amin(-1).numpy(), width)


def _film(path: Path, motion: Motion, bones: Marks, name: str) -> None:
    positions, quats = (x.numpy() for x in motion.poses())
    captions = [f"{name}  {t / motion.fps:.1f} s" for t in range(len(motion))]
    film(path, positions, quats, bones, captions, fps=round(motion.fps))
