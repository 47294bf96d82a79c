# SPDX-License-Identifier: BSD-3-Clause
"""An MJCF in the manner of SMPL humanoids, of proportions that are neither SMPL's nor the shipped body's."""

from __future__ import annotations

import dataclasses
import xml.etree.ElementTree as ET
from collections.abc import Sequence

from tt_isaaclab.humanoid.anatomy import ANATOMY, Box, Capsule, Segment, Sphere

EXCLUDES = (("Torso", "Chest"), ("Head", "Chest"), ("L_Knee", "L_Toe"))


def _scaled(v, scale):
    return tuple(round(a * b, 6) for a, b in zip(v, scale))


def other_body() -> tuple[Segment, ...]:
    """Longer legs, shorter and heavier trunk, turned hands."""
    segments = []
    for segment in ANATOMY:
        leg = any(part in segment.name for part in ("Hip", "Knee", "Ankle"))
        scale = (1.0, 1.05, 1.12) if leg else (1.1, 0.95, 0.9)
        shape = segment.shape
        if isinstance(shape, Capsule):
            shape = Capsule(_scaled(shape.start, scale), _scaled(shape.end, scale), round(1.1 * shape.radius, 6))
        elif isinstance(shape, Box):
            shape = Box(_scaled(shape.center, scale), _scaled(shape.half_extents, scale))
        else:
            shape = Sphere(_scaled(shape.center, scale), round(0.9 * shape.radius, 6))
        if segment.name.endswith("Hand"):
            shape = Box((0.0, shape.start[1], 0.0), (0.02, 0.05, 0.03), (0.96, 0.0, 0.28, 0.0))
        mass = round(segment.mass * (1.0 if leg else 1.2), 6)
        segments.append(dataclasses.replace(segment, offset=_scaled(segment.offset, scale), mass=mass, shape=shape))
    return tuple(segments)


def smpl_mjcf(segments: Sequence[Segment]) -> str:
    """Hinges x, y, z whose springs are the gains, motors of gear 500, ranges in degrees, one shape a body."""
    root = ET.Element("mujoco", model="humanoid")
    ET.SubElement(root, "compiler", angle="degree")
    bodies = {None: ET.SubElement(root, "worldbody")}
    motors = ET.Element("actuator")
    for segment in segments:
        body = ET.SubElement(bodies[segment.parent], "body", name=segment.name, pos=_text(segment.offset))
        bodies[segment.name] = body
        if segment.parent is None:
            body.set("pos", "0 0 0.95")
            ET.SubElement(body, "freejoint", name="Pelvis")
        for i, axis in enumerate("xyz" if segment.parent else ""):
            name = f"{segment.name}_{axis}"
            ET.SubElement(
                body,
                "joint",
                name=name,
                type="hinge",
                axis=_text([float(i == j) for j in range(3)]),
                range="-180 180",
                stiffness=str(segment.stiffness),
                damping=str(segment.damping),
                armature="0.02",
            )
            ET.SubElement(motors, "motor", name=name, joint=name, gear="500")
        ET.SubElement(body, "geom", mass=str(segment.mass), **_geom(segment.shape))
    contact = ET.SubElement(root, "contact")
    for first, second in EXCLUDES:
        ET.SubElement(contact, "exclude", body1=first, body2=second)
    root.append(motors)
    return ET.tostring(root, encoding="unicode")


def _text(values) -> str:
    return " ".join(str(v) for v in values)


def _geom(shape) -> dict[str, str]:
    if isinstance(shape, Capsule):
        return {"type": "capsule", "fromto": _text((*shape.start, *shape.end)), "size": str(shape.radius)}
    if isinstance(shape, Box):
        size, quat = _text(shape.half_extents), _text(shape.orientation)
        return {"type": "box", "pos": _text(shape.center), "size": size, "quat": quat}
    return {"type": "sphere", "pos": _text(shape.center), "size": str(shape.radius)}
