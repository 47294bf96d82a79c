# SPDX-License-Identifier: BSD-3-Clause
"""``tt evaluate`` as a script."""

import sys

from tt_isaaclab.cli import main

if __name__ == "__main__":
    sys.exit(main(["evaluate", *sys.argv[1:]]))
