# SPDX-License-Identifier: BSD-3-Clause
"""The three published generations of MaskedMimic as data: under which names their checkpoints hold our weights.

The names are those of the state dicts that the public training code saves; :mod:`.convert` applies the tables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..layout import BfmLayout
from ..layouts import masked_mimic_v1, masked_mimic_v2_3, masked_mimic_v3

NormParts = tuple[str | int, ...]
"""A normaliser put together from pieces: the name of a stored one, or a number of columns that are not normalised."""


@dataclass(frozen=True)
class Generation:
    """One published kind of checkpoint.

    Attributes:
        name: For people.
        layout: Makes the layout.
        section: Top-level key of the checkpoint that holds the weights.
        mark: A prefix that only this generation's weights have.
        modules: Our module -> theirs; both hold the same parameter names, except in `blocks`.
        blocks: Their transformer's list of layers.
        norms: Our normaliser -> theirs.
        unused: Prefixes of what the checkpoint holds besides: training only, or reaching no output.
        settings: Dotted path in the config file beside the checkpoint -> what it must say (for what shapes cannot tell).
        licence: Terms of the weights.
    """

    name: str
    layout: Callable[[], BfmLayout]
    section: str
    mark: str
    modules: Mapping[str, str]
    blocks: str
    norms: Mapping[str, NormParts]
    unused: tuple[str, ...]
    settings: Mapping[str, str]
    licence: str


BLOCK = {
    "qkv.weight": "self_attn.in_proj_weight",
    "qkv.bias": "self_attn.in_proj_bias",
    "out.weight": "self_attn.out_proj.weight",
    "out.bias": "self_attn.out_proj.bias",
    "norm_attention.weight": "norm1.weight",
    "norm_attention.bias": "norm1.bias",
    "feed_forward.0.weight": "linear1.weight",
    "feed_forward.0.bias": "linear1.bias",
    "feed_forward.2.weight": "linear2.weight",
    "feed_forward.2.bias": "linear2.bias",
    "norm_feed_forward.weight": "norm2.weight",
    "norm_feed_forward.bias": "norm2.bias",
}
"""Our names in a transformer layer -> those of torch.nn.TransformerEncoderLayer, which all generations use."""

_V1_TOKENS = {
    "state": "vae_prior.trunk.obs_encoder",
    "history": "vae_prior.trunk.extra_input_models.historical_pose_obs",
    "targets": "vae_prior.trunk.extra_input_models.masked_mimic_target_poses",
    "text": "vae_prior.trunk.extra_input_models.motion_text_embeddings",
    "object": "vae_prior.trunk.extra_input_models.object_bounding_box_obs",
    "terrain": "vae_prior.trunk.extra_input_models.terrain",
}

V1 = Generation(
    name="MaskedMimic v1",
    layout=masked_mimic_v1,
    section="actor",
    mark="vae_prior.trunk.",
    modules={
        **{f"tokenisers.{ours}": f"{theirs}.trunk" for ours, theirs in _V1_TOKENS.items()},
        "head": "vae_prior.output_models.mu.trunk",
        "latent_mlp": "mu_model.extra_input_models.vae_latent.trunk",
        "decoder": "mu_model.trunk",
    },
    blocks="vae_prior.trunk.seqTransEncoder.layers",
    norms={
        **{f"token_norms.{ours}": (f"{theirs}.running_obs_norm",) for ours, theirs in _V1_TOKENS.items()},
        "decoder_norms.state": ("mu_model.running_obs_norm",),
    },
    unused=(
        "logstd",
        "vae_encoder.",
        "vae_prior.output_models.logvar.",
        "vae_prior.trunk.sequence_pos_encoder.",
        "vae_prior.trunk.output_mapping.",
        "vae_prior.trunk.type_embedding.",
    ),
    settings={
        "algo.config.models.prior_pre_processor.config.num_heads": "4",
        "algo.config.actor.config.activation": "relu",
        "algo.config.obs_clamp_value": "None",
        "env.config.masked_mimic_conditionable_bodies": "{slots}",
        "robot.isaacgym_body_names": "{bodies}",
        "robot.isaacgym_dof_names": "{dofs}",
    },
    licence="NVIDIA's own terms for this model: non-commercial research, education or art only; do not pass it on",
)

_V2_TOKENS = {
    "state": "_prior._trunk.input_models.obs_mlp",
    "targets": "_prior._trunk.input_models.masked_mimic_target_poses",
    "history": "_prior._trunk.input_models.historical_pose_obs",
    "text": "_prior._trunk.input_models.motion_text_embeddings",
}

V2_3 = Generation(
    name="MaskedMimic of ProtoMotions v2.3",
    layout=masked_mimic_v2_3,
    section="model",
    mark="_prior._trunk.",
    modules={
        **{f"tokenisers.{ours}": f"{theirs}.mlp" for ours, theirs in _V2_TOKENS.items()},
        "head": "_prior._mu_head.mlp",
        "decoder": "_trunk.trunk.mlp",
    },
    blocks="_prior._trunk.seqTransEncoder.layers",
    norms={
        **{f"token_norms.{ours}": (f"{theirs}.running_obs_norm",) for ours, theirs in _V2_TOKENS.items()},
        "decoder_norms.state": ("_trunk.input_models.self_obs.running_obs_norm",),
        "decoder_norms.terrain": ("_trunk.input_models.terrain.running_obs_norm",),
    },
    unused=("_encoder.", "_prior._logvar_head.", "_prior._trunk.sequence_pos_encoder."),
    settings={
        "agent.config.model.config.prior.config.trunk.config.num_heads": "4",
        "agent.config.model.config.prior.config.trunk.config.activation": "relu",
        "agent.config.model.config.trunk.config.input_models.self_obs.config.norm_clamp_value": "5",
        "robot.trackable_bodies_subset": "{slots}",
        "robot.body_names": "{bodies}",
        "robot.dof_names": "{dofs}",
    },
    licence="NVIDIA's terms for ProtoMotions v2: research or evaluation only",
)

V3 = Generation(
    name="MaskedMimic of ProtoMotions 3",
    layout=masked_mimic_v3,
    section="model",
    mark="_prior.models.",
    modules={
        "tokenisers.state": "_prior.models.4.mlp",
        "tokenisers.targets": "_prior.models.5.mlp",
        "tokenisers.history": "_prior.models.6.mlp",
        "head": "_prior.models.8.mlp",
        "decoder": "_trunk.models.2.mlp",
    },
    blocks="_prior.models.7.seqTransEncoder.layers",
    norms={
        "token_norms.state": ("_prior.models.4.norm.running_obs_norm",),
        # a row is pose, visibility bits, time; the bits go in as they are
        "token_norms.targets": ("_prior.models.0.norm.running_obs_norm", 12, "_prior.models.2.norm.running_obs_norm"),
        "token_norms.history": ("_prior.models.3.norm.running_obs_norm",),
        "decoder_norms.state": ("_trunk.models.0.norm.running_obs_norm",),
        "decoder_norms.previous_action": ("_trunk.models.1.norm.running_obs_norm",),
    },
    unused=("_encoder.", "_prior.models.9."),
    settings={
        "agent.model.prior.models.7.num_heads": "4",
        "agent.model.prior.models.7.activation": "relu",
        "agent.model.prior.models.7.output_activation": "relu",
        "agent.model.prior.models.4.norm_clamp_value": "5",
        "robot.trackable_bodies_subset": "{slots}",
        "robot.kinematic_info.body_names": "{bodies}",
        "robot.kinematic_info.dof_names": "{dofs}",
    },
    licence="repository under Apache-2.0; the SMPL licence covers the body it was trained on",
)

GENERATIONS = (V1, V2_3, V3)
