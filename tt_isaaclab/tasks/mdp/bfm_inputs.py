# SPDX-License-Identifier: BSD-3-Clause
"""Observation terms of what published behaviour models read besides state, targets and task."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from isaaclab.envs import ManagerBasedRLEnv
from isaaclab.managers import ManagerTermBase, ObservationTermCfg

from tt_isaaclab.bfm.layouts import LAYOUTS
from tt_isaaclab.humanoid.state import read_bodies
from tt_isaaclab.kinematics.heading import heading_quat_inverse
from tt_isaaclab.kinematics.history import Ring, history_rows, history_rows_v1
from tt_isaaclab.kinematics.rotations import quat_mul, quat_rotate, quat_to_tan_norm
from tt_isaaclab.kinematics.self_observation import self_observation
from tt_isaaclab.kinematics.terrain import terrain_samples
from tt_isaaclab.prompts.text import text_vector


class _Past(ManagerTermBase):
    """A term that remembers what it measured at the last control steps; an episode starts as if nothing had moved."""

    def __init__(self, cfg: ObservationTermCfg, env: ManagerBasedRLEnv) -> None:
        super().__init__(cfg, env)
        self.ages = torch.tensor(self.steps(**cfg.params), device=env.device)
        self._ring = Ring(int(self.ages.max()) + 1, self.measure(env))
        self._measured_at = env.common_step_counter
        self._fresh: list[torch.Tensor | slice] = []

    def steps(self, **params) -> Sequence[int]:
        """Control steps back from now that the term needs."""
        raise NotImplementedError

    def measure(self, env: ManagerBasedRLEnv) -> torch.Tensor:
        """What to remember of this control step (N, ...)."""
        raise NotImplementedError

    def reset(self, env_ids: torch.Tensor | None = None) -> None:
        """Let the past of these environments be their next state."""
        self._fresh.append(slice(None) if env_ids is None else env_ids)

    def remembered(self, env: ManagerBasedRLEnv) -> torch.Tensor:
        """What was measured at each of the steps back (N, T, ...)."""
        if self._measured_at != env.common_step_counter or self._fresh:
            now = self.measure(env)
            if self._measured_at != env.common_step_counter:
                self._ring.push(now)
                self._measured_at = env.common_step_counter
            for rows in self._fresh:
                self._ring.fill(rows, now[rows])
            self._fresh.clear()
        return self._ring.at(self.ages)


class OwnFrameHistory(_Past):
    """History of MaskedMimic v2.3 and v3, flattened (N, T x 359)."""

    def steps(self, steps: Sequence[int], labels: Sequence[int]) -> Sequence[int]:
        """As given."""
        return steps

    def measure(self, env: ManagerBasedRLEnv) -> torch.Tensor:
        """The self observation (N, 358)."""
        return self_observation(*read_bodies(env.scene["robot"]))

    def __call__(self, env: ManagerBasedRLEnv, steps: Sequence[int], labels: Sequence[int]) -> torch.Tensor:
        """History rows.

        Args:
            env: The environment.
            steps: Control steps back of each row.
            labels: Control steps back that the model is told; v3 was trained with one less than the truth.
        """
        age = torch.tensor(labels, device=env.device) * env.step_dt
        return history_rows(self.remembered(env), age).flatten(1)


class PoseHistory(_Past):
    """History of MaskedMimic v1, flattened (N, T x 217)."""

    def steps(self, steps: Sequence[int]) -> Sequence[int]:
        """As given."""
        return steps

    def measure(self, env: ManagerBasedRLEnv) -> torch.Tensor:
        """Positions and orientations of the bodies (N, 24, 7), world."""
        bodies = read_bodies(env.scene["robot"])
        return torch.cat((bodies.pos, bodies.quat), dim=-1)

    def __call__(self, env: ManagerBasedRLEnv, steps: Sequence[int]) -> torch.Tensor:
        """History rows of the poses ``steps`` control steps back."""
        past, bodies = self.remembered(env), read_bodies(env.scene["robot"])
        rows = history_rows_v1(
            past[..., :3], past[..., 3:], bodies.pos[:, 0], bodies.quat[:, 0], self.ages * env.step_dt
        )
        return rows.flatten(1)


class PreviousAction(_Past):
    """The action MaskedMimic v3 reads (N, 69): that of two steps ago, before the tanh; zero where there was none.

    Its training code observes the state after the newest action was stored, and takes the one behind it.
    """

    _EDGE = 1.0 - 1.0e-6
    """Exploration noise may leave the range of tanh."""

    def steps(self) -> Sequence[int]:
        """One behind the newest."""
        return (1,)

    def measure(self, env: ManagerBasedRLEnv) -> torch.Tensor:
        """The newest action, which a reset makes zero."""
        return torch.atanh(env.action_manager.get_term("joint_target").raw_actions.clamp(-self._EDGE, self._EDGE))

    def __call__(self, env: ManagerBasedRLEnv) -> torch.Tensor:
        """The action."""
        return self.remembered(env)[:, 0]


def flat_terrain(env: ManagerBasedRLEnv) -> torch.Tensor:
    """Terrain samples on flat ground at z = 0. Shape (N, 256)."""
    bodies = read_bodies(env.scene["robot"])
    return terrain_samples(bodies.pos[:, 0], bodies.quat[:, 0], lambda points: torch.zeros_like(points[..., 0]))


def object_box(env: ManagerBasedRLEnv, name: str, size: Sequence[float]) -> torch.Tensor:
    """A box of the scene as MaskedMimic v1 sees objects. Shape (N, 37).

    Its eight corners from the pelvis (24), 6-D rotation (6), both in the heading frame, and which of seven kinds of
    furniture it is (7): none. In which order v1 was shown the corners is not known to us.
    """
    box, pelvis = env.scene[name].data, read_bodies(env.scene["robot"])
    ends = torch.tensor((-0.5, 0.5), device=env.device)
    corners = torch.cartesian_prod(ends, ends, ends) * torch.tensor(size, device=env.device)
    quat = box.root_link_quat_w.torch.unsqueeze(1)
    away = box.root_link_pos_w.torch.unsqueeze(1) + quat_rotate(quat, corners) - pelvis.pos[:, :1]
    to_heading = heading_quat_inverse(pelvis.quat[:, :1])
    rotation = quat_to_tan_norm(quat_mul(to_heading, quat))
    return torch.cat((quat_rotate(to_heading, away).flatten(1), rotation.flatten(1), away.new_zeros(len(away), 7)), -1)


def text(env: ManagerBasedRLEnv, file: str, sentence: str) -> torch.Tensor:
    """A sentence as its vector, see `text_vector`; the same for every humanoid. Shape (N, width of the vector).

    Raises:
        ValueError: The behaviour model reads vectors of another encoder.
    """
    vector, layout = text_vector(file, sentence), LAYOUTS[env.cfg.bfm_layout]()
    width = next((group.width for group in layout.tokens if group.name == "text"), len(vector))
    if len(vector) != width:
        raise ValueError(
            f"{layout.name} reads vectors of {width} numbers, and '{sentence}' has {len(vector)}; name a file of such "
            "vectors with env.observations.text.vector.params.file=FILE (docs/masked_mimic.md)"
        )
    return vector.to(env.device).expand(env.num_envs, -1)
