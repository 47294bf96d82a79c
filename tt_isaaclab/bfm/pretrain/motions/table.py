# SPDX-License-Identifier: BSD-3-Clause
"""The table of clips: which recordings to use, what they show, and how to vary them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path

import yaml

from .augment import bend, change_speed, change_stride, face, mirror
from .gait import cut, from_rest, loop, stand, start, stop
from .reaching import reach

AUGMENTATIONS = {
    "mirror": mirror,
    "speed": change_speed,
    "stride": change_stride,
    "bend": bend,
    "face": face,
    "loop": loop,
    "stand": stand,
    "stop": stop,
    "start": start,
    "cut": cut,
    "from_rest": from_rest,
    "reach": reach,
}
"""Name in a table of clips -> function; a value of ``true`` means that the function takes no number."""


@dataclass(frozen=True)
class Variant:
    """One clip made of a recording."""

    steps: dict[str, float | bool]
    """Augmentation -> its number, or true where it takes none; applied in this order."""
    tags: tuple[str, ...]
    """Words to select clips by."""
    captions: tuple[str, ...]
    """What the clip shows, in several wordings."""

    @property
    def suffix(self) -> str:
        """The steps as part of a name, e.g. ``-loop8-bend45-mirror``."""
        return "".join(f"-{name}" if value is True else f"-{name}{value:g}" for name, value in self.steps.items())


@dataclass(frozen=True)
class TableEntry:
    """One recording and the clips made of it."""

    name: str
    file: str
    """Path below the motions folder."""
    tags: tuple[str, ...]
    captions: tuple[str, ...]
    even: float = 0.0
    """Share of the steps taken out of the body's travel before all variants; see `augment.even`."""
    frames: tuple[int, int] | None = None
    """First and last + 1 frame of the file to use; all by default."""
    hold_out: bool = False
    """Keep all clips of this recording out of training, for evaluation."""
    variants: tuple[Variant, ...] = field(default=())


def load_table(path: Path | str) -> list[TableEntry]:
    """Read a YAML table of clips, after those that it includes.

    Raises:
        ValueError: if a table is missing, if an entry has a key or a step that is not known or lacks one that is
            needed, or if a name is given twice.
    """
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"{path}: no such table of clips.")
    content = yaml.safe_load(path.read_text()) or {}
    included = [entry for other in content.get("include", []) for entry in load_table(path.parent / other)]
    rows = content.get("clips")
    if not rows:
        raise ValueError(f"{path}: no clips; list them under the key 'clips'.")
    entries = included + [_entry(row, path) for row in rows]
    names = [entry.name for entry in entries]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"{path}: {twice[0]!r} is the name of two recordings; choose another for one of them.")
    return entries


def _entry(row: dict, path: Path | str) -> TableEntry:
    name = row.get("name", "a clip without a name")
    known = {f.name for f in fields(TableEntry)}
    if unknown := sorted(row.keys() - known):
        raise ValueError(f"{path}: {name} has the unknown key {unknown[0]!r}; known are {', '.join(sorted(known))}.")
    if missing := sorted({"name", "file", "tags", "captions"} - row.keys()):
        raise ValueError(f"{path}: {name} lacks {', '.join(missing)}.")
    variants = [_variant(v, row, f"{path}: {name}") for v in row.get("variants", [{}])]
    frames = tuple(row["frames"]) if "frames" in row else None
    lists = {"tags": tuple(row["tags"]), "captions": tuple(row["captions"]), "variants": tuple(variants)}
    return TableEntry(**{**row, **lists, "frames": frames})


def _variant(steps: dict, row: dict, where: str) -> Variant:
    steps = dict(steps)
    tags = (*row["tags"], *steps.pop("tags", ()))
    captions = tuple(steps.pop("captions", row["captions"]))
    if unknown := sorted(steps.keys() - AUGMENTATIONS.keys()):
        raise ValueError(f"{where} has the unknown step {unknown[0]!r}; known are {', '.join(AUGMENTATIONS)}.")
    return Variant(steps, tags, captions)
