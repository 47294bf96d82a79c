# SPDX-License-Identifier: BSD-3-Clause
"""``tt report`` as a script."""

import sys

from tt_isaaclab.cli import main

if __name__ == "__main__":
    sys.exit(main(["report", *sys.argv[1:]]))
