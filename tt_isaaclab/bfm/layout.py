# SPDX-License-Identifier: BSD-3-Clause
"""A behaviour model described by data: which words it reads, the transformer, the latent and the decoder.

Everything a file's weights mean is here; `layouts` holds the known ones.
"""

import dataclasses
import json
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, Self

LATENT = "latent"


@dataclass(frozen=True)
class TokenGroup:
    """Words of one kind, each made from ``width`` raw numbers by one normaliser and one MLP.

    ``count`` is how many the model was trained with. The order of words has no meaning, so fewer may be given.
    """

    name: str
    count: int
    width: int
    maskable: bool = True
    hidden: tuple[int, ...] = (256, 256)


@dataclass(frozen=True)
class DecoderInput:
    """One block of the decoder's input vector: an observation, normalised or raw, or the latent."""

    name: str
    width: int
    normalised: bool = True


@dataclass(frozen=True)
class BfmLayout:
    """Architecture and conventions of a goal-conditioned behaviour model.

    The first token group is the humanoid's own state; the transformer's row of that word is read out. The transformer
    is post-norm, without positional encoding. Read-out -> head -> latent (-> latent MLP) -> decoder -> action mean.

    Attributes:
        name: Short name, e.g. "masked_mimic_v1".
        tokens: Token groups; the first has one token and is not maskable.
        width: Token width of the transformer.
        feed_forward: Hidden width of the transformer's feed-forward blocks.
        activation: Of every MLP and feed-forward block.
        activate_readout: Whether the activation is applied to the read-out row before the head.
        head_hidden: Hidden widths between the read-out row and the latent mean.
        latent_hidden: Hidden widths of the MLP from latent to latent features, or None where the latent is used as is.
        decoder: Blocks of the decoder's input in order; one is the latent.
        squash: What is applied to the decoder's output to get the action mean.
        clamp: Bound of every normalised number, or None.
        actions: Number of action means; the PD targets are pi times the action, as rotation vectors.
        control_rate: Actions per second [Hz].
        target_slots: Body of each slot of a sparse pose target.
        target_steps: Control steps ahead of the near pose targets; any further target token has a free time.
        backwards_from: Who goes backwards this fast or faster [m/s], or is asked to by a target, is moved by a second trunk
            (see `network`); None where there is one alone.
    """

    name: str
    tokens: tuple[TokenGroup, ...]
    width: int
    layers: int
    heads: int
    feed_forward: int
    decoder: tuple[DecoderInput, ...]
    decoder_hidden: tuple[int, ...]
    head_hidden: tuple[int, ...] = ()
    latent_hidden: tuple[int, ...] | None = None
    activation: Literal["relu", "gelu", "silu"] = "relu"
    activate_readout: bool = False
    squash: Literal["none", "tanh"] = "none"
    clamp: float | None = None
    actions: int = 69
    control_rate: float = 30.0
    target_slots: tuple[str, ...] = ()
    target_steps: tuple[int, ...] = ()
    backwards_from: float | None = None

    def __post_init__(self) -> None:
        if not self.tokens or self.tokens[0].count != 1 or self.tokens[0].maskable:
            raise ValueError("the first token group must be one unmaskable token: its row is read out")
        if len({group.name for group in self.tokens}) != len(self.tokens):
            raise ValueError("token groups need different names")
        if [part.name for part in self.decoder].count(LATENT) != 1:
            raise ValueError(f"exactly one decoder input must be '{LATENT}'")
        if self.width % self.heads:
            raise ValueError(f"width {self.width} does not divide into {self.heads} heads")

    @property
    def latent(self) -> int:
        """Width of the latent."""
        return next(part.width for part in self.decoder if part.name == LATENT)

    @property
    def normaliser_widths(self) -> tuple[int, ...]:
        """Width of every running normaliser: one a token group, one a normalised decoder input."""
        return (*(group.width for group in self.tokens), *(part.width for part in self.decoder if part.normalised))

    @property
    def parameters(self) -> int:
        """Number of trainable parameters; normalisers have none."""
        d = self.width
        attention, norms = mlp_parameters((d, 3 * d)) + mlp_parameters((d, d)), 2 * 2 * d
        block = attention + norms + mlp_parameters((d, self.feed_forward, d))
        trunk = [(d, *self.head_hidden, self.latent)]
        if self.latent_hidden is not None:
            trunk.append((self.latent, *self.latent_hidden, self.latent))
        trunk.append((sum(part.width for part in self.decoder), *self.decoder_hidden, self.actions))
        trunks = 1 if self.backwards_from is None else 2
        tokenisers = [(group.width, *group.hidden, d) for group in self.tokens]
        return trunks * (self.layers * block + sum(map(mlp_parameters, trunk))) + sum(map(mlp_parameters, tokenisers))

    def to_json(self) -> str:
        """One line of JSON, the same for equal layouts."""
        data = dataclasses.asdict(self)
        if self.backwards_from is None:  # models with one trunk keep their hashes
            del data["backwards_from"]
        return json.dumps(data, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The layout of `to_json`. Raises ValueError (one line) where the text does not describe a layout."""
        try:
            data = {name: _tuples(value) for name, value in json.loads(text).items()}
            data["tokens"] = tuple(TokenGroup(**group) for group in data["tokens"])
            data["decoder"] = tuple(DecoderInput(**part) for part in data["decoder"])
            return cls(**data)
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"not a layout: {error}") from error


def mlp_parameters(sizes: tuple[int, ...]) -> int:
    """Weights and biases of linear layers between the given widths."""
    return sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes))


def _tuples(value: Any) -> Any:
    """JSON lists as tuples, at every depth."""
    if isinstance(value, dict):
        return {name: _tuples(item) for name, item in value.items()}
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value
