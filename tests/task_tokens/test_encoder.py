# SPDX-License-Identifier: BSD-3-Clause
import pytest
import torch

from tt_isaaclab.task_tokens.encoder import TaskEncoder


@pytest.mark.parametrize(
    "task_size, hidden, parameters",
    [
        (3, (256, 256), 198_400),  # direction, reach
        (4, (256, 256), 198_656),  # long jump
        (5, (256, 256), 198_912),  # steering
        (15, (256, 256), 201_472),  # strike
        (9, (256, 256), 198_400 + 1_536),  # six numbers of proprioception more
        (3, (512, 512, 512), 790_016),  # the paper's bigger encoder: direction
        (20, (512, 512, 512), 798_720),
    ],
)
def test_parameter_counts_at_width_512(task_size, hidden, parameters):
    encoder = TaskEncoder(task_size, 512, hidden)
    assert sum(p.numel() for p in encoder.parameters()) == parameters


def test_the_word():
    """One hidden unit by hand: task 3 -> (3 - 1) / 2 = 1 -> 2 * 1 -> word (2, -4)."""
    encoder = TaskEncoder(1, 2, (1,))
    encoder.normaliser.mean.fill_(1.0)
    encoder.normaliser.var.fill_(4.0 - 1e-5)
    with torch.no_grad():
        encoder.mlp[0].weight.fill_(2.0)
        encoder.mlp[2].weight.copy_(torch.tensor([[1.0], [-2.0]]))
    torch.testing.assert_close(encoder(torch.tensor([[3.0]])), torch.tensor([[[2.0, -4.0]]]))
    assert not encoder(torch.tensor([[-3.0]])).any()  # ReLU


def test_initial_values():
    encoder = TaskEncoder(3, 16)
    for name, parameter in encoder.named_parameters():
        assert parameter.any() == name.endswith("weight"), name
    bound = 3**-0.5  # torch's default: uniform within 1 / sqrt(inputs)
    assert 0.9 * bound < encoder.mlp[0].weight.abs().max() <= bound


def test_statistics_change_only_when_told():
    encoder = TaskEncoder(3, 16)
    task = torch.full((10, 3), 7.0)
    before = encoder(task)
    assert encoder(task).equal(before)
    encoder.normaliser.update(task)
    assert not encoder(task).equal(before)
