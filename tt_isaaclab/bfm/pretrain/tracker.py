# SPDX-License-Identifier: BSD-3-Clause
"""Frozen experts for the clips of a library: trained motion trackers, and a former behaviour model for what it can do."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import torch

from tt_isaaclab.bfm.network import BfmNetwork
from tt_isaaclab.kinematics.rotations import quat_from_rotvec, rotvec_from_quat
from tt_isaaclab.rl.checkpoint import actor_state
from tt_isaaclab.tasks.tracking.command import MotionCommand
from tt_isaaclab.tasks.tracking.mdp import ResidualActionCfg, corrected_target
from tt_isaaclab.tasks.tracking.orders import BACKWARDS, FACE
from tt_isaaclab.tasks.tracking.rsl_rl_cfg import TrackerRunnerCfg
from tt_isaaclab.tasks.tracking.symmetric_actor import SymmetricActor

from .motions.library import MotionLibrary

_FORMER = -1
"""Index of the former behaviour model among the experts."""

NO_CHECKPOINT, TRAIN = "not a checkpoint of the RSL-RL runner", "tt pretrain track"
"""What is said of a file that is no tracker, and what makes one."""


class Tracker:
    """Deterministic actor of a ``TaskTokens-Tracking`` checkpoint."""

    def __init__(self, path: Path | str, device: torch.device | str = "cpu") -> None:
        """Read a checkpoint of the RSL-RL runner (``model_*.pt``).

        Raises:
            ValueError: If the file is missing, or is no checkpoint of this task's actor.
        """
        state = actor_state(path, device, NO_CHECKPOINT, TRAIN)
        widths = [tensor.shape[0] for name, tensor in state.items() if name.endswith("weight")]
        cfg = TrackerRunnerCfg()
        inputs = {"humanoid": torch.zeros(1, 358), "target": torch.zeros(1, 288)}
        try:
            self._actor = SymmetricActor(
                inputs, cfg.obs_groups, "actor", widths[-1], widths[:-1], cfg.actor.activation, obs_normalization=True
            )
            self._actor.load_state_dict(state)
        except (IndexError, RuntimeError) as error:
            raise ValueError(f"{path}: no actor of TaskTokens-Tracking; train one with '{TRAIN}'") from error
        self._actor.to(device).eval()

    @torch.no_grad()
    def corrections(self, observations: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Corrections (N, 27) [rad] to the base target, from the task's observation groups."""
        return self._actor(observations)


def tagged_files(words: Sequence[str], tags: Collection[str], rest: bool = True) -> dict[str | None, Path]:
    """Checkpoints by the tag of the clips that they are for, in their order; None is for the clips of no other.

    Args:
        words: ``FILE``, once, or ``TAG=FILE``.
        tags: Tags that there are.
        rest: Whether there must be one for the rest.

    Raises:
        ValueError: If a tag is unknown, or there are several files for the rest, or none.
    """
    files: dict[str | None, Path] = {}
    for word in words:
        tag, equals, path = word.rpartition("=")
        if equals and tag not in tags:
            raise ValueError(f"{word}: no clip has the tag {tag!r}; there are {', '.join(sorted(tags))}")
        if (tag or None) in files:
            raise ValueError(f"{word}: a second tracker for {f'the tag {tag!r}' if tag else 'the clips without one'}")
        files[tag or None] = Path(path)
    if rest and None not in files:
        raise ValueError("name a tracker without a tag too, or a --former model, for the clips of no other")
    return files


class Experts:
    """Several experts, each for some of the clips.

    Args:
        trackers: The trackers.
        expert_of_clip: Index of the tracker for each clip of the library (C,), -1 for the former model.
        former: The behaviour model that answers for the clips without a tracker.
        aside: Index of the tracker for orders to walk facing aside, whatever clip answers them.
        backwards: Index of the tracker for whom the second trunk is to move, whatever clip answers them.
    """

    def __init__(
        self,
        trackers: Sequence[Tracker],
        expert_of_clip: torch.Tensor,
        former: BfmNetwork | None = None,
        aside: int | None = None,
        backwards: int | None = None,
    ) -> None:
        self._trackers, self._expert_of_clip, self.former = trackers, expert_of_clip, former
        self._aside, self._backwards = aside, backwards
        self._joints = ResidualActionCfg().joint_ids

    @classmethod
    def load(
        cls,
        files: Mapping[str | None, Path],
        library: MotionLibrary,
        former: BfmNetwork | None = None,
        device: torch.device | str = "cpu",
    ) -> Experts:
        """Trackers of `tagged_files`; where a clip has several of the tags, the last counts. Errors as `Tracker`."""
        rest = list(files).index(None) if None in files else _FORMER
        expert = torch.full((len(library),), rest, dtype=torch.long, device=device)
        for i, tag in enumerate(files):
            if tag is not None:
                expert[library.ids(tag)] = i
        aside, backwards = (list(files).index(tag) if tag in files else None for tag in (FACE, BACKWARDS))
        return cls([Tracker(path, device) for path in files.values()], expert, former, aside, backwards)

    @property
    def former_alone(self) -> bool:
        """Whether the former model is the only one."""
        return not self._trackers

    @torch.no_grad()
    def action(
        self,
        observations: Mapping[str, torch.Tensor],
        command: MotionCommand,
        own: torch.Tensor | None = None,
        second: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Absolute action (N, 69): the joint targets as shortest rotation vectors, divided by pi.

        Args:
            observations: Of the tracking task.
            command: Its motion command.
            own: The former model's action (N, 69).
            second: Whom the second trunk moves (N,), bool, if that alone is taught: the tracker of walking backwards
                answers for them, and the former model for all others.
        """
        if self.former_alone:
            return own
        expert = self._expert_of_clip[command.clip]
        if self._aside is not None:
            expert = expert.masked_fill(command.orders.given & command.orders.aside, self._aside)
        if second is not None and self._backwards is not None:
            expert = torch.full_like(expert, _FORMER).masked_fill(second, self._backwards)
        corrections = observations["humanoid"].new_zeros(command.num_envs, 3 * len(self._joints))
        for i, tracker in enumerate(self._trackers):
            if len(rows := (expert == i).nonzero().squeeze(1)):
                corrections[rows] = tracker.corrections({name: group[rows] for name, group in observations.items()})
        target = corrected_target(command, corrections, self._joints)
        action = rotvec_from_quat(quat_from_rotvec(target)).flatten(1) / math.pi
        return action if own is None else torch.where((expert == _FORMER).unsqueeze(1), own, action)
