# SPDX-License-Identifier: BSD-3-Clause
"""Stand: hold the rest pose; the smallest task."""

import gymnasium as gym

gym.register(
    id="TaskTokens-Stand",
    entry_point="isaaclab.envs:ManagerBasedRLEnv",
    disable_env_checker=True,
    kwargs={"env_cfg_entry_point": f"{__name__}.env_cfg:StandEnvCfg"},
)
