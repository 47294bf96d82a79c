# SPDX-License-Identifier: BSD-3-Clause
"""USD of the body and of the ground plane, for every Isaac Lab physics backend.

Each joint is one six-degree-of-freedom joint with its translations locked. PhysX reads its three angular
coordinates as a rotation vector; Newton turns them into three hinges in series about the joint frame's x, y, z.
The joint frame is turned so that this serial order is the segment's ``hinges``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import mujoco
import numpy as np
from pxr import Gf, Sdf, Usd, UsdGeom, UsdPhysics, UsdShade

from .anatomy import ANATOMY, ARMATURE, EFFORT_LIMIT, UNCOLLIDABLE_PAIRS, Box, Capsule, Segment, Shape
from .mjcf import build_mjcf

_JOINT_FRAMES = {"xyz": (1.0, 0.0, 0.0, 0.0), "yzx": (0.5, 0.5, 0.5, 0.5), "zxy": (0.5, -0.5, -0.5, -0.5)}
"""Rotation (w, x, y, z) whose columns are the body axes in serial hinge order."""


def _vec3(values: Sequence[float]) -> Gf.Vec3f:
    return Gf.Vec3f(*(round(float(v), 6) for v in values))


def _new_stage(default_prim: str) -> Usd.Stage:
    stage = Usd.Stage.CreateInMemory()
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.z)
    UsdGeom.SetStageMetersPerUnit(stage, 1.0)
    UsdPhysics.SetStageKilogramsPerUnit(stage, 1.0)
    stage.SetDefaultPrim(UsdGeom.Xform.Define(stage, default_prim).GetPrim())
    return stage


def _add_shape(stage: Usd.Stage, path: str, shape: Shape) -> None:
    if isinstance(shape, Capsule):
        start, end = np.array(shape.start, dtype=float), np.array(shape.end, dtype=float)
        length = float(np.linalg.norm(end - start))
        geom = UsdGeom.Capsule.Define(stage, path)
        geom.CreateAxisAttr(UsdGeom.Tokens.z)
        geom.CreateRadiusAttr(shape.radius)
        geom.CreateHeightAttr(round(length, 6))
        rotation = Gf.Rotation(Gf.Vec3d(0, 0, 1), Gf.Vec3d(*((end - start) / length)))
        geom.AddTranslateOp().Set(Gf.Vec3d(*(round(float(v), 6) for v in (start + end) / 2)))
        geom.AddOrientOp().Set(Gf.Quatf(rotation.GetQuat()))
    elif isinstance(shape, Box):
        geom = UsdGeom.Cube.Define(stage, path)
        geom.CreateSizeAttr(2.0)
        geom.AddTranslateOp().Set(Gf.Vec3d(*shape.center))
        if shape.orientation != (1.0, 0.0, 0.0, 0.0):
            geom.AddOrientOp().Set(Gf.Quatf(*shape.orientation))
        geom.AddScaleOp().Set(_vec3(shape.half_extents))
    else:
        geom = UsdGeom.Sphere.Define(stage, path)
        geom.CreateRadiusAttr(shape.radius)
        geom.AddTranslateOp().Set(Gf.Vec3d(*shape.center))
    geom.CreateDisplayColorAttr([Gf.Vec3f(0.78, 0.62, 0.5)])
    UsdPhysics.CollisionAPI.Apply(geom.GetPrim())


def _add_material(stage: Usd.Stage, path: str, friction: float) -> UsdShade.Material:
    material = UsdShade.Material.Define(stage, path)
    physics = UsdPhysics.MaterialAPI.Apply(material.GetPrim())
    physics.CreateStaticFrictionAttr(friction)
    physics.CreateDynamicFrictionAttr(friction)
    physics.CreateRestitutionAttr(0.0)
    return material


def _add_joint(stage: Usd.Stage, path: str, segment: Segment, parent_path: str, body_path: str) -> None:
    joint = UsdPhysics.Joint.Define(stage, path)
    joint.CreateBody0Rel().SetTargets([parent_path])
    joint.CreateBody1Rel().SetTargets([body_path])
    joint.CreateLocalPos0Attr(_vec3(segment.offset))
    joint.CreateLocalPos1Attr(Gf.Vec3f(0.0))
    frame = Gf.Quatf(*_JOINT_FRAMES[segment.hinges])
    joint.CreateLocalRot0Attr(frame)
    joint.CreateLocalRot1Attr(frame)
    prim = joint.GetPrim()
    for axis in ("transX", "transY", "transZ"):  # low above high locks the axis
        limit = UsdPhysics.LimitAPI.Apply(prim, axis)
        limit.CreateLowAttr(1.0)
        limit.CreateHighAttr(-1.0)
    for axis in ("rotX", "rotY", "rotZ"):
        limit = UsdPhysics.LimitAPI.Apply(prim, axis)
        limit.CreateLowAttr(-180.0)
        limit.CreateHighAttr(180.0)
        drive = UsdPhysics.DriveAPI.Apply(prim, axis)  # USD gains are per degree
        drive.CreateTypeAttr("force")
        drive.CreateStiffnessAttr(round(math.radians(segment.stiffness), 6))
        drive.CreateDampingAttr(round(math.radians(segment.damping), 6))
        drive.CreateMaxForceAttr(EFFORT_LIMIT)
    prim.CreateAttribute("physxJoint:armature", Sdf.ValueTypeNames.Float, custom=False).Set(ARMATURE)
    prim.CreateAttribute("newton:armature", Sdf.ValueTypeNames.Float, custom=False).Set(ARMATURE)
    prim.CreateAttribute("mjc:damping", Sdf.ValueTypeNames.Float, custom=False).Set(segment.damping)


def build_humanoid_usd(
    anatomy: Sequence[Segment] = ANATOMY, uncollidable: Sequence[tuple[str, str]] = UNCOLLIDABLE_PAIRS
) -> str:
    """Return the body as USD text; inertias are MuJoCo's for the same shapes and masses."""
    model = mujoco.MjModel.from_xml_string(build_mjcf(anatomy))
    stage = _new_stage("/Humanoid")
    UsdGeom.Scope.Define(stage, "/Humanoid/joints")
    material = _add_material(stage, "/Humanoid/skin", friction=1.0)
    world = {None: np.array([0.0, 0.0, 0.0])}
    for segment in anatomy:
        world[segment.name] = world[segment.parent] + np.array(segment.offset, dtype=float)
        path = f"/Humanoid/{segment.name}"
        body = UsdGeom.Xform.Define(stage, path)
        body.AddTranslateOp().Set(Gf.Vec3d(*(round(float(v), 6) for v in world[segment.name])))
        UsdPhysics.RigidBodyAPI.Apply(body.GetPrim())
        mass = UsdPhysics.MassAPI.Apply(body.GetPrim())
        row = model.body(segment.name).id
        mass.CreateMassAttr(segment.mass)
        mass.CreateCenterOfMassAttr(_vec3(model.body_ipos[row]))
        mass.CreateDiagonalInertiaAttr(Gf.Vec3f(*(round(float(v), 9) for v in model.body_inertia[row])))
        mass.CreatePrincipalAxesAttr(Gf.Quatf(*(round(float(v), 6) for v in model.body_iquat[row])))
        _add_shape(stage, f"{path}/shape", segment.shape)
        binding = UsdShade.MaterialBindingAPI.Apply(stage.GetPrimAtPath(f"{path}/shape"))
        binding.Bind(material, UsdShade.Tokens.weakerThanDescendants, "physics")
        if segment.parent is None:  # on the pelvis itself: from an ancestor prim PhysX picks the most central body
            UsdPhysics.ArticulationRootAPI.Apply(body.GetPrim())
        else:
            _add_joint(stage, f"/Humanoid/joints/{segment.name}", segment, f"/Humanoid/{segment.parent}", path)
    for first, second in uncollidable:
        pairs = UsdPhysics.FilteredPairsAPI.Apply(stage.GetPrimAtPath(f"/Humanoid/{first}"))
        pairs.CreateFilteredPairsRel().AddTarget(f"/Humanoid/{second}")
    return stage.GetRootLayer().ExportToString()


def build_ground_usd() -> str:
    """Return an endless collision plane at z = 0, so that no asset has to be fetched."""
    stage = _new_stage("/Ground")
    plane = UsdGeom.Plane.Define(stage, "/Ground/CollisionPlane")
    plane.CreateAxisAttr(UsdGeom.Tokens.z)
    plane.CreatePurposeAttr(UsdGeom.Tokens.guide)
    UsdPhysics.CollisionAPI.Apply(plane.GetPrim())
    return stage.GetRootLayer().ExportToString()
