# SPDX-License-Identifier: BSD-3-Clause
"""The latest labelled states, in fixed memory."""

from __future__ import annotations

from typing import NamedTuple

import torch


class Samples(NamedTuple):
    """What the student saw and what the expert would have done."""

    state: torch.Tensor
    """Self observation (N, 358)."""
    targets: torch.Tensor
    """Target rows (N, T, 184)."""
    visible: torch.Tensor
    """Which rows are visible (N, T), bool."""
    caption: torch.Tensor
    """Which sentence it was told (N,), a row of `Captions.vectors` or `NONE`."""
    label: torch.Tensor
    """The expert's action (N, 69)."""
    reference: torch.Tensor
    """All target rows of the reference (N, T, 184), or none (N, 0, 184) where no `Posterior` reads them."""


class Replay:
    """A ring of the last ``capacity`` samples. It draws by a generator of its own, for what acts meanwhile draws, too."""

    def __init__(self, capacity: int, example: Samples) -> None:
        self._rows = Samples(*(x.new_zeros(capacity, *x.shape[1:]) for x in example))
        self._generator = torch.Generator(example.state.device).manual_seed(torch.initial_seed())
        self._added = 0

    def __len__(self) -> int:
        return min(self._added, len(self._rows.state))

    def add(self, samples: Samples) -> None:
        """Store samples (n, ...), over the oldest where the memory is full."""
        capacity, n = len(self._rows.state), len(samples.state)
        at = (self._added + torch.arange(n, device=samples.state.device)) % capacity
        for memory, new in zip(self._rows, samples, strict=True):
            memory[at] = new
        self._added += n

    def draw(self, n: int) -> Samples:
        """Random samples (n, ...)."""
        rows = torch.randint(len(self), (n,), device=self._rows.state.device, generator=self._generator)
        return Samples(*(memory[rows] for memory in self._rows))
