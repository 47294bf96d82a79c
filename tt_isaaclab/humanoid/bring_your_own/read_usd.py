# SPDX-License-Identifier: BSD-3-Clause
"""A body of SMPL topology from USD: one shape a rigid body, one joint with three driven rotations. No Kit is needed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pxr import Gf, Tf, Usd, UsdGeom, UsdPhysics

from ..anatomy import Box, Capsule, Segment, Shape, Sphere, Vec3
from .body import Body, HumanoidFileError, canonical_index, checked_body, hinges_of

_ALONG = {"X": (1.0, 0.0, 0.0), "Y": (0.0, 1.0, 0.0), "Z": (0.0, 0.0, 1.0)}


def read_usd(path: Path) -> Body:
    """Read and check; bodies are put into depth-first order. Raises HumanoidFileError."""
    try:
        stage = Usd.Stage.Open(str(path))
    except Tf.ErrorException as error:
        raise HumanoidFileError(f"{path}: not a USD file that can be opened") from error
    bodies = {p.GetPath(): p for p in stage.Traverse() if p.HasAPI(UsdPhysics.RigidBodyAPI)}
    joints = {}
    for prim in stage.Traverse():
        joint = UsdPhysics.Joint(prim)
        if joint and joint.GetBody1Rel().GetTargets():
            joints[joint.GetBody1Rel().GetTargets()[0]] = joint
    children: dict = {}
    for child in bodies:
        parents = joints[child].GetBody0Rel().GetTargets() if child in joints else []
        children.setdefault(parents[0] if parents and parents[0] in bodies else None, []).append(child)

    frames = UsdGeom.XformCache()
    segments: list[Segment] = []

    def visit(at, parent) -> None:
        segments.append(_segment(path, bodies[at], joints.get(at), parent, frames))
        for child in sorted(children.get(at, []), key=lambda child: canonical_index(child.name)):
            visit(child, at)

    for root in children.get(None, []):
        visit(root, None)
    pairs = [
        (prim.GetName(), target.name)
        for prim in bodies.values()
        for target in UsdPhysics.FilteredPairsAPI(prim).GetFilteredPairsRel().GetTargets()
    ]
    return checked_body(path, segments, pairs)


def _segment(path: Path, prim: Usd.Prim, joint, parent, frames: UsdGeom.XformCache) -> Segment:
    name = prim.GetName()
    turned = frames.GetLocalToWorldTransform(prim).ExtractRotationQuat()
    if abs(turned.GetReal()) < 1.0 - 1e-6:
        raise HumanoidFileError(
            f"{path}: {name} is turned at rest; the behaviour models know a T-pose of unturned bodies"
        )
    mass = UsdPhysics.MassAPI(prim).GetMassAttr().Get()
    return Segment(
        name=name,
        parent=None if parent is None else parent.name,
        offset=(0.0, 0.0, 0.0) if parent is None else _vec3(joint.GetLocalPos0Attr().Get()),
        mass=float(mass or 0.0),
        shape=_shape(path, prim, frames),
        stiffness=0.0 if parent is None else _stiffness(path, name, joint.GetPrim()),
        hinges=hinges_of(name),
    )


def _stiffness(path: Path, name: str, joint: Usd.Prim) -> float:
    """The proportional gain of a joint's three drives [N m/rad]; USD's are per degree."""
    drives = [UsdPhysics.DriveAPI.Get(joint, axis) for axis in ("rotX", "rotY", "rotZ")]
    gains = [(d.GetStiffnessAttr().Get(), d.GetDampingAttr().Get()) for d in drives if d]
    if len(gains) != 3 or any(None in gain for gain in gains):
        raise HumanoidFileError(f"{path}: the joint of {name} needs a drive with gains on rotX, rotY and rotZ")
    stiffness, damping = np.degrees(gains).T
    if np.ptp(stiffness) > 1e-3 * stiffness[0] or not np.allclose(damping, stiffness / 10.0, rtol=1e-3):
        raise HumanoidFileError(
            f"{path}: the three axes of {name} must have like gains, and the damping must be a tenth"
        )
    return round(float(stiffness[0]), 2)


def _shape(path: Path, prim: Usd.Prim, frames: UsdGeom.XformCache) -> Shape:
    name = prim.GetName()
    shapes = [p for p in Usd.PrimRange(prim) if p.HasAPI(UsdPhysics.CollisionAPI) and UsdGeom.Gprim(p)]
    if len(shapes) != 1:
        raise HumanoidFileError(f"{path}: {name} has {len(shapes)} shapes; give it one")
    to_body = frames.GetLocalToWorldTransform(shapes[0]) * frames.GetLocalToWorldTransform(prim).GetInverse()
    turn, center = to_body.RemoveScaleShear().ExtractRotationQuat(), to_body.ExtractTranslation()
    scale = np.array([Gf.Vec3d(to_body.GetRow3(i)).GetLength() for i in range(3)])
    if capsule := UsdGeom.Capsule(shapes[0]):
        half = Gf.Vec3d(_ALONG[capsule.GetAxisAttr().Get()]) * (0.5 * capsule.GetHeightAttr().Get())
        ends = (_vec3(to_body.Transform(-half)), _vec3(to_body.Transform(half)))
        return Capsule(*ends, float(capsule.GetRadiusAttr().Get() * scale.mean()))
    if cube := UsdGeom.Cube(shapes[0]):
        half = 0.5 * cube.GetSizeAttr().Get() * scale
        return Box(_vec3(center), _vec3(half), (turn.GetReal(), *_vec3(turn.GetImaginary())))
    if sphere := UsdGeom.Sphere(shapes[0]):
        return Sphere(_vec3(center), float(sphere.GetRadiusAttr().Get() * scale.mean()))
    raise HumanoidFileError(f"{path}: {name} is a {shapes[0].GetTypeName()}; use a capsule, a cube or a sphere")


def _vec3(values) -> Vec3:
    x, y, z = (round(float(v), 6) for v in values)
    return x, y, z
