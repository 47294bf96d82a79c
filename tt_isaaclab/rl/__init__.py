# SPDX-License-Identifier: BSD-3-Clause
"""Isaac Lab's own training and playing commands with this project's defaults filled in."""
