# SPDX-License-Identifier: BSD-3-Clause
"""The two building blocks shared by the behaviour model and the task encoder."""

from itertools import pairwise

import torch
from torch import nn

ACTIVATIONS: dict[str, type[nn.Module]] = {"relu": nn.ReLU, "gelu": nn.GELU, "silu": nn.SiLU}


def mlp(*sizes: int, activation: str = "relu") -> nn.Sequential:
    """Linear layers between the given widths with activations in between; the end is linear."""
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(sizes):
        layers += [nn.Linear(n_in, n_out), ACTIVATIONS[activation]()]
    return nn.Sequential(*layers[:-1])


class RunningNormaliser(nn.Module):
    """(x - mean) / sqrt(var + 1e-5), optionally clamped. Statistics change in `update` only, never in `forward`.

    They start as one sample of mean 0 and variance 1, so that a first small or constant batch cannot blow up its input.
    """

    mean: torch.Tensor
    var: torch.Tensor
    count: torch.Tensor

    def __init__(self, width: int, clamp: float | None = None) -> None:
        super().__init__()
        self.clamp = clamp
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("var", torch.ones(width))
        self.register_buffer("count", torch.ones((), dtype=torch.int64))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Normalise (..., width)."""
        x = (x - self.mean) * torch.rsqrt(self.var + 1e-5)
        return x if self.clamp is None else x.clamp(-self.clamp, self.clamp)

    @torch.no_grad()
    def update(self, x: torch.Tensor) -> None:
        """Merge the mean and variance of a batch (..., width) into the running ones, each sample weighing the same."""
        x = x.reshape(-1, x.shape[-1])
        var, mean = torch.var_mean(x, dim=0, correction=0)
        self.count += x.shape[0]
        share = x.shape[0] / self.count
        delta = mean - self.mean
        self.var += share * (var - self.var + (1.0 - share) * delta.square())
        self.mean += share * delta
