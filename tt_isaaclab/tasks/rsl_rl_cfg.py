# SPDX-License-Identifier: BSD-3-Clause
"""RSL-RL configuration pieces that several tasks share."""

from __future__ import annotations

from isaaclab.utils import configclass
from isaaclab_rl.rsl_rl import RslRlMLPModelCfg, RslRlOnPolicyRunnerCfg

from tt_isaaclab.physics.presets import DEFAULT_DEVICE


@configclass
class FixedGaussianCfg(RslRlMLPModelCfg.GaussianDistributionCfg):
    """Gaussian exploration whose standard deviation is not learned."""

    learn_std: bool = False


@configclass
class RunnerCfg(RslRlOnPolicyRunnerCfg):
    """On-policy runner on the GPU where there is one, else on the CPU."""

    device: str = DEFAULT_DEVICE
