# SPDX-License-Identifier: BSD-3-Clause
"""Prior tokens: what a user says to the behaviour model besides the task."""
