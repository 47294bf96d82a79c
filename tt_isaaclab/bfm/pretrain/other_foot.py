# SPDX-License-Identifier: BSD-3-Clause
"""A model teaches itself to start backwards with the other foot: it shows what it would do as its own mirror image."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from tt_isaaclab.bfm.network import BfmNetwork
from tt_isaaclab.humanoid.reflection import action_reflection, state_reflection, targets_reflection
from tt_isaaclab.kinematics.self_observation import fastest_body, speed_backwards
from tt_isaaclab.kinematics.sparse_targets import turn_asked

_STILL = 0.4
"""Who stands has no body faster than this [m/s]."""
_RIGHT = -0.3
"""Who is to turn by less than this starts with the wrong foot: the clips start with the one that suits turns to the left [rad]."""
_STARTED = 1.2
"""Who goes backwards as fast as this has started [m/s]; changed before, it would stumble over its feet."""
_OTHERS = 0.3
"""Share of all other samples that are learnt from: what must not change is known already."""


class OtherFoot:
    """Teacher of the second trunk of a former model, where no tracker is.

    Args:
        former: The model; it has a second trunk.

    Raises:
        ValueError: It has none.
    """

    def __init__(self, former: BfmNetwork) -> None:
        if former.backwards is None:
            raise ValueError(
                "a --former model that does not walk backwards cannot teach it; name --tracker backwards=FILE"
            )
        self._former, device = former, next(former.parameters()).device
        self._state, self._action = state_reflection().to(device), action_reflection().to(device)
        self._targets = targets_reflection(former.layout.target_slots).to(device)
        self._mirrored: torch.Tensor | bool = False

    def answer(
        self,
        inputs: Mapping[str, torch.Tensor],
        visibility: Mapping[str, torch.Tensor],
        own: torch.Tensor,
        second: torch.Tensor,
        fresh: torch.Tensor,
    ) -> torch.Tensor:
        """What to do (N, 69): for who stands and is to turn right, until it has started, what the former model would do
        mirrored.

        Args:
            inputs: State and targets, as the former model reads them.
            visibility: Of the targets.
            own: What the former model does (N, 69).
            second: Whom the second trunk moves (N,), bool.
            fresh: Whose episode has just begun (N,), bool.
        """
        state, rows = inputs["state"], inputs["targets"]
        begins = (fastest_body(state) < _STILL) & (turn_asked(rows) < _RIGHT).any(-1)
        goes_on = self._mirrored & ~fresh & (speed_backwards(state) < _STARTED)
        self._mirrored = second & (begins | goes_on)
        if len(chosen := self._mirrored.nonzero().squeeze(1)) == 0:
            return own
        seen = {"state": self._state(state[chosen]), "targets": self._targets(rows[chosen])}
        mirrored = self._action(self._former(seen, {name: shown[chosen] for name, shown in visibility.items()}))
        return own.index_copy(0, chosen, mirrored)

    def worth_learning(self) -> torch.Tensor:
        """Which of the last answers to learn from (N,), bool: all that are mirrored, and some of the others."""
        return self._mirrored | (torch.rand(self._mirrored.shape, device=self._mirrored.device) < _OTHERS)
