# SPDX-License-Identifier: BSD-3-Clause
"""What Task Tokens are compared with."""
