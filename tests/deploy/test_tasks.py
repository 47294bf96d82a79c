# SPDX-License-Identifier: BSD-3-Clause
"""The NumPy tasks and the plain MuJoCo body against the Isaac Lab environments that they stand for."""

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from tt_isaaclab.deploy.body import MuJoCoBody
from tt_isaaclab.deploy.contract import BODY, ContractError
from tt_isaaclab.deploy.observation import BodyState, self_observation
from tt_isaaclab.deploy.tasks import make_task
from tt_isaaclab.export.contract import build_contract
from tt_isaaclab.humanoid.generate import ASSETS
from tt_isaaclab.humanoid.poses import standing_pose
from tt_isaaclab.humanoid.state import read_bodies
from tt_isaaclab.kinematics.heading import heading_angle
from tt_isaaclab.tasks.make import command_name, open_env


def _contract(env) -> dict:
    return build_contract(env, command_name(env.spec.id), {}, {})


def _states(env) -> list[BodyState]:
    pos, quat, lin_vel, ang_vel = (x.double().cpu().numpy() for x in read_bodies(env.scene["robot"]))
    rot = [Rotation.from_quat(q).as_matrix() for q in quat]
    return [BodyState(*parts) for parts in zip(pos, rot, lin_vel, ang_vel, strict=True)]


@pytest.mark.parametrize(
    ("name", "tolerance", "presets"),
    [
        ("Direction", "tolerance=1.0", "joint_prior"),
        ("Direction", "tolerance=1.0", "joint_prior,authors_prior"),
        ("Steering", "tolerance=1.0", "joint_prior"),
        ("Steering", "tolerance=1.0", "joint_prior,authors_prior"),
        ("Reach", "tolerance=0.6", "joint_prior"),
        ("Reach", "tolerance=0.6", "joint_prior,authors_prior"),
    ],
)
def test_observations_and_judgement_are_those_of_the_environment(name, tolerance, presets):
    """Swaying on the spot, with a tolerance that makes some steps good and some not."""
    torch.manual_seed(0)
    overrides = [f"presets={presets}", f"env.commands.{name.lower()}.{tolerance}"]
    still = standing_pose().flatten() / np.pi
    judged = []
    with open_env(name, physics="newton_mujoco", num_envs=4, seed=0, overrides=overrides) as env:
        term = env.command_manager.get_term(command_name(env.spec.id))
        env.reset()
        if name == "Direction":  # one stands, one walks, one runs, one turns first
            facing = heading_angle(env.scene["robot"].data.root_link_quat_w.torch)
            term.order[:, 0] = facing + torch.tensor([0.5, 0.5, 0.5, -1.0])
            term.order[:, 1] = torch.tensor([0.0, 1.5, 2.5, 5.0])
        if name == "Steering":  # one steps, one faces where it goes, one goes aside for it, one backwards
            term.order[:, 1] = torch.tensor([0.5, 1.2, 1.2, 1.2])
            term.order[:, 2] = term.order[:, 0] + torch.tensor([-1.0, 0.5, -1.2, 2.2])
        observations = env.observation_manager.compute()
        tasks, states = [make_task(_contract(env)) for _ in range(4)], _states(env)
        for task, order, state in zip(tasks, term.order.numpy(), states, strict=True):
            task.give(order, state)
        for _ in range(40):  # the prompt of Reach steps, reaches, then corrects
            for i, (task, state) in enumerate(zip(tasks, states, strict=True)):
                for group, numbers in (
                    ("humanoid", self_observation(state)),
                    ("task", task.observe(state)),
                    ("targets", task.rows(state).ravel()),
                ):
                    np.testing.assert_allclose(numbers, observations[group][i].numpy(), atol=2e-5, err_msg=group)
            observations, _, terminated, *_ = env.step(still + 0.01 * torch.randn(4, 69))
            assert not terminated.any()
            previous, states = states, _states(env)
            good = term.judge().tolist()
            for i, task in enumerate(tasks):
                task.elapsed += 1
                velocity = (states[i].pos[0] - previous[i].pos[0]) / task.step_dt
                assert (task.elapsed, task.good(states[i], velocity)) == (term.segments.elapsed[i], good[i])
            judged += good
    assert 0 < sum(judged) < len(judged)


def test_steering_asks_the_same_of_who_moves_any_way():
    """Who stands, walks and runs, ahead, backwards and aside, is told to stand, walk and run any way and to face any."""
    n = 256
    torch.manual_seed(0)
    with open_env("Steering", physics="newton_mujoco", num_envs=n, seed=0, overrides=["presets=joint_prior"]) as env:
        robot, term = env.scene["robot"], env.command_manager.get_term("steering")
        env.reset()
        twist = torch.zeros(n, 6)
        twist[:, :2] = torch.empty(n, 2).uniform_(-2.0, 2.0)
        robot.write_root_link_velocity_to_sim_index(root_velocity=twist)
        env.step((standing_pose().flatten() / torch.pi).repeat(n, 1))
        term.order[:] = torch.empty(n, 3).uniform_(-torch.pi, torch.pi)
        term.order[:, 1] = torch.linspace(0.0, 4.5, n)
        rows, contract = env.observation_manager.compute()["targets"].numpy(), _contract(env)
        for i, state in enumerate(_states(env)):
            task = make_task(contract)
            task.give(term.order[i].numpy(), state)
            np.testing.assert_allclose(task.rows(state).ravel(), rows[i], atol=2e-5, err_msg=str(i))


def test_the_plain_body_moves_as_in_isaac_lab():
    """The same joint targets for a second: hinges in series there and ball joints here end up in nearly the same pose."""
    with open_env("Direction", physics="newton_mujoco", num_envs=1, seed=0) as env:
        body = MuJoCoBody(ASSETS / BODY, _contract(env))
        env.reset()
        (there,), start = _states(env), body.reset()
        np.testing.assert_allclose(start.pos, there.pos, atol=1e-5)
        np.testing.assert_allclose(start.rot, there.rot, atol=1e-5)
        still = body.start_targets.ravel()
        for step in range(30):
            targets = still + 0.05 * np.sin(0.3 * step) * np.resize([1.0, -1.0, 0.5], still.size)
            here = body.act(targets)
            env.step(torch.from_numpy(targets / np.pi).float()[None])
            assert not body.fallen(here)
        (there,) = _states(env)
    assert np.abs(here.pos - start.pos).max() > 0.1
    np.testing.assert_allclose(here.pos, there.pos, atol=0.03)
    np.testing.assert_allclose(here.lin_vel, there.lin_vel, atol=0.3)


def test_falls_are_seen_as_in_isaac_lab():
    """All joints driven to an extreme: both humanoids go down, within a tenth of a second of each other."""
    with open_env("Direction", physics="newton_mujoco", num_envs=1, seed=0) as env:
        body = MuJoCoBody(ASSETS / BODY, _contract(env))
        env.reset()
        assert not body.fallen(body.reset())
        fell = {}
        for step in range(90):
            if body.fallen(body.act(np.full(69, 0.5))):
                fell.setdefault("here", step)
            if env.step(torch.full((1, 69), 0.5 / np.pi))[2][0]:
                fell.setdefault("there", step)
    assert abs(fell["here"] - fell["there"]) <= 3 < fell["here"]


def test_other_scenes_are_refused():
    with open_env("Strike", physics="newton_mujoco", num_envs=1, seed=0) as env:
        contract = _contract(env)
    with pytest.raises(ContractError, match="TaskTokens-Strike.*direction, steering, reach"):
        make_task(contract)
