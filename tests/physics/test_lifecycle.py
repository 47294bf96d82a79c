# SPDX-License-Identifier: BSD-3-Clause
"""Making, resetting and closing environments on the C engine."""

import math
import threading
from types import SimpleNamespace

import pytest
import torch
from isaaclab.actuators import IdealPDActuatorCfg
from isaaclab_newton.physics import NewtonManager

from tt_isaaclab.physics.native_solver import NativeSolverMuJoCo
from tt_isaaclab.tasks.make import open_env

N, STEPS = 3, 12


def actions() -> torch.Tensor:
    return 0.2 * torch.randn(STEPS, N, 69, generator=torch.Generator().manual_seed(0))


def roll_out(env) -> torch.Tensor:
    """Body positions relative to the environment's origin after each step, (STEPS, N, 24, 3) [m]."""
    trace = []
    for action in actions():
        env.step(action)
        trace.append(env.scene["robot"].data.body_link_pos_w.torch - env.scene.env_origins[:, None])
    return torch.stack(trace)


def no_falls(cfg) -> None:
    cfg.terminations.fall = None


def test_reset_forgets_everything():
    """A second episode repeats the first to the last bit: no warm start, force or flag survives the reset."""
    with open_env("Stand", physics="newton_mujoco", num_envs=N, seed=0, edit=no_falls) as env:
        env.reset()
        first = roll_out(env)
        env.reset()
        second = roll_out(env)
    assert (first[-1] - first[0]).abs().max() > 0.1
    torch.testing.assert_close(second, first, rtol=0, atol=0)


def test_environments_follow_one_another_in_one_process():
    traces = []
    for count in (N, N + 2, N):
        with open_env("Stand", physics="newton_mujoco", num_envs=count, seed=0, edit=no_falls) as env:
            env.reset()
            if count == N:
                traces.append(roll_out(env))
        assert not [t for t in threading.enumerate() if t.name.startswith("mujoco")], "stepping threads left behind"
    torch.testing.assert_close(traces[1], traces[0], rtol=0, atol=0)


def test_divergence_term_after_an_environment_on_another_backend():
    for physics, count in (("newton_mujoco", 3), ("ovphysx", 2)):
        with open_env("Stand", physics=physics, num_envs=count, seed=0) as env:
            env.reset()
            env.step(torch.zeros(count, 69))
            assert not env.termination_manager.get_term("diverged").any()


@pytest.mark.parametrize("threads", [1, 3])
def test_result_does_not_depend_on_the_number_of_threads(threads):
    def with_threads(cfg):
        no_falls(cfg)
        cfg.sim.physics.solver_cfg.num_threads = threads

    traces = []
    for edit in (no_falls, with_threads):
        with open_env("Stand", physics="newton_mujoco", num_envs=N, seed=0, edit=edit) as env:
            env.reset()
            traces.append(roll_out(env))
    torch.testing.assert_close(traces[1], traces[0], rtol=0, atol=0)


def test_fused_control_step_is_four_physics_steps():
    """One call for a control step gives the trajectory of four calls, to the float32 rounding between the calls."""

    def stepwise(cfg):
        no_falls(cfg)
        cfg.sim.physics.solver_cfg.fuse_decimation = False

    traces = []
    for edit in (no_falls, stepwise):
        with open_env("Stand", physics="newton_mujoco", num_envs=N, seed=0, edit=edit) as env:
            env.reset()
            traces.append(roll_out(env)[:4])
    torch.testing.assert_close(traces[1], traces[0], rtol=0, atol=1e-4)


def test_only_cpu_devices():
    model = SimpleNamespace(device=SimpleNamespace(is_cpu=False, __str__=lambda self: "cuda:0"))
    with pytest.raises(ValueError, match="newton_mjwarp"):
        NativeSolverMuJoCo(model)


def test_only_contacts_of_mujoco():
    def newton_contacts(cfg):
        cfg.sim.physics.solver_cfg.use_mujoco_contacts = False

    with pytest.raises(ValueError, match="use_mujoco_contacts"):
        with open_env("Stand", physics="newton_mujoco", num_envs=1, edit=newton_contacts):
            pass


def test_explicit_actuators_act_every_physics_step():
    """A torque computed in Python between physics steps rules out taking the control step in one call."""

    def explicit(cfg):
        cfg.sim.use_newton_actuators = False
        cfg.sim.gravity = (0.0, 0.0, 0.0)
        cfg.scene.robot.init_state.pos = (0.0, 0.0, 3.0)
        cfg.scene.robot.spawn.fix_root_link = True
        cfg.scene.robot.actuators["body"] = IdealPDActuatorCfg(joint_names_expr=[".*"], stiffness=100.0, damping=0.0)

    with open_env("Stand", physics="newton_mujoco", num_envs=1, seed=0, edit=explicit) as env:
        env.reset()
        assert not NewtonManager.handles_decimation()
        action = torch.zeros(1, 69)
        action[0, 4] = 0.1  # the left knee bends about y
        for _ in range(240):
            env.step(action)
        angle = env.scene["robot"].data.joint_pos.torch[0]
    torch.testing.assert_close(angle, math.pi * action[0], rtol=0, atol=0.02)
