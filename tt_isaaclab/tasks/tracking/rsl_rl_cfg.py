# SPDX-License-Identifier: BSD-3-Clause
"""PPO of the motion tracker."""

from __future__ import annotations

from isaaclab.utils import configclass
from isaaclab_rl.rsl_rl import RslRlMLPModelCfg

from tt_isaaclab.tasks.rsl_rl_cfg import FixedGaussianCfg, PpoCfg, RunnerCfg


@configclass
class TrackerRunnerCfg(RunnerCfg):
    """Small corrections, a short horizon and many updates: what trains on two cores."""

    experiment_name: str = "tracking"
    obs_groups: dict[str, list[str]] = {"actor": ["humanoid", "target"], "critic": ["humanoid", "target"]}
    max_iterations: int = 1500
    num_steps_per_env: int = 16
    actor: RslRlMLPModelCfg = RslRlMLPModelCfg(
        class_name="tt_isaaclab.tasks.tracking.symmetric_actor:SymmetricActor",
        hidden_dims=[512, 256],
        activation="swish",
        obs_normalization=True,
        distribution_cfg=FixedGaussianCfg(init_std=0.08),  # of a joint correction [rad]
    )
    critic: RslRlMLPModelCfg = RslRlMLPModelCfg(hidden_dims=[512, 256], activation="swish", obs_normalization=True)
    algorithm: PpoCfg = PpoCfg(
        class_name="tt_isaaclab.tasks.tracking.handover:HandoverPPO",
        num_learning_epochs=2,
        num_mini_batches=4,
        learning_rate=2.0e-4,
        gamma=0.97,
        lam=0.95,
    )
