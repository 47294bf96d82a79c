# SPDX-License-Identifier: BSD-3-Clause
"""Check the configuration file that lies beside a checkpoint: heads, activation, clamp and orders have no shape."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID

from ..files import BfmFileError
from .generations import Generation


def check_settings(path: str | Path, generation: Generation) -> None:
    """Raise BfmFileError unless a YAML file says what the generation's layout says.

    v1 and v2.3 have ``config.yaml``, v3 ``resolved_configs.yaml``; a pickled configuration is never opened.
    """
    path = Path(path)
    if path.suffix not in (".yaml", ".yml"):
        raise BfmFileError(f"{path}: not a YAML file; give config.yaml, or resolved_configs.yaml of v3, never the .pt")
    if not path.is_file():
        raise BfmFileError(f"{path}: no such file; leave --config out, or give the file beside the checkpoint")
    try:
        config = yaml.safe_load(path.read_text())
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BfmFileError(f"{path}: cannot be read as plain YAML; give the published file") from error
    slots = generation.layout().target_slots
    orders = {"{slots}": slots, "{bodies}": DEFAULT_HUMANOID.body_names, "{dofs}": DEFAULT_HUMANOID.dof_names}
    for key, value in generation.settings.items():
        expected = ", ".join(orders[value]) if value in orders else value
        found = _look_up(path, config, key)
        found = ", ".join(map(str, found)) if isinstance(found, list) else str(found)
        if found != expected:
            raise BfmFileError(f"{path}: {key} is {found}, but {generation.name} has {expected}; it cannot be imported")


def _look_up(path: Path, config: Any, key: str) -> Any:
    """The value at a dotted path; numbers index lists."""
    for step in key.split("."):
        try:
            config = config[int(step)] if isinstance(config, list) else config[step]
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise BfmFileError(f"{path}: has no {key}; give the configuration of this checkpoint") from error
    return config
