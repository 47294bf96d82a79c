# SPDX-License-Identifier: BSD-3-Clause
"""What an environment offers to each generation, against values noted down step by step."""

import pytest
import torch
from safetensors.torch import save_file

from tt_isaaclab.bfm.layouts import LAYOUTS
from tt_isaaclab.humanoid.state import BodyState, read_bodies
from tt_isaaclab.kinematics.history import history_rows_v1
from tt_isaaclab.task_tokens.policy import required_groups
from tt_isaaclab.tasks.make import open_env, presets_for

N, STEPS, RESET_AT = 3, 13, 6


def _note(env, observations) -> tuple[dict[str, torch.Tensor], BodyState]:
    bodies = BodyState(*(x.clone() for x in read_bodies(env.scene["robot"])))
    return {name: group.clone() for name, group in observations.items()}, bodies


def _play(env) -> tuple[list, list]:
    """Random actions; environment 1 starts again in step 6. Observations and bodies, the reset's first; actions."""
    torch.manual_seed(0)
    notes, actions = [_note(env, env.reset()[0])], []
    for step in range(STEPS):
        if step == RESET_AT:
            env.episode_length_buf[1] = env.max_episode_length
        actions.append(0.3 * torch.randn(N, 69))
        notes.append(_note(env, env.step(actions[-1])[0]))
    return notes, actions


def _back(now: int, env: int, steps: int) -> int:
    """Index of the note ``steps`` back, not before the start of the episode."""
    return max(now - steps, RESET_AT + 1 if env == 1 and now > RESET_AT else 0)


@pytest.mark.parametrize("name", ["masked_mimic_v1", "masked_mimic_v2_3", "masked_mimic_v3"])
def test_every_input_is_offered_in_the_right_size(name):
    layout = LAYOUTS[name]()
    widths = {part.name: part.width for part in layout.decoder} | {g.name: g.count * g.width for g in layout.tokens}
    with open_env("Direction", num_envs=2, seed=0, overrides=presets_for(layout, "joint_prior")) as env:
        observations, _ = env.reset()
        for group in required_groups(layout):
            assert observations[group].shape == (2, widths[group]), group
        assert observations["targets"].shape == (2, 2 * (157 if name == "masked_mimic_v3" else 184))
        assert ("history" in observations) == (name != "masked_mimic_v1")  # hidden, as for the paper's tables


def test_history_of_v2_3():
    with open_env("Direction", num_envs=N, seed=0, overrides=["presets=masked_mimic_v2_3"]) as env:
        notes, _ = _play(env)
    for now in (0, 4, RESET_AT + 1, STEPS):
        rows = notes[now][0]["history"].view(N, 15, 359)
        torch.testing.assert_close(rows[0, :, 358], torch.arange(0, 113, 8) / 30.0)
        for env_id in range(N):
            for row in range(15):
                then = notes[_back(now, env_id, 8 * row)][0]["humanoid"][env_id]
                torch.testing.assert_close(rows[env_id, row, :358], then)
    torch.testing.assert_close(notes[3][0]["terrain"], notes[3][0]["humanoid"][:, :1].expand(N, 256))


def test_history_and_previous_action_of_v3():
    with open_env("Direction", num_envs=N, seed=0, overrides=["presets=masked_mimic_v3"]) as env:
        notes, actions = _play(env)
    for now in (0, 3, RESET_AT + 1, RESET_AT + 3, STEPS):
        rows = notes[now][0]["history"].view(N, 5, 359)
        torch.testing.assert_close(rows[1, :, 358], torch.arange(5) / 30.0)  # told one less than the truth
        for env_id in range(N):
            for row in range(5):
                then = notes[_back(now, env_id, row + 1)][0]["humanoid"][env_id]
                torch.testing.assert_close(rows[env_id, row, :358], then)
            start = RESET_AT + 1 if env_id == 1 and now > RESET_AT else 0
            before = actions[now - 2][env_id] if now - 2 >= start else torch.zeros(69)
            seen = notes[now][0]["previous_action"][env_id]
            torch.testing.assert_close(seen.tanh(), before.clamp(-1, 1), rtol=0.0, atol=2e-6)


def test_history_and_text_of_v1(tmp_path):
    vector = torch.randn(512)
    save_file({"a person walks": vector}, tmp_path / "text.safetensors")
    text = [f"env.observations.text.vector.params.file={tmp_path / 'text.safetensors'}"]
    text += ["env.observations.text.vector.params.sentence='a person walks'"]
    overrides = ["presets=masked_mimic_v1,pose_history,text", *text]
    with open_env("Direction", num_envs=N, seed=0, overrides=overrides) as env:
        notes, _ = _play(env)
    assert notes[2][0]["text"].equal(vector.expand(N, 512))
    steps = range(1, 114, 8)
    for now in (0, 5, RESET_AT + 1, STEPS):
        bodies = notes[now][1]
        for env_id in range(N):
            past = [notes[_back(now, env_id, step)][1] for step in steps]
            pos, quat = (torch.stack([getattr(b, key)[env_id] for b in past])[None] for key in ("pos", "quat"))
            expected = history_rows_v1(
                pos, quat, bodies.pos[env_id, None, 0], bodies.quat[env_id, None, 0], torch.tensor(steps) / 30.0
            )
            torch.testing.assert_close(notes[now][0]["history"][env_id].view(1, 15, 217), expected, rtol=0, atol=1e-5)


def test_the_box_as_an_object_of_v1():
    overrides = presets_for(LAYOUTS["masked_mimic_v1"](), "object")
    with open_env("Strike", num_envs=N, seed=0, overrides=overrides) as env:
        seen = env.reset()[0]["object"]
        box, bodies = env.scene["box"].data, read_bodies(env.scene["robot"])
        centre = (box.root_link_pos_w.torch - bodies.pos[:, 0])[:, :2].norm(dim=-1)
        corners = seen[:, :24].view(N, 8, 3)
        torch.testing.assert_close(corners.mean(1)[:, :2].norm(dim=-1), centre, atol=1e-4, rtol=0)
        heights = torch.tensor([0.0, 1.8]).repeat(4) - bodies.pos[:, :1, 2]
        torch.testing.assert_close(corners[..., 2], heights, atol=1e-3, rtol=0)
        # edges of 0.4 m along the box's own axes, whose first and last the rotation holds
        torch.testing.assert_close((corners[:, 4] - corners[:, 0]) / 0.4, seen[:, 24:27], atol=1e-4, rtol=0)
        torch.testing.assert_close((corners[:, 1] - corners[:, 0]) / 1.8, seen[:, 27:30], atol=1e-4, rtol=0)
        assert (seen[:, 30:] == 0.0).all()
