# SPDX-License-Identifier: BSD-3-Clause
"""Task Tokens for Isaac Lab."""

import os

# Before torch is imported: OpenMP workers that spin while idle steal the cores on which physics threads run.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
