# SPDX-License-Identifier: BSD-3-Clause
"""Shares and shapes of the masks."""

import pytest
import torch

from tt_isaaclab.bfm.pretrain.masks import SHARES, Follows, Kind, Masks

SLOTS = ("Pelvis", "L_Ankle", "R_Ankle", "L_Hand", "R_Hand", "Head")
NEAR = 3


@pytest.fixture(scope="module")
def drawn() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """What is followed, kind, and bits of many masks."""
    torch.manual_seed(0)
    follows = torch.arange(40_000) % len(Follows)
    return follows, *Masks(6, SLOTS, NEAR, "cpu").draw(follows)


def _of(drawn, kind: Kind) -> torch.Tensor:
    return drawn[2][drawn[1] == kind]


@pytest.mark.parametrize("followed, shares", SHARES.items())
def test_shares(drawn, followed, shares):
    follows, kind, _ = drawn
    assert sum(shares) == pytest.approx(1.0)
    counts = torch.bincount(kind[follows == int(followed)], minlength=len(Kind))
    torch.testing.assert_close(counts / counts.sum(), torch.tensor(shares), atol=0.015, rtol=0.0)


def test_only_few_random_masks_show_nothing(drawn):
    for kind in Kind:
        empty = ~_of(drawn, kind).flatten(1).any(1)
        assert empty.float().mean() < {Kind.RANDOM: 0.2, Kind.TEXT: 1.1}.get(kind, 1e-6)


def test_which_slots_a_kind_shows(drawn):
    shown = {kind: _of(drawn, kind).any(3).any(1).any(0) for kind in Kind}  # (S + 1,) each
    assert shown[Kind.ALL].all() and shown[Kind.RANDOM].all() and not shown[Kind.TEXT].any()
    names = (*SLOTS, "motion")
    expected = {
        Kind.PELVIS: {"Pelvis"},
        Kind.HEAD_HANDS: {"Head", "L_Hand", "R_Hand"},
        Kind.HAND: {"R_Hand"},
        Kind.MOTION: {"motion"},
        Kind.REACH: {"R_Hand"},
        Kind.DIRECTION: {"Pelvis", "motion"},
        Kind.VELOCITY: {"motion"},
        Kind.MOVE: {"Pelvis", "motion"},
        Kind.QUIET: {"Pelvis", "motion"},
    }
    for kind, slots in expected.items():
        assert {name for name, seen in zip(names, shown[kind], strict=True) if seen} == slots


def test_direction_masks_are_those_of_the_prompt(drawn):
    bits = _of(drawn, Kind.DIRECTION)[0]
    assert bits[NEAR, 0].all() and bits[NEAR, -1].all() and bits[-1, 0, 0] and bits.sum() == 5


def test_reach_masks_are_those_of_the_prompt(drawn):
    bits = _of(drawn, Kind.REACH)[0]
    assert bits[-1, SLOTS.index("R_Hand"), 0] and bits.sum() == 1


def test_some_masks_show_the_far_time_alone(drawn):
    times = _of(drawn, Kind.PELVIS).flatten(2).any(-1)
    assert 0.15 < (times[:, -1] & ~times[:, :-1].any(1)).float().mean() < 0.4
