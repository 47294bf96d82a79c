# SPDX-License-Identifier: BSD-3-Clause
"""What the motion tracker sees, does and is paid for."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from isaaclab.envs import ManagerBasedRLEnv
from isaaclab.managers import ManagerTermBase
from isaaclab.utils import configclass

from tt_isaaclab.humanoid.actions import RotationVectorAction, RotationVectorActionCfg
from tt_isaaclab.humanoid.state import joint_coordinates, read_bodies
from tt_isaaclab.kinematics.heading import along, heading_angle, heading_quat_inverse, unit_vector
from tt_isaaclab.kinematics.rotations import quat_conj, quat_mul, quat_rotate, quat_to_tan_norm, rotvec_from_quat

from .command import MotionCommand
from .handover import MOVED_BY_FORMER, Handover

LEAD = 0.1
"""Damping over stiffness of every joint [s]: a target this far ahead along the reference velocity cancels the lag
that joint damping causes."""


def _command(env: ManagerBasedRLEnv) -> MotionCommand:
    return env.command_manager.get_term("motion")


def base_target(command: MotionCommand) -> torch.Tensor:
    """Joint targets that would track the reference without gravity or contact. Shape (N, 23, 3) [rad]."""
    return command.target.joint_rotvec + LEAD * command.target.joint_ang_vel


def corrected_target(command: MotionCommand, corrections: torch.Tensor, joints: Sequence[int]) -> torch.Tensor:
    """Joint targets (N, 23, 3) [rad]: the base target plus corrections (N, 3 len(joints)) [rad] to some joints."""
    target = base_target(command).clone()
    target[:, joints] += corrections.clamp(-1.0, 1.0).view(len(corrections), -1, 3)
    return target


def dense_target(env: ManagerBasedRLEnv) -> torch.Tensor:
    """The reference of the next control step, every body, in the heading frame. Shape (N, 288).

    Per body: target minus current position (3), target position minus pelvis (3), 6-D target rotation (6).
    """
    bodies, target = read_bodies(env.scene["robot"]), _command(env).target
    to_heading = heading_quat_inverse(bodies.quat[:, :1])
    error = quat_rotate(to_heading, target.body_pos - bodies.pos)
    relative = quat_rotate(to_heading, target.body_pos - bodies.pos[:, :1])
    rotation = quat_to_tan_norm(quat_mul(to_heading, target.body_quat))
    return torch.cat((error, relative, rotation), dim=-1).flatten(1)


class ResidualAction(RotationVectorAction):
    """Corrections to the base target for the legs and the trunk; the other joints follow the base target."""

    cfg: ResidualActionCfg

    def __init__(self, cfg: ResidualActionCfg, env) -> None:
        self._joints = cfg.joint_ids
        super().__init__(cfg, env)
        self._disturbance = torch.zeros(self.num_envs, 1, 1, device=self.device)
        self._handover = None if cfg.former is None else Handover(cfg.former, self.device)

    @property
    def action_dim(self) -> int:
        """27: three numbers for each corrected joint."""
        return 3 * len(self.cfg.joints)

    def process_actions(self, actions: torch.Tensor) -> None:
        """Turn corrections (N, 27) into joint targets of this backend."""
        self._raw_actions[:] = actions
        target = corrected_target(_command(self._env), actions, self._joints)
        target += self._disturbance * torch.randn_like(target)
        if self._handover is not None:
            seen = read_bodies(self._asset), self._env.obs_buf["humanoid"]
            target, self._env.extras[MOVED_BY_FORMER] = self._handover.act(_command(self._env).orders, *seen, target)
        self._processed_actions[:] = joint_coordinates(target, self.hinge_order)

    def reset(self, env_ids=None) -> None:
        """Also draw how much the targets of the new episodes are disturbed."""
        super().reset(env_ids)
        rows = slice(None) if env_ids is None else env_ids
        self._disturbance[rows] = self.cfg.disturbance * torch.rand_like(self._disturbance[rows])


@configclass
class ResidualActionCfg(RotationVectorActionCfg):
    """Configuration of :class:`ResidualAction`."""

    class_type: type = ResidualAction
    joints: tuple[str, ...] = (
        *("L_Hip", "L_Knee", "L_Ankle", "R_Hip", "R_Knee", "R_Ankle"),
        *("Torso", "Spine", "Chest"),
    )
    disturbance: float = 0.15
    """Greatest standard deviation of the noise on every joint's target [rad]; each episode draws its own. A behaviour
    model is only as robust to the noise that a Task Token explores with as the tracker it learned from."""

    former: str | None = None
    """File of a behaviour model with a second trunk, or None: what is to become that trunk learns to take over from it."""

    @property
    def joint_ids(self) -> list[int]:
        """Canonical indices of the corrected joints."""
        return [list(self.hinges).index(joint) for joint in self.joints]


def position_reward(env: ManagerBasedRLEnv, scale: float = 100.0) -> torch.Tensor:
    """exp(-scale * mean squared distance of the bodies from the reference [m^2]). Shape (N,)."""
    error = _command(env).target.body_pos - read_bodies(env.scene["robot"]).pos
    return torch.exp(-scale * error.square().sum(-1).mean(-1))


def rotation_reward(env: ManagerBasedRLEnv, scale: float = 10.0) -> torch.Tensor:
    """exp(-scale * mean squared angle of the bodies from the reference [rad^2]). Shape (N,)."""
    error = quat_mul(quat_conj(read_bodies(env.scene["robot"]).quat), _command(env).target.body_quat)
    return torch.exp(-scale * rotvec_from_quat(error).square().sum(-1).mean(-1))


def velocity_reward(env: ManagerBasedRLEnv, scale: float = 1.0) -> torch.Tensor:
    """exp(-scale * mean squared velocity error of the bodies [m^2/s^2]). Shape (N,)."""
    error = _command(env).target.body_lin_vel - read_bodies(env.scene["robot"]).lin_vel
    return torch.exp(-scale * error.square().sum(-1).mean(-1))


def pelvis_velocity_reward(env: ManagerBasedRLEnv, scale: float = 25.0) -> torch.Tensor:
    """exp(-scale * squared error of the pelvis' velocity along the ground [m^2/s^2]). Shape (N,).

    Direction and Steering allow a speed 20 % off on no step, which the mean over the bodies does not care about.
    """
    error = _command(env).target.body_lin_vel[:, 0, :2] - read_bodies(env.scene["robot"]).lin_vel[:, 0, :2]
    return torch.exp(-scale * error.square().sum(-1))


def angular_velocity_reward(env: ManagerBasedRLEnv, scale: float = 0.1) -> torch.Tensor:
    """exp(-scale * mean squared angular velocity error of the bodies [rad^2/s^2]). Shape (N,)."""
    error = _command(env).target.body_ang_vel - read_bodies(env.scene["robot"]).ang_vel
    return torch.exp(-scale * error.square().sum(-1).mean(-1))


def order_reward(env: ManagerBasedRLEnv) -> torch.Tensor:
    """How nearly an order is kept, in [-0.5, 1], and 0 where there is none. Shape (N,).

    Half is 1 - |velocity error of the pelvis along the ground| / (3 m/s), half the cosine of the facing error. The other
    terms compare with a reference that goes where its humanoid is: they say nothing to one that stands and should go.
    """
    orders, robot = _command(env).orders, read_bodies(env.scene["robot"])
    error = orders.speed.unsqueeze(1) * unit_vector(orders.yaw) - robot.lin_vel[:, 0, :2]
    facing = torch.cos(orders.facing - heading_angle(robot.quat[:, 0])).masked_fill(orders.still, 1.0)
    return orders.given * 0.5 * ((1.0 - error.norm(dim=-1) / 3.0).clamp(min=0.0) + facing)


class TooSlow(ManagerTermBase):
    """Who is told to move has been slower than a share of the order for too long.

    The reference of an order lies where the humanoid is, so one that stands never loses it.
    """

    def __init__(self, cfg, env: ManagerBasedRLEnv) -> None:
        super().__init__(cfg, env)
        self._steps = torch.zeros(env.num_envs, device=env.device)

    def reset(self, env_ids: Sequence[int] | slice | None = None) -> None:
        """Begin to count anew."""
        self._steps[slice(None) if env_ids is None else env_ids] = 0.0

    def __call__(self, env: ManagerBasedRLEnv, share: float, seconds: float) -> torch.Tensor:
        """Slower than ``share`` of the ordered speed for more than ``seconds``. Shape (N,), bool."""
        orders = _command(env).orders
        speed = along(read_bodies(env.scene["robot"]).lin_vel[:, 0, :2], unit_vector(orders.yaw))
        slow = orders.given & (speed < share * orders.speed)
        self._steps = (self._steps + 1.0) * slow
        return self._steps * env.step_dt > seconds


def clip_finished(env: ManagerBasedRLEnv) -> torch.Tensor:
    """The clip has no further step. Shape (N,), bool."""
    return _command(env).finished


def lost_reference(env: ManagerBasedRLEnv, distance: float) -> torch.Tensor:
    """Some body is farther than ``distance`` [m] from the reference. Shape (N,), bool."""
    error = _command(env).target.body_pos - read_bodies(env.scene["robot"]).pos
    return error.norm(dim=-1).amax(-1) > distance
