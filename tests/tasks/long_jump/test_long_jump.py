# SPDX-License-Identifier: BSD-3-Clause
"""The Long Jump task on real physics, with a body that is thrown."""

import math

import pytest
import torch

from tt_isaaclab.humanoid.poses import standing_pose
from tt_isaaclab.tasks.make import open_env
from tt_isaaclab.tasks.mdp.segments import Outcome

BACKENDS = pytest.mark.parametrize("physics", ["newton_mujoco", "ovphysx"])
SPEED, HEIGHT = 6.0, 1.8
HOLD = (standing_pose() / math.pi).flatten().expand(2, 69)


def _throw(env, ahead_of_line: torch.Tensor, speed: torch.Tensor, aside: torch.Tensor, height: torch.Tensor) -> None:
    """Put the humanoids near the line in the rest pose, with a velocity along the run-up."""
    robot, term = env.scene["robot"], env.command_manager.get_term("longjump")
    pose = robot.data.root_link_pose_w.torch.clone()
    pose[:, 0], pose[:, 2] = term.line + ahead_of_line, height
    pose[:, 1] += aside
    robot.write_root_link_pose_to_sim_index(root_pose=pose)
    twist = torch.zeros(env.num_envs, 6)
    twist[:, 0] = speed
    robot.write_root_link_velocity_to_sim_index(root_velocity=twist)
    env.sim.forward()


@BACKENDS
def test_a_thrown_body_is_measured_where_it_lands(physics):
    """It flies from 0.5 m before the line; a second one starts 1.5 m before it and lands short of a success."""
    with open_env("LongJump", physics=physics, num_envs=2, seed=0) as env:
        env.reset()
        term, robot = env.command_manager.get_term("longjump"), env.scene["robot"]
        start = torch.tensor([-0.5, -1.5])
        _throw(env, start, torch.full((2,), SPEED), torch.zeros(2), torch.full((2,), HEIGHT))
        outcome, jump, seconds = torch.zeros(2, dtype=torch.long), torch.zeros(2), torch.zeros(2)
        middle = robot.data.body_link_pos_w.torch[..., 0].mean(-1) - term.line
        for step in range(1, 20):
            env.step(HOLD)
            fresh = (outcome == Outcome.NONE) & (term.segments.outcome != Outcome.NONE)
            jump, seconds = torch.where(fresh, term.jump_length, jump), torch.where(fresh, step / 30, seconds)
            outcome = torch.maximum(outcome, term.segments.outcome)
        # no force acts along the way until the feet touch, in the last control step at most
        flown = middle + SPEED * seconds
        assert ((jump - flown).abs() < 0.02 + 0.2 * SPEED / 30).all()
        assert outcome.tolist() == [Outcome.SUCCESS, Outcome.FAILURE]
        assert jump[0] > 1.5 > jump[1]


@BACKENDS
def test_touching_the_line_and_leaving_the_corridor_end_the_episode(physics):
    with open_env("LongJump", physics=physics, num_envs=3, seed=0) as env:
        env.reset()
        standing = env.scene["robot"].data.root_link_pos_w.torch[:, 2].clone()
        _throw(env, torch.tensor([-0.05, -5.0, -5.0]), torch.zeros(3), torch.tensor([0.0, 0.6, 0.4]), standing)
        ended = torch.zeros(3, dtype=torch.bool)
        for _ in range(3):
            ended |= env.step(torch.zeros(3, 69))[2]
        assert ended.tolist() == [True, True, False]
        assert env.command_manager.get_term("longjump").segments.success_rate == 0.0


def test_goal_and_line_are_seen_from_the_pelvis():
    with open_env("LongJump", physics="newton_mujoco", num_envs=2, seed=0) as env:
        env.reset()
        pelvis = env.scene["robot"].data.root_link_pos_w.torch[:, 2]
        expected = torch.stack((torch.full((2,), 30.0), torch.zeros(2), 1.0 - pelvis, torch.full((2,), 20.0)), -1)
        torch.testing.assert_close(env.command_manager.get_term("longjump").command, expected, atol=1e-2, rtol=0)
