# SPDX-License-Identifier: BSD-3-Clause
"""How long a call takes."""

import statistics
import time
from collections.abc import Callable


def median_time(function: Callable[[], object], rounds: int) -> float:
    """Median time of a call after one that warms up [s]."""
    times = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])
