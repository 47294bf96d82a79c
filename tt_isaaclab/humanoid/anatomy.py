# SPDX-License-Identifier: BSD-3-Clause
"""The body as one table: 24 segments, 23 spherical joints, 69 degrees of freedom.

Names, order and gains are those of the SMPL humanoid that MaskedMimic is trained on, so that every
checkpoint generation and the bundled model share one layout. Proportions, masses and shapes are our own:
1.70 m tall, 65 kg, capsules and boxes. The rest pose is a T-pose, z up, facing +x, left side at +y.

Everything else about the body (MJCF, USD, :class:`HumanoidSpec`) is generated from :data:`ANATOMY`.
"""

from __future__ import annotations

from dataclasses import dataclass

Vec3 = tuple[float, float, float]


@dataclass(frozen=True)
class Capsule:
    """Capsule between two points of the body frame [m]."""

    start: Vec3
    end: Vec3
    radius: float


@dataclass(frozen=True)
class Sphere:
    """Sphere in the body frame [m]."""

    center: Vec3
    radius: float


@dataclass(frozen=True)
class Box:
    """Box in the body frame, given by its centre and half extents [m] and its orientation there (w, x, y, z)."""

    center: Vec3
    half_extents: Vec3
    orientation: tuple[float, float, float, float] = (1.0, 0.0, 0.0, 0.0)


Shape = Capsule | Sphere | Box


@dataclass(frozen=True)
class Segment:
    """One rigid body and the spherical joint that ties it to its parent."""

    name: str
    parent: str | None
    offset: Vec3
    """Position of the joint in the parent's frame at rest [m]; all rest orientations are the identity."""
    mass: float
    """Mass [kg], spread evenly over the shape."""
    shape: Shape
    stiffness: float = 0.0
    """Proportional gain of each of the joint's three axes [N m/rad]; the damping is a tenth of it [N m s/rad]."""
    hinges: str = "xyz"
    """Serial order of the three hinges on engines without a spherical joint; a cyclic permutation of ``xyz``.
    The middle axis is the one with the smallest range: the twist of the limb, or the bend of the spine."""

    @property
    def damping(self) -> float:
        """Derivative gain of each joint axis [N m s/rad]."""
        return self.stiffness / 10.0


def _leg(side: str, y: float) -> list[Segment]:
    """Hip, knee, ankle and toe of one leg; ``y`` is the hip's sideways offset [m]."""
    return [
        Segment(
            f"{side}_Hip", "Pelvis", (0.0, y, -0.08), 7.2, Capsule((0, 0, -0.06), (0, 0, -0.33), 0.062), 800, "yzx"
        ),
        Segment(
            f"{side}_Knee", f"{side}_Hip", (0, 0, -0.39), 3.0, Capsule((0, 0, -0.05), (0, 0, -0.35), 0.045), 800, "yzx"
        ),
        Segment(
            f"{side}_Ankle",
            f"{side}_Knee",
            (0, 0, -0.40),
            0.8,
            Box((0.03, 0, -0.045), (0.09, 0.042, 0.025)),
            800,
            "yzx",
        ),
        Segment(
            f"{side}_Toe", f"{side}_Ankle", (0.125, 0, -0.05), 0.2, Box((0.03, 0, 0), (0.033, 0.04, 0.02)), 500, "yzx"
        ),
    ]


def _arm(side: str, s: float) -> list[Segment]:
    """Collar (thorax), shoulder, elbow, wrist and hand of one arm; ``s`` is +1 on the left and -1 on the right."""
    return [
        Segment(
            f"{side}_Thorax",
            "Chest",
            (0, s * 0.07, 0.12),
            1.2,
            Capsule((0, s * 0.02, 0), (0, s * 0.10, 0.01), 0.045),
            500,
        ),
        Segment(
            f"{side}_Shoulder",
            f"{side}_Thorax",
            (0, s * 0.13, 0.02),
            1.8,
            Capsule((0, s * 0.04, 0), (0, s * 0.22, 0), 0.042),
            500,
        ),
        Segment(
            f"{side}_Elbow",
            f"{side}_Shoulder",
            (0, s * 0.26, 0),
            1.1,
            Capsule((0, s * 0.03, 0), (0, s * 0.21, 0), 0.035),
            500,
        ),
        Segment(
            f"{side}_Wrist",
            f"{side}_Elbow",
            (0, s * 0.25, 0),
            0.3,
            Capsule((0, s * 0.01, 0), (0, s * 0.05, 0), 0.03),
            300,
        ),
        Segment(
            f"{side}_Hand",
            f"{side}_Wrist",
            (0, s * 0.08, 0),
            0.3,
            Capsule((0, s * 0.02, 0), (0, s * 0.08, 0), 0.028),
            300,
        ),
    ]


ANATOMY: tuple[Segment, ...] = (
    Segment("Pelvis", None, (0, 0, 0), 9.0, Capsule((0, -0.06, 0), (0, 0.06, 0), 0.095)),
    *_leg("L", 0.09),
    *_leg("R", -0.09),
    Segment("Torso", "Pelvis", (0, 0, 0.11), 5.0, Capsule((0, -0.05, 0.05), (0, 0.05, 0.05), 0.085), 1000, "yzx"),
    Segment("Spine", "Torso", (0, 0, 0.13), 5.0, Capsule((0, -0.06, 0.03), (0, 0.06, 0.03), 0.085), 1000, "yzx"),
    Segment("Chest", "Spine", (0, 0, 0.07), 9.0, Capsule((0, -0.075, 0.08), (0, 0.075, 0.08), 0.10), 1000, "yzx"),
    Segment("Neck", "Chest", (0, 0, 0.18), 1.0, Capsule((0, 0, 0.01), (0, 0, 0.06), 0.045), 500, "yzx"),
    Segment("Head", "Neck", (0, 0, 0.09), 4.2, Sphere((0.01, 0, 0.08), 0.10), 500, "yzx"),
    *_arm("L", 1.0),
    *_arm("R", -1.0),
)
"""Segments in depth-first order; this order is the order of every tensor in the project."""

STANDING_HEIGHT = 0.94
"""Height of the pelvis frame above the ground when the T-pose stands on both soles [m]."""

ARMATURE = 0.02
"""Rotor inertia added to every joint axis [kg m^2]."""

EFFORT_LIMIT = 500.0
"""Largest torque of the position drive on a joint axis [N m]."""

UNCOLLIDABLE_PAIRS: tuple[tuple[str, str], ...] = (
    ("L_Hip", "R_Hip"),
    ("Torso", "L_Hip"),
    ("Torso", "R_Hip"),
    ("Pelvis", "Spine"),
    ("Torso", "Chest"),
    ("Chest", "Head"),
    ("Neck", "L_Thorax"),
    ("Neck", "R_Thorax"),
    ("Chest", "L_Shoulder"),
    ("Chest", "R_Shoulder"),
)
"""Pairs of bodies that may overlap although they are not parent and child; every other pair collides."""
