# SPDX-License-Identifier: BSD-3-Clause
"""Actor of the motion tracker that treats left and right alike: what one leg learns, the other knows."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from rsl_rl.models import MLPModel
from torch import nn

from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID

from .mdp import ResidualActionCfg

_VECTOR, _AXIAL = (1.0, -1.0, 1.0), (-1.0, 1.0, -1.0)
"""What a reflection in the plane y = 0 does to a vector, and to an angular velocity or a rotation vector."""
_ROTATION = _VECTOR + _VECTOR
"""The same for a 6-D rotation: the rotated x axis and the rotated z axis."""

_QUIET = 0.01
"""Factor of the last layer's first weights."""


class Reflection(nn.Module):
    """Reflects numbers in the plane y = 0 of the heading frame: left and right change places.

    Args:
        blocks: One after another, the names of bodies or joints and the signs of the numbers that each of them has;
            a name without side stays where it is.
    """

    def __init__(self, blocks: Sequence[tuple[Sequence[str], Sequence[float]]]) -> None:
        super().__init__()
        order, signs, start = [], [], 0
        for names, sign in blocks:
            for name in names:
                first = start + len(sign) * names.index(_other_side(name))
                order += range(first, first + len(sign))
                signs += sign
            start += len(names) * len(sign)
        self.register_buffer("order", torch.tensor(order), persistent=False)
        self.register_buffer("signs", torch.tensor(signs), persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Reflected numbers (..., D)."""
        return x[..., self.order] * self.signs


def _other_side(name: str) -> str:
    return {"L_": "R_", "R_": "L_"}.get(name[:2], name[:2]) + name[2:]


def observation_reflection() -> Reflection:
    """Of the groups ``humanoid`` (358) and ``target`` (288), one after the other."""
    bodies = DEFAULT_HUMANOID.body_names
    state = [(("height",), (1.0,)), (bodies[1:], _VECTOR), (bodies, _ROTATION), (bodies, _VECTOR), (bodies, _AXIAL)]
    return Reflection([*state, (bodies, _VECTOR + _VECTOR + _ROTATION)])


def correction_reflection() -> Reflection:
    """Of the corrections (27), rotation vectors."""
    return Reflection([(ResidualActionCfg().joints, _AXIAL)])


class SymmetricActor(MLPModel):
    """`MLPModel` whose mean is that of its answer and its reflected answer to the reflected observation.

    It sees every clip as if its mirror image were in the library too. (Symmetric policies: Abdolhosseini et al., "On
    Learning Symmetric Locomotion", 2019.)
    """

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        with torch.no_grad():  # a beginner corrects nothing: the clip's own targets at least stand
            for parameter in self.mlp[-1].parameters():
                parameter.mul_(_QUIET)
        self._reflect_observation, self._reflect_correction = observation_reflection(), correction_reflection()

    def forward(self, obs, masks=None, hidden_state=None, stochastic_output: bool = False) -> torch.Tensor:
        """Corrections (N, 27) [rad], or a sample around them."""
        seen = torch.cat([obs[group] for group in self.obs_groups], dim=-1)
        both = torch.stack((seen, self._reflect_observation(seen)))
        answer, reflected = self.mlp(self.obs_normalizer(both))
        mean = 0.5 * (answer + self._reflect_correction(reflected))
        if stochastic_output:
            self.distribution.update(mean)
            return self.distribution.sample()
        return mean
