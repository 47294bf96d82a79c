# SPDX-License-Identifier: BSD-3-Clause
"""Stand: the smallest task. The zero action holds the rest pose, and the reward is an upright pelvis."""

from __future__ import annotations

from isaaclab.envs import mdp
from isaaclab.managers import EventTermCfg, ObservationGroupCfg, ObservationTermCfg, RewardTermCfg, TerminationTermCfg
from isaaclab.utils import configclass

from tt_isaaclab.tasks.base import HumanoidEnvCfg
from tt_isaaclab.tasks.mdp.terminations import diverged


@configclass
class ObservationsCfg:
    @configclass
    class HumanoidCfg(ObservationGroupCfg):
        height = ObservationTermCfg(func=mdp.base_pos_z)

    humanoid: HumanoidCfg = HumanoidCfg()


@configclass
class EventsCfg:
    reset = EventTermCfg(func=mdp.reset_scene_to_default, mode="reset")


@configclass
class RewardsCfg:
    alive = RewardTermCfg(func=mdp.is_alive, weight=1.0)


@configclass
class TerminationsCfg:
    time_out = TerminationTermCfg(func=mdp.time_out, time_out=True)
    diverged = TerminationTermCfg(func=diverged)
    fall = TerminationTermCfg(func=mdp.root_height_below_minimum, params={"minimum_height": 0.5})


@configclass
class StandEnvCfg(HumanoidEnvCfg):
    observations: ObservationsCfg = ObservationsCfg()
    events: EventsCfg = EventsCfg()
    rewards: RewardsCfg = RewardsCfg()
    terminations: TerminationsCfg = TerminationsCfg()
