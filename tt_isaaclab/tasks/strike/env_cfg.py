# SPDX-License-Identifier: BSD-3-Clause
"""Strike: walk to a box and knock it over with hand or foot (Task Tokens paper)."""

from __future__ import annotations

import isaaclab.sim as sim_utils
import torch
from isaaclab.assets import RigidObjectCfg
from isaaclab.envs import ManagerBasedRLEnv
from isaaclab.envs import mdp as lab
from isaaclab.managers import ObservationGroupCfg, ObservationTermCfg, RewardTermCfg
from isaaclab.managers import TerminationTermCfg as DoneTerm
from isaaclab.sensors import ContactSensorCfg
from isaaclab.utils import configclass
from isaaclab_tasks.utils import preset

from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.prompts import task_prompts
from tt_isaaclab.tasks.mdp.bfm_inputs import object_box
from tt_isaaclab.tasks.mdp.contacts import ForbiddenContact, StepContactSceneCfg, see_every_physics_step
from tt_isaaclab.tasks.mdp.observations import prompt_tokens
from tt_isaaclab.tasks.mdp.rewards import strike_reward
from tt_isaaclab.tasks.mdp.task_env_cfg import BfmObservationsCfg, FallTerminationsCfg, TaskEnvCfg, TaskObservationCfg

from .command import BOX_SIZE, StrikeCommand, StrikeCommandCfg

BOX_DENSITY = 30.0
"""[kg/m^3]"""


def _command(env: ManagerBasedRLEnv) -> StrikeCommand:
    return env.command_manager.get_term("strike")


def strike_term(env: ManagerBasedRLEnv) -> torch.Tensor:
    """Strike reward of this control step. Shape (N,)."""
    command = _command(env)
    command.measure()
    return strike_reward(command.upright, command.approach)


def joint_prior(env: ManagerBasedRLEnv) -> torch.Tensor:
    """Joint-condition prompt: walk to the box, then push it with the right hand. Shape (N, 2 x 184)."""
    command, hand = _command(env), DEFAULT_HUMANOID.right_hand
    box, standing = command.box.data.root_link_pos_w.torch, command.upright >= command.cfg.down
    return prompt_tokens(env, lambda bodies, slots: task_prompts.strike(bodies, box, standing, slots, hand))


@configclass
class StrikeSceneCfg(StepContactSceneCfg):
    box: RigidObjectCfg = RigidObjectCfg(
        prim_path="{ENV_REGEX_NS}/Box",
        spawn=sim_utils.CuboidCfg(
            size=BOX_SIZE,
            mass_props=sim_utils.MassPropertiesCfg(density=BOX_DENSITY),
            rigid_props=sim_utils.RigidBodyPropertiesCfg(),
            collision_props=sim_utils.CollisionPropertiesCfg(),
            physics_material=sim_utils.RigidBodyMaterialCfg(static_friction=1.0, dynamic_friction=1.0),
            visual_material=sim_utils.PreviewSurfaceCfg(diffuse_color=(0.7, 0.5, 0.3)),
            activate_contact_sensors=True,
        ),
        init_state=RigidObjectCfg.InitialStateCfg(pos=(1.0, 0.0, 0.5 * BOX_SIZE[2])),
    )
    box_contact: ContactSensorCfg = ContactSensorCfg(prim_path="{ENV_REGEX_NS}/Box", history_length=4)


@configclass
class CommandsCfg:
    strike: StrikeCommandCfg = StrikeCommandCfg()


@configclass
class ObservationsCfg(BfmObservationsCfg):
    @configclass
    class TaskCfg(TaskObservationCfg):
        command = ObservationTermCfg(func=lab.generated_commands, params={"command_name": "strike"})

    @configclass
    class TargetsCfg(ObservationGroupCfg):
        prior = ObservationTermCfg(func=joint_prior)

    @configclass
    class ObjectCfg(ObservationGroupCfg):
        box = ObservationTermCfg(func=object_box, params={"name": "box", "size": BOX_SIZE})

    task: TaskCfg = TaskCfg()
    object: ObservationGroupCfg | None = preset(default=None, object=ObjectCfg())
    targets: TargetsCfg | None = preset(default=None, joint_prior=TargetsCfg())


@configclass
class RewardsCfg:
    strike = RewardTermCfg(func=strike_term, weight=1.0)


@configclass
class TerminationsCfg(FallTerminationsCfg):
    forbidden_contact = DoneTerm(func=ForbiddenContact)


@configclass
class StrikeEnvCfg(TaskEnvCfg):
    """Hitting the box with anything but the feet and the right forearm ends the episode.

    ``presets=joint_prior`` adds the joint-condition prompt to what the behaviour model reads, ``object``
    the box for MaskedMimic v1.
    """

    scene: StrikeSceneCfg = StrikeSceneCfg(num_envs=256, env_spacing=5.0)
    commands: CommandsCfg = CommandsCfg()
    observations: ObservationsCfg = ObservationsCfg()
    rewards: RewardsCfg = RewardsCfg()
    terminations: TerminationsCfg = TerminationsCfg()
    episode_length_s: float = 1000 / 30  # the paper's [s]; boxes are up to 10 m away

    def __post_init__(self) -> None:
        super().__post_init__()
        see_every_physics_step(self)
