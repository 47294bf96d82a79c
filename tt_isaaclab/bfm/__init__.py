# SPDX-License-Identifier: BSD-3-Clause
"""The frozen behaviour foundation model (BFM): its layout as data, its network, its files."""
