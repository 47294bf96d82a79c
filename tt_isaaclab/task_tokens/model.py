# SPDX-License-Identifier: BSD-3-Clause
"""RSL-RL actor: a trainable task encoder speaks one word to a frozen behaviour model, which acts."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence

import torch
from rsl_rl.models import MLPModel
from tensordict import TensorDict
from torch import nn

from tt_isaaclab.bfm.bundled import load_bfm_or_bundled
from tt_isaaclab.bfm.frozen import FrozenBfm
from tt_isaaclab.bfm.network import Embedded

from .encoder import TaskEncoder
from .policy import STATE_GROUP, TASK_GROUP, bfm_inputs, embed_observations, groups_read

_TOKENS, _VISIBLE, _CONTEXT, _BACKWARDS = "bfm_tokens", "bfm_visible", "bfm_context", "bfm_backwards"


class TaskTokenModel(MLPModel):
    """Actor whose only trainable part is the task encoder; the gradient reaches it through the frozen model.

    The actor's observation groups are ``humanoid`` (the 358-number state), ``task`` and whatever else the environment
    offers under the name of one of the behaviour model's inputs: what it always reads (``terrain``, ...) and prompts
    (``targets``: rows of 184 numbers, flattened).
    The behaviour model is not a registered submodule: it is in no state dict, optimiser or checkpoint.

    Args:
        bfm: Path of the behaviour model, or ``bundled``.
        hidden_dims: Hidden widths of the task encoder.
        distribution_cfg: Exploration noise; its standard deviation should be fixed.
        **mlp_options: What :class:`MLPModel` takes besides.
    """

    bfm: FrozenBfm
    silent = False
    """Whether the behaviour model acts without the token: see `TaskTokenPPO`."""

    def __init__(
        self,
        obs: TensorDict,
        obs_groups: dict[str, list[str]],
        obs_set: str,
        output_dim: int,
        hidden_dims: Sequence[int] = (256, 256),
        distribution_cfg: dict | None = None,
        bfm: str = "bundled",
        **mlp_options,
    ) -> None:
        object.__setattr__(self, "bfm", load_bfm_or_bundled(bfm))  # not registered, see the class
        super().__init__(
            obs, obs_groups, obs_set, output_dim, hidden_dims, distribution_cfg=distribution_cfg, **mlp_options
        )
        if output_dim != self.bfm.layout.actions:
            raise ValueError(
                f"the task takes {output_dim} actions, {self.bfm.layout.name} makes {self.bfm.layout.actions}"
            )
        self.mlp = TaskEncoder(self.obs_dim, self.bfm.layout.width, tuple(hidden_dims))
        self.obs_normalizer = nn.Identity()  # the encoder holds its own

    @property
    def encoder(self) -> TaskEncoder:
        """The trainable part."""
        return self.mlp

    def forward(self, obs, masks=None, hidden_state=None, stochastic_output: bool = False) -> torch.Tensor:
        """Action means (N, 69), or a sample around them."""
        mean = self.act_on(obs, None if self.silent else self.encoder(obs[TASK_GROUP]))
        if self.distribution is None:
            return mean
        if stochastic_output:
            self.distribution.update(mean)
            return self.distribution.sample()
        return self.distribution.deterministic_output(mean)

    def act_on(self, obs: TensorDict, word: torch.Tensor | None) -> torch.Tensor:
        """The frozen model's actions (N, 69) when it also hears a word (N, 1, token_width), or none."""
        stored = _TOKENS in obs.keys()
        names = (_TOKENS, _VISIBLE, _CONTEXT, _BACKWARDS)
        embedded = Embedded(*(obs.get(name, None) for name in names)) if stored else self.embed(obs)
        return self.bfm.act(embedded, word)

    def embed(self, obs: TensorDict) -> Embedded:
        """The frozen model's words for everything but the task; they do not depend on what is trained."""
        return embed_observations(self.bfm, obs, self.prompt_groups)

    @property
    def prompt_groups(self) -> list[str]:
        """Observation groups that are prompts for the behaviour model."""
        return self._prompts(self.obs_groups)

    def _prompts(self, offered: Iterable[str]) -> list[str]:
        maskable = {group.name for group in self.bfm.layout.tokens if group.maskable}
        return [name for name in offered if name in maskable]

    @torch.no_grad()
    def with_embeddings(self, obs: TensorDict, chunk: int = 4096) -> TensorDict:
        """Observations (..., ) with the frozen words added, so that many gradient steps embed them once."""
        flat = obs.flatten()
        parts = [self.embed(flat[i : i + chunk]) for i in range(0, len(flat), chunk)]
        flat[_TOKENS] = torch.cat([p.tokens for p in parts])
        if any(p.visible is not None and not p.visible.all() for p in parts):
            flat[_VISIBLE] = torch.cat([p.visible for p in parts])
        flat[_CONTEXT] = torch.cat([p.context for p in parts])
        if parts[0].backwards is not None:
            flat[_BACKWARDS] = torch.cat([p.backwards for p in parts])
        return flat.unflatten(0, obs.batch_size)

    def update_normalization(self, obs: TensorDict) -> None:
        """Update the statistics of the task observation; those of the behaviour model never change."""
        if self.obs_normalization:
            self.encoder.normaliser.update(obs[TASK_GROUP])

    def as_jit(self) -> nn.Module:
        """TorchScript of the whole policy, behaviour model included; input: the observation groups in order."""
        policy = ExportedPolicy(self)
        return torch.jit.trace(policy, policy.get_dummy_inputs(batch=2))

    def as_onnx(self, verbose: bool = False) -> nn.Module:
        """The whole policy for ONNX export, behaviour model included."""
        return ExportedPolicy(self)

    def _get_obs_dim(self, obs: TensorDict, obs_groups: dict[str, list[str]], obs_set: str):
        offered = list(obs.keys())
        for name in (STATE_GROUP, TASK_GROUP):
            if name not in offered:
                raise ValueError(f"the environment offers the observation groups {offered}; '{name}' is missing")
        bfm_inputs(self.bfm.layout, obs, [])  # says what else is missing
        groups = groups_read(self.bfm.layout, self._prompts(offered))
        self._group_widths = [obs[name].shape[-1] for name in groups]
        return groups, obs[TASK_GROUP].shape[-1]

    def _apply(self, fn, recurse: bool = True):
        super()._apply(fn, recurse)
        self.bfm._apply(fn)
        return self


class ExportedPolicy(nn.Module):
    """Deterministic policy for export: one flat observation in, 69 action means out."""

    is_recurrent = False
    input_names = ["obs"]
    output_names = ["actions"]

    def __init__(self, model: TaskTokenModel) -> None:
        super().__init__()
        self.encoder, self.bfm = copy.deepcopy(model.encoder), copy.deepcopy(model.bfm)
        self._groups, self._widths = list(model.obs_groups), list(model._group_widths)
        self._prompts = model.prompt_groups
        self.eval()

    def forward(self, obs: torch.Tensor) -> torch.Tensor:
        """Action means (N, 69) of observations (N, sum of the group widths)."""
        groups = dict(zip(self._groups, obs.split(self._widths, dim=-1), strict=True))
        embedded = embed_observations(self.bfm, groups, self._prompts)
        return self.bfm.act(embedded, self.encoder(groups[TASK_GROUP]))

    def get_dummy_inputs(self, batch: int = 1) -> tuple[torch.Tensor]:
        """An observation of the right shape."""
        return (torch.zeros(batch, sum(self._widths)),)
