# SPDX-License-Identifier: BSD-3-Clause
"""RSL-RL configuration pieces that several tasks share."""

from __future__ import annotations

from isaaclab.utils import configclass
from isaaclab_rl.rsl_rl import RslRlMLPModelCfg, RslRlOnPolicyRunnerCfg, RslRlPpoAlgorithmCfg

from tt_isaaclab.physics.presets import DEFAULT_DEVICE


@configclass
class FixedGaussianCfg(RslRlMLPModelCfg.GaussianDistributionCfg):
    """Gaussian exploration whose standard deviation is not learned."""

    learn_std: bool = False


@configclass
class PpoCfg(RslRlPpoAlgorithmCfg):
    """What every PPO here has in common; the rates, the passes, the discount and the clipping of gradients differ."""

    num_mini_batches: int = 8
    schedule: str = "fixed"  # the KL-adaptive one falls to its floor: with this little noise every step is a large KL
    desired_kl: float = 0.01
    lam: float = 0.98  # with 0.95 over 16 steps the critic's errors outweigh what the reward says: docs/results.md
    clip_param: float = 0.2
    entropy_coef: float = 0.0
    value_loss_coef: float = 1.0
    use_clipped_value_loss: bool = False
    max_grad_norm: float = 1.0


@configclass
class RunnerCfg(RslRlOnPolicyRunnerCfg):
    """On-policy runner on the GPU where there is one, else on the CPU."""

    device: str = DEFAULT_DEVICE
    num_steps_per_env: int = 64
    save_interval: int = 50
