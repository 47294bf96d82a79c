# SPDX-License-Identifier: BSD-3-Clause
"""Direction: move in a commanded direction at a commanded speed (Task Tokens paper)."""

from __future__ import annotations

import torch
from isaaclab.envs import ManagerBasedRLEnv
from isaaclab.envs import mdp as lab
from isaaclab.managers import ObservationGroupCfg, ObservationTermCfg, RewardTermCfg
from isaaclab.utils import configclass
from isaaclab_tasks.utils import preset

from tt_isaaclab.prompts import joint_conditions
from tt_isaaclab.prompts.task_prompts import keep_pace
from tt_isaaclab.tasks.mdp.observations import prompt_tokens
from tt_isaaclab.tasks.mdp.rewards import direction_reward
from tt_isaaclab.tasks.mdp.task_env_cfg import BfmObservationsCfg, TaskEnvCfg, TaskObservationCfg, prompt_term

from .command import DirectionCommand, DirectionCommandCfg


def _command(env: ManagerBasedRLEnv) -> DirectionCommand:
    return env.command_manager.get_term("direction")


def direction_term(env: ManagerBasedRLEnv, authors_sideways: bool = False) -> torch.Tensor:
    """Direction reward of this control step. Shape (N,)."""
    command = _command(env)
    command.measure()
    return direction_reward(command.velocity[:, :2], command.direction, command.speed, authors_sideways)


def joint_prior(env: ManagerBasedRLEnv) -> torch.Tensor:
    """Joint-condition prompt: the paper's, changed for who is to stand or to run (`keep_pace`). Shape (N, 2 x 184)."""
    command = _command(env)
    return prompt_tokens(env, lambda bodies, slots: keep_pace(bodies, command.angle, command.speed, slots))


def authors_prior(env: ManagerBasedRLEnv) -> torch.Tensor:
    """The paper's joint-condition prompt: the pelvis moves along the command. Shape (N, 2 x 184)."""
    command = _command(env)
    return prompt_tokens(
        env, lambda bodies, slots: joint_conditions.direction(bodies.pos[:, 0], command.angle, command.speed, slots)
    )


@configclass
class CommandsCfg:
    direction: DirectionCommandCfg = DirectionCommandCfg()


@configclass
class ObservationsCfg(BfmObservationsCfg):
    @configclass
    class TaskCfg(TaskObservationCfg):
        command = ObservationTermCfg(func=lab.generated_commands, params={"command_name": "direction"})

    @configclass
    class TargetsCfg(ObservationGroupCfg):
        prior: ObservationTermCfg = prompt_term(joint_prior, authors_prior)

    task: TaskCfg = TaskCfg()
    targets: TargetsCfg | None = preset(default=None, joint_prior=TargetsCfg())


@configclass
class RewardsCfg:
    direction = RewardTermCfg(func=direction_term, weight=1.0)


@configclass
class DirectionEnvCfg(TaskEnvCfg):
    """``presets=joint_prior`` adds the joint-condition prompt to what the behaviour model reads, with ``authors_prior`` the
    paper's."""

    commands: CommandsCfg = CommandsCfg()
    observations: ObservationsCfg = ObservationsCfg()
    rewards: RewardsCfg = RewardsCfg()
