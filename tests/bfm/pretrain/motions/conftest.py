# SPDX-License-Identifier: BSD-3-Clause
"""Shared by the tests of motions."""

import pytest
from formula_walk import make_walk

from tt_isaaclab.bfm.pretrain.motions.motion import Motion


@pytest.fixture
def walk() -> Motion:
    """Four seconds of `make_walk`."""
    return make_walk()
