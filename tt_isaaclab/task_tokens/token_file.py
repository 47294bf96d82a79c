# SPDX-License-Identifier: BSD-3-Clause
"""A trained task token on disk: one safetensors file of 0.8 to 3.2 MB that says which behaviour model it speaks to."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import torch

from ..bfm.files import TOKEN, TokenFileError, check_tensors, read_tensors, write_tensors
from ..bfm.frozen import FrozenBfm
from ..humanoid.spec import HumanoidSpec
from .encoder import TaskEncoder

TOKENS = Path(__file__).parent / "assets"
"""Folder of the tokens that ship with the package: one for the bundled behaviour model and each task that has one."""


@dataclass(frozen=True)
class TokenCard:
    """What a token was trained for and with.

    Attributes:
        task: Registered name of the task.
        bfm_hash: `FrozenBfm.hash` of the behaviour model it was trained through; it means nothing to another.
        humanoid_hash: Hash of the body it was trained on.
        layout: Name of the behaviour model's layout.
        training: Summary of the training run: anything JSON can hold.
        proprioception: What the encoder reads besides the command: ``none``, ``heights`` or ``self_obs``.
    """

    task: str
    bfm_hash: str
    humanoid_hash: str
    layout: str
    training: Mapping[str, Any] = field(default_factory=dict)
    proprioception: str = "none"

    @property
    def presets(self) -> list[str]:
        """Presets of the task's environment that make it show the encoder what it was trained to read."""
        return [] if self.proprioception == "none" else [self.proprioception]

    @property
    def prior(self) -> bool:
        """Whether it was trained beside the joint-condition prompt, without which it means little."""
        return bool(self.training.get("prior"))


class Token(NamedTuple):
    """A task token in memory."""

    encoder: TaskEncoder
    card: TokenCard
    path: Path


def save_token(path: str | Path, encoder: TaskEncoder, card: TokenCard) -> None:
    """Write a trained encoder with its card, whole or not at all. Raises TokenFileError if it is not finite."""
    sizes = {"task_size": encoder.task_size, "token_width": encoder.token_width, "hidden": encoder.hidden}
    description = {"card": json.dumps(dataclasses.asdict(card)), "encoder": json.dumps(sizes)}
    write_tensors(path, TOKEN, encoder.state_dict(), description)


def token_path(name: str, task: str) -> Path:
    """File of a token: the one that ships for ``task`` if ``name`` is ``bundled``, else ``name`` itself.

    Raises:
        TokenFileError: No token ships for this task.
    """
    if name != "bundled":
        return Path(name)
    path = TOKENS / f"{task}.safetensors"
    if not path.is_file():
        raise TokenFileError(f"{path.name}: no token ships for {task}; train one with 'tt demo --task {task}'")
    return path


def load_token_of_task(name: str, task: str, bfm: FrozenBfm, humanoid: HumanoidSpec) -> Token | None:
    """The token that a user names: a file, ``bundled``, or ``none``.

    Raises:
        TokenFileError: As `load_token`, or the token was trained for another task or body.
    """
    if name == "none":
        return None
    path = token_path(name, task)
    encoder, card = load_token(path, bfm)
    if card.task != task:
        raise TokenFileError(f"{path}: trained for {card.task}, not for {task}; give a token of {task}")
    if card.humanoid_hash != humanoid.hash:
        raise TokenFileError(f"{path}: trained on another body than {humanoid.name}; name that body with --humanoid")
    return Token(encoder.eval(), card, path)


def load_token(path: str | Path, bfm: FrozenBfm) -> tuple[TaskEncoder, TokenCard]:
    """The encoder (on the CPU) and card of a token file.

    Raises:
        TokenFileError: With one line: the file is bad, or was trained through another behaviour model than ``bfm``.
    """
    weights, metadata = read_tensors(path, TOKEN)
    try:
        card = TokenCard(**json.loads(metadata["card"]))
        sizes = json.loads(metadata["encoder"])
        with torch.device("meta"):
            encoder = TaskEncoder(**sizes)
    except (KeyError, TypeError, ValueError) as error:
        raise TokenFileError(f"{path}: its description cannot be read ({error}); update this package") from error
    if card.bfm_hash != bfm.hash:
        raise TokenFileError(
            f"{path}: trained through the behaviour model {card.layout} {card.bfm_hash}, but {bfm.layout.name} "
            f"{bfm.hash} is loaded; load that model, or train the token again"
        )
    check_tensors(path, TOKEN, weights, encoder.state_dict())
    encoder.load_state_dict(weights, assign=True)
    return encoder, card
