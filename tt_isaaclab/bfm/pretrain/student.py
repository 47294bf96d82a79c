# SPDX-License-Identifier: BSD-3-Clause
"""The student: network, optimiser and learning-rate schedule, and how they are put on disk to go on later."""

from __future__ import annotations

import json
import math
from pathlib import Path

import torch
from torch.optim.swa_utils import AveragedModel

from tt_isaaclab.bfm.files import BfmFileError, FileKind, read_tensors, write_tensors
from tt_isaaclab.bfm.layout import BfmLayout
from tt_isaaclab.bfm.network import BfmNetwork

from .replay import Samples

CHECKPOINT = FileKind("distillation/1", "distillation checkpoint", "start without --resume", BfmFileError)

_WARM_UP = 0.02
"""Share of the training in which the learning rate rises."""

_AVERAGE = 0.998
"""Decay of the running average of the weights: about the last 500 updates."""

_MAX_NORM = 1.0
"""Gradients are clipped to this norm."""


def _average(mean: torch.Tensor, latest: torch.Tensor, updates: torch.Tensor | int) -> torch.Tensor:
    """Exponential moving average of the weights, over the last tenth of the updates while there are few."""
    return torch.lerp(mean, latest, max(1.0 - _AVERAGE, 10.0 / (10.0 + float(updates))))


class Student:
    """Learns to act like the expert from what the masks let it see.

    Attributes:
        network: The behaviour model in training.
        average: Running average of its weights: what acts and what is kept, for one set of weights after the other
            swings between falling in every tenth and in every second episode.
        updates: Number of updates done.
    """

    def __init__(
        self, layout: BfmLayout, updates: int, learning_rate: float, device: torch.device | str = "cpu"
    ) -> None:
        """``updates`` is the length of the training, over which the rate falls from ``learning_rate`` as a cosine."""
        self.network = BfmNetwork(layout).to(device)
        self._averaged = AveragedModel(self.network, avg_fn=_average)
        self.average: BfmNetwork = self._averaged.module
        self.updates = 0
        self._total, self._rate, self._device = updates, learning_rate, torch.device(device)
        self._optimiser = torch.optim.Adam(self.network.parameters(), lr=learning_rate)

    @torch.no_grad()
    def act(self, state: torch.Tensor, targets: torch.Tensor, visible: torch.Tensor) -> torch.Tensor:
        """Actions (N, 69); inputs as in `Samples`."""
        return self.average({"state": state, "targets": targets}, {"targets": visible})

    def observe(self, samples: Samples) -> None:
        """Take samples into the statistics that normalise the inputs."""
        network = self.network
        network.token_norms["state"].update(samples.state)
        network.decoder_norms["state"].update(samples.state)
        if samples.visible.any():
            network.token_norms["targets"].update(samples.targets[samples.visible])

    def update(self, samples: Samples) -> torch.Tensor:
        """One gradient step; the mean squared error of the actions."""
        progress = self.updates / self._total
        rate = self._rate * min(1.0, progress / _WARM_UP + 0.01) * (0.51 + 0.49 * math.cos(math.pi * progress))
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        with torch.autocast(self._device.type, torch.bfloat16):  # twice as fast, on CPUs too
            action = self.network({"state": samples.state, "targets": samples.targets}, {"targets": samples.visible})
        loss = (action.float() - samples.label).square().mean()
        self._optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), _MAX_NORM)
        self._optimiser.step()
        self._averaged.update_parameters(self.network)
        self.updates += 1
        return loss.detach()

    def save(self, path: Path | str, progress: dict) -> None:
        """Write weights, optimiser state and ``progress`` (what JSON can hold)."""
        tensors = {f"network/{name}": tensor for name, tensor in self.network.state_dict().items()}
        tensors |= {f"average/{name}": tensor for name, tensor in self._averaged.state_dict().items()}
        for i, moments in self._optimiser.state_dict()["state"].items():
            tensors |= {f"adam/{i}/{name}": torch.as_tensor(value) for name, value in moments.items()}
        progress = progress | {"updates": self.updates}
        write_tensors(
            path, CHECKPOINT, tensors, {"layout": self.network.layout.to_json(), "progress": json.dumps(progress)}
        )

    def load(self, path: Path | str) -> dict:
        """Go on from a file of `save`; returns its ``progress``.

        Raises:
            BfmFileError: The file cannot be used, or is of another layout.
        """
        tensors, metadata = read_tensors(path, CHECKPOINT)
        if metadata["layout"] != self.network.layout.to_json():
            raise BfmFileError(f"{path}: a distillation of another layout; start without --resume")
        for module, prefix in ((self.network, "network/"), (self._averaged, "average/")):
            module.load_state_dict({n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)})
        state = self._optimiser.state_dict()
        for name, tensor in tensors.items():
            if name.startswith("adam/"):
                _, index, moment = name.split("/")
                state["state"].setdefault(int(index), {})[moment] = tensor
        self._optimiser.load_state_dict(state)
        progress = json.loads(metadata["progress"])
        self.updates = progress["updates"]
        return progress
