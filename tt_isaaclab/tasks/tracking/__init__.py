# SPDX-License-Identifier: BSD-3-Clause
"""Tracking: follow a motion clip with the whole body."""

import gymnasium as gym

gym.register(
    id="TaskTokens-Tracking",
    entry_point="isaaclab.envs:ManagerBasedRLEnv",
    disable_env_checker=True,
    kwargs={
        "env_cfg_entry_point": f"{__name__}.env_cfg:TrackingEnvCfg",
        "rsl_rl_cfg_entry_point": f"{__name__}.rsl_rl_cfg:TrackerRunnerCfg",
        "default_agent": "rsl_rl",
    },
)
