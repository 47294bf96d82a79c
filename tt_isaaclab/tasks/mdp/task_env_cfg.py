# SPDX-License-Identifier: BSD-3-Clause
"""What the paper's tasks share besides the scene: state, reset, terminations, episode length, play mode."""

from __future__ import annotations

from isaaclab.envs import mdp as lab
from isaaclab.managers import EventTermCfg, ObservationGroupCfg, ObservationTermCfg
from isaaclab.managers import TerminationTermCfg as DoneTerm
from isaaclab.utils import configclass

from tt_isaaclab.tasks.base import HumanoidEnvCfg, TaskSceneCfg

from .events import reset_to_standing
from .observations import humanoid_state
from .terminations import diverged, fell


@configclass
class HumanoidObservationCfg(ObservationGroupCfg):
    """Observation group ``humanoid``: the behaviour model's state."""

    state = ObservationTermCfg(func=humanoid_state)


@configclass
class ResetCfg:
    """Every episode starts standing with hanging arms; ``env.events.standing=null`` starts it in the rest pose."""

    reset = EventTermCfg(func=lab.reset_scene_to_default, mode="reset")
    standing = EventTermCfg(func=reset_to_standing, mode="reset")


@configclass
class FallTerminationsCfg:
    """The time limit, a fall, and physics that blew up."""

    time_out = DoneTerm(func=lab.time_out, time_out=True)
    fall = DoneTerm(func=fell)
    diverged = DoneTerm(func=diverged)


@configclass
class TaskEnvCfg(HumanoidEnvCfg):
    """A task adds its command, observations and rewards."""

    scene: TaskSceneCfg = TaskSceneCfg(num_envs=256, env_spacing=5.0)
    events: ResetCfg = ResetCfg()
    terminations: FallTerminationsCfg = FallTerminationsCfg()
    episode_length_s: float = 1000 / 30

    def play_mode(self) -> None:
        """Few humanoids, ten-second episodes, the command drawn into the scene."""
        self.scene.num_envs = 16
        self.episode_length_s = 10.0
        for command in vars(self.commands).values():
            command.debug_vis = True
