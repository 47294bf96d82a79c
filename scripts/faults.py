# SPDX-License-Identifier: BSD-3-Clause
"""``python scripts/faults.py``: kill saving, training, evaluation and a sweep at random moments and look at what is left."""

import argparse
import tempfile
from pathlib import Path

from tt_isaaclab.benchmark.faults import ACTIVITIES, survive

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("activities", nargs="*", default=list(ACTIVITIES), help=f"of {', '.join(ACTIVITIES)}")
    parser.add_argument("--kills", type=int, default=20, help="kills of each (default: 20)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the moments")
    args = parser.parse_args()
    for activity in args.activities:
        with tempfile.TemporaryDirectory() as folder:
            print(activity, survive(activity, Path(folder), args.kills, args.seed), flush=True)
