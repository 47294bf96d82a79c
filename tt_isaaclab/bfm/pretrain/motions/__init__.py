# SPDX-License-Identifier: BSD-3-Clause
"""Motion capture to training data: read files, fit them to the body, vary them, and pack them into one library."""
