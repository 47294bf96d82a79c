# SPDX-License-Identifier: BSD-3-Clause
"""A user's own body in an environment."""

import torch
from smpl_humanoid import other_body, smpl_mjcf

from tt_isaaclab.humanoid.bring_your_own.load import load_humanoid
from tt_isaaclab.humanoid.state import read_bodies
from tt_isaaclab.tasks.make import open_env

OTHER = other_body()


def test_it_is_what_isaac_lab_simulates(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "smpl_humanoid.xml"
    path.write_text(smpl_mjcf(OTHER))
    humanoid = load_humanoid(str(path))
    with open_env("Direction", num_envs=2, seed=0, overrides=humanoid.overrides) as env:
        env.reset()
        robot = env.scene["robot"]
        masses = robot.data.body_mass.torch[0].cpu().reshape(-1)
        torch.testing.assert_close(masses, torch.tensor([s.mass for s in OTHER]), rtol=1e-4, atol=0.0)
        bodies = read_bodies(robot)
        thigh = (bodies.pos[:, 2] - bodies.pos[:, 1]).norm(dim=-1)  # L_Hip to L_Knee
        torch.testing.assert_close(thigh, torch.full((2,), 1.12 * 0.39), rtol=0.0, atol=1e-3)
        torch.testing.assert_close(bodies.pos[:, 0, 2], torch.full((2,), humanoid.spec.standing_height - 0.01))
        for _ in range(10):
            env.step(torch.zeros(2, 69))
        assert torch.isfinite(read_bodies(robot).pos).all()
