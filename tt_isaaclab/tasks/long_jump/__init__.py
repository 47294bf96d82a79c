# SPDX-License-Identifier: BSD-3-Clause
"""Long Jump: run up, take off before the line, land as far behind it as possible."""

import gymnasium as gym

gym.register(
    id="TaskTokens-LongJump",
    entry_point="isaaclab.envs:ManagerBasedRLEnv",
    disable_env_checker=True,
    kwargs={
        "env_cfg_entry_point": f"{__name__}.env_cfg:LongJumpEnvCfg",
        "rsl_rl_cfg_entry_point": "tt_isaaclab.task_tokens.rsl_rl_cfg:LongJumpRunnerCfg",
        "rsl_rl_pure_rl_cfg_entry_point": "tt_isaaclab.baselines.pure_rl.rsl_rl_cfg:PureRlRunnerCfg",
        "word_search_cfg_entry_point": f"{__name__}.search_cfg:LongJumpSearchCfg",
        "default_agent": "rsl_rl",
    },
)
