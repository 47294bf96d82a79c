# SPDX-License-Identifier: BSD-3-Clause
"""Motion command: a reference clip per environment, and the state the humanoid starts from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import MISSING

import torch
from isaaclab.assets import Articulation
from isaaclab.envs import ManagerBasedRLEnv
from isaaclab.managers import CommandTerm, CommandTermCfg
from isaaclab.utils import configclass

from tt_isaaclab.bfm.pretrain.motions.library import MotionLibrary
from tt_isaaclab.bfm.pretrain.motions.motion import MotionState
from tt_isaaclab.humanoid.state import BodyState, read_bodies, write_state
from tt_isaaclab.kinematics.heading import heading_angle, quat_from_yaw
from tt_isaaclab.kinematics.rotations import quat_mul, quat_rotate

from .orders import Orders, OrdersCfg, pose_features

_FAILURE_MEMORY = 1024
"""Number of recent failures that resets draw from."""

_NEAR = (-1, 0, 1, 2, 3, 4, 5, 6)
"""Control steps from its frame within which a reference that goes along with its humanoid looks for the nearest one: it
always goes on, or a student that stops would be told to stay."""

_TAGS = "gait face step reach walk run drill jump kick punch lunge block form bend sword wash".split()
"""Tags that `emphasis` has besides those that it favours: an override needs a key that is there."""


class MotionCommand(CommandTerm):
    """Plays a clip in every environment; an episode starts in the reference pose somewhere in it.

    ``target`` is the reference one control step ahead: what the next action should reach, and what the reward
    compares with once that action has been taken. Half of the resets go back to shortly before a recent failure.
    A share of the episodes has orders to walk instead, for which the reference is put together out of clips.
    Where a clip of the `chain` ends, another one goes on from where the humanoid has got to.

    Attributes:
        along: Whether the reference goes along with the humanoid (N,), bool: it is where the humanoid is, faces as it does
            and goes on with the nearest frame. So its answer depends on nothing that is unknown to a student who is shown
            no target.
    """

    cfg: MotionCommandCfg

    def __init__(self, cfg: MotionCommandCfg, env: ManagerBasedRLEnv) -> None:
        super().__init__(cfg, env)
        self.robot: Articulation = env.scene["robot"]
        self.library = MotionLibrary.load(cfg.library).to(self.device)
        self.clip = torch.zeros(self.num_envs, dtype=torch.long, device=self.device)
        self.time = torch.zeros(self.num_envs, device=self.device)
        self.yaw = torch.zeros(self.num_envs, device=self.device)
        """Turn about z from the clip's world to the environment's (N,) [rad]."""
        self.shift = torch.zeros(self.num_envs, 3, device=self.device)
        """Where the clip's origin lies in the world [m]."""
        self.pace = torch.ones(self.num_envs, device=self.device)
        """How many times as fast as recorded the clip is played (N,)."""
        self._weights = self.library.weights.clone()
        for tag, factor in cfg.emphasis.items():
            self._weights[self.library.ids(tag)] *= factor
        self._chain = torch.zeros_like(self._weights)
        """How often each clip goes on with one that ends, and 0 for those that just end (C,)."""
        for tag in cfg.chain:
            rows = self.library.ids(tag)
            self._chain[rows] = self._weights[rows]
        self.went_on = torch.zeros(self.num_envs, dtype=torch.bool, device=self.device)
        """Whether a clip of the chain has just begun (N,)."""
        self.along = torch.zeros_like(self.went_on)
        self._failures = torch.zeros(_FAILURE_MEMORY, 2, device=self.device)
        self._num_failures = 0
        answers = self.library.ids(cfg.orders.tag)
        self.orders = Orders(cfg.orders, self.library, answers[self._weights[answers] > 0.0], self.num_envs)
        """Orders of the episodes that have some."""
        if cfg.ordered and not len(self.orders.clips):
            raise ValueError(
                f"{cfg.library}: no clip to train on has the tag {cfg.orders.tag!r} that orders are answered with"
            )
        self.target = self.reference(env.step_dt)
        """Reference state one control step ahead, world."""
        self.metrics["body_error"] = torch.zeros(self.num_envs, device=self.device)

    @property
    def command(self) -> torch.Tensor:
        """Reference positions one control step ahead, world. Shape (N, 72) [m]."""
        return self.target.body_pos.flatten(1)

    @property
    def finished(self) -> torch.Tensor:
        """Whether the clip has no further step; orders never end. Shape (N,), bool."""
        return self.time + 1.5 * self._env.step_dt > self.library.seconds[self.clip]

    def reference(self, ahead: torch.Tensor | float, env_ids: Sequence[int] | slice = slice(None)) -> MotionState:
        """Reference state ``ahead`` seconds (n,) or (n, T) from now, in the world. Shapes (n, [T,] 24, …)."""
        time = self.time[env_ids]
        ahead = torch.as_tensor(ahead, device=self.device)
        extra = (1,) * max(ahead.dim() - 1, 0)
        clip, time, pace = (x.view(-1, *extra) for x in (self.clip[env_ids], time, self.pace[env_ids]))
        state = self.library.sample((clip + torch.zeros_like(ahead)).long(), time + pace * ahead)
        pace = pace.view(*pace.shape, 1, 1)
        turn = quat_from_yaw(self.yaw[env_ids]).view(-1, *extra, 1, 4)
        shift = self.shift[env_ids].view(-1, *extra, 1, 3)
        return state._replace(
            body_pos=quat_rotate(turn, state.body_pos) + shift,
            body_quat=quat_mul(turn, state.body_quat),
            body_lin_vel=pace * quat_rotate(turn, state.body_lin_vel),
            body_ang_vel=pace * quat_rotate(turn, state.body_ang_vel),
            joint_ang_vel=pace * state.joint_ang_vel,
        )

    def _resample_command(self, env_ids: Sequence[int] | slice) -> None:
        env_ids = torch.arange(self.num_envs, device=self.device)[env_ids]
        self._remember_failures(env_ids)
        n = len(env_ids)
        clip = torch.multinomial(self._weights, n, replacement=True)
        time = self._start(clip)
        if self._num_failures:
            seen = self._failures[: min(self._num_failures, _FAILURE_MEMORY)]
            row = seen[torch.randint(len(seen), (n,), device=self.device)]
            back = torch.empty(n, device=self.device).uniform_(*self.cfg.rewind)
            retry = torch.rand(n, device=self.device) < self.cfg.retry
            clip = torch.where(retry, row[:, 0].long(), clip)
            time = torch.where(retry, (row[:, 1] - back).clamp(min=0.0), time)
        ordered = (torch.rand(n, device=self.device) < self.cfg.ordered).nonzero().squeeze(-1)
        if len(ordered):
            row = torch.multinomial(self._weights[self.orders.clips], len(ordered), replacement=True)
            clip[ordered] = self.orders.clips[row]
            time[ordered] = self._start(clip[ordered])
        self.begin(env_ids, clip, time)
        self.along[env_ids] = torch.rand(n, device=self.device) < self.cfg.along
        rows = env_ids[ordered]
        self.orders.give(rows, heading_angle(self.reference(0.0, rows).body_quat[:, 0]))

    def _start(self, clip: torch.Tensor) -> torch.Tensor:
        """Random times to start in clips (n,) at [s]."""
        latest = (self.library.seconds[clip] - self.cfg.shortest).clamp(min=0.0)
        within = torch.rand(len(clip), device=self.device) >= self.cfg.first
        return torch.rand(len(clip), device=self.device) * latest * within

    def begin(self, env_ids: torch.Tensor, clip: torch.Tensor, time: torch.Tensor) -> None:
        """Put environments (n,) into clips (n,) at times (n,) [s], each facing a random way at its origin."""
        self.orders.given[env_ids] = False
        yaw = torch.empty_like(time).uniform_(-torch.pi, torch.pi)
        self._play(env_ids, clip, time, yaw, self._env.scene.env_origins[env_ids])
        self.place_robot(env_ids)
        self.target = self.reference(self._env.step_dt)

    def _play(
        self, env_ids: torch.Tensor, clip: torch.Tensor, time: torch.Tensor, yaw: torch.Tensor, point: torch.Tensor
    ) -> None:
        """Play clips (n,) from times (n,) [s] on, turned by ``yaw`` (n,) [rad], with the pelvis over points (n, 3) [m]."""
        self.clip[env_ids], self.time[env_ids], self.yaw[env_ids] = clip, time, yaw
        self.shift[env_ids], self.pace[env_ids] = 0.0, 1.0
        self._move_to(env_ids, point)

    def _play_at(self, env_ids: torch.Tensor, clip: torch.Tensor, time: torch.Tensor, bodies: BodyState) -> None:
        """As `_play`, where the humanoids of these environments are and face."""
        ahead = heading_angle(self.library.sample(clip, time).body_quat[:, 0])
        self._play(env_ids, clip, time, heading_angle(bodies.quat[:, 0]) - ahead, bodies.pos[:, 0])

    def _move_to(self, env_ids: torch.Tensor, point: torch.Tensor) -> None:
        """Put the reference's pelvis over points (n, 3) of the ground [m]."""
        here = self.reference(0.0, env_ids).body_pos[:, 0]
        self.shift[env_ids, :2] += (point - here)[:, :2]

    def _follow_orders(self) -> None:
        """Every few steps, go on the way the order says; the reference is always as far ahead of the humanoid."""
        orders = self.orders
        orders.advance(self._env.step_dt)
        rows = (orders.given & (self._env.episode_length_buf > 0)).nonzero().squeeze(-1)
        if not len(rows):
            return
        bodies = read_bodies(self.robot)
        if self._env.common_step_counter % self.cfg.orders.every == 0:
            self.clip[rows], self.time[rows], self.yaw[rows] = orders.match(
                rows, bodies, self.clip, self.time, self.yaw
            )
            self.pace[rows] = orders.pace(rows, self.clip[rows], self.time[rows])
        self._move_to(rows, bodies.pos[rows, 0] + torch.nn.functional.pad(orders.ahead[rows], (0, 1)))

    def _go_along(self) -> None:
        """Put references that go along where their humanoids are and face, every few steps in the nearest frame."""
        rows = (self.along & ~self.orders.given & (self._env.episode_length_buf > 0)).nonzero().squeeze(-1)
        if not len(rows):
            return
        bodies = BodyState(*(x[rows] for x in read_bodies(self.robot)))
        clip, time = self.clip[rows], self.time[rows]
        if self._env.common_step_counter % self.cfg.orders.every == 0:
            time = self._nearest(bodies, clip, time)
        self._play_at(rows, clip, time, bodies)

    def _nearest(self, bodies: BodyState, clip: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        """Times (n,) [s] about those of now in clips (n,) whose poses suit humanoids best, or now where it nearly does."""
        times = time.unsqueeze(1) + self._env.step_dt * torch.tensor(_NEAR, device=self.device)
        times = torch.minimum(times.clamp(min=0.0), (self.library.seconds[clip] - self._env.step_dt).unsqueeze(1))
        state = self.library.sample(clip.unsqueeze(1).expand_as(times), times)
        poses = pose_features(BodyState(*(x.flatten(0, 1) for x in state[:4]))).unflatten(0, times.shape)
        cost = (poses - pose_features(bodies).unsqueeze(1)).square().sum(-1)
        lowest, best = cost.min(1)
        stay = cost[:, _NEAR.index(0)] <= lowest + self.cfg.orders.reluctance
        return torch.where(stay, time, times.gather(1, best.unsqueeze(1)).squeeze(1))

    def _go_on(self) -> None:
        """Where a clip of the chain ends, begin another one where the humanoid is and faces."""
        self.went_on = self.finished & ~self.orders.given & (self._chain[self.clip] > 0.0)
        rows = self.went_on.nonzero().squeeze(-1)
        if len(rows):
            bodies = BodyState(*(x[rows] for x in read_bodies(self.robot)))
            clip = torch.multinomial(self._chain, len(rows), replacement=True)
            self._play_at(rows, clip, torch.zeros_like(self.time[rows]), bodies)

    def _remember_failures(self, env_ids: torch.Tensor) -> None:
        if not self._env.common_step_counter:
            return
        failed = self._env.termination_manager.terminated & ~self.orders.given
        ids = env_ids[failed[env_ids]][-_FAILURE_MEMORY:]
        slots = (self._num_failures + torch.arange(len(ids), device=self.device)) % _FAILURE_MEMORY
        self._failures[slots] = torch.stack((self.clip[ids].float(), self.time[ids]), dim=-1)
        self._num_failures += len(ids)

    def place_robot(self, env_ids: torch.Tensor) -> None:
        """Write the reference pose and velocity of now into the simulation."""
        state = self.reference(0.0, env_ids)
        order = self._env.action_manager.get_term("joint_target").hinge_order
        pose = torch.cat((state.body_pos[:, 0], state.body_quat[:, 0]), dim=-1)
        twist = torch.cat((state.body_lin_vel[:, 0], state.body_ang_vel[:, 0]), dim=-1)
        write_state(self.robot, env_ids, pose, twist, state.joint_rotvec, state.joint_ang_vel, order)

    def _update_command(self) -> None:
        started = self._env.episode_length_buf > 0  # a fresh environment still has to take its first step
        self.time += started * self.pace * self._env.step_dt
        if self.cfg.ordered:
            self._follow_orders()
        self._go_along()
        if self.cfg.chain:
            self._go_on()
        self.target = self.reference(self._env.step_dt)

    def _update_metrics(self) -> None:
        error = (self.robot.data.body_link_pos_w.torch - self.target.body_pos).norm(dim=-1).mean(-1)
        self.metrics["body_error"][:] = error


@configclass
class MotionCommandCfg(CommandTermCfg):
    """Configuration of :class:`MotionCommand`."""

    class_type: type = MotionCommand
    resampling_time_range: tuple[float, float] = (1.0e9, 1.0e9)
    library: str = MISSING
    """Motion library file, as ``tt pretrain motions`` writes it."""
    shortest: float = 0.5
    """Least time left in the clip at a start [s]."""
    retry: float = 0.5
    """Share of resets that go back to a recent failure."""
    rewind: tuple[float, float] = (0.1, 0.83)
    """How long before the failure such a start lies [s]."""
    emphasis: dict[str, float] = dict.fromkeys(_TAGS, 1.0) | {
        "stand": 2.0,
        "start": 2.0,
        "stop": 1.5,
        "rest": 2.0,
        "jog": 1.5,
    }
    """Tag -> factor by which its clips are drawn more often than their length says. Factors of several tags multiply;
    0 leaves clips out, for trackers that share a library among them."""
    first: float = 0.2
    """Share of resets that go to a clip's first frame."""
    chain: tuple[str, ...] = ()
    """Tags of the clips that another of them follows on, in place of an end: drills that a standing humanoid is told."""
    along: float = 0.0
    """Share of episodes whose reference goes along with the humanoid."""
    ordered: float = 0.0
    """Share of episodes with orders to walk."""
    orders: OrdersCfg = OrdersCfg()
