# SPDX-License-Identifier: BSD-3-Clause
"""Search of words by the cross-entropy method, where the noise of PPO finds nothing that it could learn from.

PPO's noise is on single joints and fresh in every control step; nothing that it tries is a leap. A random *word* moves the
whole body as the behaviour model moves it, and one that changes slowly does so for as long as a leap takes. So what is said
along the last of a way is drawn at random and judged by what it earns, from states that the token itself has come to, and
then added to what the encoder says. Not in the paper.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass
from typing import NamedTuple

import torch
from isaaclab.envs import ManagerBasedRLEnv
from isaaclab.utils import configclass
from tensordict import TensorDict
from torch import nn
from tqdm import tqdm

from tt_isaaclab.evaluation.evaluator import EPISODE_STEPS
from tt_isaaclab.tasks.mdp.segments import Outcome

from .encoder import TaskEncoder
from .policy import TASK_GROUP, BfmPolicy, embed_observations


@configclass
class WordSearchCfg:
    """What is searched, and how."""

    number: int = MISSING
    """Which number of the task observation the added words depend on; it falls as time goes on."""
    knots: tuple[float, ...] = MISSING
    """Where along that number a word is sought, falling. At the first and above nothing is added; in between the words are
    interpolated, and after the last the last is said."""
    steps: int = 60
    """Control steps of an attempt at most."""
    sigma: float = 1.0
    """Standard deviation of the first words' numbers; the behaviour model's own words have 0.7 to 1.3."""
    decay: float = 0.99
    """Of the standard deviation, from one generation to the next."""
    elite: float = 0.2
    """Share of the attempts that the next words are made of."""
    rate: float = 0.7
    """Share of the way to their mean."""


@dataclass
class CrossEntropy:
    """A normal distribution of words at knots, moved to the best of what was drawn from it."""

    mean: torch.Tensor
    """(K, W)"""
    sigma: float

    def sample(self, n: int) -> torch.Tensor:
        """Draws (n, K, W)."""
        return self.mean + self.sigma * torch.randn(n, *self.mean.shape, device=self.mean.device)

    def update(self, words: torch.Tensor, scores: torch.Tensor, cfg: WordSearchCfg) -> None:
        """Move towards the words (n, K, W) of the highest scores (n,), weighed by the logarithm of their rank."""
        best = scores.argsort(descending=True)[: max(round(cfg.elite * len(scores)), 1)]
        rank = torch.arange(1, len(best) + 1, device=scores.device)
        weight = torch.log((len(best) + 0.5) / rank)
        mean = (weight[:, None, None] * words[best]).sum(0) / weight.sum()
        self.mean = self.mean + cfg.rate * (mean - self.mean)
        self.sigma *= cfg.decay


def interpolate(words: torch.Tensor, at: torch.Tensor, knots: torch.Tensor) -> torch.Tensor:
    """Words (N, 1, W) at some places (N,) from words (N, K - 1, W) at all but the first of the falling knots (K,)."""
    words = torch.cat((torch.zeros_like(words[:, :1]), words), dim=1)
    at = torch.minimum(torch.maximum(at, knots[-1]), knots[0])
    after = (at.unsqueeze(-1) <= knots).sum(-1).clamp(1, len(knots) - 1)
    share = (knots[after - 1] - at) / (knots[after - 1] - knots[after])
    row = torch.arange(len(at), device=at.device)
    return torch.lerp(words[row, after - 1], words[row, after], share.unsqueeze(-1)).unsqueeze(-2)


def with_words(encoder: TaskEncoder, words: torch.Tensor, cfg: WordSearchCfg) -> TaskEncoder:
    """An encoder with K more units in each hidden layer, which adds words (K - 1, W) at K knots to what another says.

    Exactly: a unit is the way past a knot, and the last layer turns by it. Were another encoder taught to say the same, its
    errors of a hundredth would be enough for a humanoid to come to the line with the other foot.
    """
    knots = torch.tensor(cfg.knots, device=words.device)
    slopes = words.diff(dim=0, prepend=torch.zeros_like(words[:1])) / -knots.diff().unsqueeze(-1)
    turns = torch.cat((slopes[:1], slopes.diff(dim=0), -slopes[-1:]))
    more, width = len(knots), encoder.token_width
    longer = TaskEncoder(encoder.task_size, width, tuple(size + more for size in encoder.hidden)).to(words.device)
    longer.normaliser.load_state_dict(encoder.normaliser.state_dict())
    mean, var = (getattr(encoder.normaliser, name)[cfg.number] for name in ("mean", "var"))
    ours, theirs = ([layer for layer in e.mlp if isinstance(layer, nn.Linear)] for e in (longer, encoder))
    with torch.no_grad():
        for new, old in zip(ours, theirs, strict=True):
            new.weight.zero_()
            new.weight[: old.out_features, : old.in_features] = old.weight
            new.bias[: old.out_features] = old.bias
        ours[0].weight[-more:, cfg.number] = -(var + 1e-5).sqrt()
        ours[0].bias[-more:] = knots - mean
        for layer in ours[1:-1]:
            layer.weight[-more:, -more:] = torch.eye(more)
            layer.bias[-more:] = 0.0
        ours[-1].weight[:, -more:] = turns.T
    return longer.eval()


class Attempts(NamedTuple):
    """What became of one attempt in each of N copies."""

    returns: torch.Tensor
    """(N,)"""
    good: torch.Tensor
    """Successes (N,), bool."""
    frames: int
    """Control steps of all of them."""


class WordSearch:
    """Attempts in an environment, one in each of its copies.

    Args:
        env: The environment, of a task whose episodes end by themselves.
        policy: With the encoder that words are added to.
        command: Name of the command term that judges success.
        cfg: What is searched.
        way: Control steps after which the copies should have come to the first knot.

    Raises:
        ValueError: None came there.
    """

    def __init__(
        self, env: ManagerBasedRLEnv, policy: BfmPolicy, command: str, cfg: WordSearchCfg, way: int = EPISODE_STEPS
    ) -> None:
        self.env, self.policy, self.cfg = env, policy, cfg
        self._command = env.command_manager.get_term(command)
        self.knots = torch.tensor(cfg.knots, device=env.device)
        shape = len(cfg.knots) - 1, policy.bfm.layout.width
        self.distribution = CrossEntropy(torch.zeros(shape, device=env.device), cfg.sigma)
        self._starts = self._come_to_the_first_knot(way)

    def generation(self) -> Attempts:
        """Attempt once in every copy, and move on to what was best."""
        words = self.distribution.sample(self.env.num_envs)
        attempts = self.attempt(words)
        self.distribution.update(words, attempts.returns, self.cfg)
        return attempts

    def attempt(self, words: torch.Tensor) -> Attempts:
        """Say words (N, K - 1, W), each from one of the states come to."""
        env, n = self.env, self.env.num_envs
        start = self._starts[torch.randint(len(self._starts), (n,), device=env.device)]
        observations, _ = env.reset_to(start.to_dict(), is_relative=True)
        self._command.compute(dt=0.0)  # the way here from where a reset puts it is none
        done = torch.zeros(n, dtype=torch.bool, device=env.device)
        good, returns, frames = done.clone(), torch.zeros(n, device=env.device), 0
        with torch.inference_mode():
            for _ in range(self.cfg.steps):
                observations, reward, terminated, truncated, _ = env.step(self._act(observations, words))
                frames += int((~done).sum())
                returns += torch.where(done, 0.0, reward / env.step_dt)
                good |= ~done & (self._command.segments.outcome == Outcome.SUCCESS)
                done |= terminated | truncated
                if done.all():
                    break
        return Attempts(returns, good, frames)

    def spoken(self) -> TaskEncoder:
        """A copy of the encoder that says the mean of what was found."""
        return with_words(self.policy.encoder, self.distribution.mean, self.cfg)

    def _word(self, task: torch.Tensor, words: torch.Tensor) -> torch.Tensor:
        """The encoder's words (N, 1, W) with what is added to them."""
        return self.policy.encoder(task) + interpolate(words, task[:, self.cfg.number], self.knots)

    def _act(self, observations: Mapping[str, torch.Tensor], words: torch.Tensor) -> torch.Tensor:
        embedded = embed_observations(self.policy.bfm, observations, self.policy.prompts)
        return self.policy.bfm.act(embedded, self._word(observations[TASK_GROUP], words))

    def _come_to_the_first_knot(self, way: int) -> TensorDict:
        """States of the scene (M,) in which the copies first see less than the first knot."""
        env = self.env
        observations, _ = env.reset()
        starts, came = None, torch.zeros(env.num_envs, dtype=torch.bool, device=env.device)
        with torch.inference_mode():
            for _ in tqdm(range(way), desc="coming to the first knot", leave=False):
                observations, *_ = env.step(self.policy(observations))
                new = ~came & (observations[TASK_GROUP][:, self.cfg.number] < self.knots[0])
                came |= new
                state = TensorDict(env.scene.get_state(is_relative=True), batch_size=[env.num_envs])
                starts = state if starts is None else state.where(new, starts)
                if came.all():
                    break
        if not came.any():
            raise ValueError(
                f"in {way} control steps no copy came to {self.cfg.knots[0]}, where words are to be sought"
            )
        return starts[came]
