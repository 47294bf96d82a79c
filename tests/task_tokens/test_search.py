# SPDX-License-Identifier: BSD-3-Clause
"""Search of words: the distribution on a sum of squares, the rest on real physics with the bundled model."""

import pytest
import torch

from tt_isaaclab import cli
from tt_isaaclab.bfm.bundled import load_bfm_or_bundled
from tt_isaaclab.task_tokens.policy import PROMPT_GROUP, BfmPolicy
from tt_isaaclab.task_tokens.search import CrossEntropy, WordSearch, WordSearchCfg, interpolate
from tt_isaaclab.task_tokens.token_file import TOKENS, load_token
from tt_isaaclab.tasks.long_jump.search_cfg import LongJumpSearchCfg
from tt_isaaclab.tasks.make import open_env

TOKEN = str(TOKENS / "TaskTokens-LongJump.safetensors")


def test_words_are_interpolated_between_knots():
    knots, words = torch.tensor([2.0, 1.0, -1.0]), torch.tensor([[[1.0, 10.0], [3.0, 30.0]]]).expand(7, -1, -1)
    at = torch.tensor([5.0, 2.0, 1.5, 1.0, 0.0, -1.0, -4.0])
    expected = torch.tensor([0.0, 0.0, 0.5, 1.0, 2.0, 3.0, 3.0])
    said = interpolate(words, at, knots)
    torch.testing.assert_close(said, torch.stack((expected, 10.0 * expected), -1).unsqueeze(1))


def test_cross_entropy_finds_the_best_words():
    torch.manual_seed(0)
    best, cfg = torch.tensor([[0.5, -1.0], [2.0, 0.0]]), WordSearchCfg(number=0, knots=(2.0, 1.0, 0.0), decay=0.9)
    distribution = CrossEntropy(torch.zeros(2, 2), sigma=1.0)
    for _ in range(40):
        words = distribution.sample(64)
        distribution.update(words, -(words - best).square().sum((-1, -2)), cfg)
    torch.testing.assert_close(distribution.mean, best, atol=0.05, rtol=0.0)
    assert distribution.sigma == pytest.approx(0.9**40)


def test_one_update_by_hand():
    cfg = WordSearchCfg(number=0, knots=(1.0, 0.0), elite=0.5, rate=0.5)
    distribution = CrossEntropy(torch.zeros(1, 1), sigma=1.0)
    distribution.update(torch.tensor([1.0, 2.0, 3.0, 4.0]).view(4, 1, 1), torch.tensor([0.0, 5.0, 9.0, 1.0]), cfg)
    first, second = torch.log(torch.tensor(2.5)), torch.log(torch.tensor(1.25))  # of the words 3 and 2
    torch.testing.assert_close(distribution.mean, 0.5 * ((3 * first + 2 * second) / (first + second)).view(1, 1))


@pytest.fixture(scope="module")
def search():
    """In eight copies, from 18.5 m before the line, which a walk comes to within seconds."""
    bfm = load_bfm_or_bundled("bundled")
    encoder, _ = load_token(TOKEN, bfm)
    cfg = LongJumpSearchCfg(knots=(18.5, 18.0, 17.5), steps=8)
    with open_env("LongJump", num_envs=8, seed=0, overrides=["presets=joint_prior"]) as env:
        yield WordSearch(env, BfmPolicy(bfm, encoder.eval(), [PROMPT_GROUP]), "longjump", cfg)


def test_attempts_begin_where_the_token_came_to(search):
    env, knot = search.env, search.knots[0]
    words = torch.zeros(8, 2, search.policy.bfm.layout.width)
    made = search.attempt(words)
    left = env.command_manager.get_term("longjump").left
    assert ((left < knot) & (left > knot - 1.0)).all()  # eight steps on
    assert made.frames == 64 and not made.good.any()
    # the way that earns is that of these eight steps, not the metre and a half from where a reset puts it
    assert (made.returns < 1.0).all() and (made.returns > 0.1).all()


def test_a_generation_moves_the_words_and_the_encoder_says_them(search):
    search.generation()
    mean, task = search.distribution.mean, torch.randn(64, 4) + torch.tensor([28.0, 0.0, 0.0, 18.0])
    assert mean.abs().sum() > 0.0
    with torch.no_grad():
        said = search.policy.encoder(task) + interpolate(mean.expand(64, -1, -1), task[:, 3], search.knots)
        torch.testing.assert_close(search.spoken()(task), said, atol=1e-4, rtol=1e-4)


def test_a_place_that_nobody_comes_to_is_told(search):
    with pytest.raises(ValueError, match="in 3 control steps no copy came to 2.5"):
        WordSearch(search.env, search.policy, "longjump", LongJumpSearchCfg(knots=(2.5, 0.0)), way=3)


@pytest.mark.parametrize(
    "options, message",
    [
        (
            ["--task", "Reach", "--token", "bundled"],
            "TaskTokens-Reach does not say where words are sought; TaskTokens-LongJump does",
        ),
        (["--token", "none"], "'tt demo --task TaskTokens-LongJump' trains a token"),
        (["--generations", "0", "--token", "bundled"], "must be positive"),
    ],
)
def test_what_cannot_be_searched_is_one_line(options, message, capsys):
    assert cli.main(["search", *options]) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1
