# SPDX-License-Identifier: BSD-3-Clause
"""The evaluator on the Direction task with policies whose result is known."""

import pytest
import torch

from tt_isaaclab.evaluation.evaluator import evaluate
from tt_isaaclab.evaluation.statistics import wilson_interval
from tt_isaaclab.tasks.make import open_env


def test_wilson_interval_of_textbook_values():
    low, high = wilson_interval(8, 10)
    assert (low, high) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))
    assert wilson_interval(0, 0) == (0.0, 1.0)


def test_standing_succeeds_on_orders_to_stand_alone_and_falling_is_a_failure():
    def stand_or_walk(cfg):
        cfg.commands.direction.segment_steps, cfg.commands.direction.grace = (40, 41), 20
        cfg.commands.direction.stand_share = 0.5

    def stand(observations):
        return torch.zeros(len(observations["task"]), 69)

    def fall(observations):
        return torch.ones(len(observations["task"]), 69)

    with open_env("Direction", physics="newton_mujoco", num_envs=32, seed=0, edit=stand_or_walk) as env:
        first = evaluate(env, stand, "direction", seed=3, steps=80)
        again = evaluate(env, stand, "direction", seed=3, steps=80)
        fallen = evaluate(env, fall, "direction", seed=3, steps=120)
        term = env.command_manager.get_term("direction")
        term.script(3, steps=80)
        env.reset()
        orders, _ = term._script
        asked_to_stand = int((orders[:, :2, 1] == 0).sum())

    assert first.episodes == 32 and first.segments == 64
    assert first.successes == asked_to_stand and 0 < asked_to_stand < 64
    assert first.interval_low < first.success_rate < first.interval_high
    assert first.fall_rate == 0.0
    assert {**again.as_dict(), "env_steps_per_second": 0} == {**first.as_dict(), "env_steps_per_second": 0}
    assert fallen.fall_rate == 1.0 and fallen.successes == 0
    assert fallen.segments == 32
