# SPDX-License-Identifier: BSD-3-Clause
"""A user's own body: read, checked, written as USD."""

import dataclasses
import math

import mujoco
import numpy as np
import pytest
from pxr import Usd, UsdPhysics
from smpl_humanoid import EXCLUDES, other_body, smpl_mjcf

from tt_isaaclab.humanoid.anatomy import Box
from tt_isaaclab.humanoid.bring_your_own.body import HumanoidFileError, _lowest
from tt_isaaclab.humanoid.bring_your_own.load import load_humanoid
from tt_isaaclab.humanoid.bring_your_own.read_mjcf import read_mjcf
from tt_isaaclab.humanoid.bring_your_own.read_usd import read_usd
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.humanoid.usd import build_humanoid_usd

OTHER = other_body()


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "smpl_humanoid.xml"
    path.write_text(smpl_mjcf(OTHER))
    return path


def _usd(humanoid) -> str:
    return humanoid.overrides[0].split("=")[1]


def _assert_same(found, expected) -> None:
    for a, b in zip(found, expected, strict=True):
        for one, two in zip(_numbers(a), _numbers(b), strict=True):
            np.testing.assert_allclose(one, two, atol=1e-5)
        assert (a.name, a.parent, type(a.shape), a.hinges) == (b.name, b.parent, type(b.shape), b.hinges)


def _numbers(segment):
    return [segment.offset, segment.mass, segment.stiffness, *vars(segment.shape).values()]


def test_mjcf_gives_the_table_back(path):
    body = read_mjcf(path)
    _assert_same(body.anatomy, OTHER)
    assert set(map(frozenset, body.uncollidable)) == set(map(frozenset, EXCLUDES))
    # pelvis to sole: hip, thigh, shank, and the centre and half height of the ankle's box, all 1.12 times ours
    assert body.standing_height == pytest.approx(1.12 * (0.08 + 0.39 + 0.40 + 0.045 + 0.025), abs=1e-5)


def test_usd_has_masses_inertias_gains_and_pairs_of_the_mjcf(path):
    humanoid = load_humanoid(str(path))
    stage = Usd.Stage.Open(_usd(humanoid))
    model = mujoco.MjModel.from_xml_path(str(path))
    for segment in OTHER:
        mass, row = UsdPhysics.MassAPI(stage.GetPrimAtPath(f"/Humanoid/{segment.name}")), model.body(segment.name)
        assert mass.GetMassAttr().Get() == pytest.approx(row.mass[0], rel=1e-5)
        np.testing.assert_allclose(mass.GetCenterOfMassAttr().Get(), row.ipos, atol=1e-5)
        np.testing.assert_allclose(mass.GetDiagonalInertiaAttr().Get(), row.inertia, rtol=1e-4, atol=1e-7)
    drive = UsdPhysics.DriveAPI.Get(stage.GetPrimAtPath("/Humanoid/joints/L_Knee"), "rotY")
    assert math.degrees(drive.GetStiffnessAttr().Get()) == pytest.approx(800.0, rel=1e-4)
    pairs = UsdPhysics.FilteredPairsAPI(stage.GetPrimAtPath("/Humanoid/L_Knee")).GetFilteredPairsRel()
    assert [target.name for target in pairs.GetTargets()] == ["L_Toe"]


def test_usd_gives_the_table_back(tmp_path):
    path = tmp_path / "body.usda"
    path.write_text(build_humanoid_usd(OTHER, EXCLUDES))
    body = read_usd(path)
    _assert_same(body.anatomy, OTHER)
    assert sorted(body.uncollidable) == sorted(EXCLUDES)


def test_kept_once_by_hash(path):
    first = load_humanoid(str(path))
    folder = path.parent / "cache" / "tt_isaaclab" / "humanoids"
    times = [file.stat().st_mtime_ns for file in folder.iterdir()]
    assert load_humanoid(str(path)) == first and [file.stat().st_mtime_ns for file in folder.iterdir()] == times
    path.write_text(smpl_mjcf((*OTHER[:-1], dataclasses.replace(OTHER[-1], mass=0.5))))
    assert _usd(load_humanoid(str(path))) != _usd(first) and len(list(folder.iterdir())) == 2
    assert first.spec.hash != DEFAULT_HUMANOID.hash and first.spec.body_names == DEFAULT_HUMANOID.body_names
    assert load_humanoid("default").overrides == ()


def _swap(segments, which, **changes):
    return [dataclasses.replace(s, **changes) if s.name == which else s for s in segments]


@pytest.mark.parametrize(
    "segments, message",
    [
        (OTHER[:-1], "body 23 is nothing, not R_Hand"),
        (_swap(OTHER, "L_Hand", name="L_Fist"), "body 18 is L_Fist, not L_Hand"),
        (_swap(OTHER, "L_Elbow", stiffness=300), "L_Elbow has stiffness 300, not 500"),
        (_swap(OTHER, "Chest", mass=200.0), "weighs .* kg, not 30 to 150"),
    ],
)
def test_a_body_that_is_none(path, segments, message):
    path.write_text(smpl_mjcf(segments))
    with pytest.raises(HumanoidFileError, match=message):
        load_humanoid(str(path))


@pytest.mark.parametrize(
    "old, new, message",
    [
        ('damping="80.0"', 'damping="20"', "the damping a tenth"),
        ('name="L_Hip_y" type', 'name="L_Hip_bend" type', "needs the hinges L_Hip_x, L_Hip_y and L_Hip_z"),
        ('axis="0.0 1.0 0.0"', 'axis="0 -1 0"', "do not turn about x, y and z"),
        ('type="sphere"', 'type="ellipsoid"', "Head is a ellipsoid; use a capsule"),
        ("<mujoco", "<mjocu", "not an MJCF that MuJoCo reads"),
    ],
)
def test_joints_and_shapes_that_do_not_fit(path, old, new, message):
    text = path.read_text()
    assert old in text
    text = text.replace(old, new).replace(
        'joint="L_Hip_y"', 'joint="L_Hip_bend"' if "bend" in new else 'joint="L_Hip_y"'
    )
    text = text.replace("</mujoco", "</mjocu") if "mjocu" in new else text
    path.write_text(text.replace('size="0.09"', 'size="0.09 0.09 0.09"') if "ellipsoid" in new else text)
    with pytest.raises(HumanoidFileError, match=message):
        load_humanoid(str(path))


def test_files_that_are_none(path, tmp_path):
    with pytest.raises(HumanoidFileError, match="no such file"):
        load_humanoid(str(tmp_path / "none.xml"))
    with pytest.raises(HumanoidFileError, match="not a body file"):
        load_humanoid(str(tmp_path / "body.obj"))
    path.write_text("version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(HumanoidFileError, match="Git LFS pointer"):
        load_humanoid(str(path))
    (tmp_path / "body.usda").write_text("no usd")
    with pytest.raises(HumanoidFileError, match="cannot|can be opened"):
        load_humanoid(str(tmp_path / "body.usda"))


def test_a_turned_box_stands_on_its_edge():
    """A cube of half side 0.1 turned by 45 degrees about x reaches 0.1 sqrt(2) down."""
    angle = 0.25 * math.pi
    box = Box((0.0, 0.0, 1.0), (0.1, 0.1, 0.1), (math.cos(0.5 * angle), math.sin(0.5 * angle), 0.0, 0.0))
    assert _lowest(box) == pytest.approx(1.0 - 0.1 * math.sqrt(2.0))
