# SPDX-License-Identifier: BSD-3-Clause
import torch

from tt_isaaclab.bfm.modules import RunningNormaliser, mlp


def test_normaliser_value_and_clamp():
    """(4 - 1) / 2; 0.01 / sqrt(0 + 1e-5); -9 / 0.1 clamped."""
    norm = RunningNormaliser(3, clamp=5.0)
    norm.mean.copy_(torch.tensor([1.0, 0.0, 0.0]))
    norm.var.copy_(torch.tensor([4.0 - 1e-5, 0.0, 0.01]))
    torch.testing.assert_close(norm(torch.tensor([[4.0, 0.01, -9.0]])), torch.tensor([[1.5, 10.0**0.5, -5.0]]))


def test_update_is_the_statistics_of_all_samples_and_a_unit_prior():
    """Batches 3 and 5 (mean 4, variance 1) with the prior sample 0 +- 1: mean 8/3, variance (1 + 9 + 25)/3 - 64/9."""
    norm = RunningNormaliser(1)
    norm.update(torch.tensor([[3.0]]))
    norm.update(torch.tensor([[5.0]]))
    assert norm.count == 3
    torch.testing.assert_close(norm.mean.item(), 8.0 / 3.0)
    torch.testing.assert_close(norm.var.item(), 35.0 / 3.0 - 64.0 / 9.0)


def test_batches_of_any_size_give_the_same_statistics():
    x = torch.randn(60, 3, generator=torch.Generator().manual_seed(0)) * 5.0 + 2.0
    whole, pieces = RunningNormaliser(3), RunningNormaliser(3)
    whole.update(x.view(6, 10, 3))
    for piece in x.split((1, 7, 52)):
        pieces.update(piece)
    torch.testing.assert_close(pieces.mean, whole.mean)
    torch.testing.assert_close(pieces.var, whole.var)
    assert not RunningNormaliser(3).train()(x).equal(whole(x))  # forward alone learns nothing


def test_mlp_ends_linear():
    net = mlp(3, 8, 2)
    assert [type(layer).__name__ for layer in net] == ["Linear", "ReLU", "Linear"]
    assert [type(layer).__name__ for layer in mlp(3, 8, 2, activation="silu")] == ["Linear", "SiLU", "Linear"]
