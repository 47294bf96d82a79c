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
from tt_isaaclab.prompts.joint_conditions import reach
from tt_isaaclab.prompts.task_prompts import step_and_reach
from tt_isaaclab.tasks.mdp.observations import prompt_tokens
from tt_isaaclab.tasks.mdp.rewards import reach_reward
from tt_isaaclab.tasks.mdp.task_env_cfg import BfmObservationsCfg, TaskEnvCfg, TaskObservationCfg, prompt_term

from .command import ReachCommand, ReachCommandCfg


def _command(env: ManagerBasedRLEnv) -> ReachCommand:
    return env.command_manager.get_term("reach")


def reach_term(env: ManagerBasedRLEnv) -> torch.Tensor:
    """Reach reward of this control step. Shape (N,)."""
    command = _command(env)
    command.measure()
    return reach_reward(command.distance)


def _time_left(env: ManagerBasedRLEnv) -> torch.Tensor:
    """Time in which the hand should be at the point (N,): shortly before it is judged [s]."""
    command = _command(env)
    return (command.cfg.grace - 10 - command.segments.elapsed).clamp(min=3) * env.step_dt


def authors_prior(env: ManagerBasedRLEnv) -> torch.Tensor:
    """The paper's joint-condition prompt: the right hand is at the point when it will be judged. Shape (N, 184)."""
    point, time, hand = _command(env).target, _time_left(env), DEFAULT_HUMANOID.right_hand
    return prompt_tokens(env, lambda bodies, slots: reach(point, time, slots, hand))


def joint_prior(env: ManagerBasedRLEnv) -> torch.Tensor:
    """Joint-condition prompt: as the paper's, after steps towards a point that is far. Shape (N, 184)."""
    command, time, hand = _command(env), _time_left(env), DEFAULT_HUMANOID.right_hand
    return prompt_tokens(
        env,
        lambda bodies, slots: step_and_reach(bodies, command.target, command.segments.elapsed, time, slots, hand),
    )


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
        prior: ObservationTermCfg = prompt_term(joint_prior, authors_prior)

    task: TaskCfg = TaskCfg()
    targets: TargetsCfg | None = preset(default=None, joint_prior=TargetsCfg())


@configclass
class RewardsCfg:
    reach = RewardTermCfg(func=reach_term, weight=1.0)


@configclass
class ReachEnvCfg(TaskEnvCfg):
    """``presets=joint_prior`` adds the joint-condition prompt to what the behaviour model reads, with ``authors_prior`` the
    paper's, which imported models are always asked with."""

    commands: CommandsCfg = CommandsCfg()
    observations: ObservationsCfg = ObservationsCfg()
    rewards: RewardsCfg = RewardsCfg()
