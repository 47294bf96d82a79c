# SPDX-License-Identifier: BSD-3-Clause
"""Isaac Lab's contact and joint wrench sensors on the C engine."""

import pytest
import torch
from isaaclab.sensors import ContactSensorCfg, JointWrenchSensorCfg

from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.tasks.make import open_env

N = 2
WEIGHT = 9.81 * 65.0  # N


def with_sensors(cfg) -> None:
    cfg.scene.contact = ContactSensorCfg(prim_path="{ENV_REGEX_NS}/Robot/.*", history_length=2, track_air_time=True)
    cfg.scene.wrench = JointWrenchSensorCfg(prim_path="{ENV_REGEX_NS}/Robot")


def read_standing(physics: str) -> tuple[list[str], torch.Tensor, torch.Tensor]:
    """Bodies, their net contact forces and the forces through their joints after 1.5 s of standing [N]."""
    with open_env("Stand", physics=physics, num_envs=N, seed=0, edit=with_sensors) as env:
        env.reset()
        for _ in range(45):
            env.step(torch.zeros(N, 69))
        contact, wrench = env.scene["contact"], env.scene["wrench"]
        return contact.body_names, contact.data.net_normal_forces_w.torch.clone(), wrench.data.force.torch.clone()


def test_standing_on_a_scale():
    names, forces, joint_forces = read_standing("newton_mujoco")
    assert sorted(names) == sorted(DEFAULT_HUMANOID.body_names)
    feet = [names.index(foot) for foot in DEFAULT_HUMANOID.feet]
    torch.testing.assert_close(forces[:, feet, 2].sum(-1), torch.full((N,), WEIGHT), rtol=0.02, atol=0)
    elsewhere = [i for i in range(24) if i not in feet]
    assert forces[:, elsewhere].abs().max() == 0.0

    stock_names, stock_forces, stock_joint_forces = read_standing("newton_mjwarp")
    assert names == stock_names
    torch.testing.assert_close(forces, stock_forces, rtol=0, atol=0.01 * WEIGHT)
    torch.testing.assert_close(joint_forces, stock_joint_forces, rtol=0, atol=0.01 * WEIGHT)
    assert joint_forces.norm(dim=-1).max() > 0.3 * WEIGHT


def high_up(cfg) -> None:
    with_sensors(cfg)
    cfg.scene.robot.init_state.pos = (0.0, 0.0, 10.0)


def test_air_has_no_contacts():
    with open_env("Stand", physics="newton_mujoco", num_envs=N, seed=0, edit=high_up) as env:
        env.reset()
        for _ in range(5):
            env.step(torch.zeros(N, 69))
        contact = env.scene["contact"].data
        assert contact.net_normal_forces_w.torch.abs().max() == 0.0
        torch.testing.assert_close(contact.current_air_time.torch, torch.full((N, 24), 5 / 30), atol=1e-3, rtol=0)


def test_too_many_contacts_is_an_error_that_names_the_setting():
    def tight(cfg):
        high_up(cfg)
        cfg.sim.physics.solver_cfg.nconmax = 4

    with open_env("Stand", physics="newton_mujoco", num_envs=N, seed=0, edit=tight) as env:
        env.reset()
        robot = env.scene["robot"]
        pose = robot.data.root_link_pose_w.torch.clone()
        pose[:, 2] = DEFAULT_HUMANOID.standing_height
        robot.write_root_link_pose_to_sim_index(root_pose=pose)
        with pytest.raises(ValueError, match="nconmax=4"):
            env.step(torch.zeros(N, 69))


def test_held_root_stands_where_it_was_written():
    """A fixed root is a body that moves only when written, to a place of its own in each environment."""

    def fixed(cfg):
        high_up(cfg)
        cfg.scene.robot.spawn.fix_root_link = True

    with open_env("Stand", physics="newton_mujoco", num_envs=N, seed=0, edit=fixed) as env:
        env.reset()
        robot = env.scene["robot"]
        pose = robot.data.root_link_pose_w.torch.clone()
        pose[1, 2] = DEFAULT_HUMANOID.standing_height - 0.02
        robot.write_root_link_pose_to_sim_index(root_pose=pose)
        for _ in range(5):
            env.step(torch.zeros(N, 69))
        force = env.scene["contact"].data.net_normal_forces_w.torch[..., 2].sum(-1)
    assert force[0] == 0.0
    assert force[1] > WEIGHT, "pressed into the ground"
