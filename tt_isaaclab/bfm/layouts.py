# SPDX-License-Identifier: BSD-3-Clause
"""The behaviour models this package knows: three published generations of MaskedMimic and our own small one.

The three generations share a recipe, not their tensors; `published` checks these numbers against the released files.
Input names are ours and common to all: state, targets, history, text, object, terrain, previous_action.
"""

from .layout import LATENT, BfmLayout, DecoderInput, TokenGroup

_SLOTS_V1 = ("L_Ankle", "R_Ankle", "Pelvis", "Head", "L_Hand", "R_Hand")
_SLOTS = ("Pelvis", "L_Ankle", "R_Ankle", "L_Hand", "R_Hand", "Head")


def masked_mimic_v1() -> BfmLayout:
    """MaskedMimic as in the Task Tokens paper (ProtoMotions v1, Isaac Gym). Actions are clamped to +-1 outside."""
    return BfmLayout(
        name="masked_mimic_v1",
        tokens=(
            TokenGroup("state", 1, 358, maskable=False),
            TokenGroup("history", 15, 217),
            TokenGroup("targets", 11, 184),
            TokenGroup("text", 1, 512),
            TokenGroup("object", 1, 37),
            TokenGroup("terrain", 1, 256, maskable=False),
        ),
        width=512,
        layers=4,
        heads=4,
        feed_forward=1024,
        head_hidden=(256, 128),
        latent_hidden=(256, 128),
        decoder=(
            DecoderInput("state", 358),
            DecoderInput("terrain", 256, normalised=False),
            DecoderInput(LATENT, 64, normalised=False),
        ),
        decoder_hidden=(1024, 1024, 1024),
        target_slots=_SLOTS_V1,
        target_steps=tuple(range(1, 11)),
    )


def masked_mimic_v2_3() -> BfmLayout:
    """MaskedMimic of ProtoMotions v2.3, trained in Isaac Lab 2; terrain reaches the decoder only."""
    return BfmLayout(
        name="masked_mimic_v2_3",
        tokens=(
            TokenGroup("state", 1, 358, maskable=False),
            TokenGroup("targets", 11, 184),
            TokenGroup("history", 15, 359, maskable=False),
            TokenGroup("text", 1, 512),
        ),
        width=512,
        layers=4,
        heads=4,
        feed_forward=1024,
        head_hidden=(256, 128),
        decoder=(DecoderInput("state", 358), DecoderInput(LATENT, 64, normalised=False), DecoderInput("terrain", 256)),
        decoder_hidden=(1024, 1024, 512),
        squash="tanh",
        clamp=5.0,
        target_slots=_SLOTS,
        target_steps=tuple(range(1, 11)),
    )


def masked_mimic_v3() -> BfmLayout:
    """MaskedMimic of ProtoMotions 3, trained in Isaac Lab: no text, object or terrain; target times are free.

    A target row is 144 pose numbers, 12 visibility bits and the time; the bits are not normalised there, which here is
    mean 0 and variance 1 - 1e-5 in those columns.
    """
    return BfmLayout(
        name="masked_mimic_v3",
        tokens=(
            TokenGroup("state", 1, 358, maskable=False),
            TokenGroup("targets", 5, 157),
            TokenGroup("history", 5, 359, maskable=False),
        ),
        width=512,
        layers=4,
        heads=4,
        feed_forward=1024,
        activate_readout=True,
        head_hidden=(256, 128),
        decoder=(
            DecoderInput("state", 358),
            DecoderInput("previous_action", 69),
            DecoderInput(LATENT, 64, normalised=False),
        ),
        decoder_hidden=(1024, 1024, 1024),
        squash="tanh",
        clamp=5.0,
        target_slots=_SLOTS,
    )


SIZES = {
    "small": {"width": 64, "layers": 2, "decoder_hidden": (256, 128)},
    "base": {"width": 128, "layers": 3, "decoder_hidden": (512, 256)},
    "large": {"width": 512, "layers": 4, "decoder_hidden": (1024, 1024, 512)},
}
"""Sizes of our own model: for one core, what ships, and for a GPU."""


def bundled(size: str = "base") -> BfmLayout:
    """Our own model: state, six sparse pose targets and a sentence.

    The one that ships is ``base``, 1.3 M parameters; of `SIZES`, ``small`` has 0.4 M and ``large`` 17 M.
    """
    width = SIZES[size]["width"]
    return BfmLayout(
        name="bundled",
        tokens=(
            TokenGroup("state", 1, 358, maskable=False, hidden=(2 * width,)),
            TokenGroup("targets", 6, 184, hidden=(2 * width,)),
            TokenGroup("text", 1, 256, hidden=(2 * width,)),
        ),
        heads=4,
        feed_forward=4 * width,
        decoder=(DecoderInput("state", 358), DecoderInput(LATENT, 64, normalised=False)),
        clamp=5.0,
        target_slots=_SLOTS,
        target_steps=(1, 2, 4, 8, 16),
        **SIZES[size],
    )


BACKWARDS_FROM = 0.75
"""Speed backwards from which our own model's second trunk acts, if it has one [m/s]; slower is a step."""

LAYOUTS = {make.__name__: make for make in (masked_mimic_v1, masked_mimic_v2_3, masked_mimic_v3, bundled)}
"""Name of a layout -> what makes it."""
