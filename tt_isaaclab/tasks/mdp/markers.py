# SPDX-License-Identifier: BSD-3-Clause
"""Debug markers made of plain shapes, so that no asset has to be fetched."""

from __future__ import annotations

import isaaclab.sim as sim_utils
from isaaclab.markers import VisualizationMarkersCfg


def arrow_marker(prim_path: str, color: tuple[float, float, float]) -> VisualizationMarkersCfg:
    """A slim cone pointing along its own x axis; scale x sets its length [m]."""
    cone = sim_utils.ConeCfg(
        radius=0.08, height=1.0, axis="X", visual_material=sim_utils.PreviewSurfaceCfg(diffuse_color=color)
    )
    return VisualizationMarkersCfg(prim_path=prim_path, markers={"arrow": cone})


def sphere_marker(prim_path: str, radius: float, color: tuple[float, float, float]) -> VisualizationMarkersCfg:
    """A sphere of the given radius [m]."""
    sphere = sim_utils.SphereCfg(radius=radius, visual_material=sim_utils.PreviewSurfaceCfg(diffuse_color=color))
    return VisualizationMarkersCfg(prim_path=prim_path, markers={"sphere": sphere})


def box_marker(prim_path: str, color: tuple[float, float, float]) -> VisualizationMarkersCfg:
    """A box of one metre; its scale sets the edges [m]."""
    cube = sim_utils.CuboidCfg(size=(1.0, 1.0, 1.0), visual_material=sim_utils.PreviewSurfaceCfg(diffuse_color=color))
    return VisualizationMarkersCfg(prim_path=prim_path, markers={"box": cube})
