# SPDX-License-Identifier: BSD-3-Clause
"""A policy as files that need neither Isaac Lab nor this package: ONNX, TorchScript, LEAPP, and what they mean."""
