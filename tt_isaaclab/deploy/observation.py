# SPDX-License-Identifier: BSD-3-Clause
"""What the policy reads, from the state of one humanoid, in NumPy: the same numbers as `kinematics` computes in torch.

Orientations are rotation matrices here, as MuJoCo and most state estimators give them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class BodyState(NamedTuple):
    """World poses and velocities of the bodies, in the contract's order; body 0 is the pelvis."""

    pos: np.ndarray
    """Body frame origins (B, 3) [m]; z is the height above the ground."""
    rot: np.ndarray
    """Body frames to world (B, 3, 3)."""
    lin_vel: np.ndarray
    """Of the frame origins (B, 3) [m/s]."""
    ang_vel: np.ndarray
    """(B, 3) [rad/s]."""


class PoseTarget(NamedTuple):
    """Sparse pose targets at T times, S body slots, world frame; hidden entries may hold anything finite."""

    pos: np.ndarray
    """(T, S, 3) [m]."""
    rot: np.ndarray
    """(T, S, 3, 3)."""
    heading: np.ndarray
    """Of the pelvis (T,) [rad]."""
    velocity: np.ndarray
    """Of the pelvis, ground plane (T, 2) [m/s]."""
    visible: np.ndarray
    """(T, S + 1, 2) bool; body slots: (position, rotation), last slot: (heading, velocity)."""
    time: np.ndarray
    """From now (T,) [s]."""


def heading(rot: np.ndarray) -> float:
    """Yaw of a frame's x axis on the ground plane [rad]; ``rot`` (3, 3)."""
    return float(np.arctan2(rot[1, 0], rot[0, 0]))


def turn(yaw: float) -> np.ndarray:
    """Rotation matrix (3, 3) about z; of a heading it takes the heading frame to the world."""
    c, s = np.cos(yaw), np.sin(yaw)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def rotation_6d(rot: np.ndarray) -> np.ndarray:
    """x axis, then z axis (..., 6) of rotations (..., 3, 3)."""
    return np.concatenate((rot[..., 0], rot[..., 2]), axis=-1)


def self_observation(state: BodyState) -> np.ndarray:
    """The humanoid's own state (15 B - 2,); see `kinematics.self_observation`. A row times a frame is in that frame."""
    frame = turn(heading(state.rot[0]))
    blocks = (
        (state.pos[1:] - state.pos[0]) @ frame,
        rotation_6d(frame.T @ state.rot),
        state.lin_vel @ frame,
        state.ang_vel @ frame,
    )
    return np.concatenate((state.pos[0, 2:], *(block.ravel() for block in blocks)))


def target_rows(state: BodyState, target: PoseTarget, slots: list[int]) -> np.ndarray:
    """Targets as the policy reads them (T, 26 (S + 1) + 2); see `kinematics.sparse_targets`.

    Args:
        state: The state now.
        target: The targets.
        slots: Body index of each slot (S,).
    """
    times, count = len(target.time), len(slots)
    frame = turn(heading(state.rot[0]))
    rows = np.zeros((times, count + 1, 2, 13))
    rows[:, :-1, 0, 0:3] = (target.pos - state.pos[slots]) @ frame
    rows[:, :-1, 0, 6:9] = (target.pos - state.pos[0]) @ frame
    rows[:, :-1, 1, 0:6] = rotation_6d(state.rot[slots].transpose(0, 2, 1) @ target.rot)
    rows[:, :-1, 1, 6:12] = rotation_6d(frame.T @ target.rot)
    way = rotation_6d(np.stack([frame.T @ turn(yaw) for yaw in target.heading]))
    rows[:, -1, 0, 0:6] = rows[:, -1, 0, 6:12] = way
    rows[:, -1, 1, 0:2] = rows[:, -1, 1, 6:8] = target.velocity @ frame[:2, :2]
    rows[..., :12] *= target.visible[..., None]
    rows[..., 12] = target.visible
    return np.concatenate((rows.reshape(times, -1), target.time[:, None], np.ones((times, 1))), axis=1)
