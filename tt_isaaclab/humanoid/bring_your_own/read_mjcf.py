# SPDX-License-Identifier: BSD-3-Clause
"""A body of SMPL topology from MJCF: one shape a body, three hinges a joint whose springs are the PD gains."""

from __future__ import annotations

from pathlib import Path

import mujoco
import numpy as np

from ..anatomy import Box, Capsule, Segment, Shape, Sphere, Vec3
from .body import Body, HumanoidFileError, checked_body, hinges_of

_WORLD = 0


def read_mjcf(path: Path) -> Body:
    """Read and check. Raises HumanoidFileError."""
    try:
        model = mujoco.MjModel.from_xml_path(str(path))
    except ValueError as error:
        raise HumanoidFileError(f"{path}: not an MJCF that MuJoCo reads ({str(error).splitlines()[0]})") from error
    segments = [_segment(path, model, body) for body in range(1, model.nbody)]
    pairs = [(model.body(int(s) >> 16).name, model.body(int(s) & 0xFFFF).name) for s in model.exclude_signature]
    return checked_body(path, segments, pairs)


def _segment(path: Path, model: mujoco.MjModel, body: int) -> Segment:
    name = model.body(body).name
    parent = int(model.body_parentid[body])
    if not np.allclose(model.body_quat[body], (1, 0, 0, 0)):
        raise HumanoidFileError(
            f"{path}: {name} is turned at rest; the behaviour models know a T-pose of unturned bodies"
        )
    return Segment(
        name=name,
        parent=None if parent == _WORLD else model.body(parent).name,
        offset=(0.0, 0.0, 0.0) if parent == _WORLD else _vec3(model.body_pos[body]),
        mass=float(model.body_mass[body]),
        shape=_shape(path, model, body),
        stiffness=0.0 if parent == _WORLD else _stiffness(path, model, body),
        hinges=hinges_of(name),
    )


def _stiffness(path: Path, model: mujoco.MjModel, body: int) -> float:
    """The proportional gain of a body's three hinges, after checking that they are that."""
    name, first = model.body(body).name, int(model.body_jntadr[body])
    joints = [model.joint(first + i) for i in range(int(model.body_jntnum[body]))]
    if [joint.name for joint in joints] != [f"{name}_{axis}" for axis in "xyz"]:
        raise HumanoidFileError(f"{path}: {name} needs the hinges {name}_x, {name}_y and {name}_z in this order")
    if not np.allclose([model.jnt_axis[first + i] for i in range(3)], np.eye(3)):
        raise HumanoidFileError(f"{path}: the hinges of {name} do not turn about x, y and z")
    # newer MuJoCo keeps coefficients of a polynomial, of which the first is linear
    stiffness = np.asarray(model.jnt_stiffness).reshape(model.njnt, -1)[first : first + 3, 0]
    dofs = int(model.jnt_dofadr[first])
    damping = np.asarray(model.dof_damping).reshape(model.nv, -1)[dofs : dofs + 3, 0]
    if np.ptp(stiffness) > 0.0 or not np.allclose(damping, stiffness / 10.0):
        raise HumanoidFileError(
            f"{path}: {name} has stiffness {stiffness.tolist()} and damping {damping.tolist()}; the three axes must be "
            "alike and the damping a tenth"
        )
    return float(stiffness[0])


def _shape(path: Path, model: mujoco.MjModel, body: int) -> Shape:
    name, number, geom = model.body(body).name, int(model.body_geomnum[body]), int(model.body_geomadr[body])
    if number != 1:
        raise HumanoidFileError(f"{path}: {name} has {number} shapes; give it one")
    center, size = model.geom_pos[geom], model.geom_size[geom]
    orientation = tuple(float(v) for v in model.geom_quat[geom])
    kind = mujoco.mjtGeom(model.geom_type[geom])
    if kind == mujoco.mjtGeom.mjGEOM_SPHERE:
        return Sphere(_vec3(center), float(size[0]))
    if kind == mujoco.mjtGeom.mjGEOM_BOX:
        return Box(_vec3(center), _vec3(size), orientation)
    if kind == mujoco.mjtGeom.mjGEOM_CAPSULE:
        along = np.zeros(9)
        mujoco.mju_quat2Mat(along, model.geom_quat[geom])
        half = along.reshape(3, 3)[:, 2] * size[1]
        return Capsule(_vec3(center + half), _vec3(center - half), float(size[0]))
    raise HumanoidFileError(f"{path}: {name} is a {kind.name[7:].lower()}; use a capsule, a box or a sphere")


def _vec3(values: np.ndarray) -> Vec3:
    x, y, z = (float(v) for v in values)
    return x, y, z
