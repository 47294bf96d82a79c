# SPDX-License-Identifier: BSD-3-Clause
"""Whole checkpoints of published names, shapes and nesting, imported and compared with the network written by hand."""

import json

import published_checkpoints as published
import pytest
import torch
from published_forward import FORWARD
from safetensors import safe_open

from tt_isaaclab.bfm.frozen import FrozenBfm
from tt_isaaclab.bfm.importers.command import import_bfm
from tt_isaaclab.file_identity import sha256

BATCH = 6
NAMES = {
    "history": "historical_pose_obs",
    "targets": "masked_mimic_target_poses",
    "text": "motion_text_embeddings",
    "object": "object_bounding_box_obs",
    "terrain": "terrain",
    "previous_action": "previous_actions",
}
"""Our input -> the training code's."""


@pytest.fixture(scope="module", params=published.SHAPES)
def imported(request, tmp_path_factory):
    """Generation, state dict, size of the checkpoint file, its hash, and the imported file."""
    folder = tmp_path_factory.mktemp(request.param)
    state = published.random_state(request.param)
    path = published.write(folder / "last.ckpt", published.checkpoint(request.param, state, moments=True))
    size, digest = path.stat().st_size, sha256(path)
    import_bfm(path, folder / "bfm.safetensors")
    path.unlink()  # 300 MB
    return request.param, state, size, digest, folder / "bfm.safetensors"


def test_counts_and_size_are_the_published_ones(imported):
    generation, state, size, _, _ = imported
    counted = [t.numel() for n, t in state.items() if generation == "v1" or not published.is_statistic(n)]
    assert sum(counted) == published.PARAMETERS[generation]
    assert abs(size / published.FILE_BYTES[generation] - 1.0) < 1e-3


def test_the_card_names_source_and_licence(imported):
    generation, _, size, digest, path = imported
    with safe_open(path, framework="pt") as file:
        card = json.loads(file.metadata()["card"])
    assert (card["source"], card["source_bytes"], card["source_sha256"]) == ("last.ckpt", size, digest)
    assert card["source_release"] is None and "research" in card["licence"] or generation == "v3"
    assert path.stat().st_size < 70e6


@pytest.mark.parametrize("spread", [1.0, 20.0], ids=["small", "beyond the clamp"])
def test_forward_equals_the_reference(imported, spread):
    generation, state, _, _, path = imported
    bfm = FrozenBfm.load(path)
    random = torch.Generator().manual_seed(1)
    inputs, visibility = {}, {}
    for group in bfm.layout.tokens:
        inputs[group.name] = spread * torch.randn(BATCH, group.count, group.width, generator=random)
        if group.maskable:
            visibility[group.name] = torch.rand(BATCH, group.count, generator=random) < 0.6
    for part in bfm.layout.decoder:
        if part.name not in inputs and part.name != "latent":
            inputs[part.name] = spread * torch.randn(BATCH, part.width, generator=random)
    inputs["state"] = inputs["state"][:, 0]
    if "terrain" in inputs:
        inputs["terrain"] = inputs["terrain"].reshape(BATCH, 256)
    obs = {NAMES[name]: rows.flatten(1).double() for name, rows in inputs.items() if name in NAMES}
    masks = {NAMES[name]: mask for name, mask in visibility.items()}
    obs["max_coords_obs" if generation == "v3" else "self_obs"] = inputs["state"].double()
    if generation == "v3":
        inputs["targets"][..., 144:156] = (inputs["targets"][..., 144:156] > 0).float()
        rows = inputs["targets"].double()
        obs["masked_mimic_target_poses"] = rows[..., :144].flatten(1)
        obs["masked_mimic_target_masks"] = rows[..., 144:156].flatten(1)
        obs["masked_mimic_target_times"] = rows[..., 156]
    expected = FORWARD[generation](state, obs, masks)
    actual = bfm(inputs, visibility)
    assert expected.std(0).median() > 0.05  # the inputs matter, the tanh is not saturated
    size = max(1.0, expected.abs().max().item())
    torch.testing.assert_close(actual.double() / size, expected / size, rtol=0.0, atol=1e-5)


def test_masked_tokens_of_the_import_have_no_effect(imported):
    generation, _, _, _, path = imported
    bfm = FrozenBfm.load(path)
    inputs = {g.name: torch.randn(2, g.count, g.width) for g in bfm.layout.tokens if not g.maskable}
    inputs = {name: rows[:, 0] if rows.shape[1] == 1 else rows for name, rows in inputs.items()}
    inputs |= {p.name: torch.randn(2, p.width) for p in bfm.layout.decoder if p.name not in ("latent", *inputs)}
    maskable = [g for g in bfm.layout.tokens if g.maskable]
    hidden = {g.name: torch.zeros(2, g.count, dtype=torch.bool) for g in maskable}
    given = {g.name: 9.0 * torch.randn(2, g.count, g.width) for g in maskable}
    torch.testing.assert_close(bfm(inputs | given, hidden), bfm(inputs), rtol=0.0, atol=1e-5)
