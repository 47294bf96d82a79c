# SPDX-License-Identifier: BSD-3-Clause
"""Orders to walk, answered by motion matching: the reference goes on with the frame that suits pose and order best.

Motion matching is Clavet, "Motion Matching and The Road to Next-Gen Animation" (GDC 2016); references of a tracker it
makes in Bergamin et al., "DReCon" (2019). A clip's walker does not know what a user will ask for next, nor where a
walker without a clip has got to: with orders, tracker and behaviour model learn on both.
"""

from __future__ import annotations

import math

import torch
from isaaclab.utils import configclass

from tt_isaaclab.bfm.pretrain.cues import Cues
from tt_isaaclab.bfm.pretrain.motions.library import MotionLibrary
from tt_isaaclab.humanoid.state import BodyState
from tt_isaaclab.kinematics.heading import along, heading_angle, to_heading_frame, unit_vector, wrap_angle

_STEP = "step"
"""Tag of the clips that answer orders to step another way than one faces."""

BACKWARDS = "backwards"
"""Tag of the clips that answer orders to walk backwards, and no others."""

FACE = "face"
"""Tag of the clips that answer no orders but those to walk facing aside."""

_AHEAD = 0.15
"""Time that velocities are multiplied with to compare them with positions [s]."""

_LEFT = 1.0
"""Least time left in the clip of a frame to go on with, and how much later its direction to face is looked at [s]."""

_STAND = "stand"
"""Tag of the clips that answer orders to stand."""

_SLOW = 0.7
"""A humanoid that is slower than this [m/s] stands if it is told to, or turns on the spot; told to walk it has yet to begin."""

_FACING = 0.35
"""A stander told to face further than this from where it does turns on the spot [rad]."""

_BEGUN, _FIRST = 0.35, 0.65
"""Steps go on from this time of their clip or later [s]: shown how a first step begins, a student never lifts a foot. Who
stands still goes on before the second, with the right foot: shown both feet in turn, it lifts neither."""

_UNDERWAY = 0.4
"""Who is to go backwards goes on in no frame up to which the clip has been slower than this [m/s]: shown how a stander shifts
its weight, a student waits."""

_STILL = (0.15, 0.6)
"""Speed [m/s] below which a humanoid that is to step stands still, and rate of turning [rad/s] for one that is to turn."""

_ASIDE = 0.2
"""Orders to face further than this from the way are orders to walk facing aside [rad]."""

_PULL, _INSISTS = 0.3, 3.0
"""How far ahead of the heading of who is to face aside that of the reference is at most [rad], and how many times as much the
order counts: the pose that suits best is one of a walk ahead."""

_BEGINS = 0.1
"""How many times as much it counts for who has yet to begin to walk: a frame in mid-walk is half a metre from a stander's
hands, which ends the episode before anything is learned of it."""

_OTHER_WAY, _BETWEEN = 0.3, 0.5
"""Who is to walk and goes the other way, faster than this against its heading or along it [m/s], is answered with any frame
of a walk, ahead or backwards, and the order counts so many times as much: a stop lies between the two."""

_TURNED = 0.4
"""A humanoid that faces this far from where its reference does gets another [rad]."""


@configclass
class OrdersCfg:
    """Which orders there are and how they are answered."""

    tag: str = "gait"
    """Tag of the clips to go on with, of those that are trained on; one style of walking, so that a pose and an order have one answer."""
    speed_range: tuple[float, float] = (0.9, 1.8)
    """Speeds of most orders [m/s]."""
    fastest: float = 4.0
    """Highest speed of `fast_share` of the orders, which get the fastest gait there is [m/s]."""
    fast_share: float = 0.1
    """Share of orders above the range."""
    stand_share: float = 0.12
    """Share of orders to stand."""
    still_share: float = 0.6
    """Share of those that leave it open where to face."""
    step_share: float = 0.0
    """Share of orders to step slowly another way than one faces. They are answered with the clips tagged `step` alone,
    and all other orders to move with the rest: two styles for one order would be averaged by a student."""
    step_speed: tuple[float, float] = (0.4, 0.6)
    """Speeds of these orders [m/s]."""
    step_aside: tuple[float, float] = (0.5, math.pi)
    """Angle between the ways to go and to face in these orders, to either side [rad]."""
    backwards_share: float = 0.0
    """Share of orders to walk backwards, of those that are not to step."""
    backwards_speed: tuple[float, float] = (1.0, 1.7)
    """Speeds of these orders [m/s]: slower is a step, and none runs so."""
    turn: float = 1.57
    """Largest change of direction [rad]."""
    turn_back_share: float = 0.15
    """Share of orders with any change of direction."""
    aside: float = 1.05
    """Largest angle between the heading to face and the direction of travel, where they differ [rad]."""
    aside_share: float = 0.4
    """Share of orders to face aside, of those with such a speed."""
    aside_speed: tuple[float, float] = (0.9, 1.8)
    """Speeds at which one may face aside [m/s]: slower is a step, and none runs so."""
    hold: tuple[float, float] = (1.5, 5.0)
    """How long an order holds [s]."""
    every: int = 2
    """Control steps between two choices of the frame to go on with."""
    reluctance: float = 0.001
    """How much better another frame must suit [m^2]."""
    insistence: float = 0.03
    """Weight of what is ordered, the squared differences of velocity [m^2/s^2] and of the direction to face, against
    the mean squared difference of the bodies [m^2]."""
    lead: float = 0.08
    """How far the reference is ahead of a humanoid that is to move: a tracker that is not called on walks too slowly. It
    is as far always, for a student cannot see how far, and learns the noise in place of the answer. Half as far ahead of
    one who walks facing aside, who would be too fast [m]."""
    steer: float = 0.1
    """Largest correction of the reference's direction at a choice [rad]."""
    haste: float = 0.2
    """How much faster or slower than recorded a clip is played to have the ordered speed."""


class Orders:
    """Speed and direction of travel for each of N environments, and the frame of the library that answers them.

    Attributes:
        clips: Indices of the clips that answer orders (K,).
        given: Which environments have orders (N,), bool; the others follow a clip to its end.
        speed: Ordered speed (N,) [m/s].
        yaw: Ordered direction of travel, world (N,) [rad].
        facing: Ordered heading, world (N,) [rad].
        still: Whether the order is to stand and to face where one does (N,), bool.
        steps: Whether the order is to step another way than one faces (N,), bool.
        backwards: Whether the order is to walk backwards (N,), bool.
        fresh: Whether the order has not yet been answered (N,), bool.
    """

    def __init__(self, cfg: OrdersCfg, library: MotionLibrary, clips: torch.Tensor, num_envs: int) -> None:
        self._cfg, self.clips, device = cfg, clips, library.frames.device
        self.given = torch.zeros(num_envs, dtype=torch.bool, device=device)
        self.speed, self.yaw, self.facing, self._left = (torch.zeros(num_envs, device=device) for _ in range(4))
        self.fresh, self.still, self.steps, self.backwards = (
            torch.zeros(num_envs, dtype=torch.bool, device=device) for _ in range(4)
        )
        frames = library.frames[self.clips]
        first = frames.cumsum(0) - frames
        self._first = torch.zeros(len(library), dtype=torch.long, device=device)
        self._first[self.clips] = first
        self._fps = library.fps
        self._clip = torch.repeat_interleave(self.clips, frames)
        row = torch.arange(len(self._clip), device=device) - torch.repeat_interleave(first, frames)
        self._time = row / library.fps
        self._step, self._stand, self._face, self._backwards = (
            torch.isin(self._clip, library.ids(t)) for t in (_STEP, _STAND, FACE, BACKWARDS)
        )
        if cfg.step_share and not self._step.any():
            raise ValueError(f"no clip to train on has the tag {_STEP!r}, which orders.step_share needs")
        self._late = self._time + _LEFT > library.seconds[self._clip]
        state = library.sample(self._clip, self._time)
        fastest = _fastest_so_far(state.body_lin_vel[:, 0, :2].norm(dim=-1), frames)
        self._begins = (self._step & (self._time < _BEGUN)) | (self._backwards & (fastest < _UNDERWAY))
        self._first_step = self._step & ~self._begins & (self._time < _FIRST)
        self._pose = pose_features(BodyState(*state[:4]))
        self._speed, self._travel = Cues(library).at(self._clip, self._time)
        self._heading = heading_angle(state.body_quat[:, 0])
        later = heading_angle(library.sample(self._clip, self._time + _LEFT).body_quat[:, 0])
        self._promise = _promise(self._speed, self._travel - self._heading, later - self._heading)

    @property
    def aside(self) -> torch.Tensor:
        """Whether the order is to walk facing aside, without steps (N,), bool."""
        return (self.speed > 0.0) & ~self.steps & ~self.backwards & (wrap_angle(self.facing - self.yaw).abs() > _ASIDE)

    @property
    def ahead(self) -> torch.Tensor:
        """How far the reference is to be from the humanoid (N, 2), world [m]."""
        lead = torch.where(self.aside, 0.5, 1.0) * self._cfg.lead * (self.speed > 0.0)
        return lead.unsqueeze(1) * unit_vector(self.yaw)

    def give(self, rows: torch.Tensor, heading: torch.Tensor) -> None:
        """New orders to environments (n,) that face ``heading`` (n,) [rad]."""
        cfg = self._cfg

        def uniform(low: float, high: float) -> torch.Tensor:
            return torch.empty_like(heading).uniform_(low, high)

        speed = torch.where(
            uniform(0.0, 1.0) < cfg.fast_share, uniform(cfg.speed_range[1], cfg.fastest), uniform(*cfg.speed_range)
        )
        turn = torch.where(
            uniform(0.0, 1.0) < cfg.turn_back_share, uniform(-math.pi, math.pi), uniform(-cfg.turn, cfg.turn)
        )
        steps = uniform(0.0, 1.0) < cfg.step_share
        speed = torch.where(steps, uniform(*cfg.step_speed), speed)
        may = (speed >= cfg.aside_speed[0]) & (speed <= cfg.aside_speed[1])
        aside = uniform(-cfg.aside, cfg.aside) * (may & (uniform(0.0, 1.0) < cfg.aside_share))
        aside = torch.where(steps, uniform(*cfg.step_aside) * uniform(-1.0, 1.0).sign(), aside)
        stands = uniform(0.0, 1.0) < cfg.stand_share
        back = ~steps & (uniform(0.0, 1.0) < cfg.backwards_share)
        speed, aside = torch.where(back, uniform(*cfg.backwards_speed), speed), torch.where(back, math.pi, aside)
        self.steps[rows], self.backwards[rows] = steps & ~stands, back & ~stands
        self.given[rows] = True
        self.speed[rows] = torch.where(stands, 0.0, speed)
        self.still[rows] = stands & (uniform(0.0, 1.0) < cfg.still_share)
        self.facing[rows] = heading + torch.where(steps, 0.5, 1.0) * turn
        self.yaw[rows] = self.facing[rows] - torch.where(stands, 0.0, aside)
        self._left[rows] = uniform(*cfg.hold)
        self.fresh[rows] = True

    def advance(self, seconds: float) -> None:
        """Let time pass and replace orders that have run out."""
        self._left -= seconds
        due = (self.given & (self._left <= 0.0)).nonzero().squeeze(-1)
        self.give(due, self.facing[due])

    def match(
        self, rows: torch.Tensor, bodies: BodyState, clip: torch.Tensor, time: torch.Tensor, yaw: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Where the reference of environments (n,) with orders goes on.

        It goes on in its clip unless the order is new, the clip ends, the humanoid has turned away from it or another
        frame suits better. What is nearly the nearest frame always depends on little but the humanoid and its order.

        Args:
            rows: The environments.
            bodies: State of the humanoids of all environments.
            clip: Clip now, of all environments.
            time: Time in it [s].
            yaw: Turn of the clip's world to the humanoid's [rad].

        Returns:
            Clip (n,), time (n,) [s] and yaw (n,) [rad] to go on with.
        """
        bodies = BodyState(*(x[rows] for x in bodies))
        heading = heading_angle(bodies.quat[:, 0])
        facing = (self.facing[rows] - heading).masked_fill(self.still[rows], 0.0)
        slow = bodies.lin_vel[:, 0, :2].norm(dim=-1) < _SLOW
        # Who walks facing aside is answered as if it faced there already, and steered there: no clip shows how to come to it.
        aside = self.aside[rows] & ~slow
        way = self.yaw[rows] - torch.where(aside, self.facing[rows], heading)
        wanted = _promise(self.speed[rows], way, facing.masked_fill(aside, 0.0))
        begins = slow & (self.speed[rows] > 0.0) & ~self.steps[rows]
        other_way = self._goes_other_way(rows, bodies)
        weight = torch.where(other_way, _BETWEEN, torch.where(begins, _BEGINS, torch.where(aside, _INSISTS, 1.0)))
        cost = torch.cdist(pose_features(bodies), self._pose).square()
        cost += self._cfg.insistence * weight.unsqueeze(1) * torch.cdist(wanted, self._promise).square()
        cost = cost.masked_fill(~self._fitting(rows, bodies, facing, other_way), torch.inf)
        now = self._frame(clip[rows], time[rows])
        stay = cost.gather(1, now.unsqueeze(1)).squeeze(1)
        lowest, best = cost.masked_fill(self._late | self._begins, torch.inf).min(1)
        turned = torch.cos(heading - self._heading[now] - yaw[rows]) < math.cos(_TURNED)
        leap = self.fresh[rows] | self._late[now] | turned | (stay > lowest + self._cfg.reluctance)
        self.fresh[rows] = False
        frame = torch.where(leap, best, now)
        turn = torch.where(leap | aside, heading - self._heading[frame], yaw[rows])
        most = torch.where(aside, _PULL, self._cfg.steer)
        steer = wrap_angle(self.yaw[rows] - turn - self._travel[frame]).clamp(-most, most)
        stands = (self.speed[rows] == 0.0) | (self._speed[frame] == 0.0)
        return self._clip[frame], torch.where(leap, self._time[best], time[rows]), turn + steer.masked_fill(stands, 0.0)

    def _goes_other_way(self, rows: torch.Tensor, bodies: BodyState) -> torch.Tensor:
        """Which environments (n,) are to walk ahead and go backwards, or the other way round, bool."""
        ahead = along(bodies.lin_vel[:, 0, :2], unit_vector(heading_angle(bodies.quat[:, 0])))
        walks = (self.speed[rows] > 0.0) & ~self.steps[rows]
        return walks & (torch.where(self.backwards[rows], ahead, -ahead) > _OTHER_WAY)

    def _fitting(
        self, rows: torch.Tensor, bodies: BodyState, facing: torch.Tensor, other_way: torch.Tensor
    ) -> torch.Tensor:
        """Which frames are of the kind (n, F) that answers orders of environments (n,): one kind, or a student that sees
        the same would be taught the mean of several. ``facing`` (n,) is where to face, from where the humanoid does."""
        pace, stands = bodies.lin_vel[:, 0, :2].norm(dim=-1), self.speed[rows] == 0.0
        slow = stands & (pace < _SLOW)
        still = (pace < _STILL[0]) & (~stands | (bodies.ang_vel[:, 0, 2].abs() < _STILL[1]))
        turns = slow & (wrap_angle(facing).abs() > _FACING) & self._step.any()
        rests, steps = slow & ~turns & self._stand.any(), self.steps[rows] | turns
        step = torch.where(still.unsqueeze(1), self._first_step, self._step)
        walk = ~self._step & (self.aside[rows].unsqueeze(1) | ~self._face)
        walk &= (self._backwards == self.backwards[rows].unsqueeze(1)) | other_way.unsqueeze(1)
        moves = torch.where(steps.unsqueeze(1), step, walk)
        return torch.where(rests.unsqueeze(1), self._stand, moves | (stands & ~slow).unsqueeze(1))

    def pace(self, rows: torch.Tensor, clip: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        """Factor (n,) of the speed at which clips (n,) at times (n,) [s] are played to environments (n,) with orders."""
        speed, ordered = self._speed[self._frame(clip, time)], self.speed[rows]
        factor = (ordered / speed.clamp(min=1.0e-3)).clamp(1.0 - self._cfg.haste, 1.0 + self._cfg.haste)
        return torch.where((speed > 0.0) & (ordered > 0.0), factor, 1.0)

    def _frame(self, clip: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        return self._first[clip] + (time * self._fps).round().long()


def pose_features(bodies: BodyState) -> torch.Tensor:
    """Positions about the pelvis' ground point and velocities of all bodies (n, 144) in the heading frame.

    The squared distance of two rows is the mean square over the bodies [m^2].
    """
    below = bodies.pos[:, :1] * bodies.pos.new_tensor([1.0, 1.0, 0.0])
    both = torch.cat((bodies.pos - below, _AHEAD * bodies.lin_vel), dim=1)
    return to_heading_frame(bodies.quat[:, :1], both).flatten(1) / math.sqrt(bodies.pos.shape[1])


def _fastest_so_far(speed: torch.Tensor, frames: torch.Tensor) -> torch.Tensor:
    """Greatest speed (F,) of each frame's clip up to there, from those of the frames (F,) and how many a clip has (K,)."""
    return torch.cat([speed[:0], *(clip.cummax(0).values for clip in speed.split(frames.tolist()))])


def _promise(speed: torch.Tensor, turn: torch.Tensor, facing: torch.Tensor) -> torch.Tensor:
    """Velocity and direction to face a little later (n, 4), from a speed (n,) and angles to the heading of now (n,)."""
    return torch.cat((speed.unsqueeze(-1) * unit_vector(turn), unit_vector(facing)), dim=-1)
