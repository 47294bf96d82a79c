# SPDX-License-Identifier: BSD-3-Clause
"""Figures: labelled axes with units, colour-blind safe."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  (the backend must be chosen first)

BLUE, ORANGE, GREY = "#0072B2", "#E69F00", "#777777"  # Okabe and Ito
_COLOURS = (BLUE, ORANGE, "#009E73", "#CC79A7", "#56B4E9", "#D55E00", GREY)
_MARKERS = "os^Dv<>"

_AXIS_LABELS = {
    "gravity": "gravity [x 9.81 m/s$^2$]",
    "friction": "friction coefficient, measured",
    "mass": "mass [x trained]",
    "stiffness": "joint stiffness [x trained]",
}


class RobustnessCurve(NamedTuple):
    """Success rates (shares) of one method and their intervals over the factors of one axis."""

    name: str
    factors: Sequence[float]
    rates: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


def robustness_curves(path: Path, axis: str, title: str, curves: Sequence[RobustnessCurve]) -> None:
    """Success over a factor, one line a method with the band of its interval, as a PNG."""
    figure, axes = plt.subplots(figsize=(6.4, 4.0), constrained_layout=True)
    for curve, colour, marker in zip(curves, _COLOURS, _MARKERS, strict=False):
        rates, low, high = (100 * np.asarray(x) for x in (curve.rates, curve.low, curve.high))
        axes.plot(curve.factors, rates, color=colour, marker=marker, markersize=4, label=curve.name)
        axes.fill_between(curve.factors, low, high, color=colour, alpha=0.2, linewidth=0)
    axes.axvline(1.0, color=GREY, linewidth=0.8, linestyle=":")
    axes.set_xlabel(_AXIS_LABELS[axis])
    axes.set_ylabel("success [%]")
    axes.set_ylim(0, 100)
    axes.set_title(title)
    figure.legend(loc="outside lower center", ncols=2, fontsize="small")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)
    plt.close(figure)


def learning_curve(
    path: Path,
    frames: Sequence[int],
    reward: Sequence[float],
    success: Sequence[float],
    title: str,
    counted: str = "last 1024 command segments",
    reward_label: str = "reward per control step",
    top: float | None = 1.0,
) -> None:
    """Reward and success rate (shares in [0, 1]) over environment frames, as a PNG.

    Args:
        path: File to write.
        frames: Environment steps so far.
        reward: Reward at each of them.
        success: Success rate at each of them.
        title: Title.
        counted: What the success rate is of.
        reward_label: What the reward is.
        top: Highest possible reward, if there is one.
    """
    figure, left = plt.subplots(figsize=(6.4, 3.6), constrained_layout=True)
    millions = [f / 1e6 for f in frames]
    left.plot(millions, reward, color=BLUE, label="reward")
    left.set_xlabel("environment steps [million]")
    left.set_ylabel(reward_label, color=BLUE)
    left.set_ylim(0, top)
    right = left.twinx()
    right.plot(millions, [100 * s for s in success], color=ORANGE, linestyle="--", label="success")
    right.set_ylabel(f"success, {counted} [%]", color=ORANGE)
    right.set_ylim(0, 100)
    left.set_title(title)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)
    plt.close(figure)


def success_curves(path: Path, curves: Sequence[tuple[str, Sequence[int], Sequence[float]]], title: str) -> None:
    """Success rate (share) over environment frames, one line a (name, frames, success), as a PNG; a name has a colour."""
    figure, axes = plt.subplots(figsize=(6.4, 4.0), constrained_layout=True)
    names = list(dict.fromkeys(name for name, *_ in curves))
    for name, frames, success in curves:
        axes.plot([f / 1e6 for f in frames], [100 * s for s in success], color=_COLOURS[names.index(name)], label=name)
    axes.set_xlabel("environment steps [million]")
    axes.set_ylabel("success, last 1024 command segments [%]")
    axes.set_ylim(bottom=-2)  # a policy that never succeeds is a line, too
    axes.set_title(title)
    handles = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
    axes.legend(handles.values(), handles.keys())
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)
    plt.close(figure)


def motion_curves(times: np.ndarray, speed: np.ndarray, feet: np.ndarray, width: int) -> np.ndarray:
    """Pelvis speed and height of the soles over time.

    Args:
        times: (T,) [s].
        speed: Horizontal speed of the pelvis (T,) [m/s].
        feet: Height of the lowest point of the left and the right foot (T, 2) [m].
        width: Width of the picture [pixels].

    Returns:
        Picture (height, width, 3), uint8.
    """
    figure, (above, below) = plt.subplots(2, figsize=(width / 100, 3.2), dpi=100, sharex=True, constrained_layout=True)
    above.plot(times, speed, color=GREY)
    above.set_ylabel("pelvis [m/s]")
    above.set_ylim(bottom=0)
    for height, name, colour in zip(feet.T, ("left", "right"), (ORANGE, BLUE), strict=True):
        below.plot(times, 100 * height, color=colour, label=name)
    below.axhline(0, color="black", linewidth=0.8)
    below.set_ylabel("sole [cm]")
    below.set_xlabel("time [s]")
    below.set_xlim(times[0], times[-1])
    below.legend(loc="upper right")
    figure.canvas.draw()
    picture = np.asarray(figure.canvas.buffer_rgba())[..., :3].copy()
    plt.close(figure)
    return picture
