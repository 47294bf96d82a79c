# SPDX-License-Identifier: BSD-3-Clause
"""The method: one learned word per task, read by a frozen behaviour model."""
