# SPDX-License-Identifier: BSD-3-Clause
"""Reward formulas of the tasks as pure functions of tensors (Task Tokens paper, task definitions)."""

from __future__ import annotations

import torch


def along(velocity: torch.Tensor, direction: torch.Tensor) -> torch.Tensor:
    """Speed along a unit direction. Shapes (N, 2) [m/s], (N, 2) -> (N,) [m/s]."""
    return (velocity * direction).sum(-1)


def relative_speed_error(speed: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """(target - speed) / target, or the plain difference where the target is zero. Shapes (N,) [m/s] -> (N,)."""
    difference = target - speed
    return torch.where(target > 1.0e-4, difference / target.clamp(min=1.0e-4), difference)


def direction_reward(
    velocity: torch.Tensor, direction: torch.Tensor, target_speed: torch.Tensor, authors_sideways: bool = False
) -> torch.Tensor:
    """exp(-(10 e^2 + 0.1 w.w)) with e the relative speed error and w the sideways velocity; 0 below -0.5 m/s.

    Args:
        velocity: Pelvis velocity over the last control step, ground plane. Shape (N, 2) [m/s].
        direction: Target direction, unit length. Shape (N, 2).
        target_speed: Shape (N,) [m/s].
        authors_sideways: Use the release's (w_x + w_y)^2 instead, which vanishes for some headings.
    """
    speed = along(velocity, direction)
    sideways = velocity - speed.unsqueeze(-1) * direction
    squared = sideways.sum(-1).square() if authors_sideways else sideways.square().sum(-1)
    reward = torch.exp(-(10.0 * relative_speed_error(speed, target_speed).square() + 0.1 * squared))
    return torch.where(speed < -0.5, torch.zeros_like(reward), reward)


def steering_reward(
    velocity: torch.Tensor,
    direction: torch.Tensor,
    target_speed: torch.Tensor,
    facing_error: torch.Tensor,
    authors_sideways: bool = False,
) -> torch.Tensor:
    """0.7 times the Direction reward plus 0.3 max(0, cos of the facing error); other arguments as there.

    Args:
        facing_error: Angle between the pelvis' heading and the one to face (N,) [rad].
    """
    moving = direction_reward(velocity, direction, target_speed, authors_sideways)
    return 0.7 * moving + 0.3 * facing_error.cos().clamp(min=0.0)


def reach_reward(distance: torch.Tensor) -> torch.Tensor:
    """exp(-4 d^2) of the distance d from hand to target. Shapes (N,) [m] -> (N,)."""
    return torch.exp(-4.0 * distance.square())
