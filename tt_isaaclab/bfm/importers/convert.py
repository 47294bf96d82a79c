# SPDX-License-Identifier: BSD-3-Clause
"""From the state dict of a published checkpoint to the weights of our network, by the tables of :mod:`.generations`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch

from ..files import BfmFileError, FileKind, check_finite
from ..network import BfmNetwork
from .checkpoint import Checkpoint
from .generations import BLOCK, GENERATIONS, Generation, NormParts

Tensors = Mapping[str, torch.Tensor]

_KIND = FileKind("", "model", "", BfmFileError)
_WRAPPER = "_forward_module."  # added to every name by Lightning Fabric
_UNIT_VARIANCE = 1.0 - 1.0e-5  # with the normaliser's 1e-5 added, a column that is passed on as it is


def recognise(checkpoint: Checkpoint) -> tuple[Generation, Tensors]:
    """The generation of a checkpoint and its state dict, wrapper names removed.

    Raises:
        BfmFileError: It is no MaskedMimic of a known generation; the message says what it holds instead.
    """
    path, content = checkpoint.path, checkpoint.content
    for generation in GENERATIONS:
        section = content.get(generation.section)
        if isinstance(section, dict):
            state = {str(name).removeprefix(_WRAPPER): value for name, value in section.items()}
            if any(name.startswith(generation.mark) for name in state):
                return generation, state
    found = next((content[g.section] for g in GENERATIONS if isinstance(content.get(g.section), dict)), content)
    first = sorted({str(name).removeprefix(_WRAPPER).split(".")[0] for name in found})[:4]
    known = ", ".join(f"'{g.section}' with {g.mark}* ({g.name})" for g in GENERATIONS)
    raise BfmFileError(
        f"{path}: not a MaskedMimic of a known generation: it holds {', '.join(first) or 'nothing'}, not {known}; "
        "give a MaskedMimic checkpoint, not a tracker's or another model's"
    )


def convert(path: Path, generation: Generation, state: Tensors) -> dict[str, torch.Tensor]:
    """Weights of the generation's `BfmNetwork`, float32 and on the CPU.

    Raises:
        BfmFileError: A weight is missing, unknown, of the wrong shape or kind, or not finite.
    """
    with torch.device("meta"):
        wanted = BfmNetwork(generation.layout()).state_dict()
    sources = _sources(generation, wanted)
    used = {name for parts in sources.values() for name in parts if isinstance(name, str)}
    remedy = "the file is not as published; download it again"
    if missing := sorted(name for name in used if not isinstance(state.get(name), torch.Tensor)):
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise BfmFileError(f"{path}: {generation.name} without {missing[0]}{more}; {remedy}")
    if unknown := sorted(name for name in state.keys() - used if not name.startswith(generation.unused)):
        raise BfmFileError(
            f"{path}: {generation.name} with {unknown[0]} ({len(unknown)} such), which the published model lacks; "
            "a model trained further with parts of its own cannot be imported"
        )
    check_finite(path, _KIND, {name: state[name] for name in used})
    weights = {}
    for ours, parts in sources.items():
        if ours.endswith(".count"):
            weights[ours] = state[parts[0]].detach().reshape(()).round().to(torch.int64)
            continue
        plain = _UNIT_VARIANCE if ours.endswith(".var") else 0.0
        pieces = [torch.full((p,), plain) if isinstance(p, int) else state[p].detach().float() for p in parts]
        weights[ours] = torch.cat(pieces) if len(pieces) > 1 else pieces[0].contiguous()
        _check_shape(path, " with ".join(map(str, parts)), weights[ours], wanted[ours])
    return weights


def _sources(generation: Generation, wanted: Tensors) -> dict[str, NormParts]:
    """For each of our weights, the names of theirs that it is made of."""
    sources: dict[str, NormParts] = {}
    for ours in wanted:
        head, _, last = ours.rpartition(".")
        if ours.startswith("blocks."):
            _, index, rest = ours.split(".", 2)
            sources[ours] = (f"{generation.blocks}.{index}.{BLOCK[rest]}",)
        elif head in generation.norms:
            sources[ours] = tuple(p if isinstance(p, int) else f"{p}.{last}" for p in generation.norms[head])
        else:
            module, index = head.rsplit(".", 1)
            sources[ours] = (f"{generation.modules[module]}.{index}.{last}",)
    return sources


def _check_shape(path: Path, name: str, found: torch.Tensor, wanted: torch.Tensor) -> None:
    if found.shape == wanted.shape:
        return
    transposed = found.dim() == 2 and found.shape == wanted.shape[::-1]
    what = "transposed" if transposed else "of another size"
    raise BfmFileError(
        f"{path}: {name} is {what}: {list(found.shape)}, not {list(wanted.shape)}; "
        "the file is not as published; download it again"
    )
