# SPDX-License-Identifier: BSD-3-Clause
"""RSL-RL configuration of the pure RL baseline."""

from __future__ import annotations

import math

from isaaclab.utils import configclass
from isaaclab_rl.rsl_rl import RslRlMLPModelCfg, RslRlPpoAlgorithmCfg

from tt_isaaclab.tasks.rsl_rl_cfg import FixedGaussianCfg, RunnerCfg


@configclass
class PureRlRunnerCfg(RunnerCfg):
    """The paper's networks and noise (appendix, baselines); updates as for the token, so that frames are comparable."""

    experiment_name: str = "pure_rl"
    obs_groups: dict[str, list[str]] = {"actor": ["humanoid", "task"], "critic": ["humanoid", "task"]}
    num_steps_per_env: int = 16
    max_iterations: int = 4000
    save_interval: int = 50
    actor: RslRlMLPModelCfg = RslRlMLPModelCfg(
        hidden_dims=[1024, 512],
        activation="relu",
        obs_normalization=True,
        distribution_cfg=FixedGaussianCfg(init_std=math.exp(-2.9)),  # of an action, in units of pi rad
    )
    critic: RslRlMLPModelCfg = RslRlMLPModelCfg(hidden_dims=[1024, 512], activation="relu", obs_normalization=True)
    algorithm: RslRlPpoAlgorithmCfg = RslRlPpoAlgorithmCfg(
        num_learning_epochs=3,
        num_mini_batches=4,
        learning_rate=3.0e-4,
        schedule="fixed",
        desired_kl=0.01,
        gamma=0.99,
        lam=0.95,
        clip_param=0.2,
        entropy_coef=0.0,
        value_loss_coef=1.0,
        use_clipped_value_loss=False,
        max_grad_norm=1.0,
    )
