# SPDX-License-Identifier: BSD-3-Clause
"""``tt demo`` as a script."""

import sys

from tt_isaaclab.cli import main

if __name__ == "__main__":
    sys.exit(main(["demo", *sys.argv[1:]]))
