# SPDX-License-Identifier: BSD-3-Clause
"""Pure reinforcement learning: a plain network from the same observations to the same actions, no behaviour model."""
