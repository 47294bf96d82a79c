# SPDX-License-Identifier: BSD-3-Clause
"""Figures: labelled axes with units, colour-blind safe."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  (the backend must be chosen first)

BLUE, ORANGE, GREY = "#0072B2", "#E69F00", "#777777"  # Okabe and Ito


def learning_curve(
    path: Path, frames: Sequence[int], reward: Sequence[float], success: Sequence[float], title: str
) -> None:
    """Reward a control step and success rate (shares in [0, 1]) over environment frames, as a PNG."""
    figure, left = plt.subplots(figsize=(6.4, 3.6), constrained_layout=True)
    millions = [f / 1e6 for f in frames]
    left.plot(millions, reward, color=BLUE, label="reward")
    left.set_xlabel("environment steps [million]")
    left.set_ylabel("reward per control step", color=BLUE)
    left.set_ylim(0, 1)
    right = left.twinx()
    right.plot(millions, [100 * s for s in success], color=ORANGE, linestyle="--", label="success")
    right.set_ylabel("success, last 1024 command segments [%]", color=ORANGE)
    right.set_ylim(0, 100)
    left.set_title(title)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)
    plt.close(figure)
