# SPDX-License-Identifier: BSD-3-Clause
"""PPO of the motion tracker."""

from __future__ import annotations

from isaaclab.utils import configclass
from isaaclab_rl.rsl_rl import RslRlMLPModelCfg, RslRlPpoAlgorithmCfg

from tt_isaaclab.tasks.rsl_rl_cfg import FixedGaussianCfg, RunnerCfg


@configclass
class TrackerRunnerCfg(RunnerCfg):
    """Small corrections, a short horizon and many updates: what trains on two cores."""

    experiment_name: str = "tracking"
    obs_groups: dict[str, list[str]] = {"actor": ["humanoid", "target"], "critic": ["humanoid", "target"]}
    num_steps_per_env: int = 16
    max_iterations: int = 1500
    save_interval: int = 50
    actor: RslRlMLPModelCfg = RslRlMLPModelCfg(
        class_name="tt_isaaclab.tasks.tracking.symmetric_actor:SymmetricActor",
        hidden_dims=[512, 256],
        activation="swish",
        obs_normalization=True,
        distribution_cfg=FixedGaussianCfg(init_std=0.08),  # of a joint correction [rad]
    )
    critic: RslRlMLPModelCfg = RslRlMLPModelCfg(hidden_dims=[512, 256], activation="swish", obs_normalization=True)
    algorithm: RslRlPpoAlgorithmCfg = RslRlPpoAlgorithmCfg(
        num_learning_epochs=2,
        num_mini_batches=4,
        learning_rate=2.0e-4,
        schedule="fixed",  # the KL-adaptive schedule falls to its floor: with this little noise every step is a large KL
        desired_kl=0.01,
        gamma=0.97,
        lam=0.95,
        clip_param=0.2,
        entropy_coef=0.0,
        value_loss_coef=1.0,
        use_clipped_value_loss=False,
        max_grad_norm=1.0,
    )
