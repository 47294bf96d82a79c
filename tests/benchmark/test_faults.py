# SPDX-License-Identifier: BSD-3-Clause
"""A few kills; ``scripts/faults.py`` does many, of training, evaluation and a sweep too."""

import pytest

from tt_isaaclab.benchmark.faults import COUNT, TOKEN, check_save, survive


def test_saving_survives_kills_and_goes_on(tmp_path):
    result = survive("save", tmp_path, kills=3)
    assert (result.kills, result.finished) == (3, 0) and result.resumed == 2 and result.progress >= 3


def test_a_torn_token_and_a_lost_count_are_noticed(tmp_path):
    survive("save", tmp_path, kills=1, seed=1)
    (tmp_path / COUNT).write_text('{"count": -5}')
    with pytest.raises(AssertionError, match="count -5"):
        check_save(tmp_path)
    (tmp_path / TOKEN).write_bytes((tmp_path / TOKEN).read_bytes()[:1000])
    with pytest.raises(ValueError, match="cut short"):
        check_save(tmp_path)
