# SPDX-License-Identifier: BSD-3-Clause
"""Watch a token at work: in the web viewer with switches and sliders, in other viewers, or on film."""
