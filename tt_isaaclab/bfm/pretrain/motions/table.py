# SPDX-License-Identifier: BSD-3-Clause
"""The table of clips: which recordings to use, what they show, and how to vary them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path

import yaml

from .augment import bend, change_speed, change_stride, face, mirror, steady
from .gait import backwards, cut, from_rest, from_stand, loop, stand, start, stop, to_stand, turn_back
from .reaching import reach
from .stepping import spin, step

AUGMENTATIONS = {
    "mirror": mirror,
    "speed": change_speed,
    "stride": change_stride,
    "bend": bend,
    "face": face,
    "steady": steady,
    "loop": loop,
    "backwards": backwards,
    "stand": stand,
    "stop": stop,
    "start": start,
    "turn_back": turn_back,
    "cut": cut,
    "from_rest": from_rest,
    "from_stand": from_stand,
    "to_stand": to_stand,
    "reach": reach,
    "step": step,
    "spin": spin,
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
    content = _read(path)
    included = [entry for other in content.get("include", []) for entry in load_table(path.parent / other)]
    rows = content.get("clips")
    if not rows:
        raise ValueError(f"{path}: no clips; list them under the key 'clips'.")
    entries = included + [_entry(row, path) for row in rows]
    names = [entry.name for entry in entries]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"{path}: {twice[0]!r} is the name of two recordings; choose another for one of them.")
    return entries


def load_sentences(path: Path | str) -> list[str]:
    """All captions of a table's clips and the sentences of its ``spoken`` and ``prompts``; sorted.

    Raises:
        ValueError: as `load_table`.
    """
    captions = [c for entry in load_table(path) for variant in entry.variants for c in variant.captions]
    prompts = [sentence for group in load_prompts(path).values() for sentence in group]
    return sorted({*captions, *prompts, *(sentence for order in load_spoken(path) for sentence in order.sentences)})


@dataclass(frozen=True)
class Spoken:
    """How to walk, and sentences that say so."""

    sentences: tuple[str, ...]
    speed: float = 0.0
    """[m/s]; 0 is to stand."""
    aside: float = 0.0
    """Angle from where the humanoid faces to where it is to go, all the while: a curve [deg], positive to the left."""
    known: bool = False
    """The model has learned the sentences from clips, and is to keep what it does about them."""


def load_spoken(path: Path | str) -> list[Spoken]:
    """The table's ``spoken``. Raises ValueError if an entry is not one."""
    try:
        return [Spoken(**{**row, "sentences": tuple(row["sentences"])}) for row in _read(Path(path)).get("spoken", [])]
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path}: spoken: {error}") from error


def load_prompts(path: Path | str) -> dict[str, list[str]]:
    """The sentences that a model is measured on, by what they ask for."""
    return _read(Path(path)).get("prompts", {})


def _read(path: Path) -> dict:
    if not path.is_file():
        raise ValueError(f"{path}: no such table of clips.")
    return yaml.safe_load(path.read_text()) or {}


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
