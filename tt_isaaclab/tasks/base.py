# SPDX-License-Identifier: BSD-3-Clause
"""What every task shares: the scene, the action, the rates and the physics presets."""

from __future__ import annotations

import isaaclab.sim as sim_utils
from isaaclab.assets import ArticulationCfg, AssetBaseCfg
from isaaclab.envs import ManagerBasedRLEnvCfg
from isaaclab.scene import InteractiveSceneCfg
from isaaclab.sensors import ContactSensorCfg
from isaaclab.utils import configclass

from tt_isaaclab.humanoid.actions import RotationVectorActionCfg
from tt_isaaclab.humanoid.cfg import GROUND_CFG, HUMANOID_CFG
from tt_isaaclab.physics.presets import DEFAULT_DEVICE, HumanoidPhysicsCfg


@configclass
class HumanoidSceneCfg(InteractiveSceneCfg):
    """Flat ground, a light and the humanoid."""

    ground: AssetBaseCfg = GROUND_CFG
    robot: ArticulationCfg = HUMANOID_CFG
    light: AssetBaseCfg = AssetBaseCfg(
        prim_path="/World/light", spawn=sim_utils.DistantLightCfg(color=(0.75, 0.75, 0.75), intensity=3000.0)
    )


@configclass
class TaskSceneCfg(HumanoidSceneCfg):
    """The scene with a contact sensor on every body of the humanoid."""

    contact: ContactSensorCfg = ContactSensorCfg(prim_path="{ENV_REGEX_NS}/Robot/.*")


@configclass
class ActionsCfg:
    """The 69 numbers of the policy."""

    joint_target: RotationVectorActionCfg = RotationVectorActionCfg()


@configclass
class HumanoidEnvCfg(ManagerBasedRLEnvCfg):
    """30 Hz control over 120 Hz physics."""

    scene: HumanoidSceneCfg = HumanoidSceneCfg(num_envs=256, env_spacing=5.0)
    actions: ActionsCfg = ActionsCfg()
    decimation: int = 4
    episode_length_s: float = 10.0

    def __post_init__(self) -> None:
        self.sim.dt = 1.0 / 120.0
        self.sim.render_interval = self.decimation
        self.sim.device = DEFAULT_DEVICE
        self.sim.physics = HumanoidPhysicsCfg()
