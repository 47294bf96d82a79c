# SPDX-License-Identifier: BSD-3-Clause
"""Run an exported policy outside Isaac Lab: NumPy, ONNX Runtime and MuJoCo; neither torch nor Isaac Lab is imported."""
