# SPDX-License-Identifier: BSD-3-Clause
"""RSL-RL configuration of the pure RL baseline."""

from __future__ import annotations

import math

from isaaclab.utils import configclass
from isaaclab_rl.rsl_rl import RslRlMLPModelCfg

from tt_isaaclab.tasks.rsl_rl_cfg import FixedGaussianCfg, PpoCfg, RunnerCfg


@configclass
class PureRlRunnerCfg(RunnerCfg):
    """The paper's networks and noise (appendix, baselines); updates as for the token, so that frames are comparable."""

    experiment_name: str = "pure_rl"
    obs_groups: dict[str, list[str]] = {"actor": ["humanoid", "task"], "critic": ["humanoid", "task"]}
    max_iterations: int = 4000
    actor: RslRlMLPModelCfg = RslRlMLPModelCfg(
        hidden_dims=[1024, 512],
        activation="relu",
        obs_normalization=True,
        distribution_cfg=FixedGaussianCfg(init_std=math.exp(-2.9)),  # of an action, in units of pi rad
    )
    critic: RslRlMLPModelCfg = RslRlMLPModelCfg(hidden_dims=[1024, 512], activation="relu", obs_normalization=True)
    algorithm: PpoCfg = PpoCfg(
        class_name="tt_isaaclab.rl.segment_ppo:SegmentPPO", num_learning_epochs=3, learning_rate=3.0e-4, gamma=0.99
    )
