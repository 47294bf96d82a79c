# SPDX-License-Identifier: BSD-3-Clause
"""Importing this package registers the tasks; Isaac Lab finds it through its entry point."""

from isaaclab_tasks.utils import import_packages

import_packages(__name__, ["utils", ".mdp"])
