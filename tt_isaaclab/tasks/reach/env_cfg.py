# SPDX-License-Identifier: BSD-3-Clause
"""Reach: bring the right hand to a point and keep it there (Task Tokens paper)."""

from __future__ import annotations

import torch
from isaaclab.envs import ManagerBasedRLEnv
from isaaclab.envs import mdp as lab
from isaaclab.managers import ObservationGroupCfg, ObservationTermCfg, RewardTermCfg
from isaaclab.utils import configclass
from isaaclab_tasks.utils import preset

from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.prompts import joint_conditions
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


def joint_prior(env: ManagerBasedRLEnv) -> torch.Tensor:
    """Joint-condition prompt: the right hand is at the point when it will be judged. Shape (N, 184)."""
    command = _command(env)
    left = (command.cfg.grace - 10 - command.segments.elapsed).clamp(min=3) * env.step_dt
    hand = DEFAULT_HUMANOID.right_hand
    return prompt_tokens(env, lambda pelvis, slots: joint_conditions.reach(command.target, left, slots, hand))


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
