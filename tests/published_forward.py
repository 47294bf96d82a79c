# SPDX-License-Identifier: BSD-3-Clause
"""MaskedMimic written out by hand from a published state dict, in double precision: what an import must equal.

Inputs are what the training code feeds, by its own names; masks are true = visible.
"""

import torch

State = dict[str, torch.Tensor]


class _Model:
    def __init__(self, state: State, clamp: float | None) -> None:
        self.state = {name: tensor.double() for name, tensor in state.items()}
        self.clamp = clamp

    def norm(self, name: str, x: torch.Tensor) -> torch.Tensor:
        mean, var = (self.state[f"{name}.running_obs_norm.{part}"] for part in ("mean", "var"))
        x = (x - mean) / torch.sqrt(var + 1e-5)
        return x if self.clamp is None else torch.clamp(x, -self.clamp, self.clamp)

    def mlp(self, name: str, x: torch.Tensor, layers: int) -> torch.Tensor:
        for i in range(layers):
            x = x @ self.state[f"{name}.{2 * i}.weight"].T + self.state[f"{name}.{2 * i}.bias"]
            x = torch.relu(x) if i < layers - 1 else x
        return x

    def first_row(self, name: str, tokens: torch.Tensor, visible: torch.Tensor) -> torch.Tensor:
        """Row 0 after four post-norm layers of four heads."""
        x = tokens
        for i in range(4):
            p = {k.split(f"layers.{i}.")[1]: v for k, v in self.state.items() if k.startswith(f"{name}.layers.{i}.")}
            query, key, value = (x @ p["self_attn.in_proj_weight"].T + p["self_attn.in_proj_bias"]).split(512, dim=-1)
            mixed = []
            for head in range(4):
                columns = slice(128 * head, 128 * head + 128)
                score = query[..., columns] @ key[..., columns].transpose(1, 2) / 128**0.5
                score = score.masked_fill(~visible[:, None, :], -torch.inf)
                mixed.append(torch.softmax(score, dim=-1) @ value[..., columns])
            mixed = torch.cat(mixed, dim=-1) @ p["self_attn.out_proj.weight"].T + p["self_attn.out_proj.bias"]
            x = self.layer_norm(x + mixed, p["norm1.weight"], p["norm1.bias"])
            hidden = torch.relu(x @ p["linear1.weight"].T + p["linear1.bias"])
            x = self.layer_norm(
                x + hidden @ p["linear2.weight"].T + p["linear2.bias"], p["norm2.weight"], p["norm2.bias"]
            )
        return x[:, 0]

    @staticmethod
    def layer_norm(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        x = x - x.mean(-1, keepdim=True)
        return x / torch.sqrt(x.square().mean(-1, keepdim=True) + 1e-5) * weight + bias


def _always(count: int, like: torch.Tensor) -> torch.Tensor:
    return torch.ones(len(like), count, dtype=torch.bool)


def forward_v1(state: State, obs: State, masks: State) -> torch.Tensor:
    """Unsquashed means; no clamp after normalising."""
    model = _Model(state, None)
    self_obs = obs["self_obs"]
    # self first, then the other groups by the alphabet of their names
    tokens = [
        model.mlp("vae_prior.trunk.obs_encoder.trunk", model.norm("vae_prior.trunk.obs_encoder", self_obs), 3)[:, None]
    ]
    visible = [_always(1, self_obs)]
    counts = {"historical_pose_obs": 15, "masked_mimic_target_poses": 11, "motion_text_embeddings": 1}
    counts |= {"object_bounding_box_obs": 1, "terrain": 1}
    for name in sorted(counts):
        raw = obs[name].reshape(len(self_obs), counts[name], -1)
        prefix = f"vae_prior.trunk.extra_input_models.{name}"
        tokens.append(model.mlp(f"{prefix}.trunk", model.norm(prefix, raw), 3))
        visible.append(masks.get(name, _always(counts[name], self_obs)))
    row = model.first_row("vae_prior.trunk.seqTransEncoder", torch.cat(tokens, 1), torch.cat(visible, 1))
    latent = model.mlp("vae_prior.output_models.mu.trunk", row, 3)
    latent = model.mlp("mu_model.extra_input_models.vae_latent.trunk", latent, 3)
    return model.mlp("mu_model.trunk", torch.cat([model.norm("mu_model", self_obs), obs["terrain"], latent], -1), 4)


def forward_v2_3(state: State, obs: State, masks: State) -> torch.Tensor:
    """Means after tanh; every normalised number clamped to +-5."""
    model = _Model(state, 5.0)
    self_obs = obs["self_obs"]
    names = {"obs_mlp": ("self_obs", 1), "masked_mimic_target_poses": ("masked_mimic_target_poses", 11)}
    names |= {
        "historical_pose_obs": ("historical_pose_obs", 15),
        "motion_text_embeddings": ("motion_text_embeddings", 1),
    }
    tokens, visible = [], []
    for name, (key, count) in names.items():
        prefix = f"_prior._trunk.input_models.{name}"
        raw = obs[key].reshape(len(self_obs), count, -1)
        tokens.append(model.mlp(f"{prefix}.mlp", model.norm(prefix, raw), 3))
        visible.append(masks.get(key, _always(count, self_obs)))
    row = model.first_row("_prior._trunk.seqTransEncoder", torch.cat(tokens, 1), torch.cat(visible, 1))
    latent = model.mlp("_prior._mu_head.mlp", row, 3)
    own, ground = (
        model.norm("_trunk.input_models.self_obs", self_obs),
        model.norm("_trunk.input_models.terrain", obs["terrain"]),
    )
    return torch.tanh(model.mlp("_trunk.trunk.mlp", torch.cat([own, latent, ground], -1), 4))


def forward_v3(state: State, obs: State, masks: State) -> torch.Tensor:
    """Means after the action term's tanh; masks of the targets and their times are separate inputs."""
    model = _Model(state, 5.0)
    self_obs = obs["max_coords_obs"]
    n = len(self_obs)
    poses = model.norm("_prior.models.0.norm", obs["masked_mimic_target_poses"].reshape(n, 5, 144))
    times = model.norm("_prior.models.2.norm", obs["masked_mimic_target_times"].reshape(n, 5, 1))
    history = model.norm("_prior.models.3.norm", obs["historical_pose_obs"].reshape(n, 5, 359))
    targets = torch.cat([poses, obs["masked_mimic_target_masks"].reshape(n, 5, 12), times], -1)
    tokens = [
        model.mlp("_prior.models.4.mlp", model.norm("_prior.models.4.norm", self_obs), 3)[:, None],
        model.mlp("_prior.models.5.mlp", targets, 3),
        model.mlp("_prior.models.6.mlp", history, 3),
    ]
    visible = torch.cat([_always(1, self_obs), masks["masked_mimic_target_poses"], _always(5, self_obs)], 1)
    row = torch.relu(model.first_row("_prior.models.7.seqTransEncoder", torch.cat(tokens, 1), visible))
    latent = model.mlp("_prior.models.8.mlp", row, 3)
    own = model.norm("_trunk.models.0.norm", self_obs)
    last = model.norm("_trunk.models.1.norm", obs["previous_actions"])
    return torch.tanh(model.mlp("_trunk.models.2.mlp", torch.cat([own, last, latent], -1), 4))


FORWARD = {"v1": forward_v1, "v2_3": forward_v2_3, "v3": forward_v3}
