# SPDX-License-Identifier: BSD-3-Clause
"""The expert: what is read from a checkpoint, and its answer as an absolute action."""

import math

import pytest
import torch

from tt_isaaclab.bfm.layouts import bundled
from tt_isaaclab.bfm.network import BfmNetwork
from tt_isaaclab.bfm.pretrain.distill import student_env
from tt_isaaclab.bfm.pretrain.evaluate import follow_tracker
from tt_isaaclab.bfm.pretrain.following import follow, open_following
from tt_isaaclab.bfm.pretrain.motions.library import MotionLibrary
from tt_isaaclab.bfm.pretrain.tracker import Experts, Tracker, tagged_files
from tt_isaaclab.tasks.make import open_env
from tt_isaaclab.tasks.tracking.mdp import ResidualActionCfg, base_target


class _Constant:
    """Tracker whose corrections are all the same."""

    def __init__(self, value: float) -> None:
        self.value = value

    def corrections(self, observations):
        return torch.full((len(observations["humanoid"]), 27), self.value)


def test_action_is_the_base_target_plus_the_corrections_of_the_clips_expert_over_pi(library, checkpoint):
    def edit(cfg) -> None:
        student_env(cfg)
        cfg.commands.motion.library = library

    with open_env("TaskTokens-Tracking", physics="newton_mujoco", num_envs=4, seed=0, edit=edit) as env:
        observations, _ = env.reset()
        tracker, command = Tracker(checkpoint), env.command_manager.get_term("motion")
        # The network always answers 0.1; what both sides agree on is the part about the y axis.
        pitch = torch.tensor([0.0, 0.1, 0.0]).repeat(9)
        torch.testing.assert_close(tracker.corrections(observations), pitch.expand(4, 27))
        command.begin(torch.arange(4), torch.tensor([0, 1, 0, 1]), torch.zeros(4))
        expected = base_target(command).clone()
        joints = ResidualActionCfg().joint_ids
        expected[:2, joints] += torch.stack((pitch, torch.full((27,), -0.2))).view(2, 9, 3)
        expected[2:, joints] += torch.stack((pitch, torch.full((27,), -0.2))).view(2, 9, 3)
        experts = Experts([tracker, _Constant(-0.2)], torch.tensor([0, 1, 0]))
        action = experts.action(observations, command)
        torch.testing.assert_close(math.pi * action, expected.flatten(1), atol=1e-4, rtol=0)
        own = 0.1 * torch.randn(4, 69)
        mixed = Experts([tracker], torch.tensor([0, -1, 0])).action(observations, command, own)
        torch.testing.assert_close(mixed, torch.where(torch.tensor([[True], [False]] * 2), action, own))
        orders = command.orders
        orders.speed[:], orders.facing[:] = 1.0, torch.tensor([0.0, 0.5, 0.5, 0.5])
        orders.given[:] = torch.tensor([True, True, True, False])
        aside = Experts([tracker, _Constant(-0.2)], torch.tensor([0, 0, 0]), aside=1).action(observations, command)
        action = Experts([tracker], torch.tensor([0, 0, 0])).action(observations, command)
        assert (aside != action).any(1).tolist() == [False, True, True, False]
        second = torch.tensor([True, False, False, True])
        back = Experts([tracker, _Constant(-0.2)], torch.tensor([0, 0, 0]), backwards=1)
        taught = back.action(observations, command, own, second)
        assert (taught == own).all(1).tolist() == [False, True, True, False]
        assert taught[second].equal(
            Experts([_Constant(-0.2)], torch.tensor([0, 0, 0])).action(observations, command)[second]
        )


def test_every_clip_is_followed_from_its_start_and_from_within(library, checkpoint):
    result = follow_tracker(library, checkpoint, starts=2, physics="newton_mujoco", seed=0)
    assert result.names == ["walk", "stand", "unseen"] and result.held_out == [False, False, True]
    for share in (result.first, result.random):
        assert ((share >= 0.0) & (share <= 1.0)).all()
    assert (result.body_error > 0.0).all() and (result.body_error < 0.5).all()
    report = result.to_dict()
    assert set(report["mean"]) == {"training", "held_out"} and len(report["clips"]) == 3
    assert report["clips"]["stand"]["whole"] == float(report["clips"]["stand"]["first"] == 1.0)


def test_clips_are_followed_for_a_time_at_most(library, checkpoint):
    with open_following(library, starts=1, physics="newton_mujoco", seed=0) as env:
        whole, begun = (follow(env, Tracker(checkpoint).corrections, seconds) for seconds in (10.0, 0.1))
    assert whole.first[0] < 1.0 and (begun.first == 1.0).all()


@pytest.mark.parametrize(
    "content, message",
    [
        (None, "no such checkpoint"),
        (b"not a checkpoint", "cut short"),
        ({"actor_state_dict": {"mlp.0.weight": torch.zeros(3, 4)}}, "no actor of TaskTokens-Tracking"),
        ({"actor_state_dict": {}}, "no actor of TaskTokens-Tracking"),
    ],
)
def test_bad_checkpoints_are_named(bad_checkpoint, content, message):
    with pytest.raises(ValueError, match=f"model_1.pt: .*{message}"):
        Tracker(bad_checkpoint(content))


def test_trackers_are_for_the_clips_with_their_tags(library, checkpoint):
    clips = MotionLibrary.load(library)
    files = tagged_files([str(checkpoint), f"walk={checkpoint}", f"stand={checkpoint}"], {"walk", "stand"})
    assert list(files) == [None, "walk", "stand"] and set(files.values()) == {checkpoint}
    assert Experts.load(files, clips)._expert_of_clip.tolist() == [1, 2, 1]
    some = tagged_files([f"stand={checkpoint}"], {"walk", "stand"}, rest=False)
    assert Experts.load(some, clips, BfmNetwork(bundled()))._expert_of_clip.tolist() == [-1, 0, -1]


@pytest.mark.parametrize(
    "words, message",
    [
        (["a.pt", "b.pt"], "b.pt: a second tracker for the clips without one"),
        (["a.pt", "walk=b.pt", "walk=c.pt"], "walk=c.pt: a second tracker for the tag 'walk'"),
        (["a.pt", "swim=b.pt"], "swim=b.pt: no clip has the tag 'swim'; there are stand, walk"),
        (["walk=b.pt"], "name a tracker without a tag too"),
    ],
)
def test_bad_choices_of_trackers_are_named(words, message):
    with pytest.raises(ValueError, match=message):
        tagged_files(words, {"walk", "stand"})
