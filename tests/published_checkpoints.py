# SPDX-License-Identifier: BSD-3-Clause
"""Checkpoints with the names, shapes and nesting of the published MaskedMimic ones, and random weights.

Written from the documented key lists, on purpose without the package's tables.
"""

from collections.abc import Iterator
from pathlib import Path

import torch

Shapes = dict[str, tuple[int, ...]]


def _mlp(prefix: str, *sizes: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    for i, (n_in, n_out) in enumerate(zip(sizes, sizes[1:])):
        yield f"{prefix}.{2 * i}.weight", (n_out, n_in)
        yield f"{prefix}.{2 * i}.bias", (n_out,)


def _norm(prefix: str, width: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    prefix = f"{prefix}.running_obs_norm"
    yield from ((f"{prefix}.mean", (width,)), (f"{prefix}.var", (width,)), (f"{prefix}.count", ()))


def _transformer(prefix: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    for i in range(4):
        layer = f"{prefix}.seqTransEncoder.layers.{i}"
        yield f"{layer}.self_attn.in_proj_weight", (1536, 512)
        yield f"{layer}.self_attn.in_proj_bias", (1536,)
        yield f"{layer}.self_attn.out_proj.weight", (512, 512)
        yield f"{layer}.self_attn.out_proj.bias", (512,)
        yield f"{layer}.linear1.weight", (1024, 512)
        yield f"{layer}.linear1.bias", (1024,)
        yield f"{layer}.linear2.weight", (512, 1024)
        yield f"{layer}.linear2.bias", (512,)
        for norm in ("norm1", "norm2"):
            yield f"{layer}.{norm}.weight", (512,)
            yield f"{layer}.{norm}.bias", (512,)


def shapes_v1() -> Shapes:
    prior, extra = "vae_prior.trunk", "vae_prior.trunk.extra_input_models"
    tokens = {
        f"{prior}.obs_encoder": 358,
        f"{extra}.historical_pose_obs": 217,
        f"{extra}.masked_mimic_target_poses": 184,
        f"{extra}.motion_text_embeddings": 512,
        f"{extra}.object_bounding_box_obs": 37,
        f"{extra}.terrain": 256,
    }
    shapes = {"logstd": (69,)}
    shapes |= dict(_norm("mu_model", 358)) | dict(_mlp("mu_model.trunk", 678, 1024, 1024, 1024, 69))
    shapes |= dict(_mlp("mu_model.extra_input_models.vae_latent.trunk", 64, 256, 128, 64))
    for name, width in tokens.items():
        shapes |= dict(_norm(name, width)) | dict(_mlp(f"{name}.trunk", width, 256, 256, 512))
    shapes |= dict(_transformer(prior))
    shapes |= {f"{prior}.sequence_pos_encoder.pe": (1, 5000, 512), f"{prior}.type_embedding.weight": (0, 6)}
    shapes |= dict(_mlp(f"{prior}.output_mapping.trunk", 512, 1, 64))
    for head in ("mu", "logvar"):
        shapes |= dict(_mlp(f"vae_prior.output_models.{head}.trunk", 512, 256, 128, 64))
        shapes |= dict(_mlp(f"vae_encoder.output_models.{head}.trunk", 1024, 512, 64))
    shapes |= dict(_norm("vae_encoder.trunk", 358)) | dict(_mlp("vae_encoder.trunk.trunk", 5074, *4 * (1024,)))
    return shapes | dict(_norm("vae_encoder.trunk.extra_input_models.mimic_target_poses", 4320))


def shapes_v2_3() -> Shapes:
    prior = "_prior._trunk.input_models"
    tokens = {
        f"{prior}.obs_mlp": 358,
        f"{prior}.masked_mimic_target_poses": 184,
        f"{prior}.historical_pose_obs": 359,
        f"{prior}.motion_text_embeddings": 512,
    }
    shapes: Shapes = {}
    for name, width in tokens.items():
        shapes |= dict(_norm(name, width)) | dict(_mlp(f"{name}.mlp", width, 256, 256, 512))
    shapes |= {"_prior._trunk.sequence_pos_encoder.pe": (1, 5000, 512)} | dict(_transformer("_prior._trunk"))
    for part in ("_prior", "_encoder"):
        for head in ("mu", "logvar"):
            shapes |= dict(_mlp(f"{part}._{head}_head.mlp", 512, 256, 128, 64))
    shapes |= dict(_norm("_encoder._trunk.input_models.self_obs", 358))
    shapes |= dict(_norm("_encoder._trunk.input_models.mimic_target_poses", 6495))
    shapes |= dict(_mlp("_encoder._trunk.trunk.mlp", 6993, *5 * (1024,), 512))
    shapes |= dict(_norm("_trunk.input_models.self_obs", 358)) | dict(_norm("_trunk.input_models.terrain", 256))
    return shapes | dict(_mlp("_trunk.trunk.mlp", 678, 1024, 1024, 512, 69))


def shapes_v3() -> Shapes:
    norms = {"_prior.models.0": 144, "_prior.models.2": 1, "_prior.models.3": 359, "_prior.models.4": 358}
    norms |= {"_encoder.models.0": 358, "_encoder.models.1": 576, "_encoder.models.2": 720, "_encoder.models.3": 5}
    norms |= {"_trunk.models.0": 358, "_trunk.models.1": 69}
    shapes: Shapes = {}
    for name, width in norms.items():
        shapes |= dict(_norm(f"{name}.norm", width))
    for i, width in ((4, 358), (5, 157), (6, 359)):
        shapes |= dict(_mlp(f"_prior.models.{i}.mlp", width, 256, 256, 512))
    shapes |= dict(_transformer("_prior.models.7")) | dict(_mlp("_encoder.models.4.mlp", 1724, *5 * (1024,), 512))
    for name in ("_prior.models.8", "_prior.models.9", "_encoder.models.5", "_encoder.models.6"):
        shapes |= dict(_mlp(f"{name}.mlp", 512, 256, 128, 64))
    return shapes | dict(_mlp("_trunk.models.2.mlp", 491, 1024, 1024, 1024, 69))


SHAPES = {"v1": shapes_v1, "v2_3": shapes_v2_3, "v3": shapes_v3}
PARAMETERS = {"v1": 25_300_068, "v2_3": 27_003_461, "v3": 19_081_029}
FILE_BYTES = {"v1": 283_236_370, "v2_3": 303_850_268, "v3": 229_131_184}


def is_statistic(name: str) -> bool:
    return ".running_obs_norm." in name


def is_trained(name: str) -> bool:
    return not (is_statistic(name) or name == "logstd" or name.endswith("sequence_pos_encoder.pe"))


def random_state(generation: str, seed: int = 0) -> dict[str, torch.Tensor]:
    """Weights that keep numbers of order one; statistics in the generation's type."""
    random = torch.Generator().manual_seed(seed)
    dtype = torch.float32 if generation == "v1" else torch.float64
    state = {}
    for name, shape in SHAPES[generation]().items():
        if name.endswith(".count"):
            state[name] = torch.tensor(12_345.0 if generation == "v1" else 12_345)
        elif name.endswith("running_obs_norm.mean"):
            state[name] = torch.randn(shape, generator=random, dtype=dtype)
        elif name.endswith("running_obs_norm.var"):
            state[name] = 0.05 + 2.0 * torch.rand(shape, generator=random, dtype=dtype)
        elif len(shape) == 2:
            state[name] = torch.randn(shape, generator=random) * (1.5 / max(shape[-1], 1)) ** 0.5
        elif ".norm" in name and name.endswith("weight"):
            state[name] = 1.0 + 0.2 * torch.randn(shape, generator=random)
        else:
            state[name] = 0.2 * torch.randn(shape, generator=random)
    return state


def flat_state(generation: str) -> dict[str, torch.Tensor]:
    """Names and shapes of a whole checkpoint in a few bytes: every tensor repeats one number."""
    dtype = torch.float32 if generation == "v1" else torch.float64
    return {
        name: torch.full((), 0.5, dtype=dtype if is_statistic(name) else torch.float32).expand(shape)
        for name, shape in SHAPES[generation]().items()
    }


def checkpoint(generation: str, state: dict[str, torch.Tensor], moments: bool = False) -> dict:
    """The nesting of the published files around a state dict; ``moments`` adds Adam's two of each trained weight."""
    state = {f"_forward_module.{name}": tensor for name, tensor in state.items()}
    trained = [tensor for name, tensor in state.items() if is_trained(name.removeprefix("_forward_module."))]
    kept = {
        i: {"step": torch.tensor(9.0), "exp_avg": torch.zeros_like(t), "exp_avg_sq": torch.zeros_like(t)}
        for i, t in enumerate(trained if moments else [])
    }
    optimizer = {
        "state": kept,
        "param_groups": [{"lr": 2e-5, "betas": (0.9, 0.999), "params": list(range(len(trained)))}],
    }
    common = {"epoch": 7000, "step_count": 10**10, "best_evaluated_score": None}
    if generation == "v1":
        value_norm = {"mean": torch.zeros(1), "var": torch.ones(1), "count": torch.ones(())}
        return common | {
            "actor": state,
            "critic": {"trunk.0.weight": torch.zeros(1, 5074), "trunk.2.weight": torch.zeros(1, 1)},
            "actor_optimizer": optimizer,
            "critic_optimizer": {"state": {}, "param_groups": []},
            "episode_reward_meter": {"mean": torch.zeros(1)},
            "episode_length_meter": {"mean": torch.zeros(1)},
            "episode_env_tensors": {},
            "running_val_norm": value_norm,
        }
    meters = {} if generation == "v3" else {"episode_reward_meter": {}, "episode_length_meter": {}}
    name = "supervised_optimizer" if generation == "v3" else "optimizer"
    return common | meters | {"model": state, name: optimizer, "run_start_time": 1.7e9}


def write(path: Path, content: object) -> Path:
    torch.save(content, path)
    return path
