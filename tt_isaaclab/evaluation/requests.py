# SPDX-License-Identifier: BSD-3-Clause
"""What a behaviour model is asked to do without clips, by targets or in words, and what counts as having done it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

_TOLERANCE, _STILL = 0.2, 0.1
"""The mean speed, or on the spot the rate of the turn, may be this share off, and a stander's this many m/s."""

_SLOW, _WALK, _FAST, _RUN = (0.3, 1.0), (0.7, 1.7), (1.5, 2.2), 2.2
"""Mean speeds of what counts as a slow walk, a walk, a fast walk and at least as a run, where words ask for it [m/s]."""

_TURNS = 15.0
"""Least mean rate of a curve, which a straight walk stays below [deg/s]."""

_JUMP, _KICK, _PUNCH, _ON_THE_SPOT = 0.1, 0.7, 2.0, 0.3
"""A jump lifts both ankles at once by this much [m], a kick one of them to this height [m], and a punch moves a hand this
fast, seen from the pelvis [m/s], of a humanoid that stays where it is: its mean speed is lower than the last [m/s]."""


@dataclass(frozen=True)
class Request:
    """What the humanoid is asked to do, from standing still.

    Attributes:
        name: For tables.
        speed: Commanded pelvis speed [m/s]; 0 without a turn shows no target at all, which means to stand.
        turn: Rate at which the commanded direction turns [deg/s]; without a speed it is a turn on the spot.
        facing: Angle from the commanded direction to the heading to face [deg].
        prompt: ``direction`` or ``velocity``, of `joint_conditions`; or ``paced``, of `task_prompts`: a run begins as a walk.
        push: Change of the pelvis' velocity every two seconds, any way along the ground [m/s].
        sentence: Words, after a second of standing, in place of targets.
        shows: What must be seen: the ``speed``, or one of the other names of `judge`.
    """

    name: str
    speed: float = 0.0
    turn: float = 0.0
    facing: float = 0.0
    prompt: str = "direction"
    push: float = 0.0
    sentence: str = ""
    shows: str = "speed"


REQUESTS = (
    Request("stand"),
    Request("stand, pushed by 0.5 m/s", push=0.5),
    *(Request(f"walk {speed} m/s", speed) for speed in (0.6, 1.0, 1.2, 1.8)),
    Request("jog 2.5 m/s", 2.5),
    Request("run 3.5 m/s", 3.5),
    Request("jog 2.5 m/s, by a walk", 2.5, prompt="paced"),
    Request("run 3.5 m/s, by a walk", 3.5, prompt="paced"),
    Request("walk 1.2 m/s, turn 60 deg/s", 1.2, turn=60.0),
    Request("walk 1.0 m/s, turn -30 deg/s", 1.0, turn=-30.0),
    Request("turn on the spot, 60 deg/s", turn=60.0, shows="spin"),
    Request("walk 1.2 m/s, velocity only", 1.2, prompt="velocity"),
    *(Request(f"backwards {speed} m/s", speed, facing=180.0) for speed in (0.5, 1.2)),
    Request("sideways 0.5 m/s", 0.5, facing=90.0),
)
"""The requests of the model card."""


def sentences(prompts: Mapping[str, Sequence[str]]) -> tuple[Request, ...]:
    """Requests in words, by what they must show; ``stand`` is a speed of 0."""
    return tuple(
        Request(f"'{sentence}'", sentence=sentence, shows="speed" if shows == "stand" else shows)
        for shows, group in prompts.items()
        for sentence in group
    )


def judge(
    speed: torch.Tensor,
    turn: torch.Tensor,
    along: torch.Tensor,
    aside: torch.Tensor,
    pace: torch.Tensor,
    turning: torch.Tensor,
    flight: torch.Tensor,
    kick: torch.Tensor,
    punch: torch.Tensor,
) -> dict[str, torch.Tensor]:
    """Who did what a request may ask for, by the names of `Request.shows`, each (N,), bool.

    Args:
        speed: Commanded (N,) [m/s].
        turn: Rate at which the commanded direction turns (N,) [deg/s].
        along, aside: Mean speeds along the commanded direction and to its left (N,) [m/s].
        pace: Mean speed, any way (N,) [m/s].
        turning: Mean rate at which the heading turns, positive to the left (N,) [deg/s].
        flight: Greatest height of the lower ankle above where it stood (N,) [m].
        kick: Greatest height of an ankle (N,) [m].
        punch: Greatest speed of a hand, seen from the pelvis (N,) [m/s].
    """
    bound = torch.where(speed > 0.0, _TOLERANCE * speed, _STILL)
    straight = turning.abs() < _TURNS
    return {
        "speed": ((along - speed).abs() <= bound) & (aside.abs() <= bound),
        **{
            name: (pace >= low) & (pace < high) & straight
            for name, (low, high) in {"slow": _SLOW, "walk": _WALK, "fast": _FAST}.items()
        },
        "left": (pace >= _SLOW[0]) & (turning >= _TURNS),
        "right": (pace >= _SLOW[0]) & (turning <= -_TURNS),
        "spin": ((turning - turn).abs() <= _TOLERANCE * turn.abs()) & (pace < _ON_THE_SPOT),
        "run": pace >= _RUN,
        "jump": flight >= _JUMP,
        "kick": kick >= _KICK,
        "punch": (punch >= _PUNCH) & (pace < _ON_THE_SPOT),
    }
