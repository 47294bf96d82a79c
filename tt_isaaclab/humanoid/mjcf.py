# SPDX-License-Identifier: BSD-3-Clause
"""MJCF of the body: ball joints with three position actuators each, so an action is a rotation vector.

The derivative gain sits on the joint as passive damping, not on the force-limited actuator: MuJoCo's implicit
integrator drops the damping of a saturated actuator, and 120 Hz physics then diverges.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from .anatomy import ANATOMY, ARMATURE, EFFORT_LIMIT, STANDING_HEIGHT, UNCOLLIDABLE_PAIRS, Box, Capsule, Segment, Shape

TIMESTEP = 1.0 / 120.0
"""Physics step [s]; a control step is four of them."""


def _numbers(values: Sequence[float]) -> str:
    return " ".join(f"{v:.6g}" for v in values)


def _geom(shape: Shape) -> dict[str, str]:
    if isinstance(shape, Capsule):
        return {"type": "capsule", "fromto": _numbers((*shape.start, *shape.end)), "size": _numbers((shape.radius,))}
    if isinstance(shape, Box):
        box = {"type": "box", "pos": _numbers(shape.center), "size": _numbers(shape.half_extents)}
        return box if shape.orientation == (1.0, 0.0, 0.0, 0.0) else {**box, "quat": _numbers(shape.orientation)}
    return {"type": "sphere", "pos": _numbers(shape.center), "size": _numbers((shape.radius,))}


def _add_body(parent: ET.Element, segment: Segment, anatomy: Sequence[Segment]) -> None:
    root = segment.parent is None
    position = (0.0, 0.0, STANDING_HEIGHT) if root else segment.offset
    body = ET.SubElement(parent, "body", name=segment.name, pos=_numbers(position))
    if root:
        ET.SubElement(body, "freejoint", name="root")
    else:
        ET.SubElement(
            body,
            "joint",
            name=segment.name,
            type="ball",
            damping=_numbers((segment.damping,)),
            armature=_numbers((ARMATURE,)),
        )
    ET.SubElement(body, "geom", name=segment.name, mass=_numbers((segment.mass,)), **_geom(segment.shape))
    for child in anatomy:
        if child.parent == segment.name:
            _add_body(body, child, anatomy)


def build_mjcf(anatomy: Sequence[Segment] = ANATOMY) -> str:
    """Return the MJCF text of the body standing on a plane, 69 actuators in canonical order."""
    root = ET.Element("mujoco", model="tt_humanoid")
    ET.SubElement(root, "option", timestep=repr(TIMESTEP), integrator="implicitfast", cone="elliptic", iterations="20")
    default = ET.SubElement(root, "default")
    ET.SubElement(default, "geom", friction="1 0.005 0.0001", condim="3", rgba="0.78 0.62 0.5 1")
    world = ET.SubElement(root, "worldbody")
    ET.SubElement(world, "light", pos="0 0 4", dir="0 0 -1", directional="true")
    ET.SubElement(world, "geom", name="ground", type="plane", size="50 50 1", rgba="0.6 0.65 0.7 1")
    _add_body(world, anatomy[0], anatomy)
    contact = ET.SubElement(root, "contact")
    for first, second in UNCOLLIDABLE_PAIRS:
        ET.SubElement(contact, "exclude", body1=first, body2=second)
    actuator = ET.SubElement(root, "actuator")
    for segment in anatomy[1:]:
        for axis, gear in zip("xyz", ("1 0 0", "0 1 0", "0 0 1"), strict=True):
            ET.SubElement(
                actuator,
                "position",
                name=f"{segment.name}_{axis}",
                joint=segment.name,
                gear=gear,
                kp=_numbers((segment.stiffness,)),
                forcerange=_numbers((-EFFORT_LIMIT, EFFORT_LIMIT)),
            )
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"
