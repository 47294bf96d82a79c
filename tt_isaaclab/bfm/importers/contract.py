# SPDX-License-Identifier: BSD-3-Clause
"""What a behaviour model expects and returns, as text: tokens, widths, orders, activation, squashing, rate."""

from __future__ import annotations

from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID

from ..layout import BfmLayout


def contract(layout: BfmLayout) -> str:
    """Plain text, one fact a line."""
    tokens = [
        f"  {g.name:10s} {g.count:3d} x {g.width:3d}{'' if g.maskable else '  always given'}" for g in layout.tokens
    ]
    decoder = " | ".join(f"{p.name} {p.width}{'' if p.normalised else ' raw'}" for p in layout.decoder)
    slots = ", ".join(layout.target_slots) or "none"
    clamp = "not clamped" if layout.clamp is None else f"clamped to +-{layout.clamp:g}"
    squash = "tanh" if layout.squash == "tanh" else "none; clamped to +-1 by the environment"
    return "\n".join(
        [
            f"{layout.name}: {layout.parameters:,} parameters in use, {sum(g.count for g in layout.tokens)} tokens",
            "tokens (count x width)",
            *tokens,
            f"transformer     {layout.layers} layers, {layout.heads} heads, width {layout.width}, "
            f"feed-forward {layout.feed_forward}, {layout.activation}",
            f"normalisers     (x - mean) / sqrt(variance + 1e-5), {clamp}",
            f"decoder reads   {decoder}",
            f"actions         {layout.actions}, squashing: {squash}; joint targets are pi x action as rotation vectors",
            f"rate            {layout.control_rate:g} Hz",
            f"target slots    {slots}",
            f"bodies          {', '.join(DEFAULT_HUMANOID.body_names)}",
            f"joints          {', '.join(DEFAULT_HUMANOID.joint_names)} (x, y, z each)",
        ]
    )
