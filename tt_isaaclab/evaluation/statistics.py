# SPDX-License-Identifier: BSD-3-Clause
"""Intervals of success rates: of one run, over seeds, and between two methods."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import binomtest, bootstrap, permutation_test, trim_mean


def wilson_interval(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson score interval of a success rate; (0, 1) where nothing was tried."""
    if trials == 0:
        return 0.0, 1.0
    interval = binomtest(successes, trials).proportion_ci(confidence, method="wilson")
    return float(interval.low), float(interval.high)


def interquartile_mean(strata: Sequence[Sequence[float]], seed: int = 0) -> tuple[float, float, float]:
    """Mean of the middle half of all scores, with the 95 % interval of a bootstrap stratified by task.

    Args:
        strata: Scores of the seeds, a sequence a task (Agarwal et al., "Deep Reinforcement Learning at the Edge of the
            Statistical Precipice", 2021).
        seed: Seed of the resampling.

    Returns:
        Mean, low and high end; with one seed a task the interval is not a number.
    """
    scores = [np.asarray(s, float) for s in strata]
    mean = _iqm(*scores)
    if min(len(s) for s in scores) < 2:
        return mean, float("nan"), float("nan")
    interval = bootstrap(scores, _iqm, method="percentile", vectorized=False, rng=seed).confidence_interval
    return mean, float(interval.low), float(interval.high)


def _iqm(*strata: np.ndarray) -> float:
    return float(trim_mean(np.concatenate(strata), 0.25))


def paired_difference(
    ours: Sequence[float], theirs: Sequence[float], seed: int = 0
) -> tuple[float, float, float, float]:
    """Mean difference of two methods that were given the same orders, its 95 % interval and the p-value of no difference.

    Args:
        ours, theirs: Scores of the same environments (N,), such as the share of successful segments.
        seed: Seed of the resampling.
    """
    difference = np.asarray(ours, float) - np.asarray(theirs, float)
    if not difference.any():
        return 0.0, 0.0, 0.0, 1.0
    data, options = (difference,), {"rng": seed, "n_resamples": 4999, "vectorized": True}
    interval = bootstrap(data, np.mean, method="percentile", **options).confidence_interval
    p = permutation_test(data, np.mean, permutation_type="samples", **options).pvalue
    return float(difference.mean()), float(interval.low), float(interval.high), float(p)


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down correction: compare the results with the level that the whole family shall have."""
    p = np.asarray(p_values, float)
    order = np.argsort(p)
    corrected = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1.0)
    return corrected[np.argsort(order)].tolist()
