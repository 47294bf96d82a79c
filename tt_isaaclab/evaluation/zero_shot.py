# SPDX-License-Identifier: BSD-3-Clause
"""What a behaviour model does when it is only told where to go, or in words what to do: walk, stand, jump, kick, punch."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass

import torch
from isaaclab.assets import Articulation
from isaaclab.envs import ManagerBasedRLEnv, ManagerBasedRLEnvCfg
from isaaclab.managers import EventTermCfg
from tqdm import tqdm

from tt_isaaclab.bfm.network import BfmNetwork
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.humanoid.state import read_bodies
from tt_isaaclab.kinematics.heading import heading_angle, unit_vector, wrap_angle
from tt_isaaclab.kinematics.self_observation import self_observation
from tt_isaaclab.kinematics.sparse_targets import sparse_targets
from tt_isaaclab.prompts import joint_conditions, task_prompts
from tt_isaaclab.prompts.text import text_vector
from tt_isaaclab.tasks.make import open_env
from tt_isaaclab.tasks.mdp.events import reset_to_standing

from .requests import REQUESTS, Request, judge
from .statistics import wilson_interval

_FALLEN = 0.5
"""A pelvis lower than this has fallen [m]."""

_FLOWN = 2.0
"""A pelvis higher than this was flung up by diverging physics [m]."""

_SETTLED = 2.0
"""The speed counts from this time on [s]."""

_UNLIKE = 0.02
"""Greatest difference of a joint from the standing pose at the start [rad]."""

_ASIDE = math.radians(30.0)
"""Greatest angle between the heading to face at first and where the humanoid faces [rad]."""

_FACES = 45.0
"""Greatest mean angle between heading and the one to face, of those told to face elsewhere than they go [deg]."""


_LISTENS = 1.0
"""Words are said after this time of standing [s]."""

_PUSHED = 2.0
"""Time between two pushes [s]."""


@dataclass(frozen=True)
class Answer:
    """How one request was met.

    Attributes:
        upright: Share of the humanoids that did not fall or blow up.
        met: Share of the humanoids that did not fall and did what they were asked to, facing about right.
        met_low, met_high: Its 95 % interval (Wilson).
        speed: Mean speed along the commanded direction once settled, of those that did not fall [m/s].
        speed_error: Mean distance of each one's mean speed from the commanded speed [m/s].
        drift: Mean sideways speed, without sign [m/s].
        facing_error: Mean angle between heading and the one to face [deg].
    """

    name: str
    humanoids: int
    upright: float
    met: float
    met_low: float
    met_high: float
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
    ankles = DEFAULT_HUMANOID.body_ids("L_Ankle", "R_Ankle")
    hands = DEFAULT_HUMANOID.body_ids(DEFAULT_HUMANOID.left_hand, DEFAULT_HUMANOID.right_hand)
    which = torch.arange(env.num_envs, device=device) % len(requests)

    def column(values: Iterable[float]) -> torch.Tensor:
        return torch.tensor(list(values), device=device)[which]

    speed, push = column(r.speed for r in requests), column(r.push for r in requests)
    turn, facing = (column(math.radians(x) for x in xs) for xs in zip(*((r.turn, r.facing) for r in requests)))
    by_velocity, by_walk = (column(r.prompt == name for r in requests) for name in ("velocity", "paced"))
    shown = ((speed > 0.0) | (turn != 0.0)).view(-1, 1, 1, 1)
    words = _words(requests, which) if any(r.sentence for r in requests) else None
    yaw = torch.empty_like(speed).uniform_(-_ASIDE, _ASIDE) - facing
    upright = torch.ones_like(which, dtype=torch.bool)
    along, aside, off, pace, turning = (torch.zeros_like(speed) for _ in range(5))
    flight, kick, punch = (torch.zeros_like(speed) for _ in range(3))
    bodies = read_bodies(robot)
    standing_ankle = bodies.pos[:, ankles, 2].mean(-1)
    settled, steps, pushed = (round(time / env.step_dt) for time in (_SETTLED, seconds, _PUSHED))
    for step in tqdm(range(steps), desc="zero-shot", unit="step", leave=False, disable=None):
        asked = torch.where(by_walk, task_prompts.paced(bodies, yaw, speed), speed)
        target = joint_conditions.direction(bodies.pos[:, 0], yaw, asked, slots, yaw + facing, turn)
        other = joint_conditions.velocity(bodies.pos[:, 0], yaw, speed, slots)
        visible = torch.where(by_velocity.view(-1, 1, 1, 1), other.visible, target.visible) & shown
        rows = sparse_targets(bodies.pos, bodies.quat, target._replace(visible=visible), slot_ids)
        before, heading = bodies.pos[:, 0].clone(), heading_angle(bodies.quat[:, 0])
        inputs, visibility = (
            {"state": self_observation(*bodies), "targets": rows},
            {"targets": visible.flatten(2).any(-1)},
        )
        if words is not None and step * env.step_dt >= _LISTENS:
            inputs["text"], visibility["text"] = words
        env.step(model(inputs, visibility))
        if step % pushed == pushed - 1 and push.any():
            _push(robot, push)
        bodies = read_bodies(robot)
        pos = bodies.pos[:, 0]
        upright &= torch.isfinite(pos).all(-1) & (pos[:, 2] > _FALLEN) & (pos[:, 2] < _FLOWN)
        ankle = bodies.pos[:, ankles, 2]
        flight = torch.maximum(flight, (ankle.amin(-1) - standing_ankle) * upright)
        kick = torch.maximum(kick, ankle.amax(-1) * upright)
        away = (bodies.lin_vel[:, hands] - bodies.lin_vel[:, :1]).norm(dim=-1).amax(-1)
        punch = torch.maximum(punch, away * upright)
        if step >= settled:
            velocity = (pos - before)[:, :2] / env.step_dt / (steps - settled)
            along += velocity[:, 0] * yaw.cos() + velocity[:, 1] * yaw.sin()
            pace += velocity.norm(dim=-1)
            faces = heading_angle(bodies.quat[:, 0])
            turning += torch.rad2deg(wrap_angle(faces - heading)) / (seconds - _SETTLED)
            aside += velocity[:, 1] * yaw.cos() - velocity[:, 0] * yaw.sin()
            off += torch.rad2deg(wrap_angle(faces - yaw - facing).abs()) / (steps - settled)
        yaw = yaw + turn * env.step_dt
    faced = (facing == 0.0) | (off <= _FACES)
    done = judge(speed, torch.rad2deg(turn), along, aside, pace, turning, flight, kick, punch)
    answers = []
    for i, request in enumerate(requests):
        ours = which == i
        rows = ours & upright
        met, count = int((rows & faced & done[request.shows]).sum()), int(ours.sum())
        means = [c[rows].mean().item() for c in (along, (along - speed).abs(), aside.abs(), off)]
        share = upright[ours].float().mean().item()
        answers.append(Answer(request.name, count, share, met / count, *wilson_interval(met, count), *means))
    return answers


def _words(requests: tuple[Request, ...], which: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Sentences (N, 1, width) and whether there is one (N, 1)."""
    vectors = [text_vector("", r.sentence) if r.sentence else None for r in requests]
    width = next(len(v) for v in vectors if v is not None)
    rows = torch.stack([torch.zeros(width) if v is None else v for v in vectors]).to(which.device)
    told = torch.tensor([v is not None for v in vectors], device=which.device)
    return rows[which].unsqueeze(1), told[which].unsqueeze(1)


def _push(robot: Articulation, change: torch.Tensor) -> None:
    """Change the pelvis' velocity by ``change`` (N,) [m/s], each a random way along the ground."""
    twist = robot.data.root_link_vel_w.torch.clone()
    twist[:, :2] += change.unsqueeze(1) * unit_vector(torch.empty_like(change).uniform_(-math.pi, math.pi))
    robot.write_root_link_velocity_to_sim_index(root_velocity=twist)


def table(answers: list[Answer]) -> str:
    """Plain text table."""
    head = f"{'request':44s} {'upright':>8s} {'met':>6s} {'95 %':>12s} {'speed':>7s} {'error':>7s} {'drift':>7s} {'facing':>8s}"
    rows = [
        f"{a.name:44s} {a.upright:8.1%} {a.met:6.1%} {f'{a.met_low:.1%}-{a.met_high:.1%}':>12s} "
        f"{a.speed:7.2f} {a.speed_error:7.2f} {a.drift:7.2f} {a.facing_error:7.1f}°"
        for a in answers
    ]
    return "\n".join([head, *rows])


def to_dict(answers: list[Answer]) -> dict:
    """Numbers for a JSON file."""
    return {a.name: {key: value for key, value in asdict(a).items() if key != "name"} for a in answers}
