# SPDX-License-Identifier: BSD-3-Clause
"""Published MaskedMimic checkpoints to behaviour model files: the user's own download, read once, without unpickling."""
