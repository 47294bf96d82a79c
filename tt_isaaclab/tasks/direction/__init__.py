# SPDX-License-Identifier: BSD-3-Clause
"""Direction: move in a commanded direction at a commanded speed."""

import gymnasium as gym

gym.register(
    id="TaskTokens-Direction",
    entry_point="isaaclab.envs:ManagerBasedRLEnv",
    disable_env_checker=True,
    kwargs={
        "env_cfg_entry_point": f"{__name__}.env_cfg:DirectionEnvCfg",
        "rsl_rl_cfg_entry_point": "tt_isaaclab.task_tokens.rsl_rl_cfg:DirectionRunnerCfg",
        "rsl_rl_pure_rl_cfg_entry_point": "tt_isaaclab.baselines.pure_rl.rsl_rl_cfg:PureRlRunnerCfg",
        "default_agent": "rsl_rl",
    },
)
