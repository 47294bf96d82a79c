# SPDX-License-Identifier: BSD-3-Clause
"""Orders and the frames that answer them, on walks made by formula."""

import math

import pytest
import torch
from formula_walk import make_walk

from tt_isaaclab.bfm.pretrain.cues import Cues
from tt_isaaclab.bfm.pretrain.motions.augment import bend, face
from tt_isaaclab.bfm.pretrain.motions.gait import backwards, stand
from tt_isaaclab.bfm.pretrain.motions.library import Clip, MotionLibrary
from tt_isaaclab.bfm.pretrain.motions.stepping import step
from tt_isaaclab.humanoid.state import BodyState
from tt_isaaclab.kinematics.heading import heading_angle, quat_from_yaw, wrap_angle
from tt_isaaclab.kinematics.rotations import quat_mul, quat_rotate
from tt_isaaclab.tasks.tracking.orders import Orders, OrdersCfg, _fastest_so_far

NAMES = ("straight", "left", "right", "stand")
N = 3
EVERYONE = torch.arange(N)
GAIT = torch.arange(len(NAMES))


@pytest.fixture(scope="module")
def library() -> MotionLibrary:
    walk = make_walk(5.0)
    still = walk[torch.zeros(151, dtype=torch.long)]
    clips = [*(Clip(name, ("gait",)) for name in NAMES), Clip("other")]
    return MotionLibrary.from_motions(clips, [walk, bend(walk, 60.0), bend(walk, -60.0), still, walk])


def _match(orders: Orders, bodies: BodyState, clip: int = 0, time: float = 2.0, yaw: float = 0.0):
    """Answers to environments (N) whose reference is in a clip at a time."""
    return orders.match(
        EVERYONE, bodies, torch.full((N,), clip), torch.full((N,), time), torch.full((N,), yaw, dtype=torch.float)
    )


def _bodies(library: MotionLibrary, clip: int, time: float, yaw: torch.Tensor) -> BodyState:
    """Humanoids (N) in the pose of a clip, turned about z by ``yaw`` (N,)."""
    state = library.sample(torch.full((N,), clip), torch.full((N,), time))
    turn = quat_from_yaw(yaw).unsqueeze(1)
    pos, lin_vel, ang_vel = (quat_rotate(turn, x) for x in (state.body_pos, state.body_lin_vel, state.body_ang_vel))
    return BodyState(pos, quat_mul(turn, state.body_quat), lin_vel, ang_vel)


@pytest.mark.parametrize("turn, expected", [(0.0, "straight"), (0.8, "left"), (-0.8, "right")])
def test_the_clip_that_turns_as_ordered_goes_on_at_the_same_point_of_the_gait(library, turn, expected):
    orders, yaw = Orders(OrdersCfg(steer=0.0), library, GAIT, N), torch.tensor([0.0, 1.0, -2.0])
    orders.speed[:], orders.yaw[:], orders.facing[:], orders.fresh[:] = 1.0, yaw + turn, yaw + turn, True
    clip, time, world = _match(orders, _bodies(library, 0, 2.0, yaw))
    assert [library.clips[i].name for i in clip] == N * [expected]
    there = library.sample(clip, time)
    heading = heading_angle(there.body_quat[:, 0]) + world
    now = heading_angle(_bodies(library, 0, 2.0, yaw).quat[:, 0])
    torch.testing.assert_close(torch.cos(heading - now), torch.ones(N))
    gait = (time - 2.0) % 1.0  # the walk by formula has a cycle of one second
    assert (torch.minimum(gait, 1.0 - gait) < 0.12).all()


def test_an_order_to_stand_is_answered_by_standing(library):
    orders = Orders(OrdersCfg(), library, GAIT, N)
    clip, _, _ = _match(orders, _bodies(library, 3, 1.0, torch.zeros(N)))
    assert (clip == NAMES.index("stand")).all()


def test_the_reference_is_turned_towards_the_order_by_a_little(library):
    orders = Orders(OrdersCfg(steer=0.05), library, GAIT, N)
    orders.speed[:], orders.yaw[:] = 1.0, torch.tensor([0.02, 0.2, -0.2])
    orders.facing[:] = orders.yaw
    bodies = _bodies(library, 0, 2.0, torch.zeros(N))
    _, _, steered = _match(orders, bodies)
    orders._cfg = OrdersCfg(steer=0.0)
    _, _, straight = _match(orders, bodies)
    assert ((steered - straight)[1:] - torch.tensor([0.05, -0.05])).abs().max() < 1e-5
    assert (steered - straight)[0].abs() <= 0.05


def test_the_clip_goes_on_until_another_frame_suits_much_better_or_the_order_is_new(library):
    orders = Orders(OrdersCfg(steer=0.0, reluctance=0.006), library, GAIT, N)
    orders.speed[:] = 1.0
    ahead = _bodies(library, 0, 2.0 + 1.0 / 30.0, torch.zeros(N))  # a little ahead of the reference
    clip, time, yaw = _match(orders, ahead, time=2.0, yaw=0.01)
    assert (clip == 0).all() and (time == 2.0).all() and (yaw == 0.01).all()
    orders.fresh[0] = True
    _, time, _ = _match(orders, ahead, time=2.0)
    assert time[0] != 2.0 and (time[1:] == 2.0).all() and not orders.fresh.any()
    _, time, _ = _match(orders, ahead, time=2.5)  # the other foot is in front
    assert (time != 2.5).all()
    _, time, yaw = _match(orders, ahead, time=2.0, yaw=1.0)  # the humanoid has turned away
    assert (yaw.abs() < 0.1).all()
    _, time, _ = _match(orders, _bodies(library, 0, 4.5, torch.zeros(N)), time=4.5)  # the clip ends
    assert (time <= 4.0).all()


def test_orders_hold_for_their_time_and_stay_within_their_ranges(library):
    torch.manual_seed(0)
    cfg = OrdersCfg(hold=(1.0, 1.0), stand_share=0.5, fast_share=0.0, turn_back_share=0.0, turn=0.3)
    orders = Orders(cfg, library, GAIT, 1000)
    orders.give(torch.arange(1000), torch.zeros(1000))
    before = orders.facing.clone()
    assert before.abs().max() <= 0.3 and 0.4 < (orders.speed == 0.0).float().mean() < 0.6
    moving = orders.speed[orders.speed > 0.0]
    assert cfg.speed_range[0] <= moving.min() and moving.max() <= cfg.speed_range[1]
    orders.advance(0.6)
    assert torch.equal(orders.facing, before)
    orders.advance(0.6)
    assert not (orders.facing == before).any() and (orders.facing - before).abs().max() <= 0.3 + 1e-6
    walks = orders.speed > 0.0
    aside = wrap_angle(orders.facing - orders.yaw)[walks]
    assert aside.abs().max() <= cfg.aside + 1e-6 and 0.3 < (aside.abs() > 1e-6).float().mean() < 0.5
    assert torch.equal(orders.yaw[~walks], orders.facing[~walks]) and not orders.still[walks].any()
    assert 0.5 < orders.still[~walks].float().mean() < 0.7


@pytest.fixture(scope="module")
def stepping() -> MotionLibrary:
    """The library with a clip of steps to the left, and "stand" tagged so."""
    tags = {"stand": ("gait", "stand"), "step": ("gait", "step")}
    walk = make_walk(5.0)
    still = walk[torch.zeros(151, dtype=torch.long)]
    motions = [walk, bend(walk, 60.0), bend(walk, -60.0), still, step(stand(walk, 6.0), 90.0)]
    clips = [Clip(name, tags.get(name, ("gait",))) for name in (*NAMES, "step")]
    return MotionLibrary.from_motions(clips, motions)


def test_orders_to_step_go_aside_slowly_and_are_answered_by_steps_alone(library, stepping):
    with pytest.raises(ValueError, match="no clip to train on has the tag 'step'"):
        Orders(OrdersCfg(step_share=0.5), library, GAIT, 1)
    torch.manual_seed(0)
    cfg = OrdersCfg(step_share=0.5, stand_share=0.0, speed_range=(0.5, 0.5), fast_share=0.0)
    orders = Orders(cfg, stepping, torch.arange(5), 1000)
    everyone = torch.arange(1000)
    orders.give(everyone, torch.zeros(1000))
    assert 0.4 < orders.steps.float().mean() < 0.6
    speed, aside = orders.speed[orders.steps], wrap_angle(orders.facing - orders.yaw)[orders.steps]
    assert speed.min() >= 0.4 and speed.max() <= 0.6
    assert 0.5 <= aside.abs().min() and aside.min() < -3.0 and aside.max() > 3.0 and aside.mean().abs() < 0.3
    clip, time = torch.full((1000,), NAMES.index("stand")), torch.zeros(1000)
    bodies = BodyState(*stepping.sample(clip, time)[:4])
    chosen, time, _ = orders.match(everyone, bodies, clip, time, time)
    assert torch.equal(chosen == 4, orders.steps)
    assert ((time >= 0.35) & (time < 0.65))[chosen == 4].all()  # the first right foot


def test_a_stander_is_answered_by_stands_and_by_steps_where_it_is_to_turn_and_a_walker_by_anything(stepping):
    orders = Orders(OrdersCfg(), stepping, torch.arange(5), N)
    heading, turn = torch.tensor([0.5, -1.0, 2.0]), torch.tensor([0.1, 1.2, 1.2])
    orders.facing[:], orders.yaw[:] = heading + turn, heading + turn
    orders.still[:] = torch.tensor([False, False, True])

    def fitting(clip: str) -> list[set[str]]:
        bodies = _bodies(stepping, NAMES.index(clip), 2.0, heading)
        facing = (orders.facing - heading).masked_fill(orders.still, 0.0)
        frames = orders._fitting(EVERYONE, bodies, facing, torch.zeros(N, dtype=torch.bool))
        return [{stepping.clips[i].name for i in orders._clip[row].unique()} for row in frames]

    assert fitting("stand") == [{"stand"}, {"step"}, {"stand"}]
    assert fitting("straight") == N * [{*NAMES, "step"}]
    orders.speed[:] = 1.0
    assert fitting("stand") == N * [set(NAMES)]


@pytest.fixture(scope="module")
def both_ways() -> MotionLibrary:
    """A walk, and the same played backwards."""
    walk = make_walk(5.0)
    clips = [Clip("straight", ("gait",)), Clip("back", ("gait", "backwards"))]
    return MotionLibrary.from_motions(clips, [walk, backwards(walk)])


def test_orders_to_walk_backwards_are_answered_by_such_walks_alone(both_ways):
    torch.manual_seed(0)
    everyone = torch.arange(1000)
    orders = Orders(OrdersCfg(backwards_share=0.5, aside_share=0.0, stand_share=0.0), both_ways, torch.arange(2), 1000)
    orders.give(everyone, torch.zeros(1000))
    assert 0.4 < orders.backwards.float().mean() < 0.6 and not orders.aside.any()
    assert 1.0 <= orders.speed[orders.backwards].min() and orders.speed[orders.backwards].max() <= 1.7
    off = wrap_angle(orders.facing - orders.yaw).abs()
    torch.testing.assert_close(off, math.pi * orders.backwards.float())
    clip, time = torch.zeros(1000, dtype=torch.long), torch.full((1000,), 2.0)
    bodies = BodyState(*both_ways.sample(clip, time)[:4])
    bodies = bodies._replace(lin_vel=torch.zeros_like(bodies.lin_vel))
    chosen, _, _ = orders.match(everyone, bodies, clip, time, torch.zeros(1000))
    assert torch.equal(chosen == 1, orders.backwards)


def test_how_fast_a_clip_has_been_is_counted_from_its_own_beginning():
    speed, frames = torch.tensor([0.0, 0.3, 0.1, 1.0, 0.2, 0.1]), torch.tensor([3, 2, 1])
    torch.testing.assert_close(_fastest_so_far(speed, frames), torch.tensor([0.0, 0.3, 0.3, 1.0, 1.0, 0.1]))
    assert not len(_fastest_so_far(speed[:0], frames[:0]))


def test_a_stander_that_is_to_go_backwards_is_shown_a_walk_that_is_underway():
    walk = backwards(make_walk(3.0))
    start = torch.cat((torch.zeros(30, dtype=torch.long), torch.arange(91)))
    library = MotionLibrary.from_motions([Clip("start", ("gait", "backwards"))], [walk[start]])
    orders = Orders(OrdersCfg(), library, torch.arange(1), N)
    orders.speed[:], orders.backwards[:], orders.fresh[:] = 1.0, True, True
    _, time, _ = _match(orders, _bodies(library, 0, 0.0, torch.zeros(N)), clip=0, time=0.0)
    shown = library.sample(torch.zeros(N, dtype=torch.long), time).body_lin_vel[:, 0, :2].norm(dim=-1)
    assert (time > 0.9).all() and (shown > 0.4).all()


@pytest.mark.parametrize("clip", [0, 1])
def test_who_goes_the_other_way_may_be_answered_by_a_walk_of_either(both_ways, clip):
    orders = Orders(OrdersCfg(), both_ways, torch.arange(2), N)
    orders.speed[:], orders.backwards[:] = torch.tensor([1.0, 1.0, 0.0]), torch.tensor([False, True, True])
    bodies = _bodies(both_ways, clip, 2.0, torch.zeros(N))
    other_way = orders._goes_other_way(EVERYONE, bodies)
    assert other_way.tolist() == [clip == 1, clip == 0, False]
    frames = orders._fitting(EVERYONE, bodies, torch.zeros(N), other_way)
    kinds = [set(orders._clip[row].tolist()) for row in frames[:2]]
    assert kinds == [{0, 1} if clip == 1 else {0}, {0, 1} if clip == 0 else {1}]


@pytest.fixture(scope="module")
def facing() -> MotionLibrary:
    """A walk, and the same facing up to 45 degrees aside."""
    walk = make_walk(5.0)
    clips = [Clip("straight", ("gait",)), Clip("aside", ("gait", "face"))]
    return MotionLibrary.from_motions(clips, [walk, face(walk, 45.0)])


def test_who_is_not_to_face_aside_is_not_answered_by_someone_who_does(facing):
    orders = Orders(OrdersCfg(insistence=0.1), facing, torch.arange(2), N)
    orders.speed[:], orders.facing[:], orders.fresh[:] = 1.0, torch.tensor([0.0, 0.1, 0.7]), True
    assert orders.aside.tolist() == [False, False, True]
    bodies = _bodies(facing, 1, 1.6, torch.zeros(N))
    assert heading_angle(bodies.quat[:, 0]).min() > 0.6
    clip, _, _ = _match(orders, bodies)
    assert clip.tolist() == [0, 0, 1]


def test_who_faces_aside_is_led_there_and_not_answered_by_a_walk_ahead(library, facing):
    """It faces ahead and is to face 45 degrees aside: the frame faces aside and is turned further that way, by 0.3 rad."""
    orders = Orders(OrdersCfg(insistence=0.06), facing, torch.arange(2), N)
    orders.speed[:], orders.facing[:], orders.fresh[:] = 1.0, math.radians(45.0), True
    bodies = _bodies(library, 0, 2.0, torch.zeros(N))
    clip, time, yaw = _match(orders, bodies)
    assert clip.tolist() == N * [1]
    leads = heading_angle(facing.sample(clip, time).body_quat[:, 0]) + yaw - heading_angle(bodies.quat[:, 0])
    torch.testing.assert_close(leads, torch.full((N,), 0.3), atol=1e-3, rtol=0.0)


def test_who_has_yet_to_walk_is_answered_by_the_nearest_pose(library):
    orders = Orders(OrdersCfg(insistence=0.1), library, GAIT, N)
    orders.speed[:], orders.fresh[:] = 1.0, True
    standing = _bodies(library, NAMES.index("stand"), 2.0, torch.zeros(N))
    assert (_match(orders, standing)[0] == NAMES.index("stand")).all()
    standing.lin_vel[:, :, 0] = 0.8  # it has begun
    assert not (_match(orders, standing)[0] == NAMES.index("stand")).any()


def test_a_clip_is_played_at_the_pace_that_has_the_ordered_speed(library):
    orders = Orders(OrdersCfg(haste=0.2), library, GAIT, N)
    recorded, _ = Cues(library).at(torch.tensor([0]), torch.tensor([2.0]))
    orders.speed[:] = recorded * torch.tensor([0.9, 3.0, 0.0])
    pace = orders.pace(EVERYONE, torch.zeros(N, dtype=torch.long), torch.full((N,), 2.0))
    torch.testing.assert_close(pace, torch.tensor([0.9, 1.2, 1.0]))
    standing = torch.full((N,), NAMES.index("stand"))
    torch.testing.assert_close(orders.pace(EVERYONE, standing, torch.full((N,), 2.0)), torch.ones(N))
