# SPDX-License-Identifier: BSD-3-Clause
"""What a behaviour model does when it is only told where to go: walk at a commanded velocity, or stand."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import torch
from isaaclab.envs import ManagerBasedRLEnv, ManagerBasedRLEnvCfg
from isaaclab.managers import EventTermCfg
from tqdm import tqdm

from tt_isaaclab.bfm.network import BfmNetwork
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.humanoid.state import read_bodies
from tt_isaaclab.kinematics.heading import heading_angle, wrap_angle
from tt_isaaclab.kinematics.self_observation import self_observation
from tt_isaaclab.kinematics.sparse_targets import sparse_targets
from tt_isaaclab.prompts import joint_conditions
from tt_isaaclab.tasks.make import open_env
from tt_isaaclab.tasks.mdp.events import reset_to_standing

_FALLEN = 0.5
"""A pelvis lower than this has fallen [m]."""

_FLOWN = 2.0
"""A pelvis higher than this was flung up by diverging physics [m]."""

_SETTLED = 2.0
"""The speed counts from this time on [s]."""

_UNLIKE = 0.02
"""Greatest difference of a joint from the standing pose at the start [rad]."""

_ASIDE = math.radians(30.0)
"""Greatest angle between the first commanded direction and where the humanoid faces [rad]."""


@dataclass(frozen=True)
class Request:
    """What the humanoid is asked to do, from standing still.

    Attributes:
        name: For tables.
        speed: Commanded pelvis speed [m/s]; 0 shows no target at all, which means to stand.
        turn: Rate at which the commanded direction turns [deg/s].
        prompt: Function of `joint_conditions` that makes the targets.
    """

    name: str
    speed: float
    turn: float = 0.0
    prompt: str = "direction"


REQUESTS = (
    Request("stand", 0.0),
    *(Request(f"walk {speed} m/s", speed) for speed in (0.6, 1.0, 1.2, 1.8)),
    Request("jog 2.4 m/s", 2.4),
    Request("walk 1.2 m/s, turn 45 deg/s", 1.2, turn=45.0),
    Request("walk 1.0 m/s, turn -30 deg/s", 1.0, turn=-30.0),
    Request("walk 1.2 m/s, velocity only", 1.2, prompt="velocity"),
)
"""The requests of the model card."""


@dataclass(frozen=True)
class Answer:
    """How one request was met.

    Attributes:
        upright: Share of the humanoids that did not fall or blow up.
        speed: Mean speed along the commanded direction once settled, of those that did not fall [m/s].
        speed_error: Mean distance of each one's mean speed from the commanded speed [m/s].
        drift: Mean sideways speed, without sign [m/s].
        facing_error: Mean angle between heading and commanded direction [deg].
    """

    name: str
    upright: float
    speed: float
    speed_error: float
    drift: float
    facing_error: float


def measure(
    model: BfmNetwork,
    requests: tuple[Request, ...] = REQUESTS,
    humanoids: int = 16,
    seconds: float = 10.0,
    physics: str | None = None,
    device: str = "cpu",
    seed: int = 0,
) -> list[Answer]:
    """Put every request to ``humanoids`` copies for ``seconds``; they differ in pose a little, and in direction."""

    def edit(cfg: ManagerBasedRLEnvCfg) -> None:
        cfg.episode_length_s = seconds + 1.0
        cfg.terminations.fall = None
        cfg.events.standing = EventTermCfg(func=reset_to_standing, mode="reset", params={"noise": _UNLIKE})

    with open_env(
        "TaskTokens-Stand", physics=physics, num_envs=humanoids * len(requests), device=device, seed=seed, edit=edit
    ) as env:
        return _run(env, model.to(device), requests, seconds)


@torch.no_grad()
def _run(env: ManagerBasedRLEnv, model: BfmNetwork, requests: tuple[Request, ...], seconds: float) -> list[Answer]:
    env.reset()
    robot, device, slots = env.scene["robot"], env.device, model.layout.target_slots
    slot_ids = torch.tensor(DEFAULT_HUMANOID.body_ids(*slots), device=device)
    which = torch.arange(env.num_envs, device=device) % len(requests)
    speed = torch.tensor([r.speed for r in requests], device=device)[which]
    turn = torch.tensor([math.radians(r.turn) for r in requests], device=device)[which]
    by_velocity = torch.tensor([r.prompt == "velocity" for r in requests], device=device)[which].view(-1, 1, 1, 1)
    yaw = torch.empty_like(speed).uniform_(-_ASIDE, _ASIDE)
    upright = torch.ones_like(which, dtype=torch.bool)
    along, aside, facing = (torch.zeros_like(speed) for _ in range(3))
    settled, steps = round(_SETTLED / env.step_dt), round(seconds / env.step_dt)
    for step in tqdm(range(steps), desc="zero-shot", unit="step", leave=False, disable=None):
        bodies = read_bodies(robot)
        target = joint_conditions.direction(bodies.pos[:, 0], yaw, speed, slots)
        other = joint_conditions.velocity(bodies.pos[:, 0], yaw, speed, slots)
        visible = torch.where(by_velocity, other.visible, target.visible) & (speed > 0.0).view(-1, 1, 1, 1)
        rows = sparse_targets(bodies.pos, bodies.quat, target._replace(visible=visible), slot_ids)
        before = bodies.pos[:, 0].clone()
        inputs = {"state": self_observation(*bodies), "targets": rows}
        env.step(model(inputs, {"targets": visible.flatten(2).any(-1)}))
        pos = robot.data.root_link_pos_w.torch
        upright &= torch.isfinite(pos).all(-1) & (pos[:, 2] > _FALLEN) & (pos[:, 2] < _FLOWN)
        if step >= settled:
            velocity = (pos - before)[:, :2] / env.step_dt / (steps - settled)
            along += velocity[:, 0] * yaw.cos() + velocity[:, 1] * yaw.sin()
            aside += velocity[:, 1] * yaw.cos() - velocity[:, 0] * yaw.sin()
            angle = heading_angle(robot.data.root_link_quat_w.torch) - yaw
            facing += torch.rad2deg(wrap_angle(angle).abs()) / (steps - settled)
        yaw = yaw + turn * env.step_dt
    answers = []
    for i, request in enumerate(requests):
        rows = (which == i) & upright
        share = upright[which == i].float().mean().item()
        columns = (along[rows], (along[rows] - request.speed).abs(), aside[rows].abs(), facing[rows])
        answers.append(Answer(request.name, share, *(column.mean().item() for column in columns)))
    return answers


def table(answers: list[Answer]) -> str:
    """Plain text table."""
    head = f"{'request':30s} {'upright':>8s} {'speed':>7s} {'error':>7s} {'drift':>7s} {'facing':>8s}"
    rows = [
        f"{a.name:30s} {a.upright:8.0%} {a.speed:7.2f} {a.speed_error:7.2f} {a.drift:7.2f} {a.facing_error:7.1f}°"
        for a in answers
    ]
    return "\n".join([head, *rows])


def to_dict(answers: list[Answer]) -> dict:
    """Numbers for a JSON file."""
    return {a.name: {key: value for key, value in asdict(a).items() if key != "name"} for a in answers}
