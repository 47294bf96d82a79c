# SPDX-License-Identifier: BSD-3-Clause
"""OVPhysX on a machine without CUDA.

Isaac Lab's OVPhysX assets ask Warp for page-locked host memory, which only a CUDA driver can give. Page locking
matters for copies to a GPU; where there is none, ordinary memory does the same job.
"""

from __future__ import annotations

import warp as wp


def use_pageable_memory_without_cuda() -> None:
    """Let Warp serve page-locked requests from ordinary memory when the machine has no CUDA driver."""
    if not wp.is_cuda_available():
        cpu = wp.get_device("cpu")
        cpu.pinned_allocator = cpu.default_allocator
