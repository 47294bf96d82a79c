# SPDX-License-Identifier: BSD-3-Clause
"""How well a tracker, or a behaviour model under several views of the targets, follows the clips of a library."""

from __future__ import annotations

from pathlib import Path

from tt_isaaclab.bfm.network import BfmNetwork
from tt_isaaclab.humanoid.actions import RotationVectorActionCfg

from .following import Following, follow, open_following
from .tracker import Tracker
from .views import VIEWS, viewing


def follow_tracker(library: str, checkpoint: Path | str, **options) -> Following:
    """Measure a tracker; ``options`` are those of `open_following`."""
    with open_following(library, **options) as env:
        tracker = Tracker(checkpoint, env.device)
        return follow(env, tracker.corrections)


def follow_student(library: str, network: BfmNetwork, **options) -> dict[str, Following]:
    """Measure a behaviour model under each of `VIEWS`; ``options`` are those of `open_following`."""

    def absolute(cfg) -> None:
        cfg.actions.joint_target = RotationVectorActionCfg()

    with open_following(library, edit=absolute, **options) as env:
        return {name: follow(env, viewing(env, network.to(env.device), view)) for name, view in VIEWS.items()}
