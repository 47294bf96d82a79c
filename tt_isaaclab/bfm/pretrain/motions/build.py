# SPDX-License-Identifier: BSD-3-Clause
"""From a folder of recordings and a table of clips to a motion library."""

from __future__ import annotations

from pathlib import Path

from tqdm import tqdm

from .asf_amc import read_amc, read_asf
from .augment import even
from .bones import BVH_BONES, CMU_BONES, DEEPMIMIC_BONES, BoneTable
from .bvh import read_bvh
from .deepmimic import read_deepmimic
from .library import Clip, MotionLibrary
from .motion import Motion
from .retarget import retarget
from .source import SourceMotion
from .table import AUGMENTATIONS, TableEntry, Variant, load_table


def build_library(motions_dir: Path | str, table: Path | str) -> MotionLibrary:
    """Read, fit and vary every clip of a table.

    Args:
        motions_dir: Folder that the table's file names start from.
        table: YAML table of clips.

    Raises:
        FileNotFoundError: if the folder or one of the recordings is missing.
        ValueError: if a recording or the table cannot be used; the message names it.
    """
    motions_dir = Path(motions_dir)
    if not motions_dir.is_dir():
        raise FileNotFoundError(f"{motions_dir}: no such folder; name your folder of motion capture with --motions.")
    entries = load_table(table)
    paths = [_path(motions_dir / entry.file) for entry in entries]
    clips, motions = [], []
    for entry, path in tqdm(list(zip(entries, paths, strict=True)), desc="motions", unit="file"):
        motion = _fit(entry, path)
        for variant in entry.variants:
            clips.append(Clip(entry.name + variant.suffix, variant.tags, variant.captions, entry.hold_out))
            motions.append(_vary(motion, variant, path))
    return MotionLibrary.from_motions(clips, motions)


def _path(path: Path) -> Path:
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such recording; add it to the folder or take it off the table.")
    return path


def read_recording(path: Path) -> tuple[SourceMotion, BoneTable]:
    """Read a recording by the suffix of its file, and choose the bone table that goes with it.

    Raises:
        ValueError: if the file cannot be read.
    """
    if path.suffix not in FORMATS:
        raise ValueError(f"{path}: cannot read {path.suffix!r} files; known formats are {', '.join(FORMATS)}.")
    read, bones = FORMATS[path.suffix]
    return read(path), bones


def _read_cmu(path: Path) -> SourceMotion:
    skeleton = path.with_name(path.stem.split("_")[0] + ".asf")  # CMU names: subject_trial.amc
    return read_amc(path, read_asf(_path(skeleton)))


FORMATS = {
    ".amc": (_read_cmu, CMU_BONES),
    ".bvh": (read_bvh, BVH_BONES),
    ".json": (read_deepmimic, DEEPMIMIC_BONES),
}
"""Suffix of a recording -> its reader and its bone table."""


def _fit(entry: TableEntry, path: Path) -> Motion:
    source, bones = read_recording(path)
    try:
        motion = retarget(source[slice(*entry.frames)] if entry.frames else source, bones)
        return even(motion, entry.even) if entry.even else motion
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def _vary(motion: Motion, variant: Variant, path: Path) -> Motion:
    for name, value in variant.steps.items():
        try:
            motion = AUGMENTATIONS[name](motion) if value is True else AUGMENTATIONS[name](motion, value)
        except ValueError as error:
            raise ValueError(f"{path}: {name}: {error}") from error
    return motion
