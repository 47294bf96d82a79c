# SPDX-License-Identifier: BSD-3-Clause
"""Direction: move in a commanded direction at a commanded speed (Task Tokens paper)."""

from __future__ import annotations

import torch
from isaaclab.envs import ManagerBasedRLEnv
from isaaclab.envs import mdp as lab
from isaaclab.managers import EventTermCfg, ObservationGroupCfg, ObservationTermCfg, RewardTermCfg
from isaaclab.managers import TerminationTermCfg as DoneTerm
from isaaclab.utils import configclass
from isaaclab_tasks.utils import preset

from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.prompts import joint_conditions
from tt_isaaclab.tasks.base import HumanoidEnvCfg, TaskSceneCfg
from tt_isaaclab.tasks.mdp.observations import humanoid_state, prompt_tokens
from tt_isaaclab.tasks.mdp.rewards import direction_reward
from tt_isaaclab.tasks.mdp.terminations import diverged, fell

from .command import DirectionCommand, DirectionCommandCfg


def _command(env: ManagerBasedRLEnv) -> DirectionCommand:
    return env.command_manager.get_term("direction")


def direction_term(env: ManagerBasedRLEnv, authors_sideways: bool = False) -> torch.Tensor:
    """Direction reward of this control step. Shape (N,)."""
    command = _command(env)
    command.measure()
    return direction_reward(command.velocity, command.direction, command.order.speed, authors_sideways)


def joint_prior(env: ManagerBasedRLEnv) -> torch.Tensor:
    """Joint-condition prompt: the pelvis moves along the command. Shape (N, 2 x 184)."""
    order = _command(env).order
    slots = DEFAULT_HUMANOID.conditionable
    return prompt_tokens(env, lambda pelvis: joint_conditions.direction(pelvis, order.angle, order.speed, slots))


@configclass
class CommandsCfg:
    direction: DirectionCommandCfg = DirectionCommandCfg()


@configclass
class ObservationsCfg:
    @configclass
    class HumanoidCfg(ObservationGroupCfg):
        state = ObservationTermCfg(func=humanoid_state)

    @configclass
    class TaskCfg(ObservationGroupCfg):
        command = ObservationTermCfg(func=lab.generated_commands, params={"command_name": "direction"})

    @configclass
    class TargetsCfg(ObservationGroupCfg):
        prior = ObservationTermCfg(func=joint_prior)

    humanoid: HumanoidCfg = HumanoidCfg()
    task: TaskCfg = TaskCfg()
    targets: TargetsCfg | None = preset(default=None, joint_prior=TargetsCfg())


@configclass
class EventsCfg:
    reset = EventTermCfg(func=lab.reset_scene_to_default, mode="reset")


@configclass
class RewardsCfg:
    direction = RewardTermCfg(func=direction_term, weight=1.0)


@configclass
class TerminationsCfg:
    time_out = DoneTerm(func=lab.time_out, time_out=True)
    fall = DoneTerm(func=fell)
    diverged = DoneTerm(func=diverged)


@configclass
class DirectionEnvCfg(HumanoidEnvCfg):
    """``presets=joint_prior`` adds the joint-condition prompt to what the behaviour model reads."""

    scene: TaskSceneCfg = TaskSceneCfg(num_envs=256, env_spacing=5.0)
    commands: CommandsCfg = CommandsCfg()
    observations: ObservationsCfg = ObservationsCfg()
    events: EventsCfg = EventsCfg()
    rewards: RewardsCfg = RewardsCfg()
    terminations: TerminationsCfg = TerminationsCfg()
    episode_length_s: float = 1000 / 30

    def play_mode(self) -> None:
        """Few humanoids, ten-second episodes, the command drawn above the head."""
        self.scene.num_envs = 16
        self.episode_length_s = 10.0
        self.commands.direction.debug_vis = True
