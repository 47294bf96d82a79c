# SPDX-License-Identifier: BSD-3-Clause
"""The masked transformer of a behaviour model, for training and for use.

Three properties of the architecture are used to do less work with the same result: a hidden word has no effect, so it
may be left out; only the state's row is read out, so the last layer computes that row alone; words do not depend on
each other before the transformer, so `embed` can be done once and `act` repeated with other extra words.

A model may have a second trunk for who goes backwards or is asked to (`BfmLayout.backwards_from`): so it learns that, and
all else that it does stays the same to the bit. Not in MaskedMimic.
"""

from collections.abc import Mapping
from typing import NamedTuple, Self

import torch
from torch import nn
from torch.nn import functional as F

from tt_isaaclab.kinematics.self_observation import speed_backwards
from tt_isaaclab.kinematics.sparse_targets import backwards_asked, speed_asked

from .layout import LATENT, BfmLayout, TokenGroup
from .modules import ACTIVATIONS, RunningNormaliser, mlp

_TARGETS = "targets"

STILL_BACKWARDS = 0.2
"""Who is asked to walk and goes backwards is moved by a second trunk until it is slower than this [m/s]: the first, which
does not know such speeds, falls."""


class Embedded(NamedTuple):
    """Inputs of N humanoids ready for the transformer; rows may be stored and gathered along N.

    Attributes:
        tokens: Words (N, S, width), the state's first.
        visible: (N, S) bool, or None where all are visible.
        context: The decoder's input blocks without the latent (N, C).
        backwards: Whom the second trunk moves (N,), bool, or None where there is none.
    """

    tokens: torch.Tensor
    visible: torch.Tensor | None
    context: torch.Tensor
    backwards: torch.Tensor | None = None

    def without_hidden(self) -> Self:
        """Drop the words that are hidden in every row. Looks at the data, so it waits for the device once."""
        if self.visible is None:
            return self
        keep = self.visible.any(dim=0)
        visible = self.visible[:, keep]
        return self._replace(tokens=self.tokens[:, keep], visible=None if visible.all() else visible)


class Block(nn.Module):
    """Post-norm transformer layer: x <- norm(x + attention(x)), x <- norm(x + feed-forward(x))."""

    def __init__(self, width: int, heads: int, feed_forward: int, activation: str) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.norm_attention = nn.LayerNorm(width)
        self.feed_forward = mlp(width, feed_forward, width, activation=activation)
        self.norm_feed_forward = nn.LayerNorm(width)

    def forward(self, x: torch.Tensor, visible: torch.Tensor | None) -> torch.Tensor:
        """All rows (N, S, width) of words ``x``; ``visible`` (N, S) says which words are attended to."""
        query, key, value = self.qkv(x).chunk(3, dim=-1)
        return self._finish(x, query, key, value, visible)

    def _finish(
        self,
        x: torch.Tensor,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        visible: torch.Tensor | None,
    ) -> torch.Tensor:
        query, key, value = (t.unflatten(-1, (self.heads, -1)).transpose(1, 2) for t in (query, key, value))
        mask = None if visible is None else visible[:, None, None, :]
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=mask).transpose(1, 2).flatten(-2)
        x = self.norm_attention(x + self.out(mixed))
        return self.norm_feed_forward(x + self.feed_forward(x))


class ReadoutBlock(Block):
    """The last layer: the same weights, but only the row that is read out."""

    def forward(self, x: torch.Tensor, visible: torch.Tensor | None) -> torch.Tensor:
        """Row 0 (N, width) of what `Block` computes."""
        width = x.shape[-1]
        first = x[:, :1]
        query = F.linear(first, self.qkv.weight[:width], self.qkv.bias[:width])
        key, value = F.linear(x, self.qkv.weight[width:], self.qkv.bias[width:]).chunk(2, dim=-1)
        return self._finish(first, query, key, value, visible).squeeze(1)


class Trunk(nn.Module):
    """From words to actions: transformer, latent and decoder. Latent noise is zero: the latent is its mean."""

    def __init__(self, layout: BfmLayout) -> None:
        super().__init__()
        self.layout = layout
        act = layout.activation
        kinds = [Block] * (layout.layers - 1) + [ReadoutBlock]
        self.blocks = nn.ModuleList(kind(layout.width, layout.heads, layout.feed_forward, act) for kind in kinds)
        self.readout = ACTIVATIONS[act]() if layout.activate_readout else nn.Identity()
        self.head = mlp(layout.width, *layout.head_hidden, layout.latent, activation=act)
        hidden = layout.latent_hidden
        self.latent_mlp = (
            nn.Identity() if hidden is None else mlp(layout.latent, *hidden, layout.latent, activation=act)
        )
        self.decoder = mlp(
            sum(part.width for part in layout.decoder), *layout.decoder_hidden, layout.actions, activation=act
        )
        self._latent_at = sum(p.width for p in layout.decoder[: [p.name for p in layout.decoder].index(LATENT)])

    def act(self, embedded: Embedded, extra_tokens: torch.Tensor | None = None) -> torch.Tensor:
        """Action means (N, actions); ``extra_tokens`` (N, K, width) are words of the caller's own, always visible."""
        return self.decode(self.head(self.attend(embedded, extra_tokens)), embedded.context)

    def attend(self, embedded: Embedded, extra_tokens: torch.Tensor | None = None) -> torch.Tensor:
        """The transformer's row that is read out (N, width); ``head`` makes the mean of the latent from it."""
        x, visible = embedded.tokens, embedded.visible
        if extra_tokens is not None:
            x = torch.cat((x, extra_tokens), dim=1)
            if visible is not None:
                visible = torch.cat((visible, visible.new_ones(extra_tokens.shape[:2])), dim=1)
        for block in self.blocks:
            x = block(x, visible)
        return self.readout(x)

    def decode(self, latent: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
        """Action means (N, actions) from the latent (N, latent) and the decoder's other inputs (N, C)."""
        before, after = context.tensor_split((self._latent_at,), dim=-1)
        mean = self.decoder(torch.cat((before, self.latent_mlp(latent), after), dim=-1))
        return torch.tanh(mean) if self.layout.squash == "tanh" else mean


class BfmNetwork(Trunk):
    """The network a `BfmLayout` describes.

    Attributes:
        backwards: The second trunk, or None.
    """

    def __init__(self, layout: BfmLayout) -> None:
        super().__init__(layout)
        self.token_norms = nn.ModuleDict({g.name: RunningNormaliser(g.width, layout.clamp) for g in layout.tokens})
        self.tokenisers = nn.ModuleDict(
            {g.name: mlp(g.width, *g.hidden, layout.width, activation=layout.activation) for g in layout.tokens}
        )
        self.decoder_norms = nn.ModuleDict(
            {part.name: RunningNormaliser(part.width, layout.clamp) for part in layout.decoder if part.normalised}
        )
        self.backwards = None if layout.backwards_from is None else Trunk(layout)

    def forward(
        self,
        inputs: Mapping[str, torch.Tensor],
        visibility: Mapping[str, torch.Tensor] | None = None,
        extra_tokens: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Action means (N, actions): `embed` followed by `act`."""
        return self.act(self.embed(inputs, visibility), extra_tokens)

    def embed(
        self, inputs: Mapping[str, torch.Tensor], visibility: Mapping[str, torch.Tensor] | None = None
    ) -> Embedded:
        """Turn raw inputs into words.

        Args:
            inputs: By name, raw: (N, m, width) for a token group with m <= count of its tokens, or (N, width) for one;
                (N, width) for what the decoder reads. A maskable group left out is hidden.
            visibility: By name of a maskable group, (N, m) bool, true = visible; a group left out is visible.

        Raises:
            ValueError: An input is missing, unknown or of the wrong shape.
        """
        visibility = visibility or {}
        self._check_names(inputs, visibility)
        tokens, visible = [], []
        for group in self.layout.tokens:
            if group.name not in inputs:
                continue
            raw = _rows(group, inputs[group.name])
            tokens.append(self.tokenisers[group.name](self.token_norms[group.name](raw)))
            all_visible = torch.ones_like(raw[..., 0], dtype=torch.bool)
            visible.append(visibility.get(group.name, all_visible))
            if visible[-1].shape != all_visible.shape or visible[-1].dtype != torch.bool:
                found = f"{visible[-1].dtype} {tuple(visible[-1].shape)}"
                raise ValueError(f"visibility of '{group.name}' is {found}, not torch.bool {(*all_visible.shape,)}")
        mask = torch.cat(visible, dim=1) if visibility else None
        backwards = None if self.backwards is None else self.goes_backwards(inputs, visibility)
        return Embedded(torch.cat(tokens, dim=1), mask, self._context(inputs), backwards)

    def act(self, embedded: Embedded, extra_tokens: torch.Tensor | None = None) -> torch.Tensor:
        """As `Trunk.act`; who is asked to go backwards is moved by the second trunk, if there is one."""
        mean, chosen = super().act(embedded, extra_tokens), embedded.backwards
        if chosen is None or not (_recorded() or chosen.any()):
            return mean
        return torch.where(chosen.unsqueeze(1), self.backwards.act(embedded, extra_tokens), mean)

    def goes_backwards(
        self, inputs: Mapping[str, torch.Tensor], visibility: Mapping[str, torch.Tensor]
    ) -> torch.Tensor:
        """Whom the second trunk moves (N,), bool: who is asked to go backwards fast, or goes so and is asked for anything.

        Arguments as in `embed`. Without targets it moves nobody.
        """
        state = inputs[self.layout.tokens[0].name].flatten(1)
        if _TARGETS not in inputs:
            return state.new_zeros(len(state), dtype=torch.bool)
        fast, rows = self.layout.backwards_from, inputs[_TARGETS]
        enough = torch.where(speed_asked(rows) >= fast, STILL_BACKWARDS, fast)
        chosen = (backwards_asked(rows) >= fast) | (speed_backwards(state).unsqueeze(1) >= enough)
        return (chosen & visibility.get(_TARGETS, torch.ones_like(chosen))).any(-1)

    def _context(self, inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
        parts = []
        for part in self.layout.decoder:
            if part.name != LATENT:
                raw = inputs[part.name]
                if raw.dim() != 2 or raw.shape[1] != part.width:
                    raise ValueError(f"input '{part.name}' is {tuple(raw.shape)}, not (N, {part.width})")
                parts.append(self.decoder_norms[part.name](raw) if part.normalised else raw)
        return torch.cat(parts, dim=-1)

    def _check_names(self, inputs: Mapping[str, torch.Tensor], visibility: Mapping[str, torch.Tensor]) -> None:
        maskable = {group.name for group in self.layout.tokens if group.maskable}
        fixed = {group.name for group in self.layout.tokens if not group.maskable}
        needed = fixed | {part.name for part in self.layout.decoder if part.name != LATENT}
        given = set(inputs)
        if missing := needed - given:
            raise ValueError(f"{self.layout.name} needs the input(s) {sorted(missing)}")
        if unknown := given - needed - maskable:
            raise ValueError(f"{self.layout.name} does not read {sorted(unknown)}, only {sorted(needed | maskable)}")
        if wrong := set(visibility) - (maskable & given):
            raise ValueError(f"visibility is given for {sorted(wrong)}, but only {sorted(maskable & given)} can hide")


def _recorded() -> bool:
    """Whether a graph is being recorded, which has to hold for other data, too."""
    return torch.jit.is_tracing() or torch.compiler.is_compiling()


def _rows(group: TokenGroup, raw: torch.Tensor) -> torch.Tensor:
    """(N, m, width) of one group's input, checked."""
    rows = raw.unsqueeze(1) if raw.dim() == 2 else raw
    if rows.dim() != 3 or rows.shape[1] > group.count or rows.shape[2] != group.width:
        raise ValueError(f"input '{group.name}' is {tuple(raw.shape)}, not (N, up to {group.count}, {group.width})")
    return rows
