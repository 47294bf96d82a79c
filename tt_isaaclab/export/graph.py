# SPDX-License-Identifier: BSD-3-Clause
"""The deterministic policy as one graph: task encoder and behaviour model together, one input an observation group."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import onnx
import torch
from torch import nn

from tt_isaaclab.task_tokens.policy import STATE_GROUP, TASK_GROUP, BfmPolicy, groups_read
from tt_isaaclab.whole_file import whole_file

_OPSET = 18


class PolicyGraph(nn.Module):
    """Action means (1, 69) of observation groups (1, width) in the order of ``inputs``.

    Args:
        policy: What acts.
        sees_itself: Whether its task encoder reads the humanoid's state before the command (``self_obs``). The graph has
            that state as an input already, so its task input is the command alone.
    """

    def __init__(self, policy: BfmPolicy, sees_itself: bool = False) -> None:
        super().__init__()
        self._sees_itself = sees_itself
        self.bfm, self.encoder, self._policy = policy.bfm, policy.encoder, policy  # registered, so that they are traced
        self.inputs = groups_read(policy.bfm.layout, policy.prompts, task=policy.encoder is not None)
        """Names of the observation groups that the policy reads."""
        self.eval()

    def forward(self, *groups: torch.Tensor) -> torch.Tensor:
        """See the class."""
        read = dict(zip(self.inputs, groups, strict=True))
        if self._sees_itself:
            read[TASK_GROUP] = torch.cat((read[STATE_GROUP], read[TASK_GROUP]), dim=-1)
        return self._policy(read)


def save_torchscript(path: Path, graph: PolicyGraph, example: Sequence[torch.Tensor], texts: Mapping[str, str]) -> None:
    """Write TorchScript; ``texts`` become its extra files. ``example`` is one observation (1, width) an input."""
    with torch.no_grad(), whole_file(path) as partial, warnings.catch_warnings():
        warnings.simplefilter("ignore", torch.jit.TracerWarning)  # the shape checks, which hold for the example
        traced = torch.jit.trace(graph, tuple(example))
        torch.jit.save(torch.jit.freeze(traced), str(partial), _extra_files=dict(texts))


def save_onnx(path: Path, graph: PolicyGraph, example: Sequence[torch.Tensor], texts: Mapping[str, str]) -> None:
    """Write ONNX, all in one file; ``texts`` become its metadata. ``example`` as for :func:`save_torchscript`."""
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with torch.no_grad(), whole_file(path) as partial, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch about itself
        program = torch.onnx.export(
            graph,
            tuple(example),
            opset_version=_OPSET,
            input_names=graph.inputs,
            output_names=["actions"],
            dynamo=True,
            verbose=False,
        )
        model = program.model_proto
        for name, text in texts.items():
            model.metadata_props.add(key=name, value=text)
        onnx.save_model(model, str(partial))
