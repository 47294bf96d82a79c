# SPDX-License-Identifier: BSD-3-Clause
"""Gait by parts: repeat a cycle, stand, stop and start, also from the rest pose."""

from __future__ import annotations

import math
from dataclasses import replace

import torch

from tt_isaaclab.humanoid.poses import STANDING_DROP, standing_pose
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.kinematics.heading import heading_angle, heading_quat_inverse, quat_from_yaw
from tt_isaaclab.kinematics.rotations import quat_conj, quat_from_rotvec, quat_mul, quat_rotate

from .augment import mirror
from .curves import ease, slerp, velocity
from .footwork import Feet, feet_of, plant_feet, with_feet
from .motion import Motion

_STANCE = (-0.035, 0.095)
"""Ankles of a standing body: behind the pelvis and beside it [m]."""
_TOE_OUT = 0.1
"""Yaw of its feet [rad]."""
_STANDING_HEIGHT = DEFAULT_HUMANOID.standing_height - 0.01
"""Height of its pelvis: the knees are a little bent [m]."""
_ANKLE_HEIGHT = DEFAULT_HUMANOID.standing_height + sum(
    DEFAULT_HUMANOID.offsets[body][2] for body in DEFAULT_HUMANOID.body_ids("L_Hip", "L_Knee", "L_Ankle")
)
"""Height of the ankles when the soles are on the ground [m]."""
_STOPPING = 1.0
"""Time in which a walker slows down to a stop [s]."""
_SETTLING = 0.6
"""Time in which it then takes the standing pose [s]."""
_FOOT_DOWN, _BODY_LATE = 0.6, 0.3
"""Shares of the way to the standing pose after which the raised foot is down, and before which the body stays over the
other foot: nobody lifts a foot that carries weight, so played backwards, as a start, the weight shifts first."""
_LEAN = 0.05
"""How far the pelvis goes sideways over the standing foot meanwhile, which slow steps need and fast ones do not [m]."""
_BEFORE_PASSING = 0.11
"""How long before one foot passes the other a walker turns back [s]."""
_STANDING = 1.0
"""Time for which a stopped walker stands, and a starting one has stood [s]."""
_CYCLE = (0.7, 1.6)
"""Shortest and longest time of a gait cycle [s]."""


def loop(motion: Motion, seconds: float) -> Motion:
    """Repeat the cleanest gait cycle of a straight walk for ``seconds``.

    Raises:
        ValueError: if the motion is shorter than a gait cycle.
    """
    first, last = _best_cycle(motion)
    cycle = motion[first:last]
    weight = (torch.arange(len(cycle), dtype=torch.float64) / len(cycle)).view(-1, 1)
    gap = quat_mul(quat_conj(motion.local_quat[last]), motion.local_quat[first])
    closed = slerp(cycle.local_quat, quat_mul(cycle.local_quat, gap), weight.unsqueeze(-1))
    advance = motion.root_pos[last] - motion.root_pos[first]
    rise = advance * advance.new_tensor([0.0, 0.0, 1.0])
    advance = advance - rise

    count = math.ceil(seconds * motion.fps / len(cycle)) + 1
    steps = torch.arange(count, dtype=torch.float64).view(-1, 1, 1) * advance
    looped = replace(
        cycle,
        root_pos=(cycle.root_pos - weight * rise + steps).flatten(0, 1),
        local_quat=closed.repeat(count, 1, 1),
    )[: round(seconds * motion.fps) + 1]
    return plant_feet(looped.facing_forward())


def _best_cycle(motion: Motion) -> tuple[int, int]:
    """Frames (first, last) that look most alike, one gait cycle apart."""
    pos, quat = motion.poses()
    upright = quat_rotate(heading_quat_inverse(quat[:, :1]), pos - pos[:, :1])
    features = torch.cat((upright, 0.15 * velocity(upright, motion.fps)), dim=-1).flatten(1)
    shortest, longest = (round(s * motion.fps) for s in _CYCLE)
    apart = torch.arange(len(motion)).unsqueeze(0) - torch.arange(len(motion)).unsqueeze(1)
    allowed = (apart >= shortest) & (apart <= longest)
    if not allowed.any():
        raise ValueError(f"A motion of {motion.seconds:.1f} s is too short to be looped; choose a longer frame range.")
    cost = torch.cdist(features, features).masked_fill(~allowed, torch.inf)
    return divmod(int(cost.argmin()), len(motion))


def stand(motion: Motion, seconds: float) -> Motion:
    """Stand still in the mean pose of a motion, made symmetric, with level feet under the hips, facing +x."""
    both = torch.cat((motion.local_quat, mirror(motion).local_quat))
    pose = both * (both * both[:1]).sum(-1, keepdim=True).sign()
    pose = pose.mean(0, keepdim=True)
    pose = pose / pose.norm(dim=-1, keepdim=True)
    pose[:, 0] = pose.new_tensor([0.0, 0.0, 0.0, 1.0])
    toes = DEFAULT_HUMANOID.body_ids("L_Toe", "R_Toe")
    pose[:, toes] = pose.new_tensor([0.0, 0.0, 0.0, 1.0])
    back, side = _STANCE
    feet = Feet(
        pose.new_tensor([[[back, side, _ANKLE_HEIGHT], [back, -side, _ANKLE_HEIGHT]]]),
        quat_from_yaw(pose.new_tensor([[_TOE_OUT, -_TOE_OUT]])),
    )
    still = with_feet(Motion(motion.fps, pose.new_tensor([[0.0, 0.0, _STANDING_HEIGHT]]), pose), feet)
    return still[torch.zeros(round(seconds * motion.fps) + 1, dtype=torch.long)]


def stop(motion: Motion, seconds: float = _STOPPING) -> Motion:
    """Slow down to a halt where one foot passes the other, in ``seconds``, and stand.

    Raises:
        ValueError: if the motion has no such frame late enough.
    """
    feet = feet_of(motion)
    halt = _last_passing(motion, feet)
    times = _braking(halt / motion.fps, seconds, motion.fps)
    slow = round(seconds * motion.fps)
    count = len(times) - slow - 1
    times = torch.cat((times, torch.full((round((_SETTLING + _STANDING) * motion.fps),), halt / motion.fps)))
    walk = motion.at(times)

    standing_foot = int(feet.pos[halt, :, 2].argmin())
    still = stand(motion, 0.0)
    yaw = heading_angle(motion.local_quat[:, 0]).mean()
    still = still.moved(yaw, 0.0)
    anchor = feet_of(still).pos[0, standing_foot]
    still = still.moved(0.0, (feet.pos[halt, standing_foot] - anchor) * anchor.new_tensor([1.0, 1.0, 0.0]))

    since = (torch.arange(len(walk)) - count - 0.5 * slow).double() / (0.5 * slow + _SETTLING * motion.fps)
    body, feet_down = _ease((since - _BODY_LATE) / (1.0 - _BODY_LATE)), _ease(since / _FOOT_DOWN)
    side = (0.0, _LEAN if standing_foot == 0 else -_LEAN, 0.0)
    aside = quat_rotate(quat_from_yaw(yaw), motion.root_pos.new_tensor(side))
    lean = torch.sin(torch.pi * ((since + 0.4) / 1.4).clamp(0.0, 1.0)).square().view(-1, 1)
    upright = crossfade(walk, still[torch.zeros(len(walk), dtype=torch.long)], body, feet_down)
    return with_feet(replace(upright, root_pos=upright.root_pos + lean * aside), feet_of(upright))


def _braking(halt: float, seconds: float, fps: float) -> torch.Tensor:
    """Times (T,) [s] of a motion to show until it halts at one of them, at a constant rate in the last ``seconds``."""
    lead = halt - 0.5 * seconds  # braking at a constant rate covers half of the time
    if lead < 0.0:
        raise ValueError("The motion has no step to stop at; choose a longer frame range.")
    slow = round(seconds * fps)
    brake = torch.arange(slow + 1, dtype=torch.float64) / slow
    return torch.cat((lead - torch.arange(int(lead * fps), 0, -1) / fps, halt - 0.5 * seconds * (1.0 - brake) ** 2))


def _ease(progress: torch.Tensor) -> torch.Tensor:
    """Weights (T, 1, 1) that go smoothly from 0 to 1 while ``progress`` (T,) does."""
    return ease(progress).view(-1, 1, 1)


def crossfade(first: Motion, second: Motion, weight: torch.Tensor, feet_weight: torch.Tensor) -> Motion:
    """Blend two motions of equal length; body and feet are blended apart, so a foot that both plant stays planted.

    Args:
        first: Where the weights are 0.
        second: Where the weights are 1.
        weight: Of the body (T, 1, 1), from 0 to 1.
        feet_weight: Of the feet (T, 1, 1).
    """
    body = Motion(
        fps=first.fps,
        root_pos=torch.lerp(first.root_pos, second.root_pos, weight[:, 0]),
        local_quat=slerp(first.local_quat, second.local_quat, weight),
    )
    here, there = feet_of(first), feet_of(second)
    feet = Feet(torch.lerp(here.pos, there.pos, feet_weight), slerp(here.quat, there.quat, feet_weight))
    return with_feet(body, feet)


def turn_back(motion: Motion, seconds: float) -> Motion:
    """Slow down and go back the same way, by the same steps played backwards; the velocity is reversed in ``seconds``.

    It turns back with all weight on a foot that is still before the pelvis: from there a body can push off backwards.

    Raises:
        ValueError: if the motion has no such frame late enough.
    """
    turn = _last_passing(motion, feet_of(motion)) / motion.fps - _BEFORE_PASSING
    there = _braking(turn, 0.5 * seconds, motion.fps)
    return motion.at(torch.cat((there, there[:-1].flip(0))))


def start(motion: Motion) -> Motion:
    """Stand, then walk: a stop played backwards.

    Raises:
        ValueError: as `stop`.
    """
    return backwards(stop(backwards(motion)))


def backwards(motion: Motion) -> Motion:
    """Play from the end to the beginning: a walk becomes one that goes backwards."""
    return motion[torch.arange(len(motion) - 1, -1, -1)]


def from_rest(motion: Motion, seconds: float) -> Motion:
    """Begin in the rest pose and get from there into the motion, which must begin with standing, in ``seconds``."""
    return _from_pose(motion, torch.zeros(motion.local_quat.shape[1] - 1, 3), 0.0, seconds)


def from_stand(motion: Motion, seconds: float) -> Motion:
    """As `from_rest`, beginning in the standing pose that tasks begin with."""
    return _from_pose(motion, standing_pose(), STANDING_DROP, seconds)


def to_stand(motion: Motion, seconds: float) -> Motion:
    """End in the standing pose: `from_stand` played backwards."""
    return backwards(from_stand(backwards(motion), seconds))


def _from_pose(motion: Motion, joints: torch.Tensor, drop: float, seconds: float) -> Motion:
    """Begin in a pose of joints (J, 3) [rad], the pelvis ``drop`` [m] lower than in the rest pose."""
    local = torch.nn.functional.pad(quat_from_rotvec(joints.to(motion.local_quat.dtype)), (0, 0, 1, 0))
    local[0, 3] = 1.0
    height = motion.root_pos.new_tensor([0.0, 0.0, DEFAULT_HUMANOID.standing_height - drop])
    pose = Motion(motion.fps, height.expand_as(motion.root_pos), local.expand_as(motion.local_quat))
    pose = pose.moved(heading_angle(motion.local_quat[0, 0]), 0.0)
    apart = (feet_of(motion).pos[0] - feet_of(pose).pos[0]).mean(0) * height.new_tensor([1.0, 1.0, 0.0])
    weight = _ease(1.0 - torch.arange(len(motion), dtype=torch.float64) / (seconds * motion.fps))
    return crossfade(motion, pose.moved(0.0, apart), weight, weight)


def cut(motion: Motion, seconds: float) -> Motion:
    """Leave out the first ``seconds``."""
    return motion[slice(round(seconds * motion.fps), None)]


def _last_passing(motion: Motion, feet: Feet) -> int:
    """Last frame in which one foot passes the other."""
    way = quat_rotate(heading_quat_inverse(motion.local_quat[:, 0]), feet.pos[:, 0] - feet.pos[:, 1])[:, 0]
    crossings = (way[1:] * way[:-1] <= 0.0).nonzero().squeeze(-1)
    if not len(crossings):
        raise ValueError("The motion has no step to stop at; choose a longer frame range.")
    return int(crossings[-1])
