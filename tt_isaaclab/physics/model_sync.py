# SPDX-License-Identifier: BSD-3-Clause
"""Keep MuJoCo's C models equal to a MuJoCo-Warp model, whose fields may differ between environments."""

from __future__ import annotations

import copy
from dataclasses import fields
from operator import attrgetter

import mujoco
import numpy as np
import warp as wp

_PREFIXES = ("qpos", "body_", "jnt_", "dof_", "geom_", "site_", "eq_", "actuator_", "pair_", "tendon_")
_GLOBALS = ("opt.gravity", "opt.density", "opt.viscosity", "opt.wind", "opt.magnetic", "stat.meaninertia")

_DERIVED = ("body_invweight0", "dof_invweight0", "tendon_invweight0", "actuator_acc0", "jnt_solref")
"""Fields that MuJoCo-Warp computes in float32 from other fields and from where an environment stands."""

_DERIVED_NOISE = 1.0e-3
"""Relative differences of a derived field up to this are rounding, no reason for an environment's own model."""


class ModelSync:
    """The C model of each environment: one for all until environments differ, then one for each.

    Threads that step many environments on one model find it in their cache.

    Args:
        source: MuJoCo-Warp model; :meth:`update` reads it again.
        template: C model of the same structure; it is copied, not written.
        num_worlds: Number of environments.
    """

    def __init__(self, source, template: mujoco.MjModel, num_worlds: int) -> None:
        self._source = source
        self._num_worlds = num_worlds
        self._models = [copy.copy(template)]
        self._names = [f.name for f in fields(type(source)) if f.name.startswith(_PREFIXES) and self._is_synced(f.name)]
        self._names += _GLOBALS
        self._seen: dict[str, np.ndarray] = {}
        free = template.jnt_qposadr[template.jnt_type == mujoco.mjtJoint.mjJNT_FREE]
        self._placement = (free[:, None] + np.arange(7)).ravel()
        """Coordinates in ``qpos0`` that say where an environment stands."""
        self.update()

    @property
    def models(self) -> list[mujoco.MjModel]:
        """Model of each environment; the same object where they share one."""
        return self._models if len(self._models) > 1 else self._models * self._num_worlds

    def update(self) -> None:
        """Write what has changed in the source since the last call."""
        now = {name: self._read(name) for name in self._names}
        if len(self._models) == 1 and any(self._differs(name, rows) for name, rows in now.items()):
            self._models = [copy.copy(self._models[0]) for _ in range(self._num_worlds)]
        for name, rows in now.items():
            rows = np.broadcast_to(rows, (self._num_worlds, rows.shape[1]))[: len(self._models)]
            seen = self._seen.get(name, np.full((1, 1), np.nan))
            for i in np.flatnonzero((rows != seen).any(axis=1)):
                _write(self._models[i], name, rows[i])
            self._seen[name] = rows.copy()

    def _is_synced(self, name: str) -> bool:
        array = getattr(self._source, name)
        floating = isinstance(array, wp.array) and np.issubdtype(array.numpy().dtype, np.floating)
        return floating and getattr(self._models[0], name, np.empty(0)).size > 0

    def _read(self, name: str) -> np.ndarray:
        """Field of the source with one row for all environments or one for each, (1 or N, size)."""
        size = np.size(attrgetter(name)(self._models[0]))
        return attrgetter(name)(self._source).numpy().reshape(-1, size)

    def _differs(self, name: str, rows: np.ndarray) -> bool:
        """Whether environments differ in this field, other than by their place in the scene."""
        if name in ("qpos0", "qpos_spring"):
            rows = np.delete(rows, self._placement, axis=1)
        if name in _DERIVED:
            return not np.allclose(rows, rows[:1], rtol=_DERIVED_NOISE, atol=0.0)
        return bool((rows != rows[:1]).any())


def _write(model: mujoco.MjModel, name: str, row: np.ndarray) -> None:
    owner, _, field = name.rpartition(".")
    owner = attrgetter(owner)(model) if owner else model
    target = getattr(owner, field)
    if isinstance(target, float):
        setattr(owner, field, float(row[0]))
        return
    row = row.reshape(target.shape)
    changed = target.astype(np.float32) != row  # what is equal in float32 keeps its double precision
    if not changed.any():
        return
    target[:] = row
    # MuJoCo's shortcuts for frames that coincided when the model was compiled no longer hold.
    if name in ("body_ipos", "body_iquat"):
        bodies = changed.any(axis=1)
        model.body_sameframe[bodies] = mujoco.mjtSameFrame.mjSAMEFRAME_NONE
        model.geom_sameframe[bodies[model.geom_bodyid]] = mujoco.mjtSameFrame.mjSAMEFRAME_NONE
        model.site_sameframe[bodies[model.site_bodyid]] = mujoco.mjtSameFrame.mjSAMEFRAME_NONE
        model.body_simple[bodies] = 0
        model.dof_simplenum[:] = 0
    elif name in ("geom_pos", "geom_quat"):
        model.geom_sameframe[changed.any(axis=1)] = mujoco.mjtSameFrame.mjSAMEFRAME_NONE
