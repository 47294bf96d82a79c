# SPDX-License-Identifier: BSD-3-Clause
"""The checkpoints that were published, by size and, where it is known, by hash."""

from __future__ import annotations

from typing import NamedTuple

from ..published import published_v1, published_v2_3, published_v3


class Release(NamedTuple):
    """A published checkpoint file."""

    name: str
    bytes: int
    sha256: str | None


RELEASES = (
    Release(
        "MaskedMimic v1 (October 2024)",
        published_v1().file_bytes,
        "447c5fb9da9d19a0863cfb7864a285ada9b2509656d88d86a539dfbeaf16cf13",
    ),
    Release("MaskedMimic of ProtoMotions v2.3 (May 2025)", published_v2_3().file_bytes, None),
    Release("MaskedMimic of ProtoMotions v3.0", 212_303_195, None),
    Release("MaskedMimic of ProtoMotions v3.1", 229_160_269, None),
    Release(
        "MaskedMimic of ProtoMotions v3.2",
        published_v3().file_bytes,
        "f697af798ed87fcc3fec7e32f7b19bef4bb102894295ab1a3d6c60978a5a0b25",
    ),
)


def release_of(sha256: str, size: int) -> Release | None:
    """The release with this hash; where its hash is not known, the one with this size in bytes."""
    return next((r for r in RELEASES if sha256 == r.sha256 or (r.sha256 is None and size == r.bytes)), None)
