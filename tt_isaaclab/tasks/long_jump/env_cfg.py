# SPDX-License-Identifier: BSD-3-Clause
"""Long Jump: run up, take off before the line, land as far behind it as possible (Task Tokens paper)."""

from __future__ import annotations

import torch
from isaaclab.envs import ManagerBasedRLEnv
from isaaclab.envs import mdp as lab
from isaaclab.managers import ObservationGroupCfg, ObservationTermCfg, RewardTermCfg
from isaaclab.managers import TerminationTermCfg as DoneTerm
from isaaclab.utils import configclass
from isaaclab_tasks.utils import preset

from tt_isaaclab.prompts.task_prompts import run_up
from tt_isaaclab.tasks.mdp.contacts import StepContactSceneCfg, see_every_physics_step
from tt_isaaclab.tasks.mdp.observations import prompt_tokens
from tt_isaaclab.tasks.mdp.rewards import long_jump_reward
from tt_isaaclab.tasks.mdp.task_env_cfg import BfmObservationsCfg, TaskEnvCfg, TaskObservationCfg
from tt_isaaclab.tasks.mdp.terminations import diverged, fell

from .command import LongJumpCommand, LongJumpCommandCfg


def _command(env: ManagerBasedRLEnv) -> LongJumpCommand:
    return env.command_manager.get_term("longjump")


def long_jump_term(env: ManagerBasedRLEnv) -> torch.Tensor:
    """Long Jump reward of this control step. Shape (N,)."""
    command, height = _command(env), env.scene["robot"].data.root_link_pos_w.torch[:, 2]
    return long_jump_reward(
        command.progress, command.velocity[:, 0], height, command.over, command.jump_length, command.landed
    )


def landed(env: ManagerBasedRLEnv) -> torch.Tensor:
    """The jump is over. Shape (N,), bool."""
    command = _command(env)
    command.measure()
    return command.landed


def left_corridor(env: ManagerBasedRLEnv) -> torch.Tensor:
    """The pelvis is outside the corridor. Shape (N,), bool."""
    command = _command(env)
    return command.aside.abs() > command.cfg.corridor


def joint_prior(env: ManagerBasedRLEnv) -> torch.Tensor:
    """Joint-condition prompt: run along the corridor, until just before the line. Shape (N, 2 x 184)."""
    aside, left = _command(env).aside, _command(env).left
    return prompt_tokens(env, lambda bodies, slots: run_up(bodies, aside, left, slots))


class Tumbled(fell):
    """A body other than a foot lies low, or all of them together are pushed by more than ``force`` [N]. Shape (N,)."""

    def __call__(self, env: ManagerBasedRLEnv, force: float = 50.0) -> torch.Tensor:
        """See the class."""
        low = env.scene["robot"].data.body_link_pos_w.torch[:, self._bodies, 2] < self._low
        history = env.scene["contact"].data.net_normal_forces_w_history.torch[:, :, self._sensed]
        pushed = history.sum(2).norm(dim=-1).amax(1) > force
        return (low.any(-1) | pushed) & (env.episode_length_buf > 1)


@configclass
class CommandsCfg:
    longjump: LongJumpCommandCfg = LongJumpCommandCfg()


@configclass
class ObservationsCfg(BfmObservationsCfg):
    @configclass
    class TaskCfg(TaskObservationCfg):
        command = ObservationTermCfg(func=lab.generated_commands, params={"command_name": "longjump"})

    @configclass
    class TargetsCfg(ObservationGroupCfg):
        prior = ObservationTermCfg(func=joint_prior)

    task: TaskCfg = TaskCfg()
    targets: TargetsCfg | None = preset(default=None, joint_prior=TargetsCfg())


@configclass
class RewardsCfg:
    long_jump = RewardTermCfg(func=long_jump_term, weight=1.0)


@configclass
class TerminationsCfg:
    time_out = DoneTerm(func=lab.time_out, time_out=True)
    landed = DoneTerm(func=landed)
    left_corridor = DoneTerm(func=left_corridor)
    fall = DoneTerm(func=Tumbled)
    diverged = DoneTerm(func=diverged)


@configclass
class LongJumpEnvCfg(TaskEnvCfg):
    """The episode ends with the landing: a foot that touches the ground past the line, even just past it.

    ``presets=joint_prior`` adds the joint-condition prompt, the run-up, to what the behaviour model reads.
    """

    scene: StepContactSceneCfg = StepContactSceneCfg(num_envs=128, env_spacing=5.0)
    commands: CommandsCfg = CommandsCfg()
    observations: ObservationsCfg = ObservationsCfg()
    rewards: RewardsCfg = RewardsCfg()
    terminations: TerminationsCfg = TerminationsCfg()

    def __post_init__(self) -> None:
        super().__post_init__()
        see_every_physics_step(self)
