# SPDX-License-Identifier: BSD-3-Clause
"""The task encoder: the only network that is trained for a task (Task Tokens, arXiv 2503.22886)."""

import torch
from torch import nn

from ..bfm.modules import RunningNormaliser, mlp

_FIRST_WORD = 0.01
"""Size of the last layer's weights in a new encoder, to torch's default."""


class TaskEncoder(nn.Module):
    """Task observation to one word: running normaliser (no clamp), then an MLP with ReLU in between.

    Weights start as torch's defaults, biases as zero, and the last layer a hundred times smaller: a new token says the
    same whatever the task observation, first of all nothing (see `TaskTokenPPO`). Statistics change only through
    ``normaliser.update``.

    Args:
        task_size: Numbers in the task observation, proprioception included where a task adds it.
        token_width: Width of the behaviour model's words.
        hidden: Hidden widths; the default gives the paper's about 200,000 parameters at width 512.
    """

    def __init__(self, task_size: int, token_width: int, hidden: tuple[int, ...] = (256, 256)) -> None:
        super().__init__()
        self.task_size, self.token_width, self.hidden = task_size, token_width, tuple(hidden)
        self.normaliser = RunningNormaliser(task_size)
        self.mlp = mlp(task_size, *hidden, token_width)
        for name, parameter in self.mlp.named_parameters():
            if name.endswith("bias"):
                nn.init.zeros_(parameter)
        with torch.no_grad():
            self.mlp[-1].weight *= _FIRST_WORD

    @property
    def is_new(self) -> bool:
        """Whether nothing has been trained yet."""
        return not self.first_word.any()

    @property
    def first_word(self) -> nn.Parameter:
        """The word (token_width,) that is said to every task observation: the last layer's bias."""
        return self.mlp[-1].bias

    def forward(self, task: torch.Tensor) -> torch.Tensor:
        """Task observations (N, task_size) to words (N, 1, token_width), as `FrozenBfm.act` takes them."""
        return self.mlp(self.normaliser(task)).unsqueeze(-2)
