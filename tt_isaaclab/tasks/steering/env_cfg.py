# SPDX-License-Identifier: BSD-3-Clause
"""Steering: move in a commanded direction at a commanded speed while facing another (Task Tokens paper)."""

from __future__ import annotations

import torch
from isaaclab.envs import ManagerBasedRLEnv
from isaaclab.envs import mdp as lab
from isaaclab.managers import ObservationGroupCfg, ObservationTermCfg, RewardTermCfg
from isaaclab.utils import configclass
from isaaclab_tasks.utils import preset

from tt_isaaclab.prompts import joint_conditions
from tt_isaaclab.prompts.task_prompts import veer
from tt_isaaclab.tasks.mdp.observations import prompt_tokens
from tt_isaaclab.tasks.mdp.rewards import steering_reward
from tt_isaaclab.tasks.mdp.task_env_cfg import BfmObservationsCfg, TaskEnvCfg, TaskObservationCfg, prompt_term

from .command import SteeringCommand, SteeringCommandCfg


def _command(env: ManagerBasedRLEnv) -> SteeringCommand:
    return env.command_manager.get_term("steering")


def steering_term(env: ManagerBasedRLEnv, authors_sideways: bool = False) -> torch.Tensor:
    """Steering reward of this control step. Shape (N,)."""
    command = _command(env)
    command.measure()
    return steering_reward(
        command.velocity[:, :2], command.direction, command.speed, command.facing_error, authors_sideways
    )


def joint_prior(env: ManagerBasedRLEnv) -> torch.Tensor:
    """Joint-condition prompt: the pelvis moves so that it faces about as commanded. Shape (N, 2 x 184)."""
    command = _command(env)
    return prompt_tokens(env, lambda bodies, slots: veer(bodies, command.angle, command.speed, command.facing, slots))


def authors_prior(env: ManagerBasedRLEnv) -> torch.Tensor:
    """The paper's joint-condition prompt: the pelvis moves along the command and faces as commanded. Shape (N, 2 x 184)."""
    command = _command(env)
    return prompt_tokens(
        env,
        lambda bodies, slots: joint_conditions.direction(
            bodies.pos[:, 0], command.angle, command.speed, slots, command.facing
        ),
    )


@configclass
class CommandsCfg:
    steering: SteeringCommandCfg = SteeringCommandCfg()


@configclass
class ObservationsCfg(BfmObservationsCfg):
    @configclass
    class TaskCfg(TaskObservationCfg):
        command = ObservationTermCfg(func=lab.generated_commands, params={"command_name": "steering"})

    @configclass
    class TargetsCfg(ObservationGroupCfg):
        prior: ObservationTermCfg = prompt_term(joint_prior, authors_prior)

    task: TaskCfg = TaskCfg()
    targets: TargetsCfg | None = preset(default=None, joint_prior=TargetsCfg())


@configclass
class RewardsCfg:
    steering = RewardTermCfg(func=steering_term, weight=1.0)


@configclass
class SteeringEnvCfg(TaskEnvCfg):
    """``presets=joint_prior`` adds the joint-condition prompt to what the behaviour model reads, with ``authors_prior`` the
    paper's, which imported models are always asked with."""

    commands: CommandsCfg = CommandsCfg()
    observations: ObservationsCfg = ObservationsCfg()
    rewards: RewardsCfg = RewardsCfg()
