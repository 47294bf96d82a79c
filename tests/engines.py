# SPDX-License-Identifier: BSD-3-Clause
"""The stock MuJoCo-Warp solver and ours, built on the model of an open environment and fed the same states."""

from dataclasses import dataclass, field

import numpy as np
from isaaclab.envs import mdp
from isaaclab.managers import EventTermCfg, SceneEntityCfg
from isaaclab_newton.physics import NewtonManager
from isaaclab_newton.physics.mjwarp_manager import NewtonMJWarpManager
from newton import Contacts, State
from newton.solvers import SolverMuJoCo

from tt_isaaclab.physics.native_manager import NewtonMuJoCoManager
from tt_isaaclab.physics.native_solver import NativeSolverMuJoCo

DT = 1.0 / 120.0


def randomize_everything(cfg) -> None:
    """Give every environment its own masses, centres of mass, friction, gains, armature and gravity."""

    def at_start(func, **params):
        return EventTermCfg(func=func, mode="startup", params=params)

    def robot() -> SceneEntityCfg:
        return SceneEntityCfg("robot")

    cfg.events.mass = at_start(
        mdp.randomize_rigid_body_mass, asset_cfg=robot(), mass_distribution_params=(0.7, 1.4), operation="scale"
    )
    shift = dict.fromkeys("xyz", (-0.02, 0.02))
    cfg.events.com = at_start(mdp.randomize_rigid_body_com, asset_cfg=robot(), com_range=shift)
    cfg.events.friction = at_start(
        mdp.randomize_rigid_body_material,
        asset_cfg=robot(),
        static_friction_range=(0.3, 1.2),
        dynamic_friction_range=(0.3, 1.2),
        restitution_range=(0.0, 0.0),
        num_buckets=64,
    )
    cfg.events.gains = at_start(
        mdp.randomize_actuator_gains, asset_cfg=robot(), stiffness_distribution_params=(0.7, 1.3), operation="scale"
    )
    cfg.events.armature = at_start(
        mdp.randomize_joint_parameters, asset_cfg=robot(), armature_distribution_params=(0.5, 2.0), operation="scale"
    )
    cfg.events.gravity = at_start(
        mdp.randomize_physics_scene_gravity,
        gravity_distribution_params=([-1.0, -1.0, -12.0], [1.0, 1.0, -7.0]),
        operation="abs",
    )


@dataclass
class Engines:
    """A fresh solver of each kind on the model, the controls and the state of the open environment."""

    stock: SolverMuJoCo = field(init=False)
    native: NativeSolverMuJoCo = field(init=False)

    def __enter__(self) -> "Engines":
        cfg = NewtonManager._cfg.solver_cfg
        model = NewtonManager.get_model()
        self.stock = NewtonMJWarpManager._create_solver(model, cfg)
        self.native = NewtonMuJoCoManager._create_solver(model, cfg)
        self.native.report, self.native.report_contacts = ("qacc", "qacc_smooth"), True
        return self

    def __exit__(self, *_) -> None:
        self.native.close()

    def step(self, steps: int = 1) -> tuple[State, State]:
        """Both solvers take ``steps`` physics steps from the environment's state; returns where they end up."""
        ends = []
        for solver in (self.stock, self.native):
            state = NewtonManager.get_model().state()
            state.assign(NewtonManager.get_state_0())
            solver.reset(state, flags=0)
            for _ in range(steps):
                solver.step(state, state, NewtonManager.get_control(), None, DT)
            ends.append(state)
        return ends[0], ends[1]

    def acceleration_errors(self) -> np.ndarray:
        """Relative difference of the last step's accelerations in each world. Shape (N,).

        Relative to the largest acceleration with or without the contact forces, which cancel it at rest.
        """
        native, free = self.native.mjw_data.qacc.numpy(), self.native.mjw_data.qacc_smooth.numpy()
        scale = np.maximum(np.abs(native).max(axis=1), np.abs(free).max(axis=1))
        return np.abs(native - self.stock.mjw_data.qacc.numpy()).max(axis=1) / scale

    def contact_counts(self) -> tuple[np.ndarray, np.ndarray]:
        """Touching contacts of each world in the stock solver and in ours. Shapes (N,)."""
        buffer = Contacts(rigid_contact_max=self.native.get_max_contact_count(), soft_contact_max=0, device="cpu")
        self.native.update_contacts(buffer)
        return _touching(self.stock), _touching(self.native)


def _touching(solver: SolverMuJoCo) -> np.ndarray:
    contact = solver.mjw_data.contact
    touching = contact.efc_address.numpy()[:, 0] >= 0
    touching[int(solver.mjw_data.nacon.numpy()[0]) :] = False
    return np.bincount(contact.worldid.numpy()[touching], minlength=solver.mjw_data.nworld)
