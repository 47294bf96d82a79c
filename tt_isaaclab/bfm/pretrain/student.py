# SPDX-License-Identifier: BSD-3-Clause
"""The student: network, optimiser and learning-rate schedule, and how they are put on disk to go on later."""

from __future__ import annotations

import copy
import dataclasses
import json
import math
from enum import StrEnum
from pathlib import Path

import torch
from torch.optim.swa_utils import AveragedModel

from tt_isaaclab.bfm.files import BfmFileError, FileKind, read_tensors, write_tensors
from tt_isaaclab.bfm.layout import BfmLayout
from tt_isaaclab.bfm.network import BfmNetwork

from .captions import NONE
from .posterior import Posterior
from .replay import Replay, Samples

CHECKPOINT = FileKind("distillation/1", "distillation checkpoint", "start without --resume", BfmFileError)

_WARM_UP = 0.02
"""Share of the training in which the learning rate rises."""

_AVERAGE = 0.998
"""Decay of the running average of the weights: about the last 500 updates."""

_EASY = (1.0e-4, 0.2, 0.5)
"""A variational latent is first almost free: the divergence's weight while it is, and the shares of the training
between which it rises to what it ends with."""

_MAX_NORM = 1.0
"""Gradients are clipped to this norm."""


def same_size(layout: BfmLayout, former: BfmLayout) -> bool:
    """Whether two layouts differ in name, token groups and the second trunk alone."""
    own = {name: getattr(layout, name) for name in ("name", "tokens", "backwards_from")}
    return dataclasses.replace(former, **own) == layout


def grow(network: BfmNetwork, former: BfmNetwork) -> None:
    """Give a network the weights of a smaller one that reads less; while the rest is hidden it then does the same.
    A second trunk that the smaller one does not have begins as its first.

    Raises:
        BfmFileError: The smaller one is no part of it.
    """
    own, given = network.state_dict(), former.state_dict()
    if network.backwards is not None:
        given = {f"backwards.{name}": given[name] for name in network.backwards.state_dict()} | given
    if strange := [name for name, tensor in given.items() if name not in own or own[name].shape != tensor.shape]:
        raise BfmFileError(
            f"{strange[0]} of the former model has no place in '{network.layout.name}'; start without it"
        )
    network.load_state_dict(own | given)


def _average(mean: list[torch.Tensor], latest: list[torch.Tensor], updates: torch.Tensor | int) -> None:
    """Exponential moving average of the weights, over the last tenth of the updates while there are few."""
    torch._foreach_lerp_(mean, latest, max(1.0 - _AVERAGE, 10.0 / (10.0 + float(updates))))


def _halves_pay(device: str) -> bool:
    """Whether bfloat16 is faster there: twice on GPUs and with AVX-512, while a CPU without takes ten times as long."""
    return device != "cpu" or torch.backends.cpu.get_cpu_capability().startswith("AVX512")


def _divergence_weight(progress: float, final: float) -> float:
    """Weight of a variational latent's divergence at a share of the training."""
    first, begin, end = _EASY
    return first + (final - first) * min(max((progress - begin) / (end - begin), 0.0), 1.0)


_SMALL = 1.0e-6
"""Mean square below which an error counts as none: its gradient vanishes."""


class Only(StrEnum):
    """What of a former model is taught, while everything else that it does stays the same to the bit."""

    WORDS = "words"
    BACKWARDS = "backwards"
    """To walk backwards: a second trunk."""


class Student:
    """Learns to act like the expert from what the masks let it see.

    Attributes:
        network: The behaviour model in training.
        average: Running average of its weights: what is kept and what acts, for one set of weights after the other
            swings between falling in every tenth and in every second episode.
        actor: What acts: the average when it was last shown (`show`), for another thread goes on learning meanwhile.
        updates: Number of updates done.
    """

    def __init__(
        self,
        layout: BfmLayout,
        captions: torch.Tensor,
        updates: int,
        learning_rate: float,
        former: BfmNetwork | None = None,
        only: Only | None = None,
        variational: float | None = None,
    ) -> None:
        """A student at the beginning.

        Args:
            layout: Of the model.
            captions: Vectors of the sentences that it may be told (K, width), on the device to train on.
            updates: Length of the training, over which the rate falls as a cosine.
            learning_rate: Highest rate.
            former: A model whose weights it starts with; what that model does not read starts afresh.
            only: What is learnt alone; all other weights stay as they are.
            variational: Weight of the divergence of a variational latent at the end, or None for a deterministic one.
        """
        self.network = BfmNetwork(layout).to(captions.device)
        self._captions, self._fixed = captions, former is not None
        if former is not None:
            grow(self.network, former)
        if len(captions) and (former is None or "text" not in former.token_norms):
            self.network.token_norms["text"].update(captions)
        self._averaged = AveragedModel(self.network, multi_avg_fn=_average)
        self.average: BfmNetwork = self._averaged.module
        self.actor = copy.deepcopy(self.average)
        self.updates = 0
        self._total, self._rate = updates, learning_rate
        self._parts = {"network": self.network, "average": self._averaged}
        part = {Only.WORDS: self.network.tokenisers["text"], Only.BACKWARDS: self.network.backwards}
        self.network.requires_grad_(False)
        learning = [*part.get(only, self.network).requires_grad_(True).parameters()]
        self._variational = variational
        if variational is not None:
            self._parts["posterior"] = self._posterior = Posterior(self.network).to(captions.device)
            learning += self._posterior.parameters()
        self._optimiser = torch.optim.Adam(learning, lr=learning_rate)

    @torch.no_grad()
    def act(self, samples: Samples) -> torch.Tensor:
        """Actions (N, 69) for what it sees."""
        return self.actor(*self._read(samples))

    def show(self) -> None:
        """Act as it has learnt to until now."""
        self.actor.load_state_dict(self.average.state_dict())

    def _read(self, samples: Samples) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
        """Inputs and visibilities of the network."""
        inputs, visibility = {"state": samples.state, "targets": samples.targets}, {"targets": samples.visible}
        if len(self._captions):
            inputs["text"] = self._captions[samples.caption.clamp(min=0)]
            visibility["text"] = (samples.caption != NONE).unsqueeze(1)
        return inputs, visibility

    def observe(self, samples: Samples) -> None:
        """Take samples into the statistics that normalise the inputs, unless they are those of a former model."""
        network = self.network
        if self._fixed:
            return
        network.token_norms["state"].update(samples.state)
        network.decoder_norms["state"].update(samples.state)
        if samples.visible.any():
            network.token_norms["targets"].update(samples.targets[samples.visible])

    def update(self, samples: Samples) -> torch.Tensor:
        """One gradient step; the mean error of the actions, each the root mean square of its numbers.

        Squared, the few large errors of jumps and runs would drown what standing and walking need: small errors.
        """
        progress = self.updates / self._total
        rate = self._rate * min(1.0, progress / _WARM_UP + 0.01) * (0.51 + 0.49 * math.cos(math.pi * progress))
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        device = samples.state.device.type
        with torch.autocast(device, torch.bfloat16, enabled=_halves_pay(device)):
            embedded = self.network.embed(*self._read(samples))
            if self._variational is None:
                action, surprise = self.network.act(embedded), 0.0
            else:
                latent, divergence = self._posterior(self.network, self.network.attend(embedded), samples)
                action = self.network.decode(latent, embedded.context)
                surprise = _divergence_weight(progress, self._variational) * divergence.mean()
        loss = ((action.float() - samples.label).square().mean(-1) + _SMALL).sqrt().mean()
        self._optimiser.zero_grad()
        (loss + surprise).backward()
        torch.nn.utils.clip_grad_norm_(self._optimiser.param_groups[0]["params"], _MAX_NORM)
        self._optimiser.step()
        self._averaged.update_parameters(self.network)
        self.updates += 1
        return loss.detach()

    def learn(self, replay: Replay, batch: int, updates: int) -> float:
        """Go on until ``updates`` have been done; the mean loss, not a number where they are."""
        losses = []
        while self.updates < updates:
            losses.append(self.update(replay.draw(batch)))
        return torch.stack(losses).mean().item() if losses else float("nan")

    def save(self, path: Path | str, progress: dict) -> None:
        """Write weights, optimiser state and ``progress`` (what JSON can hold)."""
        tensors = {f"{p}/{name}": t for p, part in self._parts.items() for name, t in part.state_dict().items()}
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
        if {name.split("/")[0] for name in tensors} - {"adam"} != set(self._parts):
            raise BfmFileError(f"{path}: a distillation with another kind of latent; start without --resume")
        for prefix, part in self._parts.items():
            mine = {n.removeprefix(f"{prefix}/"): t for n, t in tensors.items() if n.startswith(f"{prefix}/")}
            part.load_state_dict(mine)
        state = self._optimiser.state_dict()
        for name, tensor in tensors.items():
            if name.startswith("adam/"):
                _, index, moment = name.split("/")
                state["state"].setdefault(int(index), {})[moment] = tensor
        self._optimiser.load_state_dict(state)
        progress = json.loads(metadata["progress"])
        self.updates = progress["updates"]
        self.show()
        return progress
