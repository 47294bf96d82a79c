# SPDX-License-Identifier: BSD-3-Clause
"""An environment whose physics blows up is frozen, counted and reset; the process and the others go on."""

import copy

import pytest
import torch
from isaaclab_newton.physics import NewtonManager

from tt_isaaclab.tasks.make import open_env

N, BAD = 4, 1
OTHERS = [0, 2, 3]


def actions(steps: int) -> torch.Tensor:
    return 0.1 * torch.randn(steps, N, 69, generator=torch.Generator().manual_seed(2))


def nan_velocity(env) -> None:
    """What a faulty reset or a faulty push would write."""
    velocity = torch.full((1, 6), torch.nan)
    env.scene["robot"].write_root_link_velocity_to_sim_index(root_velocity=velocity, env_ids=torch.tensor([BAD]).int())


def nan_pose(env) -> None:
    pose = torch.full((1, 7), torch.nan)
    env.scene["robot"].write_root_link_pose_to_sim_index(root_pose=pose, env_ids=torch.tensor([BAD]).int())


def absurd_velocity(env) -> None:
    velocity = torch.full((1, 69), 1.0e6)
    env.scene["robot"].write_joint_velocity_to_sim_index(velocity=velocity, env_ids=torch.tensor([BAD]).int())


def fatal_error(env) -> None:
    """MuJoCo gives up on an integrator that does not exist with the error that normally ends the process."""
    models = NewtonManager._solver._models
    models[BAD] = copy.copy(models[BAD])
    models[BAD].opt.integrator = 99


def positions(env) -> torch.Tensor:
    return env.scene["robot"].data.body_link_pos_w.torch.clone()


@pytest.fixture(scope="module")
def undisturbed() -> torch.Tensor:
    """Body positions after each of the six steps without any fault."""
    with open_env("Stand", physics="newton_mujoco", num_envs=N, seed=0) as env:
        env.reset()
        return torch.stack([(env.step(a), positions(env))[1] for a in actions(6)])


@pytest.mark.parametrize("fault", [nan_velocity, nan_pose, absurd_velocity, fatal_error])
def test_only_the_faulty_environment_is_reset(fault, undisturbed):
    with open_env("Stand", physics="newton_mujoco", num_envs=N, seed=0) as env:
        env.reset()
        solver = NewtonManager._solver
        for step, action in enumerate(actions(6)):
            if step == 2:
                fault(env)
            _, reward, terminated, truncated, _ = env.step(action)
            torch.testing.assert_close(positions(env)[OTHERS], undisturbed[step, OTHERS], rtol=0, atol=0)
            assert terminated.tolist() == [i == BAD and step == 2 for i in range(N)]
            assert not truncated.any() and reward.isfinite().all()
            assert positions(env).isfinite().all()
            if step == 2:
                solver._models[BAD] = solver._models[0]
        assert solver.divergence_count == 1
        assert env.termination_manager.get_term("diverged").sum() == 0
        assert positions(env)[BAD, 0, 2] > 0.8, "it stands again"


def no_guard(cfg) -> None:
    cfg.terminations.diverged = None


def test_frozen_until_reset():
    """Without a term that resets it, a diverged environment keeps the last sane pose and is counted once."""
    with open_env("Stand", physics="newton_mujoco", num_envs=N, seed=0, edit=no_guard) as env:
        env.reset()
        env.step(actions(1)[0])
        before = positions(env)[BAD]
        absurd_velocity(env)
        for action in actions(3):
            env.step(action)
            torch.testing.assert_close(positions(env)[BAD], before, rtol=0, atol=1e-5)
        solver = NewtonManager._solver
        assert solver.diverged.tolist() == [False, True, False, False]
        assert solver.divergence_count == 1
        env.reset()
        env.step(actions(1)[0])
        assert not solver.diverged.any()


def test_rewards_of_an_environment_written_with_nan_are_finite():
    """Where the pose itself is lost the body is held in its rest pose, so that reward terms see finite numbers."""
    with open_env("Stand", physics="newton_mujoco", num_envs=N, seed=0, edit=no_guard) as env:
        env.reset()
        rest = positions(env)[BAD]
        nan_pose(env)
        env.step(actions(1)[0])
        torch.testing.assert_close(positions(env)[BAD], rest, rtol=0, atol=1e-4)


def test_non_finite_actions_do_not_move_the_body():
    """MuJoCo ignores controls that are not finite; the environment must survive a broken policy."""
    with open_env("Stand", physics="newton_mujoco", num_envs=N, seed=0) as env:
        env.reset()
        action = torch.zeros(N, 69)
        action[BAD] = torch.nan
        for _ in range(3):
            env.step(action)
        assert positions(env).isfinite().all()
