# SPDX-License-Identifier: BSD-3-Clause
"""Measurements of behaviour models and task tokens."""
