# SPDX-License-Identifier: BSD-3-Clause
"""Which parts of its targets the student may see: random masks, and those of the prompts users will give."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum, auto

import torch

Draw = Callable[[int], torch.Tensor]
"""Draws n masks (n, T, S + 1, 2), bool."""


class Kind(IntEnum):
    """What a mask is for. From `DIRECTION` on, targets are prompts: a straight line from here, not the clip's poses."""

    ALL = 0
    RANDOM = auto()
    PELVIS = auto()
    HEAD_HANDS = auto()
    HAND = auto()
    MOTION = auto()
    REACH = auto()
    """The hand alone, at the far time: when it will rest next."""
    TEXT = auto()
    """A caption of the clip and nothing else."""
    DIRECTION = auto()
    VELOCITY = auto()
    MOVE = auto()
    QUIET = auto()
    """As `DIRECTION`, and nothing at all while the order is to stand, however one faces."""


class Follows(IntEnum):
    """What is followed, which says how often each kind is drawn."""

    CLIP = 0
    REACHES = auto()
    DRILL = auto()
    ORDERS = auto()


# ALL, RANDOM, PELVIS, HEAD_HANDS, HAND, MOTION, REACH, TEXT, DIRECTION, VELOCITY, MOVE, QUIET
SHARES: dict[Follows, tuple[float, ...]] = {
    Follows.CLIP: (0.15, 0.25, 0.10, 0.10, 0.08, 0.07, 0.0, 0.25, 0.0, 0.0, 0.0, 0.0),
    Follows.REACHES: (0.10, 0.15, 0.05, 0.05, 0.10, 0.05, 0.50, 0.0, 0.0, 0.0, 0.0, 0.0),
    Follows.DRILL: (0.15, 0.15, 0.05, 0.05, 0.05, 0.05, 0.0, 0.50, 0.0, 0.0, 0.0, 0.0),
    Follows.ORDERS: (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.40, 0.15, 0.15, 0.30),
}
"""Shares of the kinds."""


class Masks:
    """Draws masks for T target times (the last is the far one) and S body slots."""

    def __init__(self, times: int, slots: tuple[str, ...], near: int, device: torch.device | str) -> None:
        """``near`` is the index of the near time that `DIRECTION` and `VELOCITY` show."""
        self._shape, self._device = (times, len(slots) + 1, 2), device
        self._root, self._hands = slots.index("Pelvis"), [slots.index(s) for s in ("Head", "L_Hand", "R_Hand")]
        self._near = near
        self._shares = torch.tensor([SHARES[f] for f in Follows], device=device)

    def draw(self, follows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Kinds (n,) and masks (n, T, S + 1, 2) for environments by what they follow (n,), `Follows`."""
        n = len(follows)
        kind = torch.multinomial(self._shares[follows], 1).squeeze(1)
        bits = torch.stack([getattr(self, f"_{k.name.lower()}")(n) for k in Kind], dim=1)
        return kind, bits[torch.arange(n, device=self._device), kind]

    def _coin(self, *shape: int, p: float | torch.Tensor = 0.5) -> torch.Tensor:
        return torch.rand(shape, device=self._device) < p

    def _none(self, n: int) -> torch.Tensor:
        return torch.zeros(n, *self._shape, dtype=torch.bool, device=self._device)

    _text = _none

    def _times(self, bits: torch.Tensor) -> torch.Tensor:
        """Show ``bits`` at a random subset of the times, in a fifth of the cases at the far one only."""
        n, t = len(bits), self._shape[0]
        shown = self._coin(n, t, p=torch.rand(n, 1, device=self._device))
        far = torch.arange(t, device=self._device) == t - 1
        shown = torch.where(self._coin(n, 1, p=0.2), far, shown)
        shown[~shown.any(-1)] = True
        return bits & shown[:, :, None, None]

    def _all(self, n: int) -> torch.Tensor:
        return ~self._none(n)

    def _random(self, n: int) -> torch.Tensor:
        bits = self._coin(n, 1, *self._shape[1:], p=torch.rand(n, 1, 1, 1, device=self._device))
        return self._times(bits.expand(n, *self._shape))

    def _slots(self, n: int, slots: list[int]) -> torch.Tensor:
        bits = self._none(n)
        bits[:, :, slots, 0] = True
        bits[:, :, slots, 1] = self._coin(n, 1, 1)
        return self._times(bits)

    def _pelvis(self, n: int) -> torch.Tensor:
        return self._slots(n, [self._root])

    def _head_hands(self, n: int) -> torch.Tensor:
        return self._slots(n, self._hands)

    def _hand(self, n: int) -> torch.Tensor:
        bits = self._slots(n, self._hands[-1:])
        bits[..., 1] = False
        return bits

    def _reach(self, n: int) -> torch.Tensor:
        bits = self._none(n)
        bits[:, -1, self._hands[-1], 0] = True
        return bits

    def _motion(self, n: int) -> torch.Tensor:
        bits = self._none(n)
        bits[:, :, -1, 0] = self._coin(n, 1, p=0.7)
        bits[:, :, -1, 1] = True
        return self._times(bits)

    def _direction(self, n: int) -> torch.Tensor:
        bits = self._none(n)
        bits[:, self._near, self._root] = bits[:, self._near, -1] = True
        bits[:, -1, self._root, 0] = True
        return bits

    _quiet = _direction

    def _velocity(self, n: int) -> torch.Tensor:
        bits = self._none(n)
        bits[:, (self._near, -1), -1] = True
        return bits

    def _move(self, n: int) -> torch.Tensor:
        return self._slots(n, [self._root]) | self._motion(n)
