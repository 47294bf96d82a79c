# SPDX-License-Identifier: BSD-3-Clause
"""MuJoCo's C engine behind Newton's solver interface, stepped by threads.

Newton's :class:`SolverMuJoCo` converts the scene, the controls and the state to MuJoCo's layout and back. Its
one call into MuJoCo-Warp is replaced here by ``mj_step`` of the C library, which is many times faster on a CPU.
The Warp arrays of the stock solver stay the single source of truth for the model, the state with its warm start, and
what sensors read. A thread has one ``MjData``, which stays in its cache and remembers nothing from one environment to the
next.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import mujoco
import numpy as np
import warp as wp
from newton import Contacts, Model, ModelFlags, State
from newton.solvers import SolverMuJoCo

from .model_sync import ModelSync

logger = logging.getLogger(__name__)

_STATE = {"qpos": "QPOS", "qvel": "QVEL", "act": "ACT", "qacc_warmstart": "WARMSTART"}
_CONTROL = {
    "ctrl": "CTRL",
    "qfrc_applied": "QFRC_APPLIED",
    "xfrc_applied": "XFRC_APPLIED",
    "mocap_pos": "MOCAP_POS",
    "mocap_quat": "MOCAP_QUAT",
}
"""Arrays of ``mjw_data`` that a step changes, or only reads -> MuJoCo's name for them, in MuJoCo's order."""


def _signature(names: Iterable[str]) -> int:
    """Number by which MuJoCo knows a selection of the state."""
    return sum(int(getattr(mujoco.mjtState, f"mjSTATE_{name}")) for name in names)


_OUTPUT = _signature(("TIME", *_STATE.values()))
_INPUT = _signature(("TIME", *_STATE.values(), *_CONTROL.values()))

_CONTACT_FIELDS = ("dist", "pos", "frame", "friction", "dim", "geom", "efc_address")

_START_TIME = 1.0
"""Clock before a step [s]. MuJoCo sets the clock to zero when it resets a diverged state on its own, so a clock
below this value after the step reveals it."""

MAX_SPEED = 1.0e3
"""A generalised velocity beyond this [m/s or rad/s] counts as divergence."""


class NativeSolverMuJoCo(SolverMuJoCo):
    """:class:`SolverMuJoCo` whose step runs in MuJoCo's C library, for CPU devices.

    Args:
        model: Newton model with one world per environment.
        num_threads: Number of stepping threads; ``None`` takes every core the process may use.
        **options: Options of :class:`SolverMuJoCo`; MuJoCo's own contacts are required.

    Raises:
        ValueError: If the device is not a CPU or Newton's contact pipeline is asked for.
    """

    def __init__(self, model: Model, *, num_threads: int | None = None, **options) -> None:
        if not model.device.is_cpu:
            raise ValueError(
                f"newton_mujoco steps MuJoCo's C engine and runs on the CPU only, not on '{model.device}': "
                "pass --device cpu, or physics=newton_mjwarp for a GPU."
            )
        if not options.get("use_mujoco_contacts", True):
            raise ValueError("newton_mujoco needs MuJoCo's own contacts: leave use_mujoco_contacts=True.")
        super().__init__(model, separate_worlds=True, **options)
        mujoco.set_mju_user_warning(logger.debug)  # else MuJoCo appends to a log file in the working directory
        self.num_worlds = self.mjw_data.nworld
        self.substeps = 1
        """Physics steps taken by one call of :meth:`step`."""
        self.report_contacts = False
        """Keep the contacts of the last physics step for :meth:`update_contacts`."""
        self.report: tuple[str, ...] = ()
        """Further fields of ``MjData`` to keep in ``mjw_data``."""
        self.diverged = np.zeros(self.num_worlds, dtype=bool)
        """Worlds whose state blew up and that wait for a reset, frozen at their last sane pose."""
        self.divergence_count = 0
        """Number of divergences since the solver was built."""
        self._sync = ModelSync(self.mjw_model, self.mj_model, self.num_worlds)
        self._models = self._sync.models
        self._input = np.zeros((self.num_worlds, mujoco.mj_stateSize(self.mj_model, _INPUT)))
        self._output = np.zeros((self.num_worlds, mujoco.mj_stateSize(self.mj_model, _OUTPUT)))
        self._datas = [mujoco.MjData(self.mj_model) for _ in range(num_threads or len(os.sched_getaffinity(0)))]
        self._pool = ThreadPoolExecutor(len(self._datas), thread_name_prefix="mujoco")
        self._kept: dict[str, np.ndarray] = {}
        """Rows of ``mjw_data`` to fill in this step."""
        self._rne = False
        self._contacts: list[list[np.ndarray]] = [[] for _ in range(self.num_worlds)]
        self._contact_rows = np.zeros(self.num_worlds, dtype=int)
        self._contact_force = self.mjw_data.efc.force.numpy()

    def close(self) -> None:
        """Stop the stepping threads."""
        self._pool.shutdown(wait=True)

    def _mujoco_warp_step(self) -> None:
        self._input[:, 0] = _START_TIME
        np.concatenate([self._rows(name) for name in (*_STATE, *_CONTROL)], axis=1, out=self._input[:, 1:])
        self._set_timestep(float(self.mjw_model.opt.timestep.numpy()[0]))
        worlds = iter(range(self.num_worlds))  # shared: whichever thread is free takes the next environment
        others = [self._pool.submit(self._step_worlds, worlds, mj_data) for mj_data in self._datas[1:]]
        self._step_worlds(worlds, self._datas[0])
        for thread in others:
            thread.result()
        self._freeze_diverged()
        column = 1
        for rows in map(self._rows, _STATE):
            rows[:] = self._output[:, column : column + rows.shape[1]]
            column += rows.shape[1]

    def _rows(self, name: str) -> np.ndarray:
        """View of an array of ``mjw_data`` with one row an environment."""
        array = getattr(self.mjw_data, name).numpy()
        return array.reshape(self.num_worlds, array.size // self.num_worlds)

    def _step_worlds(self, worlds: Iterator[int], data: mujoco.MjData) -> None:
        """Step environments in this thread until none is left; MuJoCo's calls release the interpreter lock."""
        for i in worlds:
            if self.diverged[i]:
                continue
            model = self._models[i]
            mujoco.mj_setState(model, data, self._input[i], _INPUT)
            try:
                mujoco.mj_step(model, data, self.substeps)
                if self._rne:
                    mujoco.mj_rnePostConstraint(model, data)
            except mujoco.FatalError as error:
                logger.debug("world %d: %s", i, error)
                mujoco.mj_resetData(model, data)  # the clock at zero marks the environment as diverged
            mujoco.mj_getState(model, data, self._output[i], _OUTPUT)
            for name, rows in self._kept.items():
                rows[i] = getattr(data, name).ravel()
            if self.report_contacts:
                self._keep_contacts(i, data)

    def _keep_contacts(self, world: int, data: mujoco.MjData) -> None:
        contact, force = data.contact, data.efc_force
        self._contacts[world] = [np.array(getattr(contact, name)) for name in _CONTACT_FIELDS]
        self._contact_rows[world] = len(force)
        capacity = self._contact_force.shape[1]
        self._contact_force[world, : len(force)] = force[:capacity]

    def _freeze_diverged(self) -> None:
        """Catch worlds that blew up in this step; hold them at rest in the pose they had before it.

        Where that pose was not finite itself they are held in their rest pose.
        """
        nq, nv = self.mj_model.nq, self.mj_model.nv
        speed = np.abs(self._output[:, 1 + nq : 1 + nq + nv]).max(axis=1)
        sane = (self._output[:, 0] > _START_TIME) & (speed < MAX_SPEED) & np.isfinite(self._output).all(axis=1)
        fresh = ~sane & ~self.diverged
        if fresh.any():
            self.divergence_count += int(fresh.sum())
            logger.warning("physics diverged in environment(s) %s: held still until reset", np.flatnonzero(fresh))
            self.diverged |= fresh
        if self.diverged.any():
            held = self.diverged
            pose = self._input[held, 1 : 1 + nq]
            rest = self.mjw_model.qpos0.numpy()[held]
            self._output[held, 1 : 1 + nq] = np.where(np.isfinite(pose).all(axis=1, keepdims=True), pose, rest)
            self._output[held, 1 + nq :] = 0.0

    def _set_timestep(self, dt: float) -> None:
        for model in self._models:
            if model.opt.timestep == dt:
                return
            model.opt.timestep = dt

    def _enable_rne_postconstraint(self, state_out: State) -> None:
        names = set(self.report)
        self._rne = state_out.body_qdd is not None or state_out.body_parent_f is not None
        if self._rne:
            names |= {"xipos", "subtree_com", "cacc", "cvel", "cfrc_int"}
        if getattr(getattr(state_out, "mujoco", None), "qfrc_actuator", None) is not None:
            names |= {"qfrc_actuator"}
        if self.report_contacts:
            names |= {"xpos", "xquat"}
        self._kept = {name: self._rows(name) for name in names}

    def reset(self, state: State, world_mask: wp.array | None = None, flags=None) -> None:
        """Stock reset, which forgets the warm start, and release the flagged worlds that were held."""
        super().reset(state, world_mask=world_mask, flags=flags)
        self.diverged[... if world_mask is None else world_mask.numpy()[: self.num_worlds]] = False

    def _notify_model_changed(self, flags: ModelFlags | int) -> None:
        super()._notify_model_changed(flags)
        if hasattr(self, "_sync"):  # the stock constructor notifies before the C models exist
            self._sync.update()
            self._models = self._sync.models

    def update_contacts(self, contacts: Contacts, state: State | None = None) -> None:
        """Hand the contacts of the last physics step to Newton's contact sensors.

        Raises:
            ValueError: If an environment has more contacts or constraint rows than ``nconmax`` or ``njmax``.
        """
        data = self.mjw_data
        touching = [i for i in np.flatnonzero(~self.diverged) if self._contacts[i] and len(self._contacts[i][0])]
        counts = [len(self._contacts[i][0]) for i in touching]
        total, force_rows = sum(counts), int(self._contact_rows.max())
        if total > data.naconmax or force_rows > data.njmax:
            raise ValueError(
                f"{total} contacts with up to {force_rows} constraint rows an environment do not fit "
                f"nconmax={data.naconmax // self.num_worlds}, njmax={data.njmax}: raise them in the solver cfg."
            )
        data.nacon.numpy()[0] = total
        if total:
            for k, name in enumerate(_CONTACT_FIELDS):
                values = np.concatenate([self._contacts[i][k] for i in touching])
                out = getattr(data.contact, name).numpy()
                if name == "efc_address":  # C gives the first row of a contact, Warp each of them
                    values = np.where(values[:, None] < 0, -1, values[:, None] + np.arange(out.shape[1]))
                out[:total] = values.reshape(total, *out.shape[1:])
            data.contact.worldid.numpy()[:total] = np.repeat(touching, counts)
        super().update_contacts(contacts, state)
