# SPDX-License-Identifier: BSD-3-Clause
"""What the student sees of where the clip goes: sparse pose targets under masks that change every few seconds."""

from __future__ import annotations

import torch

from tt_isaaclab.bfm.layout import BfmLayout
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.humanoid.state import BodyState
from tt_isaaclab.kinematics.heading import unit_vector
from tt_isaaclab.kinematics.sparse_targets import SparseTarget, sparse_targets, target_from_motion, token_visible
from tt_isaaclab.prompts.joint_conditions import MOVE_TIMES, PELVIS_HEIGHT, move_pelvis
from tt_isaaclab.tasks.tracking.command import MotionCommand

from .captions import NONE, Captions
from .cues import Rests
from .masks import Follows, Kind, Masks

_HOLD = (1.0, 3.0)
"""How long a mask stays [s]."""

_FAR = (0.3, 2.0)
"""Range of the far target's time [s]."""

_TOLD = 0.25
"""Share of the masks of clips that show a caption too."""

_LISTEN = 3.0
"""How many times as long the caption alone holds: a kick has to be begun and ended."""

_HEIGHT = 0.05
"""Spread of a prompt's pelvis height [m]."""


class StudentTargets:
    """Target rows for N environments that follow clips or orders.

    Attributes:
        kind: Kind of mask in each environment (N,).
        far: Time of the far target in each environment (N,) [s].
        caption: Sentence that each environment is told (N,), or `NONE`.
    """

    def __init__(self, command: MotionCommand, layout: BfmLayout, captions: Captions | None = None) -> None:
        self._command, self._names, self._captions = command, layout.target_slots, captions
        n, device = command.num_envs, command.device
        self._slots = torch.tensor(DEFAULT_HUMANOID.body_ids(*layout.target_slots), device=device)
        near = torch.tensor(layout.target_steps, device=device) / layout.control_rate
        self._near = near.expand(n, -1)
        self._masks = Masks(len(near) + 1, layout.target_slots, int((near - MOVE_TIMES[0]).abs().argmin()), device)
        self._rests = Rests(command.library)
        self._follows = torch.full((len(command.library),), Follows.CLIP, device=device)
        for tag, follows in (("reach", Follows.REACHES), ("drill", Follows.DRILL)):
            self._follows[command.library.ids(tag)] = follows
        self.kind = torch.zeros(n, dtype=torch.long, device=device)
        self.caption = torch.full_like(self.kind, NONE)
        self._bits = torch.zeros(n, len(near) + 1, len(self._slots) + 1, 2, dtype=torch.bool, device=device)
        self._left, self.far, self._height = (torch.zeros(n, device=device) for _ in range(3))

    def advance(self, fresh: torch.Tensor, seconds: float) -> None:
        """Draw new masks where they are ``seconds`` too old, or where an episode has just begun (N,)."""
        self._left -= seconds
        rows = (fresh | (self._left <= 0.0)).nonzero().squeeze(-1)
        clip = self._command.clip[rows]
        ordered = self._command.orders.given[rows]
        kind, bits = self._masks.draw(torch.where(ordered, Follows.ORDERS, self._follows[clip]))
        if self._captions is not None:
            told = (kind == Kind.TEXT) | ((kind < Kind.TEXT) & (torch.rand_like(self.far[rows]) < _TOLD))
            self.caption[rows] = torch.where(told, self._captions.draw(clip), NONE)
        mute = (kind == Kind.TEXT) & (self.caption[rows] == NONE)
        self.show(rows, torch.where(mute, Kind.ALL, kind), bits | mute.view(-1, 1, 1, 1))

    def show(self, rows: torch.Tensor, kind: torch.Tensor, bits: torch.Tensor) -> None:
        """Give environments (n,) masks of a kind (n,) with bits (n, T, S + 1, 2), and draw what goes with them."""

        def uniform(low: float, high: float) -> torch.Tensor:
            return torch.empty(len(rows), device=bits.device).uniform_(low, high)

        self.kind[rows], self._bits[rows] = kind, bits
        self._command.along[rows] = kind == Kind.TEXT
        self._left[rows] = uniform(*_HOLD) * torch.where(kind == Kind.TEXT, _LISTEN, 1.0)
        fixed = (kind >= Kind.DIRECTION) & (kind != Kind.MOVE)
        self.far[rows] = torch.where(fixed, MOVE_TIMES[1], uniform(*_FAR))
        self._height[rows] = PELVIS_HEIGHT + uniform(-_HEIGHT, _HEIGHT)

    def inputs(self, bodies: BodyState) -> tuple[torch.Tensor, torch.Tensor]:
        """Target rows (N, T, 184) and which of them are visible (N, T)."""
        target = self._target(bodies)
        return sparse_targets(bodies.pos, bodies.quat, target, self._slots), token_visible(target)

    def _target(self, bodies: BodyState) -> SparseTarget:
        command = self._command
        far = torch.where(self.kind == Kind.REACH, self._rests.wait(command.clip, command.time), self.far)
        time = torch.cat((self._near, far.unsqueeze(1)), dim=1)
        state = command.reference(time)
        prompted = self.kind >= Kind.DIRECTION
        orders = command.orders
        inside = command.time.unsqueeze(1) + time <= command.library.seconds[command.clip].unsqueeze(1)
        bits = self._bits & (inside | prompted.unsqueeze(1))[:, :, None, None]
        # Where all visible times lie past the clip's end, show the same at those that do not.
        pattern = self._bits.any(1, keepdim=True) & inside[:, :, None, None]
        bits = torch.where(bits.flatten(1).any(1)[:, None, None, None], bits, pattern)
        bits = bits & ~((self.kind == Kind.QUIET) & orders.still)[:, None, None, None]

        clip = target_from_motion(
            state.body_pos, state.body_quat, state.body_lin_vel[..., 0, :], bits, time, self._slots
        )
        way = orders.speed.unsqueeze(1) * unit_vector(orders.yaw)
        prompt = move_pelvis(bodies.pos[:, 0], way, orders.facing, self._height, time, self._names)

        def choose(ours: torch.Tensor, theirs: torch.Tensor) -> torch.Tensor:
            return torch.where(prompted.view(-1, *(1,) * (ours.dim() - 1)), ours, theirs)

        return SparseTarget(
            choose(prompt.pos, clip.pos),
            choose(prompt.quat, clip.quat),
            choose(prompt.heading, clip.heading),
            choose(prompt.root_lin_vel, clip.root_lin_vel),
            bits,
            time,
        )
