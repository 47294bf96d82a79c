# SPDX-License-Identifier: BSD-3-Clause
"""What the student sees, in a real environment."""

import math

import pytest
import torch

from tt_isaaclab.bfm.layouts import bundled
from tt_isaaclab.bfm.pretrain.distill import student_env
from tt_isaaclab.bfm.pretrain.masks import Kind
from tt_isaaclab.bfm.pretrain.targets import StudentTargets
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.humanoid.state import read_bodies
from tt_isaaclab.kinematics.heading import heading_angle
from tt_isaaclab.tasks.make import open_env

NUM_ENVS = 8
LAYOUT = bundled()
EVERYONE = torch.arange(NUM_ENVS)


@pytest.fixture(scope="module")
def env(library):
    def edit(cfg) -> None:
        student_env(cfg)
        cfg.commands.motion.library = library
        cfg.terminations.lost_reference.params["distance"] = 10.0

    with open_env("TaskTokens-Tracking", physics="newton_mujoco", num_envs=NUM_ENVS, seed=0, edit=edit) as env:
        env.reset()
        yield env


def _show(env, clip: int, time: float, kind: Kind, bits: torch.Tensor | bool = True) -> StudentTargets:
    """Targets of environments that have just begun a clip at a time, under one mask."""
    command = env.command_manager.get_term("motion")
    command.begin(EVERYONE, torch.full((NUM_ENVS,), clip), torch.full((NUM_ENVS,), time))
    env.sim.forward()
    targets = StudentTargets(command, LAYOUT)
    mask = torch.zeros(NUM_ENVS, 6, 7, 2, dtype=torch.bool) | bits
    targets.show(EVERYONE, torch.full((NUM_ENVS,), kind), mask)
    return targets


def _rows(env, targets: StudentTargets) -> tuple[torch.Tensor, torch.Tensor]:
    """Slots (N, T, 7, 2, 13) and visibility (N, T)."""
    rows, visible = targets.inputs(read_bodies(env.scene["robot"]))
    return rows[..., :-2].unflatten(-1, (7, 2, 13)), visible


def test_a_walker_sees_its_pelvis_ahead_at_the_clip_speed(env):
    targets = _show(env, clip=0, time=1.0, kind=Kind.ALL)
    slots, visible = _rows(env, targets)
    assert visible[:, :5].all()
    steps = torch.tensor(LAYOUT.target_steps) / 30.0
    torch.testing.assert_close(slots[:, :5, 0, 0, 0], steps.expand(NUM_ENVS, 5), atol=0.01, rtol=0.0)
    torch.testing.assert_close(slots[:, :5, -1, 1, 0], torch.ones(NUM_ENVS, 5), atol=0.1, rtol=0.0)


def test_times_past_the_end_are_hidden_and_something_stays_visible(env):
    far_only = torch.zeros(6, 7, 2, dtype=torch.bool)
    far_only[-1] = True
    for bits, expected in ((True, [1, 1, 1, 0, 0, 0]), (far_only, [1, 1, 1, 0, 0, 0])):
        _, visible = _rows(env, _show(env, clip=0, time=3.8, kind=Kind.RANDOM, bits=bits))
        assert visible[0].tolist() == [bool(x) for x in expected]


def test_a_prompt_goes_straight_at_the_ordered_speed_and_way_even_past_the_end(env):
    targets = _show(env, clip=0, time=3.8, kind=Kind.DIRECTION)
    command = env.command_manager.get_term("motion")
    command.orders.speed[:], command.orders.yaw[:] = 1.5, command.yaw + 0.5
    slots, visible = _rows(env, targets)
    assert visible.all() and (targets.far == 1.0).all()
    ahead = 1.5 * torch.tensor([[math.cos(0.5), math.sin(0.5)]]).expand(NUM_ENVS, 2)
    torch.testing.assert_close(slots[:, -1, 0, 0, :2], ahead, atol=0.15, rtol=0.0)
    torch.testing.assert_close(slots[:, 3, -1, 1, :2], ahead, atol=0.15, rtol=0.0)


def test_a_reach_shows_the_hand_where_it_will_rest(env):
    slot, hand = LAYOUT.target_slots.index("R_Hand"), DEFAULT_HUMANOID.body_ids("R_Hand")[0]
    far = torch.zeros(6, 7, 2, dtype=torch.bool)
    far[-1, slot, 0] = True
    targets = _show(env, clip=0, time=1.0, kind=Kind.REACH, bits=far)  # a walker's hand rests at the end of the clip
    slots, visible = _rows(env, targets)
    assert visible[:, -1].all() and not visible[:, :-1].any()
    end = env.command_manager.get_term("motion").reference(torch.full((NUM_ENVS,), 3.0)).body_pos[:, hand]
    ahead = (end - read_bodies(env.scene["robot"]).pos[:, hand]).norm(dim=-1)
    torch.testing.assert_close(slots[:, -1, slot, 0, :3].norm(dim=-1), ahead, atol=0.01, rtol=0.0)


def test_quiet_shows_nothing_to_those_who_shall_stand(env):
    targets = _show(env, clip=0, time=0.5, kind=Kind.QUIET)
    orders = env.command_manager.get_term("motion").orders
    for speed, seen in ((0.0, False), (1.0, True)):
        orders.speed[:], orders.still[:] = speed, not seen
        assert (_rows(env, targets)[1] == seen).all()


def test_masks_change_for_fresh_episodes_and_after_a_while(env):
    targets = _show(env, clip=0, time=0.0, kind=Kind.RANDOM, bits=False)
    nobody = torch.zeros(NUM_ENVS, dtype=torch.bool)
    targets.advance(nobody, 0.5)
    assert (targets.kind == Kind.RANDOM).all()
    fresh = nobody.clone()
    fresh[0] = True
    for _ in range(20):  # until another kind is drawn
        targets.advance(fresh, 0.0)
        if targets.kind[0] != Kind.RANDOM:
            break
    assert targets.kind[0] != Kind.RANDOM and (targets.kind[1:] == Kind.RANDOM).all()
    targets.advance(nobody, 3.0)
    assert not (targets.kind == Kind.RANDOM).all()


def test_where_a_caption_alone_is_seen_the_reference_goes_along_in_the_nearest_frame(env):
    """A humanoid that walks as the clip does at 1.0 s, told so in words alone or shown it, whose reference is 0.13 s early."""
    _show(env, clip=0, time=1.0, kind=Kind.TEXT, bits=False)
    command = env.command_manager.get_term("motion")
    assert command.along.all()
    shown = torch.arange(NUM_ENVS) % 2 == 0
    command.along[shown] = False
    command.time += 4.0 / 30.0
    command.shift[:, 0] += 0.3
    for _ in range(4):
        env.step(command.target.joint_rotvec.flatten(1) / math.pi)
    bodies, reference = read_bodies(env.scene["robot"]), command.reference(0.0)
    apart = (reference.body_pos[:, 0, :2] - bodies.pos[:, 0, :2]).norm(dim=-1)
    assert (apart[~shown] < 1e-4).all() and (apart[shown] > 0.1).all()
    turned = heading_angle(reference.body_quat[~shown, 0]) - heading_angle(bodies.quat[~shown, 0])
    torch.testing.assert_close(torch.cos(turned), torch.ones_like(turned))
    torch.testing.assert_close(command.time[shown], torch.full_like(command.time[shown], 1.0 + 8.0 / 30.0))
    assert (command.time[~shown] < 1.0 + 6.5 / 30.0).all()
