# SPDX-License-Identifier: BSD-3-Clause
"""Prompts of tasks that take several skills, moment by moment. Frames and slots as in `joint_conditions`.

They are not in the paper; their numbers suit the bundled model (docs/results.md, "What a prompt asks for").
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch

from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.humanoid.state import BodyState
from tt_isaaclab.kinematics.heading import along, from_heading_frame, heading_angle, unit_vector, wrap_angle
from tt_isaaclab.kinematics.sparse_targets import SparseTarget

from .joint_conditions import PELVIS_HEIGHT, direction, reach


class Reaching(NamedTuple):
    """How the prompt of the Reach task goes about a point."""

    early: int = 15
    """Control steps after a new point in which there may be steps."""
    pace: float = 0.5
    """Of the steps, which go any way [m/s]."""
    ahead: float = 0.25
    left: float = -0.25
    """Where from the pelvis a point is easiest to reach, heading frame [m]."""
    arm: float = 0.4
    """Points further from there than this are stepped towards first [m]."""
    beyond: float = 0.4
    """Share of what the hand is still short of by which it is asked to go beyond the point: the bundled model stops short."""
    furthest: float = 0.3
    """Most that it counts as short of [m]."""
    soon: float = 0.52
    """Only a hand that should be there within this time is asked to go beyond [s]."""
    lowest: float = 0.3
    """Least height that the hand is asked to [m]: bending lower the bundled model falls, and 20 cm are near enough. Above it
    the pelvis is asked to stay where it is, so that who reaches does not lean until it falls."""


REACHING = Reaching()


class Pacing(NamedTuple):
    """How to bring a humanoid to a run: by a walk, for a run that begins in a stand or in a turn ends in a fall."""

    above: float = 1.9
    """To here the bundled model walks as it is told [m/s]."""
    walk: float = 2.2
    """Who is to be faster than this is asked for a walk first [m/s],"""
    slow: float = 1.4
    """while it is slower than this along the way [m/s],"""
    turned: float = 0.5
    """or faces further than this from it [rad]."""
    gain: float = 2.0
    """From then on more is asked for by so much for each m/s that it is too slow."""
    most: float = 4.2
    """Highest speed that is asked for [m/s]."""


PACING = Pacing()


class Walk(NamedTuple):
    """What the bundled model can do of a walk, ahead or backwards."""

    within: float
    """How far from the heading ordered it may face [rad]; 45 degrees count as facing so, and a walk sways."""
    fastest: float
    """Highest speed [m/s]."""
    even: float
    """Up to this speed it is as fast as it is told to be [m/s]."""
    slip: float
    """Share by which it is slower for each m/s above [s/m]."""

    def asked(self, speed: torch.Tensor) -> torch.Tensor:
        """What speed to ask for (N,) to get a speed (N,) [m/s]."""
        return speed * (1.0 + self.slip * (speed.clamp(max=self.fastest) - self.even).clamp(min=0.0))


class Veering(NamedTuple):
    """How the prompt of the Steering task has a humanoid face aside: it goes that way, fast enough to keep the speed ordered."""

    ahead: Walk = Walk(within=0.59, fastest=3.8, even=0.9, slip=0.1)
    back: Walk = Walk(within=0.66, fastest=2.1, even=1.15, slip=0.15)
    runs: float = 2.1
    """Who has to go ahead faster than this does so as `PACING` says [m/s]."""
    hopeless: float = 0.75
    """Who would have to face further from the heading ordered than this goes straight on [rad]."""
    above: float = 0.7
    """Who is to be slower than this steps as ordered [m/s]: so the bundled model can."""
    behind: float = 1.55
    """Who is to face further than this from where to go walks backwards [rad],"""
    beside: float = 0.65
    """up to this far from the way if it has to turn by so much less [rad], for there is little time to turn."""
    going: float = 0.05
    """Who still goes ahead, faster than this [m/s], and is to go backwards, or the other way round,"""
    stopping: float = 0.3
    """or still goes, ahead or backwards, faster than this [m/s], and is to stand or step,"""
    turn: float = 0.8
    """is asked to face no further than this from where it does, and to brake there: turning by more it falls [rad]."""
    begun: float = 0.2
    """Who goes backwards already, faster than this [m/s],"""
    near: float = 0.9
    """but slower than this share of the speed that it needs, as a steady walk seldom is,"""
    gain: float = 3.0
    """is asked for more by so much for each m/s that it is short of that share,"""
    most: float = 3.0
    """up to this speed [m/s]: there is little time to get to its own."""


VEERING = Veering()

_APPROACH = ((2.5, 1.8), (1.6, 1.0), (0.0, 0.6))
"""How fast to walk to a box beyond these distances [m, m/s]."""
_TURN_DISTANCE, _TURN_ANGLE = 1.6, 0.6
"""Within which distance [m] to turn on the spot if one faces further than the angle [rad] from it."""
_TOO_NEAR, _LEAVING = 0.7, 0.5
"""Within which distance [m] to step away first, and how fast [m/s]."""
_PUSH_DISTANCE, _STILL = 1.0, 0.35
"""How far from its centre to stop [m], and below which speed to push it [m/s]."""
_PUSH_HEIGHT, _PUSH_REACH, _PUSH_TIME = 1.2, 0.75, 0.15
"""Where to push it [m], how far from the pelvis at most [m], and when the hand should be there [s from now]: asked for half a
second later, the bundled model does it too gently."""

_RUN_LOOKS_AHEAD = 1.0
"""How far ahead a run-up aims for the middle of the corridor [m]."""
_LEAP = 2.5
"""From this distance to the line nothing is asked of who jumps: asked to run, the bundled model does not leap [m]."""


def paced(bodies: BodyState, yaw: torch.Tensor, speed: torch.Tensor) -> torch.Tensor:
    """What speed to ask for now (N,) [m/s] of who is to go that way (N,) [rad] at a speed (N,) [m/s]; see `PACING`."""
    above, walk, slow, turned, gain, most = PACING
    now = along(bodies.lin_vel[:, 0, :2], unit_vector(yaw))
    off = wrap_angle(yaw - heading_angle(bodies.quat[:, 0])).abs()
    run = (speed + gain * (speed - now).clamp(min=0.0)).clamp(max=most)
    run = torch.where((now < slow) | (off > turned), speed.clamp(max=walk), run)
    return torch.where(speed > above, run, speed)


def keep_pace(bodies: BodyState, yaw: torch.Tensor, speed: torch.Tensor, slots: Sequence[str]) -> SparseTarget:
    """As `direction`, but who is to run does so by a walk (`paced`), and who is to stand stays as it is: the prompt of the
    Direction task.

    The paper's is `direction`: told to go at 3 m/s, the bundled model falls, or jogs on at 2.1 m/s; told to stand it turns
    on the spot.

    Args:
        bodies: State of the bodies now, world.
        yaw: Direction of travel (N,), world [rad].
        speed: Speed (N,) [m/s].
        slots: Body of each slot of the model's layout.
    """
    facing = torch.where(speed > 0.0, yaw, heading_angle(bodies.quat[:, 0]))
    return direction(bodies.pos[:, 0], yaw, paced(bodies, yaw, speed), slots, facing)


def veer(
    bodies: BodyState, yaw: torch.Tensor, speed: torch.Tensor, facing: torch.Tensor, slots: Sequence[str]
) -> SparseTarget:
    """Go between where to go and where to face, ahead or backwards: the prompt of the Steering task.

    The reward and the success of the paper count the speed along the order, and hardly what there is across it; so who
    cannot walk facing aside faces 50 degrees aside by going there, 1.6 times as fast, at a run if need be (`paced`). Who
    faces behind goes backwards. Who has to brake for it, to go ahead again or to stand, does so before it turns far. The
    paper's prompt is `direction`.

    Args:
        bodies: State of the bodies now, world.
        yaw: Direction of travel ordered (N,), world [rad].
        speed: Speed ordered, along it (N,) [m/s].
        facing: Heading ordered (N,), world [rad].
        slots: Body of each slot of the model's layout.
    """
    ahead, backwards, runs, hopeless, above, behind, _, going, stopping, turn, begun, near, gain, most = VEERING
    aside, now = wrap_angle(facing - yaw), heading_angle(bodies.quat[:, 0])
    steps = speed < above
    back = (aside.abs() > behind) & (speed <= backwards.fastest) & ~steps
    off = _least(aside, speed, ahead)
    off = torch.where((aside - off).abs() > hopeless, 0.0, off)
    off = torch.where(back, _beside(now, yaw, speed, facing), off).masked_fill(steps, 0.0)
    fast, pace = speed / off.cos(), along(bodies.lin_vel[:, 0, :2], unit_vector(now))
    forth = torch.where(fast > runs, paced(bodies, yaw + off, fast), ahead.asked(fast))
    asked = backwards.asked(fast)
    hurry = torch.minimum(asked + gain * (near * fast + pace).clamp(min=0.0), asked.clamp(min=most))
    fast = torch.where(back, torch.where(pace < -begun, hurry, asked), forth)
    heading = torch.where(steps, facing, yaw + off + math.pi * back)
    brakes = torch.where(steps, pace.abs() > stopping, torch.where(back, pace, -pace) > going)
    left = wrap_angle(heading - now) * brakes
    later = left - left.clamp(-turn, turn)
    return direction(bodies.pos[:, 0], yaw + off - later * ~steps, fast, slots, heading - later)


def _least(aside: torch.Tensor, speed: torch.Tensor, walk: Walk) -> torch.Tensor:
    """How far aside of its way (N,) [rad] who is to face ``aside`` (N,) [rad] has to go at least, or can at this speed."""
    most = torch.acos((speed / walk.fastest).clamp(max=1.0))
    return torch.minimum((aside.abs() - walk.within).clamp(min=0.0), most) * aside.sign()


def _beside(now: torch.Tensor, yaw: torch.Tensor, speed: torch.Tensor, facing: torch.Tensor) -> torch.Tensor:
    """How far from the order's way who faces behind is to go backwards (N,) [rad]: as near as will do to how it faces now."""
    facing, now = wrap_angle(facing - yaw - math.pi), wrap_angle(now - yaw - math.pi)
    least, within = _least(facing, speed, VEERING.back), VEERING.back.within
    low = torch.minimum((facing - within).clamp(min=-VEERING.beside), least)
    high = torch.maximum((facing + within).clamp(max=VEERING.beside), least)
    return torch.minimum(torch.maximum(now, low), high)


def step_and_reach(
    bodies: BodyState,
    point: torch.Tensor,
    elapsed: torch.Tensor,
    time: torch.Tensor,
    slots: Sequence[str],
    hand: str,
) -> SparseTarget:
    """As `reach`, but first step to where a point that is far is easy to reach, then keep the pelvis there: the prompt of the
    Reach task, one row.

    The paper's is `reach`; `REACHING` says how far is far.

    Args:
        bodies: State of the bodies now, world.
        point: Where (N, 3), world [m].
        elapsed: Control steps since the point was given (N,).
        time: Time from now at which the hand should be there (N,) [s].
        slots: Body of each slot of the model's layout.
        hand: Name of the hand's slot.
    """
    early, pace, ahead, left, arm, beyond, furthest, soon, lowest = REACHING
    pelvis, facing = bodies.pos[:, 0], heading_angle(bodies.quat[:, 0])
    short = point - bodies.pos[:, DEFAULT_HUMANOID.body_ids(hand)[0]]
    short = short * (furthest / short.norm(dim=-1, keepdim=True).clamp(min=furthest))
    asked = point + beyond * short * (time <= soon).unsqueeze(-1)
    asked[:, 2].clamp_(min=lowest)
    target = reach(asked, time, slots, hand)
    slot = slots.index(DEFAULT_HUMANOID.pelvis)
    target.pos[:, 0, slot, :2], target.pos[:, 0, slot, 2] = pelvis[:, :2], PELVIS_HEIGHT
    target.visible[:, 0, slot, 0] = asked[:, 2] > lowest

    easy = from_heading_frame(bodies.quat[:, 0], pelvis.new_tensor((ahead, left, 0.0)).expand_as(pelvis))
    way = (point - pelvis - easy)[:, :2]
    steps = direction(pelvis, torch.atan2(way[:, 1], way[:, 0]), torch.full_like(facing, pace), slots, facing)
    stepping = (elapsed < early) & (way.norm(dim=-1) > arm)
    for ours, theirs in zip(target, steps, strict=True):
        ours[stepping] = theirs[stepping, :1]
    return target


def strike(
    bodies: BodyState, box: torch.Tensor, standing: torch.Tensor, slots: Sequence[str], hand: str
) -> SparseTarget:
    """Walk to a box, come to a stand facing it and push it with this hand: the prompt of the Strike task.

    Who is too near steps away first, who is near and faces elsewhere turns on the spot. Once the box lies, the prompt is to
    stand. The paper's only faces the box.

    Args:
        bodies: State of the bodies now, world.
        box: Centre of the box (N, 3), world [m].
        standing: Whether the box still stands (N,), bool.
        slots: Body of each slot of the model's layout.
        hand: Name of the hand's slot.

    Returns:
        Targets at `MOVE_TIMES` (N, 2, ...); the far row of those who push is the hand's, after `_PUSH_TIME`.
    """
    root_pos, facing = bodies.pos[:, 0], heading_angle(bodies.quat[:, 0])
    way = (box - root_pos)[:, :2]
    distance, yaw = way.norm(dim=-1), torch.atan2(way[:, 1], way[:, 0])
    leaves = standing & (distance < _TOO_NEAR)
    turns = (distance < _TURN_DISTANCE) & (wrap_angle(yaw - facing).abs() > _TURN_ANGLE)
    walks = standing & (distance > _PUSH_DISTANCE) & ~turns
    slow = bodies.lin_vel[:, 0, :2].norm(dim=-1) < _STILL
    push = standing & (distance <= _PUSH_DISTANCE) & ~leaves & ~turns & slow

    speed = torch.zeros_like(distance)
    for nearest, pace in reversed(_APPROACH):
        speed = torch.where(walks & (distance > nearest), pace, speed)
    speed = torch.where(leaves, _LEAVING, speed)
    target = direction(root_pos, yaw + math.pi * leaves, speed, slots, torch.where(leaves, facing, yaw))
    slot = slots.index(hand)
    target.pos[:, 1, slot, :2] = root_pos[:, :2] + distance.clamp(max=_PUSH_REACH).unsqueeze(-1) * unit_vector(yaw)
    target.pos[:, 1, slot, 2] = _PUSH_HEIGHT
    target.time[push, 1] = _PUSH_TIME
    target.visible[push] = False
    target.visible[push, 1, slot, 0] = True
    return target


def run_up(bodies: BodyState, aside: torch.Tensor, left: torch.Tensor, slots: Sequence[str]) -> SparseTarget:
    """Run along world x, back to the middle of the corridor; nothing from just before the line: the prompt of the Long Jump
    task.

    Args:
        bodies: State of the bodies now, world.
        aside: How far it is from the middle, positive to the left (N,) [m].
        left: Way that is left to the line (N,) [m].
        slots: Body of each slot of the model's layout.
    """
    yaw = -torch.atan2(aside, torch.full_like(aside, _RUN_LOOKS_AHEAD))
    target = direction(bodies.pos[:, 0], yaw, paced(bodies, yaw, torch.full_like(aside, PACING.most)), slots)
    target.visible[left < _LEAP] = False
    return target
