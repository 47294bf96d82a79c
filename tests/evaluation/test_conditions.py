# SPDX-License-Identifier: BSD-3-Clause
"""The physics really changes, at every value of the shipped table, on every backend that runs on a CPU."""

from pathlib import Path

import pytest
import torch

from tt_isaaclab.evaluation.conditions import Condition, apply_conditions
from tt_isaaclab.evaluation.probe import measured_friction, measured_gravity
from tt_isaaclab.evaluation.robustness import read_factors
from tt_isaaclab.tasks.make import open_env

FACTORS = read_factors(Path(__file__).parents[2] / "config" / "robustness.yaml")
BACKENDS = ["newton_mujoco", "newton_mjwarp", "ovphysx"]


@pytest.mark.parametrize("physics", BACKENDS)
def test_a_falling_body_has_the_acceleration(physics):
    expected = [9.81 * f for f in FACTORS["gravity"]]
    assert measured_gravity(FACTORS["gravity"], physics) == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("physics", BACKENDS)
def test_a_sliding_box_has_the_friction(physics):
    assert measured_friction(FACTORS["friction"], physics) == pytest.approx(FACTORS["friction"], rel=0.05)


def test_each_block_has_its_own_mass_and_stiffness():
    with open_env("Stand", physics="newton_mujoco", num_envs=4, seed=0) as env:
        data = env.scene["robot"].data
        mass, stiffness = data.body_mass.torch.clone(), data.joint_stiffness.torch.clone()
        apply_conditions(env, [Condition(), Condition(mass=1.3, stiffness=0.6)])
        factors = torch.tensor([1.0, 1.0, 1.3, 1.3]), torch.tensor([1.0, 1.0, 0.6, 0.6])
        torch.testing.assert_close(data.body_mass.torch, mass * factors[0].unsqueeze(-1))
        torch.testing.assert_close(data.joint_stiffness.torch, stiffness * factors[1].unsqueeze(-1))


def test_physx_refuses_two_gravities_at_once_and_blocks_must_be_equal():
    with open_env("Stand", physics="ovphysx", num_envs=4, seed=0) as env:
        with pytest.raises(ValueError, match="one gravity for all"):
            apply_conditions(env, [Condition(gravity=0.5), Condition(gravity=2.0)])
        with pytest.raises(ValueError, match="3 equal blocks"):
            apply_conditions(env, [Condition(friction=f) for f in (0.5, 1.0, 2.0)])
