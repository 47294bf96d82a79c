# SPDX-License-Identifier: BSD-3-Clause
"""Film recorded body poses without a graphics card or a display: capsules and boxes painted in perspective."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import imageio.v2 as imageio
import numpy as np
from PIL import Image, ImageDraw

from tt_isaaclab.humanoid.anatomy import ANATOMY, Box, Capsule, Shape
from tt_isaaclab.whole_file import whole_file

SKY, GROUND, LINE = (226, 234, 242), (196, 204, 210), (170, 180, 188)
LEFT, RIGHT, MIDDLE, MARK = (214, 122, 64), (66, 118, 180), (120, 108, 100), (30, 140, 60)
_SUPERSAMPLING = 2
_OFFSET = np.array([-1.2, -4.2, 0.9])
"""From the point that the camera looks at to the camera [m]."""


class Mark(NamedTuple):
    """Something of the task to show: a capsule, which is a sphere where both ends are the same."""

    start: np.ndarray
    """World (3,) [m]."""
    end: np.ndarray
    """World (3,) [m]."""
    radius: float
    """[m]."""


class Camera:
    """Pinhole camera that looks at a point from a fixed offset; world z is up.

    Args:
        target: Point in the centre of the picture, world (3,) [m].
        offset: Camera position minus target, world (3,) [m].
        size: Width and height of the picture [pixels].
        focal: Focal length in picture heights.
    """

    def __init__(self, target: np.ndarray, offset: np.ndarray, size: tuple[int, int], focal: float = 1.3) -> None:
        self.position = target + offset
        forward = -offset / np.linalg.norm(offset)
        right = np.cross(forward, (0.0, 0.0, 1.0))
        right /= np.linalg.norm(right)
        self.axes = np.stack((right, np.cross(forward, right), forward))
        self.scale = focal * size[1]
        self.centre = np.array(size) / 2.0

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Pixels (..., 2) and depths (...) [m] of world points (..., 3); depths are kept above 0.1 m."""
        local = (points - self.position) @ self.axes.T
        depth = np.maximum(local[..., 2], 0.1)
        return self.centre + self.scale * local[..., :2] / depth[..., None], depth


def film(
    path: Path,
    positions: np.ndarray,
    quats: np.ndarray,
    marks: Sequence[Sequence[Mark]] | None = None,
    captions: Sequence[str] | None = None,
    fps: int = 30,
    size: tuple[int, int] = (640, 360),
    follow: bool = True,
) -> None:
    """Write an MP4 of one humanoid.

    Args:
        path: File to write.
        positions: Body frame origins, canonical order, world (T, 24, 3) [m].
        quats: Body orientations, world (T, 24, 4) xyzw.
        marks: What each frame shows of the task.
        captions: A line of text for each frame.
        fps: Frames a second.
        size: Width and height [pixels].
        follow: Move the camera along with the pelvis; else it stands where it sees the whole way.
    """
    stand = None if follow else _overview(positions[:, 0, :2])
    with whole_file(path) as partial, imageio.get_writer(partial, fps=fps, macro_block_size=8, quality=7) as writer:
        for t in range(len(positions)):
            caption = captions[t] if captions else ""
            writer.append_data(paint(positions[t], quats[t], marks[t] if marks else (), caption, size, stand))


def paint(
    positions: np.ndarray,
    quats: np.ndarray,
    marks: Sequence[Mark],
    caption: str,
    size: tuple[int, int],
    stand: tuple[np.ndarray, float] | None = None,
) -> np.ndarray:
    """One frame (height, width, 3), uint8; arguments as in :func:`film`, without the time.

    ``stand`` is the point on the ground (2,) [m] that the camera looks at, and how many times farther away than usual it
    stands; by default it looks at the pelvis from near.
    """
    big = (size[0] * _SUPERSAMPLING, size[1] * _SUPERSAMPLING)
    pelvis = positions[0]
    centre, farther = stand or (pelvis[:2], 1.0)
    camera = Camera(np.array([*centre, 0.9]), farther * _OFFSET, big)
    image = Image.new("RGB", big, SKY)
    draw = ImageDraw.Draw(image)
    _paint_ground(draw, camera, centre, big)
    shadow = np.concatenate((pelvis[:2], [0.0]))
    ring = shadow + 0.28 * np.stack([(np.cos(a), np.sin(a), 0.0) for a in np.linspace(0, 2 * np.pi, 24)])
    draw.polygon([tuple(p) for p in camera.project(ring)[0]], fill=LINE)
    parts = [(*_capsule(ANATOMY[i].shape, positions[i], quats[i]), _colour(ANATOMY[i].name)) for i in range(len(quats))]
    parts += [(*mark, MARK) for mark in marks]
    for part in sorted(parts, key=lambda part: -camera.project(0.5 * (part[0] + part[1]))[1]):
        _paint_capsule(draw, camera, *part)
    if caption:
        draw.text((16, 12), caption, fill=(40, 44, 48), font_size=13 * _SUPERSAMPLING)
    return np.asarray(image.resize(size, Image.Resampling.LANCZOS))


def _overview(way: np.ndarray) -> tuple[np.ndarray, float]:
    """Where a camera stands that sees all of a way (T, 2) [m]; as ``stand`` of :func:`paint`."""
    centre = 0.5 * (way.min(0) + way.max(0))
    radius = np.linalg.norm(way - centre, axis=-1).max()
    return centre, max(1.0, (2.5 * radius + 1.0) / np.linalg.norm(_OFFSET))


def _colour(name: str) -> tuple[int, int, int]:
    return {"L": LEFT, "R": RIGHT}.get(name.split("_")[0], MIDDLE)


def _paint_ground(draw: ImageDraw.ImageDraw, camera: Camera, centre: np.ndarray, size: tuple[int, int]) -> None:
    far = camera.position + np.array([0.0, 1000.0, -camera.position[2]])
    horizon = camera.project(far)[0][1]
    draw.rectangle([0, horizon, *size], fill=GROUND)
    start = np.floor(centre) - 12.0
    for i in range(25):
        for a, b in (((i, 0), (i, 24)), ((0, i), (24, i))):
            ends = np.array([[*(start + a), 0.0], [*(start + b), 0.0]])
            near = (ends - camera.position) @ camera.axes[2]
            if near.min() > 0.2:
                draw.line([tuple(p) for p in camera.project(ends)[0]], fill=LINE, width=_SUPERSAMPLING)


def _capsule(shape: Shape, position: np.ndarray, quat: np.ndarray) -> Mark:
    """A body's shape as a capsule in the world."""
    if isinstance(shape, Box):
        half, centre = np.array(shape.half_extents), np.array(shape.center)
        radius = float(half[2])
        start, end = centre - (half[0] - radius, 0, 0), centre + (half[0] - radius, 0, 0)
    elif isinstance(shape, Capsule):
        start, end, radius = np.array(shape.start), np.array(shape.end), shape.radius
    else:
        start = end = np.array(shape.center)
        radius = shape.radius
    return Mark(*(position + _rotate(quat, np.stack((start, end)).astype(float))), radius)


def _paint_capsule(draw, camera: Camera, start: np.ndarray, end: np.ndarray, radius: float, colour) -> None:
    points, depth = camera.project(np.stack((start, end)))
    width = camera.scale * radius / depth
    edge = tuple(int(0.75 * c) for c in colour)
    for grow, fill in ((1.5 * _SUPERSAMPLING, edge), (0.0, colour)):
        draw.line([tuple(p) for p in points], fill=fill, width=int(2 * (width.mean() + grow)))
        for p, w in zip(points, width, strict=True):
            draw.ellipse([*(p - w - grow), *(p + w + grow)], fill=fill)


def _rotate(quat: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Rotate points (K, 3) by a quaternion (4,) xyzw."""
    twice = 2.0 * np.cross(quat[:3], points)
    return points + quat[3] * twice + np.cross(quat[:3], twice)
