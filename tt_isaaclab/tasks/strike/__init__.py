# SPDX-License-Identifier: BSD-3-Clause
"""Strike: walk to a box and knock it over with hand or foot."""

import gymnasium as gym

gym.register(
    id="TaskTokens-Strike",
    entry_point="isaaclab.envs:ManagerBasedRLEnv",
    disable_env_checker=True,
    kwargs={
        "env_cfg_entry_point": f"{__name__}.env_cfg:StrikeEnvCfg",
        "rsl_rl_cfg_entry_point": "tt_isaaclab.task_tokens.rsl_rl_cfg:StrikeRunnerCfg",
        "default_agent": "rsl_rl",
    },
)
