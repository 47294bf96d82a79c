# SPDX-License-Identifier: BSD-3-Clause
"""Benchmarks behind ``scripts/benchmark.py``."""
