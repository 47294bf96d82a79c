# SPDX-License-Identifier: BSD-3-Clause
"""Standing, stopping, starting and repeating a walk made of formulas."""

from collections.abc import Callable

import pytest
import torch
from formula_walk import SPEED, make_walk

from tt_isaaclab.bfm.pretrain.motions.footwork import feet_of
from tt_isaaclab.bfm.pretrain.motions.gait import backwards, from_stand, loop, stand, start, stop, to_stand, turn_back
from tt_isaaclab.bfm.pretrain.motions.ground import floor_quality
from tt_isaaclab.bfm.pretrain.motions.motion import Motion, states
from tt_isaaclab.humanoid.poses import STANDING_HEIGHT, standing_pose
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.kinematics.rotations import quat_from_rotvec


def test_stand_is_still_level_and_symmetric(walk: Motion) -> None:
    still = stand(walk, 2.0)
    state = states(still)
    assert still.seconds == 2.0
    assert state.body_lin_vel.abs().max() < 1e-9
    assert floor_quality(still).penetration < 1e-6
    assert floor_quality(still).float_height < 1e-6
    left, right = state.body_pos[0, [*range(1, 5), *range(14, 19)]], state.body_pos[0, [*range(5, 9), *range(19, 24)]]
    torch.testing.assert_close(left, right * right.new_tensor([1.0, -1.0, 1.0]), atol=1e-8, rtol=0.0)


def test_loop_goes_on_without_a_seam() -> None:
    """Even though an arm rises by 0.5 rad/s, so that no two frames of the recording are alike."""
    short = make_walk(1.6)
    shoulder = DEFAULT_HUMANOID.body_ids("L_Shoulder")[0]
    rise = torch.arange(len(short), dtype=torch.float64).view(-1, 1) / 60.0 * torch.tensor([1.0, 0.0, 0.0]).double()
    short.local_quat[:, shoulder] = quat_from_rotvec(rise)
    long = loop(short, 5.0)
    assert long.seconds == 5.0
    assert long.root_pos[-1, 0].item() == pytest.approx(5.0 * SPEED, abs=0.02)
    # The fastest the body parts change from frame to frame is no more than in the recording.
    jump = (long.poses()[0][1:] - long.poses()[0][:-1]).norm(dim=-1).max()
    assert jump < 1.1 * (short.poses()[0][1:] - short.poses()[0][:-1]).norm(dim=-1).max()


def test_loop_refuses_half_a_step(walk: Motion) -> None:
    with pytest.raises(ValueError, match=r"0.5 s is too short to be looped"):
        loop(walk[:16], 5.0)


def test_stop_ends_standing_on_planted_feet(walk: Motion) -> None:
    stopped = stop(walk)
    state = states(stopped)
    torch.testing.assert_close(stopped.root_pos[0], walk.root_pos[0], atol=SPEED / 30.0, rtol=0.0)
    speed = state.body_lin_vel[:, 0, :2].norm(dim=-1)
    assert speed[:30].mean().item() == pytest.approx(SPEED, rel=0.1)
    assert state.body_lin_vel[-20:].abs().max() < 1e-6
    braking = (speed[1:] - speed[:-1]).abs().max() * 30.0
    assert braking < 4.0
    feet = feet_of(stopped).pos[-50:]
    torch.testing.assert_close(feet[-1, :, 2], torch.full((2,), 0.07).double(), atol=1e-6, rtol=0.0)  # both are down
    still = (feet - feet[-1]).norm(dim=-1).amax(0).min()
    torch.testing.assert_close(stopped.local_quat[-1, 9:], stand(walk, 0.0).local_quat[0, 9:], atol=1e-8, rtol=0.0)
    assert still < 5e-3  # the foot it stops on never moves
    assert floor_quality(stopped).penetration < 0.01


def test_start_is_a_stop_backwards(walk: Motion) -> None:
    started = start(walk)
    state = states(started)
    assert state.body_lin_vel[:20].abs().max() < 1e-6
    speed = state.body_lin_vel[-30:, 0, 0]
    assert speed.mean().item() == pytest.approx(SPEED, rel=0.1)


def test_backwards_is_as_fast_the_other_way(walk: Motion) -> None:
    back = states(backwards(walk))
    assert back.body_lin_vel[:, 0, 0].mean().item() == pytest.approx(-SPEED, rel=0.1)
    torch.testing.assert_close(back.body_quat.flip(0), states(walk).body_quat)


def test_a_stop_takes_as_long_as_it_is_told_to(walk: Motion) -> None:
    def braking(seconds: float) -> float:
        speed = states(stop(walk, seconds)).body_lin_vel[:, 0, 0]
        return float((speed[1:] - speed[:-1]).min())

    assert braking(0.5) == pytest.approx(2.0 * braking(1.0), rel=0.2)


def test_turn_back_retraces_its_steps_on_a_foot_that_is_still_ahead(walk: Motion) -> None:
    seconds = 1.0
    turned = turn_back(walk, seconds)
    torch.testing.assert_close(turned.local_quat.flip(0), turned.local_quat)
    torch.testing.assert_close(turned.root_pos.flip(0), turned.root_pos)
    velocity = states(turned).body_lin_vel[:, 0, 0]
    middle, half = len(turned) // 2, round(0.5 * seconds * walk.fps)
    assert velocity[: middle - half].mean().item() == pytest.approx(SPEED, rel=0.1)
    assert velocity[middle + half :].mean().item() == pytest.approx(-SPEED, rel=0.1)
    assert velocity[middle].item() == pytest.approx(0.0, abs=1e-6)
    assert (velocity[1:] - velocity[:-1]).abs().max().item() * walk.fps < 4.0 * SPEED / seconds
    feet = feet_of(turned).pos[middle]
    weight = int(feet[:, 2].argmin())
    assert 0.02 < (feet[weight] - turned.root_pos[middle])[0] < 0.2


@pytest.mark.parametrize("halt", [stop, lambda walk: turn_back(walk, 1.0)])
def test_a_halt_needs_a_step(walk: Motion, halt: Callable[[Motion], Motion]) -> None:
    with pytest.raises(ValueError, match="no step to"):
        halt(walk[:5])


def test_from_stand_begins_as_tasks_do_and_ends_in_the_motion(walk: Motion) -> None:
    begun = from_stand(walk, 1.0)
    first = states(begun[:2])
    assert first.body_pos[0, 0, 2].item() == pytest.approx(STANDING_HEIGHT, abs=1e-6)
    arms = [name in ("L_Shoulder", "R_Shoulder", "L_Elbow", "R_Elbow") for name in DEFAULT_HUMANOID.joint_names]
    torch.testing.assert_close(first.joint_rotvec[0, arms], standing_pose()[arms].double(), atol=1e-5, rtol=0.0)
    after = round(1.0 * walk.fps)
    torch.testing.assert_close(begun.local_quat[after:], walk.local_quat[after:], atol=1e-6, rtol=0.0)


def test_to_stand_ends_as_tasks_begin(walk: Motion) -> None:
    ended, begun = to_stand(walk, 1.0), from_stand(walk, 1.0)
    torch.testing.assert_close(ended.local_quat[-1, 1:], begun.local_quat[0, 1:])
    before = len(walk) - 1 - round(1.0 * walk.fps)
    torch.testing.assert_close(ended.local_quat[:before], walk.local_quat[:before], atol=1e-6, rtol=0.0)
