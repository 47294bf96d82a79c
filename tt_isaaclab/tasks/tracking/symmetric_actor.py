# SPDX-License-Identifier: BSD-3-Clause
"""Actor of the motion tracker that treats left and right alike: what one leg learns, the other knows."""

from __future__ import annotations

import torch
from rsl_rl.models import MLPModel

from tt_isaaclab.humanoid.reflection import AXIAL, ROTATION, STATE, VECTOR, Reflection
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID

from .mdp import ResidualActionCfg

_QUIET = 0.01
"""Factor of the last layer's first weights."""


def observation_reflection() -> Reflection:
    """Of the groups ``humanoid`` (358) and ``target`` (288), one after the other."""
    return Reflection([*STATE, (DEFAULT_HUMANOID.body_names, VECTOR + VECTOR + ROTATION)])


def correction_reflection() -> Reflection:
    """Of the corrections (27), rotation vectors."""
    return Reflection([(ResidualActionCfg().joints, AXIAL)])


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
