# SPDX-License-Identifier: BSD-3-Clause
"""C models follow the Warp model, and environments share one until they differ."""

import mujoco
import numpy as np
import torch
from isaaclab_newton.physics import NewtonManager
from newton import ModelFlags

from tt_isaaclab.humanoid.generate import ASSETS
from tt_isaaclab.physics.model_sync import _write
from tt_isaaclab.tasks.make import open_env

N = 3


def test_environments_share_a_model_until_they_differ():
    with open_env("Stand", physics="newton_mujoco", num_envs=N, seed=0) as env:
        env.reset()
        env.step(torch.zeros(N, 69))
        solver, model = NewtonManager._solver, NewtonManager.get_model()
        assert len(set(map(id, solver._models))) == 1

        gains = model.joint_target_ke.numpy()
        gains *= 1.5  # the same change everywhere
        model.joint_target_ke.assign(gains)
        NewtonManager.add_model_change(ModelFlags.JOINT_DOF_PROPERTIES)
        env.step(torch.zeros(N, 69))
        assert len(set(map(id, solver._models))) == 1
        before = solver._models[0].actuator_gainprm[:, 0].copy()
        assert before.max() == 1500.0

        gains.reshape(N, -1)[1] *= 2.0
        model.joint_target_ke.assign(gains)
        NewtonManager.add_model_change(ModelFlags.JOINT_DOF_PROPERTIES)
        env.step(torch.zeros(N, 69))
        assert len(set(map(id, solver._models))) == N
        for i, factor in enumerate((1.0, 2.0, 1.0)):
            np.testing.assert_allclose(solver._models[i].actuator_gainprm[:, 0], factor * before)
        assert solver.mj_model.actuator_gainprm[:, 0].max() == 1000.0, "the template is not written"


def test_moving_the_centre_of_mass_leaves_the_shape_in_place():
    """MuJoCo places a shape at its body's inertial frame if the two coincided when the model was compiled."""
    model = mujoco.MjModel.from_xml_path(str(ASSETS / "humanoid.xml"))
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    shapes, centre = data.geom_xpos.copy(), data.subtree_com[1].copy()
    assert (model.geom_sameframe == mujoco.mjtSameFrame.mjSAMEFRAME_INERTIA).any()

    shift = np.array([0.03, 0.0, 0.0])
    _write(model, "body_ipos", (model.body_ipos + shift).astype(np.float32).ravel())
    mujoco.mj_forward(model, data)
    np.testing.assert_allclose(data.geom_xpos, shapes, atol=1e-7)
    np.testing.assert_allclose(data.subtree_com[1], centre + shift, atol=1e-6)
