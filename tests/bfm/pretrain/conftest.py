# SPDX-License-Identifier: BSD-3-Clause
"""A tiny motion library and a tracker that corrects nothing."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

sys.path.append(str(Path(__file__).parent / "motions"))

from formula_walk import make_walk

from tt_isaaclab.bfm.pretrain.motions.library import Clip, MotionLibrary
from tt_isaaclab.bfm.pretrain.motions.motion import Motion


def _stand(seconds: float) -> Motion:
    walk = make_walk(0.0)
    return walk[torch.zeros(round(seconds * walk.fps) + 1, dtype=torch.long)]


@pytest.fixture(scope="session")
def library(tmp_path_factory) -> str:
    """File with a walk (1 m/s, 4 s), a stand (2 s) and a walk that is held out (1 s)."""
    clips = [Clip("walk", ("walk", "gait")), Clip("stand", ("stand",)), Clip("unseen", ("walk",), hold_out=True)]
    path = tmp_path_factory.mktemp("motions") / "library.safetensors"
    MotionLibrary.from_motions(clips, [make_walk(4.0), _stand(2.0), make_walk(1.0)]).save(path)
    return str(path)


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory) -> Path:
    """Checkpoint of an actor whose corrections are always 0.1 rad."""
    widths = [646, 16, 27]
    state = {
        "obs_normalizer._mean": torch.zeros(1, 646),
        "obs_normalizer._var": torch.ones(1, 646),
        "obs_normalizer._std": torch.ones(1, 646),
        "obs_normalizer.count": torch.tensor(1),
        "distribution.std_param": torch.full((27,), 0.08),
    }
    for i in (0, 1):
        state[f"mlp.{2 * i}.weight"] = torch.zeros(widths[i + 1], widths[i])
        state[f"mlp.{2 * i}.bias"] = torch.full((widths[i + 1],), 0.1 * i)
    path = tmp_path_factory.mktemp("tracker") / "model_0.pt"
    critic = {"mlp.0.weight": torch.zeros(1, 646), "mlp.0.bias": torch.zeros(1)}
    torch.save({"actor_state_dict": state, "critic_state_dict": critic, "iter": 0}, path)
    return path


@pytest.fixture
def bad_checkpoint(tmp_path) -> Callable[[object], Path]:
    """Makes ``model_1.pt`` of bytes, or of what torch saves; of None it makes nothing."""

    def make(content: object) -> Path:
        path = tmp_path / "model_1.pt"
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif content is not None:
            torch.save(content, path)
        return path

    return make
