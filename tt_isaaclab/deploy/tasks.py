# SPDX-License-Identifier: BSD-3-Clause
"""Direction, Steering and Reach for one humanoid, in NumPy: what the token reads, what a prompt shows, what is good."""

from __future__ import annotations

import numpy as np

from .contract import Contract, ContractError
from .observation import BodyState, PoseTarget, heading, target_rows, turn


class Task:
    """A command that changes now and then; subclasses say what its numbers mean.

    Args:
        contract: The policy's contract.
    """

    def __init__(self, contract: Contract) -> None:
        bodies, prompt = contract["humanoid"]["bodies"], contract["prompt"]
        self.success = contract["task"]["success"]
        """Tolerances, and the control steps of an order that are not judged."""
        self.step_dt = 1.0 / contract["rates"]["control_hz"]
        self.order = np.zeros(0)
        """The command in force."""
        self.elapsed = 0
        """Control steps since it was given."""
        self._prompt, self._slots = prompt, [bodies.index(name) for name in prompt["slots"]]
        self._pelvis_slot, self._hand_slot = (prompt["slots"].index(name) for name in (bodies[0], prompt["hand"]))
        self._hand = bodies.index(prompt["hand"])

    def give(self, order: np.ndarray, state: BodyState) -> None:
        """A new command from now on."""
        self.order, self.elapsed = order, 0

    def observe(self, state: BodyState) -> np.ndarray:
        """Task observation."""
        raise NotImplementedError

    def target(self, state: BodyState) -> PoseTarget:
        """Joint-condition prompt."""
        raise NotImplementedError

    def good(self, state: BodyState, velocity: np.ndarray) -> bool:
        """Whether a control step was good; ``velocity`` (3,) is the pelvis' displacement over it by its time [m/s]."""
        raise NotImplementedError

    def rows(self, state: BodyState) -> np.ndarray:
        """The prompt as the policy reads it."""
        return target_rows(state, self.target(state), self._slots)

    def _moving(self, state: BodyState, way: np.ndarray, facing: float) -> PoseTarget:
        """Targets of a pelvis that moves on at a velocity ``way`` (2,), world [m/s], and faces an angle [rad]."""
        pelvis, times = self._pelvis_slot, np.array(self._prompt["move_times"])
        target = self._hidden(times)
        target.pos[:, pelvis, :2] = state.pos[0, :2] + np.outer(times, way)
        target.pos[:, pelvis, 2] = self._prompt["pelvis_height"]
        target.rot[:, pelvis] = turn(facing)
        target.heading[:], target.velocity[:] = facing, way
        target.visible[0, pelvis] = target.visible[0, -1] = True
        target.visible[1, pelvis, 0] = True
        return target

    def _hidden(self, times: np.ndarray) -> PoseTarget:
        """Targets of which nothing is visible yet."""
        t, s = len(times), len(self._slots)
        rot = np.tile(np.eye(3), (t, s, 1, 1))
        return PoseTarget(
            np.zeros((t, s, 3)), rot, np.zeros(t), np.zeros((t, 2)), np.zeros((t, s + 1, 2), dtype=bool), times
        )


class Direction(Task):
    """The order is a world angle [rad] and a speed [m/s]."""

    @property
    def way(self) -> np.ndarray:
        """Where to go (2,), world, unit length."""
        return turn(self.order[0])[:2, 0]

    def observe(self, state: BodyState) -> np.ndarray:
        """Direction in the heading frame (2), speed (1)."""
        angle = self.order[0] - heading(state.rot[0])
        return np.array([np.cos(angle), np.sin(angle), self.order[1]])

    def target(self, state: BodyState) -> PoseTarget:
        """The pelvis moves on at the commanded velocity; see `keep_pace`."""
        yaw, speed = self.order
        stays = self._prompt["pacing"] is not None and speed == 0.0
        return self._moving(state, self._paced(state, yaw, speed) * self.way, heading(state.rot[0]) if stays else yaw)

    def _paced(self, state: BodyState, yaw: float, speed: float) -> float:
        """What speed to ask for now of who is to go that way at a speed [m/s]; see `paced`."""
        how = self._prompt["pacing"]
        if how is None or speed <= how["above"]:
            return speed
        now, off = state.lin_vel[0, :2] @ turn(yaw)[:2, 0], abs(_wrap(yaw - heading(state.rot[0])))
        if now < how["slow"] or off > how["turned"]:
            return min(speed, how["walk"])
        return min(speed + how["gain"] * max(speed - now, 0.0), how["most"])

    def good(self, state: BodyState, velocity: np.ndarray) -> bool:
        """The speed along the way is within a share of the target speed, or small where that is zero."""
        speed = self.order[1]
        error = speed - velocity[:2] @ self.way
        return abs(error / speed if speed > 1.0e-4 else error) <= self.success["tolerance"]


class Steering(Direction):
    """The order is that of Direction and a world heading to face [rad]."""

    facing = property(lambda self: self.order[2])
    """World angle to face [rad]."""

    def observe(self, state: BodyState) -> np.ndarray:
        """As Direction, then the way to face in the heading frame (2)."""
        error = self.facing - heading(state.rot[0])
        return np.concatenate((super().observe(state), [np.cos(error), np.sin(error)]))

    def target(self, state: BodyState) -> PoseTarget:
        """The pelvis moves so that it faces about as commanded; see `veer`."""
        how, (yaw, speed, facing) = self._prompt["veering"], self.order
        if how is None:
            return self._moving(state, speed * self.way, facing)
        now = heading(state.rot[0])
        pace = state.lin_vel[0, :2] @ turn(now)[:2, 0]
        if speed < how["above"]:
            brakes = abs(pace) > how["stopping"]
            return self._moving(state, speed * self.way, self._soon(facing, now) if brakes else facing)
        aside = _wrap(facing - yaw)
        if abs(aside) > how["behind"] and speed <= how["back"]["fastest"]:
            off = self._beside(now)
            face, fast = yaw + off + np.pi, speed / np.cos(off)
            face = self._soon(face, now) if pace > how["going"] else face
            asked = _asked(fast, how["back"])
            if pace < -how["begun"]:
                short = max(how["near"] * fast + pace, 0.0)
                asked = min(asked + how["gain"] * short, max(asked, how["most"]))
            return self._moving(state, -asked * turn(face)[:2, 0], face)
        off = _least(aside, speed, how["ahead"])
        off = 0.0 if abs(aside - off) > how["hopeless"] else off
        way, fast = yaw + off, speed / np.cos(off)
        fast = self._paced(state, way, fast) if fast > how["runs"] else _asked(fast, how["ahead"])
        way = self._soon(way, now) if pace < -how["going"] else way
        return self._moving(state, fast * turn(way)[:2, 0], way)

    def _soon(self, facing: float, now: float) -> float:
        """Where who brakes and faces so now is to face [rad]; see `veer`."""
        most = self._prompt["veering"]["turn"]
        return now + np.clip(_wrap(facing - now), -most, most)

    def _beside(self, now: float) -> float:
        """How far from the way to go backwards who faces so now [rad]; see `veer`."""
        how, (yaw, speed, facing) = self._prompt["veering"], self.order
        facing, now = _wrap(facing - yaw - np.pi), _wrap(now - yaw - np.pi)
        least, within = _least(facing, speed, how["back"]), how["back"]["within"]
        low, high = min(max(facing - within, -how["beside"]), least), max(min(facing + within, how["beside"]), least)
        return min(max(now, low), high)

    def good(self, state: BodyState, velocity: np.ndarray) -> bool:
        """As Direction, and facing about right."""
        off = abs(_wrap(self.facing - heading(state.rot[0])))
        return super().good(state, velocity) and off <= self.success["facing_tolerance"]


class Reach(Task):
    """The order is a point from the pelvis, world axes, and its height [m]; it stays where it is in the world."""

    def give(self, order: np.ndarray, state: BodyState) -> None:
        """The point is fixed when the order is given."""
        super().give(order, state)
        self.point = order + state.pos[0] * [1.0, 1.0, 0.0]

    def observe(self, state: BodyState) -> np.ndarray:
        """From the pelvis to the point, heading frame (3)."""
        return (self.point - state.pos[0]) @ turn(heading(state.rot[0]))

    def target(self, state: BodyState) -> PoseTarget:
        """Steps if the point is far, then the right hand is there when it will be judged, the pelvis stays; see `step_and_reach`."""
        how, asked = self._prompt["reaching"], self.point.copy()
        time = max(self.success["grace"] - 10 - self.elapsed, 3) * self.step_dt
        if how is not None:
            facing = heading(state.rot[0])
            way = (self.point - state.pos[0] - turn(facing) @ [how["ahead"], how["left"], 0.0])[:2]
            distance = np.linalg.norm(way)
            if self.elapsed < how["early"] and distance > how["arm"]:
                moving = self._moving(state, how["pace"] * way / distance, facing)
                return PoseTarget(*(rows[:1] for rows in moving))
            short = self.point - state.pos[self._hand]
            if time <= how["soon"]:
                asked += how["beyond"] * short * min(1.0, how["furthest"] / max(np.linalg.norm(short), 1.0e-9))
            asked[2] = max(asked[2], how["lowest"])
        target = self._hidden(np.array([time]))
        target.pos[:, self._hand_slot] = asked
        target.visible[:, self._hand_slot, 0] = True
        if how is not None and asked[2] > how["lowest"]:
            target.pos[:, self._pelvis_slot] = [*state.pos[0, :2], self._prompt["pelvis_height"]]
            target.visible[:, self._pelvis_slot, 0] = True
        return target

    def good(self, state: BodyState, velocity: np.ndarray) -> bool:
        """The hand is near the point."""
        return np.linalg.norm(state.pos[self._hand] - self.point) <= self.success["tolerance"]


def _wrap(angle: float) -> float:
    return float(np.arctan2(np.sin(angle), np.cos(angle)))


def _least(aside: float, speed: float, walk: dict) -> float:
    """How far aside of its way [rad] who is to face ``aside`` [rad] has to go at least, or can; see `veer`."""
    return np.copysign(min(max(abs(aside) - walk["within"], 0.0), np.arccos(min(speed / walk["fastest"], 1.0))), aside)


def _asked(speed: float, walk: dict) -> float:
    """What speed to ask for to get a speed [m/s]; see `Walk`."""
    return speed * (1.0 + walk["slip"] * max(min(speed, walk["fastest"]) - walk["even"], 0.0))


_TASKS = {"direction": Direction, "steering": Steering, "reach": Reach}


def make_task(contract: Contract) -> Task:
    """The task of a contract.

    Raises:
        ContractError: If its scene holds more than the humanoid and the ground.
    """
    name = contract["task"]["name"]
    if name not in _TASKS:
        raise ContractError(f"{contract['task']['id']}: its scene is not built here, only {', '.join(_TASKS)} are run")
    return _TASKS[name](contract)
