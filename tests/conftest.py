# SPDX-License-Identifier: BSD-3-Clause
"""Set up before torch and Warp are imported: idle OpenMP workers sleep, compiled kernels stay inside the repository."""

import os
from pathlib import Path

os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # spinning workers steal the cores that the physics threads need
os.environ.setdefault("WARP_CACHE_PATH", str(Path(__file__).parents[1] / ".warp"))  # not shared with other processes
