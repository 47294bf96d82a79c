# SPDX-License-Identifier: BSD-3-Clause
"""Tracking: follow reference clips with the whole body. It trains the expert that a behaviour model is distilled from."""

from __future__ import annotations

from dataclasses import MISSING

from isaaclab.envs import mdp as lab
from isaaclab.managers import EventTermCfg, ObservationGroupCfg, ObservationTermCfg, RewardTermCfg, SceneEntityCfg
from isaaclab.managers import TerminationTermCfg as DoneTerm
from isaaclab.utils import configclass
from isaaclab_tasks.utils import preset

from tt_isaaclab.tasks.base import HumanoidEnvCfg
from tt_isaaclab.tasks.mdp.observations import humanoid_state
from tt_isaaclab.tasks.mdp.terminations import diverged

from . import mdp
from .command import MotionCommandCfg

_ROBOT = SceneEntityCfg("robot")
_BODIES = SceneEntityCfg("robot", body_names=".*")
_JOINTS = SceneEntityCfg("robot", joint_names=".*")


@configclass
class CommandsCfg:
    motion: MotionCommandCfg = MotionCommandCfg(library=MISSING)


@configclass
class ActionsCfg:
    joint_target: mdp.ResidualActionCfg = mdp.ResidualActionCfg()


@configclass
class ObservationsCfg:
    @configclass
    class HumanoidCfg(ObservationGroupCfg):
        state = ObservationTermCfg(func=humanoid_state)

    @configclass
    class TargetCfg(ObservationGroupCfg):
        dense = ObservationTermCfg(func=mdp.dense_target)

    humanoid: HumanoidCfg = HumanoidCfg()
    target: TargetCfg = TargetCfg()


@configclass
class RewardsCfg:
    position = RewardTermCfg(func=mdp.position_reward, weight=0.4)
    rotation = RewardTermCfg(func=mdp.rotation_reward, weight=0.25)
    velocity = RewardTermCfg(func=mdp.velocity_reward, weight=0.1)
    angular_velocity = RewardTermCfg(func=mdp.angular_velocity_reward, weight=0.05)
    order: RewardTermCfg | None = preset(default=None, both_ways=RewardTermCfg(func=mdp.order_reward, weight=0.5))
    pelvis_velocity = RewardTermCfg(func=mdp.pelvis_velocity_reward, weight=1.0)  # with 0.2 it changed nothing


@configclass
class TerminationsCfg:
    time_out = DoneTerm(func=lab.time_out, time_out=True)
    clip_finished = DoneTerm(func=mdp.clip_finished, time_out=True)
    lost_reference = DoneTerm(func=mdp.lost_reference, params={"distance": 0.5})
    too_slow: DoneTerm | None = preset(
        default=None, both_ways=DoneTerm(func=mdp.TooSlow, params={"share": 0.4, "seconds": 2.4})
    )
    diverged = DoneTerm(func=diverged)


@configclass
class EventsCfg:
    """Bodies, grounds and shoves differ, so that a tracker does not lean on one engine's habits."""

    friction = EventTermCfg(
        func=lab.randomize_rigid_body_material,
        mode="startup",
        params={
            "asset_cfg": _BODIES,
            "static_friction_range": (0.4, 1.1),
            "dynamic_friction_range": (0.4, 1.1),
            "restitution_range": (0.0, 0.0),
            "num_buckets": 64,
            "make_consistent": True,
        },
    )
    mass = EventTermCfg(
        func=lab.randomize_rigid_body_mass,
        mode="startup",
        params={"asset_cfg": _BODIES, "mass_distribution_params": (0.9, 1.1), "operation": "scale"},
    )
    gains = EventTermCfg(
        func=lab.randomize_actuator_gains,
        mode="startup",
        params={
            "asset_cfg": _JOINTS,
            "stiffness_distribution_params": (0.85, 1.15),
            "damping_distribution_params": (0.8, 1.2),
            "operation": "scale",
        },
    )
    push = EventTermCfg(
        func=lab.push_by_setting_velocity,
        mode="interval",
        interval_range_s=(2.0, 4.0),
        params={"velocity_range": {"x": (-0.4, 0.4), "y": (-0.4, 0.4)}},
    )


@configclass
class TrackingEnvCfg(HumanoidEnvCfg):
    """Needs a motion library: ``env.commands.motion.library=FILE``.

    ``presets=both_ways`` pays a tracker for keeping its orders and ends the episode of one that stands when told to go: it
    learns to change between walking ahead and backwards.
    """

    commands: CommandsCfg = CommandsCfg()
    actions: ActionsCfg = ActionsCfg()
    observations: ObservationsCfg = ObservationsCfg()
    rewards: RewardsCfg = RewardsCfg()
    terminations: TerminationsCfg = TerminationsCfg()
    events: EventsCfg = EventsCfg()
