# SPDX-License-Identifier: BSD-3-Clause
"""Reward formulas of the tasks as pure functions of tensors (Task Tokens paper, task definitions)."""

from __future__ import annotations

import torch

from tt_isaaclab.kinematics.heading import along


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


def strike_reward(upright: torch.Tensor, approach: torch.Tensor, target_speed: float = 1.0) -> torch.Tensor:
    """0.6 max(0, 1 - c) + 0.4 exp(-4 h^2) while u > 0, with h = max(0, (v - u) / v); 1 once c < 0.2.

    Args:
        upright: Height c of the tip of the box's up axis, 1 standing and 0 lying (N,).
        approach: Pelvis speed u towards the box (N,) [m/s].
        target_speed: Approach speed v that earns all [m/s].
    """
    lag = ((target_speed - approach) / target_speed).clamp(min=0.0)
    reward = 0.6 * (1.0 - upright).clamp(min=0.0) + 0.4 * (approach > 0.0) * torch.exp(-4.0 * lag.square())
    return torch.where(upright < 0.2, torch.ones_like(reward), reward)


def long_jump_reward(
    progress: torch.Tensor,
    forward_speed: torch.Tensor,
    height: torch.Tensor,
    over: torch.Tensor,
    length: torch.Tensor,
    landed: torch.Tensor,
) -> torch.Tensor:
    """clamp(progress, 0, 1) + 0.01 v_x, + 0.1 z once over the line, + 30 L at the landing.

    Args:
        progress: How much nearer to the goal the pelvis came in this control step (N,) [m].
        forward_speed: Pelvis speed v_x along the run-up (N,) [m/s].
        height: Pelvis height z (N,) [m].
        over: A foot is past the line (N,), bool.
        length: Mean of the bodies' distances L past the line (N,) [m].
        landed: The humanoid touches the ground past the line (N,), bool.
    """
    return progress.clamp(0.0, 1.0) + 0.01 * forward_speed + 0.1 * height * over + 30.0 * length * landed
