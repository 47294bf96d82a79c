# SPDX-License-Identifier: BSD-3-Clause
"""Reflection of observations and corrections, checked against motions that are mirrored themselves."""

import torch
from formula_walk import make_walk
from tensordict import TensorDict

from tt_isaaclab.bfm.pretrain.motions.augment import mirror
from tt_isaaclab.bfm.pretrain.motions.motion import states
from tt_isaaclab.kinematics.self_observation import self_observation
from tt_isaaclab.tasks.tracking.mdp import ResidualActionCfg
from tt_isaaclab.tasks.tracking.rsl_rl_cfg import TrackerRunnerCfg
from tt_isaaclab.tasks.tracking.symmetric_actor import SymmetricActor, correction_reflection, observation_reflection


def _observation(motion) -> torch.Tensor:
    """State (358) of every frame, and as target the positions (twice) and rotations that the state holds (288)."""
    state = states(motion)
    seen = self_observation(state.body_pos, state.body_quat, state.body_lin_vel, state.body_ang_vel)
    position = torch.nn.functional.pad(seen[:, 1:70], (3, 0)).unflatten(-1, (24, 3))
    target = torch.cat((position, position, seen[:, 70:214].unflatten(-1, (24, 6))), dim=-1)
    return torch.cat((seen, target.flatten(1)), dim=-1).float()


def test_reflected_observation_is_the_observation_of_the_mirrored_motion():
    motion = make_walk(1.0)
    reflected = observation_reflection()(_observation(motion))
    torch.testing.assert_close(reflected, _observation(mirror(motion)), atol=1e-5, rtol=0)
    assert (reflected - _observation(motion)).abs().max() > 0.1


def test_reflected_correction_moves_the_mirrored_joints():
    motion = make_walk(1.0)
    here, there = (
        states(m).joint_rotvec[:, ResidualActionCfg().joint_ids].flatten(1) for m in (motion, mirror(motion))
    )
    torch.testing.assert_close(correction_reflection()(here.float()), there.float(), atol=1e-6, rtol=0)


def test_actor_answers_a_mirrored_observation_with_the_mirrored_correction():
    torch.manual_seed(0)
    cfg, seen = TrackerRunnerCfg(), torch.randn(5, 646)

    def obs(x: torch.Tensor) -> TensorDict:
        return TensorDict({"humanoid": x[:, :358], "target": x[:, 358:]}, batch_size=[len(x)])

    actor = SymmetricActor(obs(seen), cfg.obs_groups, "actor", 27, (16,), "swish", obs_normalization=True)
    answer = actor(obs(observation_reflection()(seen)))
    torch.testing.assert_close(answer, correction_reflection()(actor(obs(seen))))
    assert set(actor.state_dict()) == {f"obs_normalizer.{n}" for n in ("_mean", "_var", "_std", "count")} | {
        f"mlp.{i}.{kind}" for i in (0, 2) for kind in ("weight", "bias")
    }
