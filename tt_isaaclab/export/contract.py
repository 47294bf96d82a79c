# SPDX-License-Identifier: BSD-3-Clause
"""Write down what the numbers of an exported policy mean: names, shapes, units, order, frames, gains, rates, hashes."""

from __future__ import annotations

import math
from importlib.metadata import version

from isaaclab.envs import ManagerBasedRLEnv

from tt_isaaclab.deploy.contract import FORMAT, OWN_LAYOUT, Contract
from tt_isaaclab.humanoid.anatomy import ARMATURE, EFFORT_LIMIT
from tt_isaaclab.humanoid.poses import STANDING_HEIGHT, standing_pose
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID, HumanoidSpec
from tt_isaaclab.prompts.joint_conditions import MOVE_TIMES, PELVIS_HEIGHT
from tt_isaaclab.prompts.task_prompts import PACING, REACHING, VEERING
from tt_isaaclab.task_tokens.policy import PROMPT_GROUP, STATE_GROUP, TASK_GROUP
from tt_isaaclab.tasks.direction import env_cfg as direction
from tt_isaaclab.tasks.mdp.segment_command import SegmentCommand
from tt_isaaclab.tasks.mdp.terminations import HEAD_LOW, LOW, TOUCH
from tt_isaaclab.tasks.reach import env_cfg as reach
from tt_isaaclab.tasks.steering import env_cfg as steering

CONVENTIONS = {
    "units": "SI: m, s, rad, kg, N",
    "world": "z up, the ground is z = 0",
    "quaternion": "x, y, z, w",
    "heading_frame": "the world turned about z so that x is where the pelvis' x axis points on the ground plane",
    "rotation_6d": "the x axis (3), then the z axis (3) of the rotated frame",
    "velocities": "of body frame origins (the joint that ties a body to its parent), not of centres of mass",
    "normalisation": "inside the policy: give raw numbers, in the units stated",
}

_MOVE = [["direction", 2, "1", "unit vector, heading frame"], ["speed", 1, "m/s", "target speed along it"]]
_TASK_ELEMENTS = {
    "direction": _MOVE,
    "steering": [*_MOVE, ["facing", 2, "1", "unit vector to face, heading frame"]],
    "reach": [["point", 3, "m", "from the pelvis to the point, heading frame"]],
    "strike": [
        ["box_position", 3, "m", "from the pelvis, but its height above the ground, heading frame"],
        ["box_rotation", 6, "1", "6-D, heading frame"],
        ["box_linear_velocity", 3, "m/s", "heading frame"],
        ["box_angular_velocity", 3, "rad/s", "heading frame"],
    ],
    "longjump": [["goal", 3, "m", "from the pelvis, heading frame"], ["line", 1, "m", "to the line along world x"]],
}
"""Task observation of each task, by the name of its command: [name, size, unit, meaning] in order."""


def build_contract(
    env: ManagerBasedRLEnv, command: str, widths: dict[str, int], hashes: dict[str, str | None]
) -> Contract:
    """The contract of a policy; what its files turn out to be is added by the export.

    Args:
        env: Environment of the task.
        command: Name of its command term.
        widths: Width of each observation group that the policy reads, in order.
        hashes: SHA-256 of what the policy was made from.
    """
    spec, cfg, targets = DEFAULT_HUMANOID, env.cfg, env.cfg.observations.targets
    prompt = None if targets is None else targets.prior.func
    term: SegmentCommand = env.command_manager.get_term(command)
    judged = ("grace", "tolerance", "facing_tolerance", "last_step")
    return {
        "format": FORMAT,
        "task": {
            "id": env.spec.id,
            "name": command,
            "order": [[control.name, control.unit] for control in term.controls],
            "success": {name: getattr(term.cfg, name) for name in judged if hasattr(term.cfg, name)},
        },
        "layout": cfg.bfm_layout,
        "conventions": CONVENTIONS,
        "rates": {"control_hz": round(1.0 / env.step_dt, 6), "physics_steps": cfg.decimation},
        "inputs": [
            {
                "name": name,
                "shape": [1, width],
                "type": "float32",
                "elements": _elements(name, command, width, spec, cfg.bfm_layout),
            }
            for name, width in widths.items()
        ],
        "outputs": [
            {
                "name": "actions",
                "shape": [1, len(spec.dof_names)],
                "type": "float32",
                "meaning": "joint targets: clip to the range, times the scale, is one rotation vector a joint [rad], "
                "of the child's frame in the parent's; held for a control step",
                "range": [-1.0, 1.0],
                "scale": math.pi,
                "order": list(spec.dof_names),
            }
        ],
        "prompt": {
            "slots": list(spec.conditionable),
            "move_times": list(MOVE_TIMES),
            "pelvis_height": PELVIS_HEIGHT,
            "hand": spec.right_hand,
            "pacing": PACING._asdict() if prompt in (direction.joint_prior, steering.joint_prior) else None,
            "veering": _veering() if prompt is steering.joint_prior else None,
            "reaching": REACHING._asdict() if prompt is reach.joint_prior else None,
        },
        "humanoid": _humanoid(spec),
        "fall": {"low": LOW, "head_low": HEAD_LOW, "touch": TOUCH, "head": spec.head, "may_touch": list(spec.feet)},
        "hashes": hashes,
        "versions": {name: version(name) for name in ("tt_isaaclab", "isaaclab", "torch", "onnx", "onnxruntime")},
    }


def _veering() -> dict:
    return VEERING._asdict() | {"ahead": VEERING.ahead._asdict(), "back": VEERING.back._asdict()}


def _humanoid(spec: HumanoidSpec) -> dict:
    joints = zip(spec.joint_names, spec.parents[1:], spec.stiffness, spec.damping, standing_pose().tolist())
    return {
        "name": spec.name,
        "bodies": list(spec.body_names),
        "actuation": "PD on the rotation vector of each spherical joint; the damping acts on its angular velocity",
        "effort_limit": EFFORT_LIMIT,
        "armature": ARMATURE,
        "start_height": round(STANDING_HEIGHT, 6),
        "joints": [
            {
                "name": name,
                "parent": spec.body_names[parent],
                "stiffness": stiffness,
                "damping": damping,
                "start": [round(x, 6) + 0.0 for x in start],
                "hinges": spec.hinges[name],
            }
            for name, parent, stiffness, damping, start in joints
        ],
    }


def _elements(name: str, command: str, width: int, spec: HumanoidSpec, layout: str) -> list[list]:
    """[name, size, unit, meaning] of the numbers of an observation group, in order."""
    bodies = len(spec.body_names)
    if name == STATE_GROUP:
        elements = [
            ["root_height", 1, "m", "of the pelvis above the ground"],
            ["body_position", 3 * (bodies - 1), "m", "of each body but the pelvis, from the pelvis, heading frame"],
            ["body_rotation", 6 * bodies, "1", "6-D of each body, heading frame"],
            ["body_linear_velocity", 3 * bodies, "m/s", "of each body, heading frame"],
            ["body_angular_velocity", 3 * bodies, "rad/s", "of each body, heading frame"],
        ]
    elif name == TASK_GROUP:
        elements = _TASK_ELEMENTS[command]
    elif name != PROMPT_GROUP or layout != OWN_LAYOUT:
        elements = [[name, width, "mixed", f"as {layout} reads it, see docs/masked_mimic.md"]]
    else:
        row = 26 * (len(spec.conditionable) + 1) + 2
        elements = [
            [f"target_{i}", row, "m, 1, m/s, s", "sparse pose target: slot by slot, see docs/robot.md"]
            for i in range(width // row)
        ]
    if sum(size for _, size, *_ in elements) != width:
        raise ValueError(
            f"observation group '{name}' has {width} numbers; its description in {__name__} is out of date"
        )
    return elements
