# SPDX-License-Identifier: BSD-3-Clause
"""The same rotation vectors settle to the same pose on every engine.

The pelvis is held, the targets are 10 moderate and 10 large ones, and the reference is the MJCF, whose ball joints take
rotation vectors as they are. Without gravity the springs reach the target and the poses must agree. Under gravity
a ball joint and three hinges in series give way differently when far from rest: there each joint is bounded.
"""

import math
import xml.etree.ElementTree as ET

import mujoco
import numpy as np
import pytest
import torch

from tt_isaaclab.humanoid.mjcf import build_mjcf
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.kinematics.rotations import quat_conj, quat_mul
from tt_isaaclab.tasks.make import open_env

POSES, STEPS = 20, 90
PARENTS = torch.tensor(DEFAULT_HUMANOID.parents[1:])


@pytest.fixture(scope="module")
def targets() -> torch.Tensor:
    """Rotation vectors (20, 23, 3) [rad]: ten poses within 0.6 rad a joint, ten within 1.5 rad."""
    generator = torch.Generator().manual_seed(0)
    axis = torch.nn.functional.normalize(torch.randn(POSES, 23, 3, generator=generator), dim=-1)
    largest = torch.tensor([0.6, 1.5]).repeat_interleave(POSES // 2)
    return largest[:, None, None] * torch.rand(POSES, 23, 1, generator=generator) * axis


def settle_ball_joints(targets: torch.Tensor, gravity: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Body positions relative to the pelvis (20, 24, 3) [m] and xyzw rotations (20, 24, 4) of the MJCF model."""
    xml = ET.fromstring(build_mjcf())
    pelvis = xml.find("worldbody/body")
    pelvis.remove(pelvis.find("freejoint"))
    xml.find("option").set("gravity", f"0 0 {gravity}")
    for geom in xml.iter("geom"):
        geom.set("contype", "0")
        geom.set("conaffinity", "0")
    model = mujoco.MjModel.from_xml_string(ET.tostring(xml, encoding="unicode"))
    pos, quat = [], []
    for target in targets:
        data = mujoco.MjData(model)
        data.ctrl[:] = target.flatten()
        mujoco.mj_step(model, data, 4 * STEPS)
        mujoco.mj_kinematics(model, data)
        pos.append(data.xpos[1:] - data.xpos[1])
        quat.append(data.xquat[1:, [1, 2, 3, 0]])
    return torch.tensor(np.array(pos)).float(), torch.tensor(np.array(quat)).float()


def settle_in_isaac_lab(physics: str, targets: torch.Tensor, gravity: float) -> tuple[torch.Tensor, torch.Tensor]:
    """The same from an Isaac Lab environment."""

    def hold_pelvis(cfg):
        cfg.sim.gravity = (0.0, 0.0, gravity)
        cfg.scene.robot.init_state.pos = (0.0, 0.0, 3.0)
        cfg.scene.robot.spawn.fix_root_link = True
        physx, newton = cfg.scene.robot.spawn.articulation_props
        physx.enabled_self_collisions = newton.self_collision_enabled = False

    with open_env("Stand", physics=physics, num_envs=POSES, edit=hold_pelvis) as env:
        env.reset()
        for _ in range(STEPS):
            env.step((targets / math.pi).flatten(1))
        data = env.scene["robot"].data
        assert data.body_link_lin_vel_w.torch.abs().max() < 1e-2, "not settled"
        pos, quat = data.body_link_pos_w.torch.clone(), data.body_link_quat_w.torch.clone()
    torch.testing.assert_close(quat[:, 0], torch.tensor([0.0, 0.0, 0.0, 1.0]).expand(POSES, 4), atol=1e-4, rtol=0)
    return pos - pos[:, :1], quat


def angle_deg(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Angle between rotations [deg]."""
    sine = quat_mul(quat_conj(a), b)[..., :3].norm(dim=-1).clamp(max=1.0)
    return torch.rad2deg(2.0 * torch.asin(sine))


def joint_rotations(quat: torch.Tensor) -> torch.Tensor:
    """Rotation of each body relative to its parent, (20, 23, 4)."""
    return quat_mul(quat_conj(quat[:, PARENTS]), quat[:, 1:])


@pytest.mark.parametrize("physics", ["newton_mujoco", "newton_mjwarp", "ovphysx"])
def test_settles_like_ball_joints(physics, targets):
    pos_ref, quat_ref = settle_ball_joints(targets, gravity=0.0)
    pos, quat = settle_in_isaac_lab(physics, targets, gravity=0.0)
    assert (pos - pos_ref).norm(dim=-1).max() < 0.02
    assert angle_deg(quat, quat_ref).max() < 5.0


@pytest.mark.parametrize("physics", ["newton_mujoco", "ovphysx"])
def test_sags_like_ball_joints(physics, targets):
    _, quat_ref = settle_ball_joints(targets, gravity=-9.81)
    _, quat = settle_in_isaac_lab(physics, targets, gravity=-9.81)
    assert angle_deg(joint_rotations(quat), joint_rotations(quat_ref)).max() < 5.0
