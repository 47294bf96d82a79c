# SPDX-License-Identifier: BSD-3-Clause
"""The committed asset files and the body they describe."""

import mujoco
import numpy as np
import pytest
from pxr import Gf, Usd, UsdPhysics

from tt_isaaclab.humanoid.anatomy import UNCOLLIDABLE_PAIRS
from tt_isaaclab.humanoid.generate import ASSETS, GENERATORS
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID

SMPL_BODIES = """
Pelvis L_Hip L_Knee L_Ankle L_Toe R_Hip R_Knee R_Ankle R_Toe Torso Spine Chest Neck Head
L_Thorax L_Shoulder L_Elbow L_Wrist L_Hand R_Thorax R_Shoulder R_Elbow R_Wrist R_Hand
""".split()
LEG, BACK, ARM = (800, 800, 800, 500), (1000, 1000, 1000, 500, 500), (500, 500, 500, 300, 300)
STIFFNESS = (*LEG, *LEG, *BACK, *ARM, *ARM)  # N m/rad


@pytest.fixture(scope="module")
def model() -> mujoco.MjModel:
    return mujoco.MjModel.from_xml_path(str(ASSETS / "humanoid.xml"))


@pytest.fixture(scope="module")
def stage() -> Usd.Stage:
    return Usd.Stage.Open(str(ASSETS / "humanoid.usda"))


@pytest.mark.parametrize("name", GENERATORS)
def test_committed_file_is_what_the_code_generates(name):
    assert (ASSETS / name).read_text() == GENERATORS[name]()


def test_layout_is_the_smpl_humanoid(model):
    assert list(DEFAULT_HUMANOID.body_names) == SMPL_BODIES
    assert [model.body(i).name for i in range(1, model.nbody)] == SMPL_BODIES
    assert (len(DEFAULT_HUMANOID.dof_names), model.nu, model.nv) == (69, 69, 75)
    assert DEFAULT_HUMANOID.dof_names[:4] == ("L_Hip_x", "L_Hip_y", "L_Hip_z", "L_Knee_x")
    assert [model.actuator(i).name for i in range(69)] == list(DEFAULT_HUMANOID.dof_names)
    assert [SMPL_BODIES[p] for p in DEFAULT_HUMANOID.parents[1:]] == [
        model.body(model.body_parentid[i]).name for i in range(2, model.nbody)
    ]


def test_gains_of_the_reference_humanoid(model):
    np.testing.assert_allclose(model.actuator_gainprm[:, 0], np.repeat(STIFFNESS, 3))
    np.testing.assert_allclose(model.actuator_biasprm[:, :3], np.repeat(STIFFNESS, 3)[:, None] * [0, -1, 0])
    np.testing.assert_allclose(np.asarray(model.dof_damping).reshape(75, -1)[6:, 0], np.repeat(STIFFNESS, 3) / 10)
    np.testing.assert_allclose(model.dof_armature[6:], 0.02)
    np.testing.assert_allclose(model.actuator_forcerange, [[-500.0, 500.0]] * 69)
    assert model.opt.timestep == pytest.approx(1 / 120)


def test_proportions(model):
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    assert 60.0 < model.body_mass.sum() < 70.0
    top = data.geom("Head").xpos[2] + model.geom("Head").size[0]
    assert 1.65 < top < 1.75
    hands = data.xpos[model.body("L_Hand").id] - data.xpos[model.body("R_Hand").id]
    assert hands[1] > 1.2 and abs(hands[0]) < 1e-9, "T-pose: arms out sideways, left at +y"
    assert data.xpos[model.body("L_Toe").id][0] > 0.05, "faces +x"
    soles = [data.geom(f).xpos[2] - model.geom(f).size[2] for f in DEFAULT_HUMANOID.feet]
    np.testing.assert_allclose(soles, 0.0, atol=1e-9)


def test_left_mirrors_right(model):
    mirror = np.array([1, -1, 1])
    for left in (name for name in SMPL_BODIES if name.startswith("L_")):
        a, b = model.body(left), model.body(left.replace("L_", "R_"))
        np.testing.assert_allclose(a.pos * mirror, b.pos, atol=1e-12)
        np.testing.assert_allclose(a.ipos * mirror, b.ipos, atol=1e-12)
        assert a.mass == b.mass


def test_rest_pose_has_no_self_contact(model):
    data = mujoco.MjData(model)
    data.qpos[2] += 1.0
    mujoco.mj_forward(model, data)
    assert data.ncon == 0


def test_ball_joint_actuators_read_the_rotation_vector(model):
    data = mujoco.MjData(model)
    rotvec = np.random.default_rng(0).normal(size=(23, 3))
    for i, v in enumerate(rotvec):
        angle = np.linalg.norm(v)
        data.qpos[7 + 4 * i : 11 + 4 * i] = [np.cos(angle / 2), *(np.sin(angle / 2) * v / angle)]
    mujoco.mj_forward(model, data)
    np.testing.assert_allclose(data.actuator_length.reshape(23, 3), rotvec, atol=1e-6)


def test_usd_joint_frames_stand_in_serial_hinge_order(stage):
    for joint, order in DEFAULT_HUMANOID.hinges.items():
        prim = UsdPhysics.Joint(stage.GetPrimAtPath(f"/Humanoid/joints/{joint}"))
        frame = Gf.Quatd(prim.GetLocalRot0Attr().Get())
        assert prim.GetLocalRot1Attr().Get() == prim.GetLocalRot0Attr().Get()
        for slot, axis in enumerate(order):
            column = Gf.Rotation(frame).TransformDir(Gf.Vec3d(*np.eye(3)[slot]))
            np.testing.assert_allclose(column, np.eye(3)["xyz".index(axis)], atol=1e-6)


def test_usd_bodies_are_those_of_the_mjcf(stage, model):
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    for name in SMPL_BODIES:
        prim, body = stage.GetPrimAtPath(f"/Humanoid/{name}"), model.body(name)
        mass = UsdPhysics.MassAPI(prim)
        assert mass.GetMassAttr().Get() == pytest.approx(body.mass[0])
        np.testing.assert_allclose(mass.GetCenterOfMassAttr().Get(), body.ipos, atol=1e-6)
        np.testing.assert_allclose(mass.GetDiagonalInertiaAttr().Get(), body.inertia, atol=1e-8)
        np.testing.assert_allclose(
            prim.GetAttribute("xformOp:translate").Get(), data.xpos[body.id] - data.xpos[1], atol=1e-6
        )


def test_the_same_pairs_may_overlap_in_both_files(stage, model):
    ids = [sorted((model.body(a).id, model.body(b).id)) for a, b in UNCOLLIDABLE_PAIRS]
    assert set(model.exclude_signature.tolist()) == {(low << 16) + high for low, high in ids}
    listed = [
        (name, str(target).split("/")[-1])
        for name in SMPL_BODIES
        for target in UsdPhysics.FilteredPairsAPI(stage.GetPrimAtPath(f"/Humanoid/{name}"))
        .GetFilteredPairsRel()
        .GetTargets()
    ]
    assert sorted(listed) == sorted(UNCOLLIDABLE_PAIRS)
