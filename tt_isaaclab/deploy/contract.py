# SPDX-License-Identifier: BSD-3-Clause
"""The contract of an exported policy: one YAML file that says what every number in and out means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tt_isaaclab.file_identity import sha256

FORMAT = "tt_isaaclab.policy/12"

CONTRACT, ONNX, TORCHSCRIPT, BODY, ORDERS = "contract.yaml", "policy.onnx", "policy.pt", "humanoid.xml", "orders.npz"
"""Files of an export: the contract, the policy twice, the body for MuJoCo, and orders to judge the policy on."""

OWN_LAYOUT = "bundled"
"""Layout of the behaviour models whose inputs the runner makes: this project's own."""

Contract = dict[str, Any]


class ContractError(ValueError):
    """An export that cannot be used; one line that names the file and the remedy."""


class _Dumper(yaml.SafeDumper):
    """Lists of plain values stand on one line, everything else is a block."""

    def represent_list(self, rows: list) -> yaml.Node:
        """See the class."""
        flat = not any(isinstance(row, list | dict) for row in rows)
        return self.represent_sequence("tag:yaml.org,2002:seq", rows, flow_style=flat)


_Dumper.add_representer(list, _Dumper.represent_list)


def dump(contract: Contract) -> str:
    """The contract as YAML."""
    return yaml.dump(contract, Dumper=_Dumper, sort_keys=False, width=120)


def load(folder: Path) -> Contract:
    """The contract of an export whose files are those that it was written with.

    Raises:
        ContractError: If there is no contract, one of another format, or a file is missing or another one.
    """
    path = folder / CONTRACT
    if not path.is_file():
        raise ContractError(f"{path}: no such file; give a folder that 'tt export' has written")
    try:
        contract = yaml.safe_load(path.read_text())
        found, hashes = contract["format"], contract["files"]
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise ContractError(f"{path}: not a contract ({type(error).__name__}); export the policy again") from error
    if found != FORMAT:
        raise ContractError(f"{path}: format {found}, this version reads {FORMAT}; export the policy again")
    for name, digest in hashes.items():
        if not (folder / name).is_file():
            raise ContractError(f"{folder / name}: no such file; export the policy again")
        if sha256(folder / name) != digest:
            raise ContractError(f"{folder / name}: not the file that the contract describes; export the policy again")
    return contract
