# SPDX-License-Identifier: BSD-3-Clause
"""Where in a long jump words are sought: `tt search --task LongJump`."""

from isaaclab.utils import configclass

from tt_isaaclab.task_tokens.search import WordSearchCfg


@configclass
class LongJumpSearchCfg(WordSearchCfg):
    """Along the way that is left to the line [m]: the last step, the push-off, the flight."""

    number: int = 3
    knots: tuple[float, ...] = (3.0, 2.2, 1.4, 0.6, -0.4)
