# SPDX-License-Identifier: BSD-3-Clause
"""``tt retention`` as a script."""

import sys

from tt_isaaclab.cli import main

if __name__ == "__main__":
    sys.exit(main(["retention", *sys.argv[1:]]))
