# SPDX-License-Identifier: BSD-3-Clause
"""The variational latent of a student in training."""

import dataclasses

import torch
from torch.distributions import Normal, kl_divergence

from tt_isaaclab.bfm.layouts import bundled
from tt_isaaclab.bfm.network import BfmNetwork
from tt_isaaclab.bfm.pretrain.posterior import Posterior
from tt_isaaclab.bfm.pretrain.replay import Samples

LAYOUT = dataclasses.replace(bundled(), name="small", width=32, layers=1, feed_forward=32, decoder_hidden=(32,))


def _posterior(n: int) -> tuple[BfmNetwork, Posterior, torch.Tensor, Samples]:
    network, rows = BfmNetwork(LAYOUT), torch.randn(n, 6, 184)
    unseen = torch.zeros(n, 6, dtype=torch.bool)
    samples = Samples(torch.randn(n, 358), rows, unseen, torch.zeros(n), torch.randn(n, 69), rows)
    embedded = network.embed({"state": samples.state, "targets": rows}, {"targets": unseen})
    return network, Posterior(network), network.attend(embedded), samples


def test_divergence_is_that_of_two_normal_distributions():
    torch.manual_seed(0)
    network, posterior, row, samples = _posterior(4)
    seen = torch.cat((samples.state, samples.reference.flatten(1)), dim=1) / (1.0 + 1e-5) ** 0.5  # statistics 0 and 1
    shift, log_var = posterior.encoder(seen.clamp(-5.0, 5.0)).chunk(2, dim=1)
    mean = network.head(row)
    prior = Normal(mean, (0.5 * posterior.spread(row)).exp())
    expected = kl_divergence(Normal(mean + shift, (0.5 * log_var).exp()), prior).sum(1)
    _, divergence = posterior(network, row, samples)
    torch.testing.assert_close(divergence, expected)


def test_latents_are_drawn_around_the_prior_mean_and_a_residual():
    torch.manual_seed(0)
    network, posterior, row, samples = _posterior(1)
    with torch.no_grad():
        for parameter in posterior.encoder[-1].parameters():
            parameter.zero_()  # no residual, variance 1
        posterior.encoder[-1].bias[: LAYOUT.latent] = 0.5
        drawn = torch.stack([posterior(network, row, samples)[0] for _ in range(2000)])
    torch.testing.assert_close(drawn.mean(0), network.head(row) + 0.5, atol=0.1, rtol=0.0)
    torch.testing.assert_close(drawn.std(0), torch.ones_like(drawn[0]), atol=0.1, rtol=0.0)


def test_what_is_hidden_reaches_the_latent_by_the_posterior_alone():
    torch.manual_seed(0)
    network, posterior, row, samples = _posterior(2)
    changed = samples._replace(reference=samples.reference + 1.0)
    with torch.no_grad():
        torch.manual_seed(1)
        latent, _ = posterior(network, row, samples)
        torch.manual_seed(1)
        other, _ = posterior(network, row, changed)
    assert not torch.allclose(latent, other)
