# SPDX-License-Identifier: BSD-3-Clause
"""``tt import-bfm`` as a script."""

import sys

from tt_isaaclab.cli import main

if __name__ == "__main__":
    sys.exit(main(["import-bfm", *sys.argv[1:]]))
