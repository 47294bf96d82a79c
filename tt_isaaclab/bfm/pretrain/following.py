# SPDX-License-Identifier: BSD-3-Clause
"""How well a policy follows the clips of a library: every clip from its first frame and from random ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

import torch
from isaaclab.envs import ManagerBasedRLEnv, ManagerBasedRLEnvCfg
from tqdm import tqdm

from tt_isaaclab.bfm.pretrain.motions.library import MotionLibrary
from tt_isaaclab.humanoid.state import read_bodies
from tt_isaaclab.tasks.make import open_env
from tt_isaaclab.tasks.tracking.command import MotionCommand

Policy = Callable[[Mapping[str, torch.Tensor]], torch.Tensor]
"""Actions (N, A) from observation groups."""


@dataclass(frozen=True)
class Following:
    """Result of C clips.

    Attributes:
        names: Clip names.
        held_out: Which clips were not trained on.
        first: Share of the clip, or of its first seconds, followed from its first frame (C,).
        random: Mean share of the rest of the clip, or of its next seconds, followed from random frames (C,).
        body_error: Mean distance of the bodies from the reference while followed (C,) [m].
    """

    names: list[str]
    held_out: list[bool]
    first: torch.Tensor
    random: torch.Tensor
    body_error: torch.Tensor

    def to_dict(self) -> dict:
        """Numbers for a JSON file: one entry a clip, and means over training and held-out clips.

        ``whole`` is 1 for a clip that is followed to the end from its first frame.
        """
        columns = {name: getattr(self, name) for name in ("first", "random", "body_error")}
        columns["whole"] = (self.first >= 1.0).float()
        clips = {name: {key: column[i].item() for key, column in columns.items()} for i, name in enumerate(self.names)}
        held_out = torch.tensor(self.held_out)
        groups = {"training": ~held_out, "held_out": held_out}
        means = {
            group: {key: column[rows].mean().item() for key, column in columns.items()}
            for group, rows in groups.items()
            if rows.any()
        }
        return {"mean": means, "clips": clips}


def calm(cfg: ManagerBasedRLEnvCfg) -> None:
    """Take the random bodies, grounds and shoves out of a tracking environment."""
    for event in ("friction", "mass", "gains", "push"):
        setattr(cfg.events, event, None)


def open_following(
    library: str, starts: int = 4, edit: Callable[[ManagerBasedRLEnvCfg], None] | None = None, **options
) -> AbstractContextManager[ManagerBasedRLEnv]:
    """Tracking environment for `follow`: one environment for each clip and start.

    Args:
        library: Motion library file.
        starts: Environments a clip; the first starts at frame 0.
        edit: Further change to the configuration.
        options: For `open_env`.
    """

    def configure(cfg: ManagerBasedRLEnvCfg) -> None:
        calm(cfg)
        cfg.commands.motion.library = library
        cfg.episode_length_s = 1.0e4
        if edit is not None:
            edit(cfg)

    num_envs = starts * len(MotionLibrary.load(library))
    return open_env("TaskTokens-Tracking", num_envs=num_envs, edit=configure, **options)


def follow(env: ManagerBasedRLEnv, policy: Policy, seconds: float = 10.0) -> Following:
    """Run every clip once from each of its starts, ``seconds`` at most, in an environment of `open_following`."""
    env.reset()
    command: MotionCommand = env.command_manager.get_term("motion")
    library, device = command.library, env.device
    clip = torch.arange(len(library), device=device).repeat(env.num_envs // len(library))
    length = library.seconds[clip]
    begin = torch.rand(env.num_envs, device=device) * (length - command.cfg.shortest).clamp(min=0.0)
    begin[: len(library)] = 0.0
    command.begin(torch.arange(env.num_envs, device=device), clip, begin)
    env.sim.forward()
    observations, span = env.observation_manager.compute(), (length - begin).clamp(max=seconds)
    following = torch.ones(env.num_envs, dtype=torch.bool, device=device)
    share, error, steps = (torch.zeros(env.num_envs, device=device) for _ in range(3))
    for _ in tqdm(
        range(round(span.max().item() / env.step_dt)), desc="following", unit="step", leave=False, disable=None
    ):
        before = command.time.clone()
        action = policy(observations)
        target = command.target.body_pos.clone()
        observations, _, lost, finished, _ = env.step(action)
        finished = finished | (before + env.step_dt - begin > span - 0.5 * env.step_dt)
        share = torch.where(following & finished, 1.0, share)
        share = torch.where(following & lost, (before - begin) / span, share)
        following = following & ~(lost | finished)
        distance = (read_bodies(env.scene["robot"]).pos - target).norm(dim=-1).mean(-1)
        error, steps = error + torch.where(following, distance, 0.0), steps + following
        if not following.any():
            break
    share, error, steps = (x.view(-1, len(library)).cpu() for x in (share, error, steps))
    later = share[1:] if len(share) > 1 else share
    held_out = [clip.hold_out for clip in library.clips]
    body_error = error.sum(0) / steps.sum(0).clamp(min=1.0)
    return Following([clip.name for clip in library.clips], held_out, share[0], later.mean(0), body_error)
