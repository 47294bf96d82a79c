# SPDX-License-Identifier: BSD-3-Clause
"""``tt run-policy`` as a script."""

import sys

from tt_isaaclab.cli import main

if __name__ == "__main__":
    sys.exit(main(["run-policy", *sys.argv[1:]]))
