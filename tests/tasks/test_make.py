# SPDX-License-Identifier: BSD-3-Clause
"""An environment runs on the fastest backend of its device unless a backend is named, in either of two ways."""

import pytest
from isaaclab_newton.physics import MJWarpSolverCfg

from tt_isaaclab.physics.native_manager_cfg import NativeMuJoCoSolverCfg
from tt_isaaclab.physics.presets import default_backend
from tt_isaaclab.tasks.make import open_env


@pytest.mark.parametrize(
    ("options", "solver"),
    [
        ({}, NativeMuJoCoSolverCfg),
        ({"physics": "newton_mjwarp"}, MJWarpSolverCfg),
        ({"overrides": ["physics=newton_mjwarp"]}, MJWarpSolverCfg),
    ],
)
def test_the_backend_that_is_named_or_the_fastest(options, solver):
    with open_env("Stand", num_envs=1, seed=0, **options) as env:
        assert type(env.cfg.sim.physics.solver_cfg) is solver


def test_a_gpu_takes_mujoco_warp():
    assert default_backend("cuda:0") == "newton_mjwarp"
