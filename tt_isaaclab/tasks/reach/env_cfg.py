# SPDX-License-Identifier: BSD-3-Clause
"""Reach: bring the right hand to a point and keep it there (Task Tokens paper)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from isaaclab.envs import ManagerBasedRLEnv
from isaaclab.envs import mdp as lab
from isaaclab.managers import ObservationGroupCfg, ObservationTermCfg, RewardTermCfg
from isaaclab.utils import configclass
from isaaclab_tasks.utils import preset

from tt_isaaclab.deploy.contract import OWN_LAYOUT
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.humanoid.state import BodyState
from tt_isaaclab.kinematics.sparse_targets import SparseTarget
from tt_isaaclab.prompts.joint_conditions import reach
from tt_isaaclab.prompts.task_prompts import step_and_reach
from tt_isaaclab.tasks.mdp.observations import prompt_tokens
from tt_isaaclab.tasks.mdp.rewards import reach_reward
from tt_isaaclab.tasks.mdp.task_env_cfg import BfmObservationsCfg, TaskEnvCfg, TaskObservationCfg

from .command import ReachCommand, ReachCommandCfg


def _command(env: ManagerBasedRLEnv) -> ReachCommand:
    return env.command_manager.get_term("reach")


def reach_term(env: ManagerBasedRLEnv) -> torch.Tensor:
    """Reach reward of this control step. Shape (N,)."""
    command = _command(env)
    command.measure()
    return reach_reward(command.distance)


def joint_prior(env: ManagerBasedRLEnv, authors_prior: bool = False) -> torch.Tensor:
    """Joint-condition prompt: the right hand is at the point when it will be judged, after steps if that is far. (N, 184).

    Args:
        env: The environment.
        authors_prior: Ask for the hand alone, as the paper does; other models than this project's always are asked so.
    """
    command, hand = _command(env), DEFAULT_HUMANOID.right_hand
    elapsed = command.segments.elapsed
    left = (command.cfg.grace - 10 - elapsed).clamp(min=3) * env.step_dt

    def prompt(bodies: BodyState, slots: Sequence[str]) -> SparseTarget:
        if authors_prior or env.cfg.bfm_layout != OWN_LAYOUT:
            return reach(command.target, left, slots, hand)
        return step_and_reach(bodies, command.target, elapsed, left, slots, hand)

    return prompt_tokens(env, prompt)


@configclass
class CommandsCfg:
    reach: ReachCommandCfg = ReachCommandCfg()


@configclass
class ObservationsCfg(BfmObservationsCfg):
    @configclass
    class TaskCfg(TaskObservationCfg):
        command = ObservationTermCfg(func=lab.generated_commands, params={"command_name": "reach"})

    @configclass
    class TargetsCfg(ObservationGroupCfg):
        prior = ObservationTermCfg(func=joint_prior)

    task: TaskCfg = TaskCfg()
    targets: TargetsCfg | None = preset(default=None, joint_prior=TargetsCfg())


@configclass
class RewardsCfg:
    reach = RewardTermCfg(func=reach_term, weight=1.0)


@configclass
class ReachEnvCfg(TaskEnvCfg):
    """``presets=joint_prior`` adds the joint-condition prompt to what the behaviour model reads."""

    commands: CommandsCfg = CommandsCfg()
    observations: ObservationsCfg = ObservationsCfg()
    rewards: RewardsCfg = RewardsCfg()
