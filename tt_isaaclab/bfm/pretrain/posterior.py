# SPDX-License-Identifier: BSD-3-Clause
"""A variational latent for the training of a student, as MaskedMimic's (ProtoMotions v1)."""

import torch
from torch import nn

from tt_isaaclab.bfm.modules import mlp
from tt_isaaclab.bfm.network import BfmNetwork

from .replay import Samples


class Posterior(nn.Module):
    """Where the latent lies for one who sees the whole reference: a residual to what the network makes of its masks.

    The network's latent is the mean of a prior, whose spread is learnt here. Of all this nothing is kept: a trained
    model acts by the prior's mean.
    """

    def __init__(self, network: BfmNetwork) -> None:
        super().__init__()
        layout = network.layout
        seen = sum(group.count * group.width for group in layout.tokens if group.name in ("state", "targets"))
        self.spread = nn.Linear(layout.width, layout.latent)
        self.encoder = mlp(seen, *layout.decoder_hidden, 2 * layout.latent, activation=layout.activation)

    def forward(self, network: BfmNetwork, row: torch.Tensor, samples: Samples) -> tuple[torch.Tensor, torch.Tensor]:
        """Draw from the posterior.

        Args:
            network: The student's.
            row: What its transformer reads out (N, width).
            samples: With the whole reference.

        Returns:
            A latent (N, latent), and the Kullback-Leibler divergence of the posterior from the prior (N,) [nat].
        """
        norms = network.token_norms
        seen = norms["state"](samples.state), norms["targets"](samples.reference).flatten(1)
        shift, log_var = self.encoder(torch.cat(seen, dim=-1)).float().chunk(2, dim=-1)
        prior = self.spread(row).float()
        latent = network.head(row) + shift + (0.5 * log_var).exp() * torch.randn_like(shift)
        divergence = prior - log_var + (log_var.exp() + shift.square()) * (-prior).exp() - 1.0
        return latent, 0.5 * divergence.sum(-1)
