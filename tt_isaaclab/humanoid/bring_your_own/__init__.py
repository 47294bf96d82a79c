# SPDX-License-Identifier: BSD-3-Clause
"""A user's own body of SMPL topology: read from MJCF or USD, checked, and written as the USD that every engine takes."""
