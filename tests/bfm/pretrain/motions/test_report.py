# SPDX-License-Identifier: BSD-3-Clause
"""A library in numbers."""

from tt_isaaclab.bfm.pretrain.motions.library import MotionLibrary
from tt_isaaclab.bfm.pretrain.motions.report import report


def test_clips_and_tags_have_a_line_each(library: str) -> None:
    lines = [line.split() for line in report(MotionLibrary.load(library)).splitlines()]
    assert lines[1][:3] == ["walk", "4.0", "1.00"]
    assert lines[2] == ["stand", "2.0", "0.00", "0.000", "0.00", "0.00", "stand"]
    assert lines[3][:3] == ["unseen", "1.0", "1.00"] and lines[3][-2:] == ["(held", "out)"]
    assert lines[-2:] == [["stand", "1", "2.0", "0.0"], ["walk", "2", "5.0", "1.0"]]
