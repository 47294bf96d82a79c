# SPDX-License-Identifier: BSD-3-Clause
"""Film recorded body poses without a graphics card or a display: capsules and boxes painted in perspective."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import imageio.v2 as imageio
import numpy as np
from PIL import Image, ImageDraw

from tt_isaaclab.humanoid.anatomy import ANATOMY, Box, Capsule, Shape

SKY, GROUND, LINE = (226, 234, 242), (196, 204, 210), (170, 180, 188)
LEFT, RIGHT, MIDDLE, ARROW = (214, 122, 64), (66, 118, 180), (120, 108, 100), (30, 140, 60)
STICK = (150, 30, 90)
_SUPERSAMPLING = 2


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
    arrows: np.ndarray | None = None,
    captions: Sequence[str] | None = None,
    fps: int = 30,
    size: tuple[int, int] = (640, 360),
    sticks: np.ndarray | None = None,
) -> None:
    """Write an MP4 of one humanoid, the camera moving along with it.

    Args:
        path: File to write.
        positions: Body frame origins, canonical order, world (T, 24, 3) [m].
        quats: Body orientations, world (T, 24, 4) xyzw.
        arrows: Commanded velocity, world (T, 2) [m/s], drawn on the ground ahead of the humanoid.
        captions: A line of text for each frame.
        fps: Frames a second.
        size: Width and height [pixels].
        sticks: Lines of a stick figure to be seen as well, from and to, world (T, K, 2, 3) [m].
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with imageio.get_writer(path, fps=fps, macro_block_size=8, quality=7) as writer:
        for t in range(len(positions)):
            arrow = None if arrows is None else arrows[t]
            stick = None if sticks is None else sticks[t]
            writer.append_data(paint(positions[t], quats[t], arrow, captions[t] if captions else "", size, stick))


def paint(
    positions: np.ndarray,
    quats: np.ndarray,
    arrow: np.ndarray | None,
    caption: str,
    size: tuple[int, int],
    stick: np.ndarray | None = None,
) -> np.ndarray:
    """One frame (height, width, 3), uint8; arguments as in :func:`film`, without the time."""
    big = (size[0] * _SUPERSAMPLING, size[1] * _SUPERSAMPLING)
    pelvis = positions[0]
    camera = Camera(np.array([pelvis[0], pelvis[1], 0.9]), np.array([-1.2, -4.2, 0.9]), big)
    image = Image.new("RGB", big, SKY)
    draw = ImageDraw.Draw(image)
    _paint_ground(draw, camera, pelvis[:2], big)
    shadow = np.concatenate((pelvis[:2], [0.0]))
    ring = shadow + 0.28 * np.stack([(np.cos(a), np.sin(a), 0.0) for a in np.linspace(0, 2 * np.pi, 24)])
    draw.polygon([tuple(p) for p in camera.project(ring)[0]], fill=LINE)
    if arrow is not None and np.linalg.norm(arrow) > 1e-3:
        ends, _ = camera.project(np.stack((shadow, shadow + np.array([arrow[0], arrow[1], 0.0]))))
        draw.line([tuple(p) for p in ends], fill=ARROW, width=6 * _SUPERSAMPLING)
        draw.ellipse([*(ends[1] - 9 * _SUPERSAMPLING), *(ends[1] + 9 * _SUPERSAMPLING)], fill=ARROW)
    if stick is not None:
        for line in camera.project(stick)[0]:
            draw.line([tuple(p) for p in line], fill=STICK, width=3 * _SUPERSAMPLING)
    order = np.argsort([-camera.project(p)[1] for p in positions])
    for body in order:
        _paint_shape(draw, camera, ANATOMY[body].shape, positions[body], quats[body], _colour(ANATOMY[body].name))
    if caption:
        draw.text((16, 12), caption, fill=(40, 44, 48), font_size=13 * _SUPERSAMPLING)
    return np.asarray(image.resize(size, Image.Resampling.LANCZOS))


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


def _paint_shape(draw, camera: Camera, shape: Shape, position: np.ndarray, quat: np.ndarray, colour) -> None:
    if isinstance(shape, Box):
        half, centre = np.array(shape.half_extents), np.array(shape.center)
        radius = float(half[2])
        start, end = centre - (half[0] - radius, 0, 0), centre + (half[0] - radius, 0, 0)
    elif isinstance(shape, Capsule):
        start, end, radius = np.array(shape.start), np.array(shape.end), shape.radius
    else:
        start = end = np.array(shape.center)
        radius = shape.radius
    points, depth = camera.project(position + _rotate(quat, np.stack((start, end)).astype(float)))
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
