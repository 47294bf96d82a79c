# SPDX-License-Identifier: BSD-3-Clause
"""All clips in a few flat tensors, from which any number of environments read their reference at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.kinematics.rotations import quat_from_rotvec, rotvec_from_quat

from .motion import Motion, MotionState, states

_FORMAT = "tt_isaaclab motion library 1"
_ROTATIONS = ("body_quat", "joint_quat")


@dataclass(frozen=True)
class Clip:
    """What a clip is called and shows."""

    name: str
    tags: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    hold_out: bool = False
    """Not for training."""


class MotionLibrary:
    """C clips of our body of B = 24 segments, F frames in all."""

    def __init__(
        self, clips: Sequence[Clip], frames: torch.Tensor, fps: float, tensors: dict[str, torch.Tensor]
    ) -> None:
        """Use `from_motions` or `load`.

        Args:
            clips: The clips' descriptions.
            frames: Number of frames of each clip (C,).
            fps: Frame rate of all clips [1/s].
            tensors: Rows of all clips, one after another (F, ...).
        """
        self.clips = list(clips)
        self.frames = frames
        self.fps = fps
        self._tensors = tensors
        self._first = frames.cumsum(0) - frames

    @classmethod
    def from_motions(cls, clips: Sequence[Clip], motions: Sequence[Motion]) -> MotionLibrary:
        """Pack motions, one a clip.

        Raises:
            ValueError: if there are none, or their frame rates differ.
        """
        rates = {motion.fps for motion in motions}
        if len(rates) != 1 or len(clips) != len(motions):
            raise ValueError(f"A library needs one motion a clip, all at one frame rate; got rates {sorted(rates)}.")
        rows: dict[str, list[torch.Tensor]] = {}
        for motion in motions:
            state = states(motion)._asdict()
            state["joint_quat"] = quat_from_rotvec(state.pop("joint_rotvec"))
            for key, value in state.items():
                rows.setdefault(key, []).append(value.float())
        tensors = {key: torch.cat(values) for key, values in rows.items()}
        return cls(clips, torch.tensor([len(m) for m in motions]), rates.pop(), tensors)

    def __len__(self) -> int:
        return len(self.clips)

    @property
    def seconds(self) -> torch.Tensor:
        """Time from the first to the last frame of each clip (C,) [s]."""
        return (self.frames - 1) / self.fps

    @property
    def weights(self) -> torch.Tensor:
        """Chance of each clip to be drawn for training (C,): by length, 0 if held out; sums to 1."""
        training = torch.tensor([not clip.hold_out for clip in self.clips], device=self.frames.device)
        return self.seconds * training / (self.seconds * training).sum()

    def ids(self, tag: str) -> torch.Tensor:
        """Indices of the clips with a tag (K,)."""
        tagged = [i for i, clip in enumerate(self.clips) if tag in clip.tags]
        return torch.tensor(tagged, dtype=torch.long, device=self.frames.device)

    def every_frame(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Clip (F,) and time (F,) [s] of every frame, one clip after another."""
        clip = torch.repeat_interleave(torch.arange(len(self), device=self.frames.device), self.frames)
        return clip, (torch.arange(len(clip), device=clip.device) - self._first[clip]) / self.fps

    def row(self, clip_ids: torch.Tensor, times: torch.Tensor) -> torch.Tensor:
        """Which of all frames is nearest to clips (N,) at times (N,) [s], that of a clip's end where they are later."""
        frame = (times * self.fps).round().long()
        return self._first[clip_ids] + torch.minimum(frame, self.frames[clip_ids] - 1)

    def sample(self, clip_ids: torch.Tensor, times: torch.Tensor) -> MotionState:
        """Reference states (..., B, 3 or 4) of clips (...,) at times (...,) [s], interpolated, held at a clip's ends.

        Positions are in the clip's own world: it starts at x = y = 0 and travels along +x.
        """
        last = self.frames[clip_ids] - 1
        frame = torch.minimum((times * self.fps).clamp(min=0.0), last)
        # A time that is a frame, up to rounding, reads that frame.
        frame = torch.where((frame - frame.round()).abs() < 1e-3, frame.round(), frame)
        below = torch.minimum(frame.long(), last)
        rows = self._first[clip_ids] + below
        next_rows = self._first[clip_ids] + torch.minimum(below + 1, last)
        weight = (frame - below)[..., None, None]
        values = {}
        for key, tensor in self._tensors.items():
            here, there = tensor[rows], tensor[next_rows]
            if key in _ROTATIONS:
                there = torch.where((here * there).sum(-1, keepdim=True) < 0.0, -there, there)
            value = torch.lerp(here, there, weight)
            values[key] = torch.nn.functional.normalize(value, dim=-1) if key in _ROTATIONS else value
        values["joint_rotvec"] = rotvec_from_quat(values.pop("joint_quat"))
        return MotionState(**values)

    def motion(self, clip_id: int) -> Motion:
        """One clip as the motion it was packed from."""
        times = torch.arange(int(self.frames[clip_id]), device=self.frames.device) / self.fps
        state = self.sample(torch.full_like(self.frames[:1], clip_id).expand(len(times)), times)
        local_quat = torch.cat((state.body_quat[:, :1], quat_from_rotvec(state.joint_rotvec)), dim=1).double()
        return Motion(self.fps, state.body_pos[:, 0].double(), local_quat / local_quat.norm(dim=-1, keepdim=True))

    def to(self, device: torch.device | str) -> MotionLibrary:
        """A copy on another device."""
        tensors = {key: value.to(device) for key, value in self._tensors.items()}
        return MotionLibrary(self.clips, self.frames.to(device), self.fps, tensors)

    def save(self, path: Path | str) -> None:
        """Write one safetensors file."""
        clips = json.dumps([asdict(clip) for clip in self.clips])
        metadata = {"format": _FORMAT, "fps": repr(self.fps), "body_hash": DEFAULT_HUMANOID.hash, "clips": clips}
        save_file({"frames": self.frames, **self._tensors}, path, metadata)

    @classmethod
    def load(cls, path: Path | str) -> MotionLibrary:
        """Read what `save` wrote.

        Raises:
            ValueError: if the file is something else, or was built for another body.
        """
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            if metadata.get("format") != _FORMAT:
                raise ValueError(f"{path}: not a motion library of this version; build it again.")
            if metadata["body_hash"] != DEFAULT_HUMANOID.hash:
                raise ValueError(f"{path}: built for another body than {DEFAULT_HUMANOID.name!r}; build it again.")
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 (no mapping)
        rows = json.loads(metadata["clips"])
        clips = [Clip(**{**row, "tags": tuple(row["tags"]), "captions": tuple(row["captions"])}) for row in rows]
        return cls(clips, tensors.pop("frames"), float(metadata["fps"]), tensors)
