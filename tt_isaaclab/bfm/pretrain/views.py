# SPDX-License-Identifier: BSD-3-Clause
"""A behaviour model as a policy that follows clips, always seeing the same parts of its targets."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from isaaclab.envs import ManagerBasedRLEnv

from tt_isaaclab.bfm.layout import BfmLayout
from tt_isaaclab.bfm.network import BfmNetwork
from tt_isaaclab.humanoid.state import read_bodies

from .following import Policy
from .masks import Kind
from .targets import StudentTargets

_HANDS = ("Head", "L_Hand", "R_Hand")

View = Callable[[torch.Tensor, tuple[str, ...]], None]
"""Sets the bits (T, S + 1, 2) of what is seen, all off before; S body slots with these names."""


def _everything(bits: torch.Tensor, slots: tuple[str, ...]) -> None:
    bits[:] = True


def _head_hands(bits: torch.Tensor, slots: tuple[str, ...]) -> None:
    bits[:, [slots.index(name) for name in _HANDS]] = True


def _pelvis(bits: torch.Tensor, slots: tuple[str, ...]) -> None:
    bits[:, slots.index("Pelvis")] = True


def _one_second_ahead(bits: torch.Tensor, slots: tuple[str, ...]) -> None:
    bits[-1] = True


VIEWS: Mapping[str, View] = {
    "everything": _everything,
    "head and hands": _head_hands,
    "pelvis": _pelvis,
    "one second ahead": _one_second_ahead,
}
"""Views of the targets that a behaviour model is measured under."""


def seeing(env: ManagerBasedRLEnv, layout: BfmLayout, view: View) -> Callable[[], tuple[torch.Tensor, torch.Tensor]]:
    """What gives the target rows (N, T, 184) of now and which are visible (N, T), where the same parts always are."""
    targets = StudentTargets(env.command_manager.get_term("motion"), layout)
    bits = torch.zeros(len(layout.target_steps) + 1, len(layout.target_slots) + 1, 2, dtype=torch.bool)
    view(bits, layout.target_slots)
    everyone = torch.arange(env.num_envs, device=env.device)
    kind = torch.full_like(everyone, Kind.RANDOM)
    targets.show(everyone, kind, bits.to(env.device).expand(env.num_envs, *bits.shape))
    targets.far.fill_(1.0)
    return lambda: targets.inputs(read_bodies(env.scene["robot"]))


def viewing(env: ManagerBasedRLEnv, network: BfmNetwork, view: View) -> Policy:
    """The behaviour model as a policy that always sees the same parts of its targets."""
    see = seeing(env, network.layout, view)

    @torch.no_grad()
    def policy(observations: Mapping[str, torch.Tensor]) -> torch.Tensor:
        rows, visible = see()
        return network({"state": observations["humanoid"], "targets": rows}, {"targets": visible})

    return policy
