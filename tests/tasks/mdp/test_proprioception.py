# SPDX-License-Identifier: BSD-3-Clause
"""What the task encoder reads of the humanoid, if anything."""

import pytest
import torch

from tt_isaaclab.tasks.make import open_env


@pytest.mark.parametrize(("preset", "width"), [(None, 3), ("heights", 5), ("self_obs", 361)])
def test_the_task_group_grows_by_what_the_preset_shows(preset, width):
    overrides = [] if preset is None else [f"presets={preset}"]
    with open_env("Reach", physics="newton_mujoco", num_envs=2, seed=0, overrides=overrides) as env:
        observations, _ = env.reset()
        task = observations["task"]
        assert task.shape == (2, width)
        if preset == "heights":
            bodies = env.scene["robot"].data.body_link_pos_w.torch
            names = env.scene["robot"].body_names
            heights = bodies[:, [names.index("Pelvis"), names.index("Head")], 2]
            assert any(torch.equal(part, heights) for part in (task[:, :2], task[:, 3:]))
        if preset == "self_obs":
            parts = task[:, :358], task[:, 3:]
            assert any(torch.equal(part, observations["humanoid"]) for part in parts)
