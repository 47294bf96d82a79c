# SPDX-License-Identifier: BSD-3-Clause
"""Which bone of a recorded skeleton each of our bodies follows: one table a skeleton."""

from __future__ import annotations

BoneTable = dict[str, str | None]
"""Our body -> the bone that it follows; None: it has none of its own and stays straight on its parent."""


def _both(bones: BoneTable, left: str, right: str) -> BoneTable:
    """Bones of both sides, whose names begin with ``left`` and ``right``."""
    sides = {"L": left, "R": right}
    return {f"{side}_{body}": bone and sides[side] + bone for side in sides for body, bone in bones.items()}


_CMU_LIMBS: BoneTable = {
    "Hip": "femur",
    "Knee": "tibia",
    "Ankle": "foot",
    "Toe": "toes",
    "Thorax": "clavicle",
    "Shoulder": "humerus",
    "Elbow": "radius",
    "Wrist": "wrist",
    "Hand": None,  # there is one, but its markers are poor
}
CMU_BONES: BoneTable = {
    "Pelvis": "root",
    "Torso": "lowerback",
    "Spine": "upperback",
    "Chest": "thorax",
    "Neck": "upperneck",
    "Head": "head",
    **_both(_CMU_LIMBS, "l", "r"),
}
"""The ASF skeletons of the CMU recordings."""

_BVH_LIMBS: BoneTable = {
    "Hip": "Thigh",
    "Knee": "Shin",
    "Ankle": "Foot",
    "Toe": None,
    "Thorax": "Collar",
    "Shoulder": "Shldr",
    "Elbow": "ForeArm",
    "Wrist": None,  # there are hands, but one twists by more than half a turn
    "Hand": None,
}
BVH_BONES: BoneTable = {
    "Pelvis": "hip",
    "Torso": None,  # the trunk has two joints, as high as our Spine and Chest
    "Spine": "abdomen",
    "Chest": "chest",
    "Neck": "neck",
    "Head": "head",
    **_both(_BVH_LIMBS, "l", "r"),
}
"""The skeleton of the CMU recordings that were converted to BVH."""

_DEEPMIMIC_LIMBS: BoneTable = {
    "Hip": "hip",
    "Knee": "knee",
    "Ankle": "ankle",
    "Toe": None,
    "Thorax": None,
    "Shoulder": "shoulder",
    "Elbow": "elbow",
    "Wrist": None,
    "Hand": None,
}
DEEPMIMIC_BONES: BoneTable = {
    "Pelvis": "root",
    "Torso": None,  # the trunk has one joint, as high as our Spine
    "Spine": "chest",
    "Chest": None,
    "Neck": "neck",
    "Head": None,
    **_both(_DEEPMIMIC_LIMBS, "left_", "right_"),
}
"""The humanoid of the DeepMimic clips."""
