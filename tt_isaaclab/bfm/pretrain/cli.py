# SPDX-License-Identifier: BSD-3-Clause
"""``tt pretrain``: recordings -> motion library -> trackers -> behaviour model -> numbers."""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tt_isaaclab.bfm.layouts import BACKWARDS_FROM, SIZES, bundled
from tt_isaaclab.cli import refuse
from tt_isaaclab.whole_file import whole_file, write_json

if TYPE_CHECKING:
    from tt_isaaclab.bfm.frozen import FrozenBfm

TABLE = Path("config/motions.yaml")
"""Table of clips of the model that ships."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the steps as sub-commands."""
    steps = parser.add_subparsers(dest="step", required=True)

    motions = steps.add_parser("motions", help="build a motion library from recordings")
    motions.add_argument(
        "--motions", type=Path, required=True, help="folder with the recordings (ASF and AMC, BVH, DeepMimic JSON)"
    )
    motions.add_argument("--table", type=Path, default=TABLE, help="table of clips (%(default)s)")
    motions.add_argument("--output", type=Path, required=True, help="library file to write")

    track = steps.add_parser("track", help="train the expert that follows the clips; further arguments go to Isaac Lab")
    _simulation(track, "environments (the task's)")
    track.add_argument("--library", type=Path, required=True)
    track.add_argument("--iterations", type=int, help="PPO iterations (the task's)")
    track.add_argument("--checkpoint", type=Path, help="go on from this checkpoint, with the noise of its exploration")

    text = steps.add_parser("text", help="make the vectors of a table's captions and prompts (needs the extra 'text')")
    text.add_argument("--table", type=Path, default=TABLE, help="table of clips (%(default)s)")
    text.add_argument("--output", type=Path, required=True, help="file of text vectors to write")

    mean = steps.add_parser(
        "average", help="make one tracker, or one model, of several that come from one start: it walks more evenly"
    )
    mean.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="checkpoints model_*.pt of 'track', or behaviour models"
    )
    mean.add_argument("--shares", nargs="+", type=float, metavar="SHARE", help="of each model (the same for all)")
    mean.add_argument("--output", type=Path, required=True, help="file to write")

    distill = steps.add_parser(
        "distill", help="teach the expert's skill to a behaviour model; further arguments override env.…"
    )
    _simulation(distill, "environments (256)")
    distill.add_argument("--library", type=Path, required=True)
    distill.add_argument(
        "--tracker",
        nargs="+",
        default=[],
        metavar="[TAG=]FILE",
        help="checkpoints model_*.pt of 'track': one for all clips, and others for the clips with a tag",
    )
    distill.add_argument(
        "--former",
        type=Path,
        help="behaviour model to go on from: the student starts with its weights, if it has the same size, and it is the "
        "expert for the clips that no tracker is named for",
    )
    distill.add_argument(
        "--start", type=Path, help="behaviour model of that size whose weights the student starts with (--former's)"
    )
    distill.add_argument(
        "--size", choices=tuple(SIZES), default="base", help="of the model; large is for a GPU (%(default)s)"
    )
    distill.add_argument("--output", type=Path, required=True, help="behaviour model file to write")
    distill.add_argument("--samples", type=int, help="environment steps to learn from (1 M)")
    distill.add_argument("--rate", type=float, help="highest learning rate (5e-4)")
    distill.add_argument("--batch", type=int, help="samples an update (512); 2048 with 4096 environments on a GPU")
    learnt = distill.add_mutually_exclusive_group()
    learnt.add_argument(
        "--only",
        choices=("words", "backwards"),
        help="teach a --former model the captions, or a second trunk to walk backwards (orders.backwards_share): by "
        "--tracker backwards=FILE, or without one by its own mirror image, to start with the other foot; all else stays "
        "as it is",
    )
    learnt.add_argument(
        "--variational",
        type=float,
        metavar="WEIGHT",
        help="learn the latent by a variational posterior, whose divergence weighs so much at the end (MaskedMimic's "
        "0.01); the model that ships is deterministic",
    )
    distill.add_argument("--resume", action="store_true", help="go on where the same command was stopped")

    words = steps.add_parser(
        "words", help="teach a behaviour model sentences for what it can do; its other weights stay as they are"
    )
    _simulation(words, "environments (256)")
    words.add_argument("--former", type=Path, required=True, help="behaviour model file to go on from")
    words.add_argument("--table", type=Path, default=TABLE, help="table with the sentences (%(default)s)")
    words.add_argument("--samples", type=int, help="environment steps to learn from (0.4 M)")
    words.add_argument("--output", type=Path, required=True, help="behaviour model file to write")
    words.add_argument("--resume", action="store_true", help="go on where the same command was stopped")

    evaluate = steps.add_parser("evaluate", help="measure a tracker or a behaviour model")
    _simulation(evaluate, "copies of every request, four times those of every sentence (16)")
    evaluate.add_argument("--library", type=Path, help="follow the clips of this library")
    which = evaluate.add_mutually_exclusive_group(required=True)
    which.add_argument("--tracker", type=Path)
    which.add_argument("--bfm", type=Path, help="also asks it to walk and to stand without clips")
    evaluate.add_argument(
        "--table", type=Path, default=TABLE, help="table of clips with the sentences to say (%(default)s)"
    )
    evaluate.add_argument("--json", type=Path, help="write the numbers here")
    evaluate.add_argument(
        "--card", action="store_true", help="write the numbers of --bfm into its card too, one entry a backend"
    )


def _simulation(parser: argparse.ArgumentParser, envs: str) -> None:
    parser.add_argument("--physics", help="backend preset, e.g. newton_mujoco or ovphysx (the task's)")
    parser.add_argument("--device", help="torch device (a GPU if there is one)")
    parser.add_argument("--num_envs", type=int, help=envs)
    parser.add_argument("--seed", type=int, default=0)


PASSES_ON = True


def run(args: argparse.Namespace, further: list[str]) -> int:
    """Run the chosen step; its exit code. ``further`` are overrides for `track` and `distill`."""
    passing_on = {"track": _track, "distill": _distill}
    if args.step in passing_on:
        return passing_on[args.step](args, further)
    refuse(further, f"pretrain {args.step}")
    steps = {"motions": _motions, "text": _text, "average": _average, "words": _words, "evaluate": _evaluate}
    return steps[args.step](args)


def _motions(args: argparse.Namespace) -> int:
    from .motions.build import build_library

    library = build_library(args.motions, args.table)
    with whole_file(args.output) as partial:
        library.save(partial)
    print(f"{args.output}: {len(library)} clips, {library.seconds.sum().item():.0f} s")
    return 0


def _text(args: argparse.Namespace) -> int:
    from safetensors.torch import save_file

    from tt_isaaclab.prompts.sentence_encoder import encode

    from .motions.table import load_sentences

    sentences = load_sentences(args.table)
    with whole_file(args.output) as partial:
        save_file({s: vector.half() for s, vector in zip(sentences, encode(sentences))}, partial)
    print(f"{args.output}: {len(sentences)} sentences")
    return 0


def _track(args: argparse.Namespace, further: list[str]) -> int:
    from isaaclab_rl.entrypoints import run_train_cli

    from tt_isaaclab.physics.presets import DEFAULT_DEVICE

    _check_library(args.library)
    options = {"num_envs": args.num_envs, "max_iterations": args.iterations, "checkpoint": args.checkpoint}
    argv = ["--rl_library", "rsl_rl", "--task", "TaskTokens-Tracking", "--viz", "none", "--seed", str(args.seed)]
    argv += ["--device", args.device or DEFAULT_DEVICE]
    argv += [word for name, value in options.items() if value is not None for word in (f"--{name}", str(value))]
    argv += [f"physics={args.physics}"] if args.physics else []
    return run_train_cli([*argv, f"env.commands.motion.library={args.library.resolve()}", *further])


def _average(args: argparse.Namespace) -> int:
    import torch

    from tt_isaaclab.bfm.weights import save_bfm

    from .average import average, average_models

    if args.files[0].suffix == ".safetensors":
        shares = args.shares or [1.0 / len(args.files)] * len(args.files)
        layout, weights, cards, hashes = average_models(args.files, shares)
        mixed = [{"hash": h, "share": share} for h, share in zip(hashes, shares)]
        card = cards[shares.index(max(shares))]
        save_bfm(args.output, layout, weights, {**card, "mean_of": mixed, "mean_command": _command()})
    elif args.shares:
        raise ValueError("--shares are for behaviour models; trackers count alike")
    else:
        checkpoint = average(args.files)
        with whole_file(args.output) as partial:
            torch.save(checkpoint, partial)
    print(f"{args.output}: mean of {len(args.files)}")
    return 0


def _distill(args: argparse.Namespace, further: list[str]) -> int:
    from tt_isaaclab.bfm.frozen import FrozenBfm
    from tt_isaaclab.bfm.weights import save_bfm
    from tt_isaaclab.physics.presets import DEFAULT_DEVICE
    from tt_isaaclab.prompts.sentence_encoder import WIDTH
    from tt_isaaclab.prompts.text import text_vectors
    from tt_isaaclab.tasks.make import open_env

    from .captions import Captions
    from .card import make_card
    from .distill import Distillation, DistillCfg, student_env
    from .evaluate import follow_student
    from .motions.library import MotionLibrary
    from .student import Only, same_size
    from .tracker import Experts, tagged_files

    _check_library(args.library)
    given = {"samples": args.samples, "learning_rate": args.rate, "batch": args.batch}
    given |= {"only": args.only and Only(args.only), "variational": args.variational}
    cfg = DistillCfg(**{name: value for name, value in given.items() if value is not None})
    device, checkpoint = args.device or DEFAULT_DEVICE, _checkpoint(args.output)
    layout, library = bundled(args.size), MotionLibrary.load(args.library)
    former, former_card = (None, None) if args.former is None else _load_former(args.former, device)
    if cfg.only is Only.BACKWARDS:
        layout = replace(layout, backwards_from=BACKWARDS_FROM)
    elif former is not None and same_size(layout, former.layout):
        layout = replace(layout, backwards_from=former.layout.backwards_from)
    start = None if args.start is None else _load_former(args.start, device)[0]
    if start is not None and not same_size(layout, start.layout):
        raise ValueError(f"{args.start}: a model of another size than {args.size}; name its --size")
    files = tagged_files(args.tracker, {tag for clip in library.clips for tag in clip.tags}, rest=former is None)
    experts = Experts.load(files, library, former, device)
    captions = Captions(library.to(device), text_vectors(), WIDTH)

    def edit(env_cfg) -> None:
        student_env(env_cfg)
        env_cfg.commands.motion.library = str(args.library)
        if cfg.only is not None:  # only clips have captions, and only orders are prompts
            env_cfg.commands.motion.ordered = float(cfg.only is Only.BACKWARDS)

    with open_env(
        "TaskTokens-Tracking",
        physics=args.physics,
        num_envs=args.num_envs or 256,
        device=device,
        seed=args.seed,
        overrides=further,
        edit=edit,
    ) as env:
        distillation = Distillation(env, experts, layout, captions, cfg, start)
        distillation.run(checkpoint, args.resume)
        weights = distillation.student.average.state_dict()
    training = asdict(cfg) | {"seed": args.seed, "num_envs": args.num_envs or 256}
    if start is not None:
        training["start"] = start.hash
    before = None if former is None else {"hash": former.hash, "card": former_card}
    card = make_card(args.library, list(files.values()), training, [_command()], before)
    save_bfm(args.output, layout, weights, card)
    views = follow_student(str(args.library), FrozenBfm(layout, weights), physics=args.physics, device=device)
    card["following"] = {name: result.to_dict()["mean"] for name, result in views.items()}
    save_bfm(args.output, layout, weights, card)
    checkpoint.unlink()
    print(f"{args.output}: {args.output.stat().st_size / 1e6:.1f} MB; 'tt pretrain evaluate --bfm' measures it")
    return 0


def _words(args: argparse.Namespace) -> int:
    from tt_isaaclab.bfm.weights import save_bfm
    from tt_isaaclab.physics.presets import DEFAULT_DEVICE
    from tt_isaaclab.prompts.text import reads_words, text_vectors
    from tt_isaaclab.tasks.make import open_env

    from .motions.table import load_spoken
    from .words import WordLessons, WordsCfg

    device, envs, checkpoint = args.device or DEFAULT_DEVICE, args.num_envs or 256, _checkpoint(args.output)
    cfg = WordsCfg(**({} if args.samples is None else {"samples": args.samples}))
    former, card = _load_former(args.former, device)
    if not reads_words(former.layout):
        raise ValueError(f"{args.former}: a model that reads no words; 'tt pretrain distill' makes one that does")
    with open_env("TaskTokens-Stand", physics=args.physics, num_envs=envs, device=device, seed=args.seed) as env:
        lessons = WordLessons(env, former, former.layout, load_spoken(args.table), text_vectors(), cfg)
        lessons.run(checkpoint, args.resume)
        weights = lessons.student.average.state_dict()
    training = asdict(cfg) | {"seed": args.seed, "num_envs": envs}
    card["words"] = {"former": former.hash, "training": training, "command": _command()}
    save_bfm(args.output, former.layout, weights, card)
    checkpoint.unlink()
    print(f"{args.output}: {args.output.stat().st_size / 1e6:.1f} MB; 'tt pretrain evaluate --bfm' measures it")
    return 0


def _checkpoint(output: Path) -> Path:
    """Where a training that writes ``output`` keeps what it needs to go on."""
    return output.with_suffix(".resume.safetensors")


def _load_former(path: Path, device: str) -> tuple[FrozenBfm, dict]:
    """The model to go on from, and its card."""
    from tt_isaaclab.bfm.frozen import FrozenBfm
    from tt_isaaclab.bfm.weights import load_bfm

    layout, weights, card = load_bfm(path)
    return FrozenBfm(layout, weights).to(device), card


def _command() -> str:
    """This command line, with the names of files, but not where they lie."""
    return " ".join(["tt", *(re.sub(r"[^= ]*/", "", word) for word in sys.argv[1:])])


def _evaluate(args: argparse.Namespace) -> int:
    from tt_isaaclab.bfm.frozen import FrozenBfm
    from tt_isaaclab.evaluation import zero_shot
    from tt_isaaclab.evaluation.requests import REQUESTS, sentences
    from tt_isaaclab.physics.presets import DEFAULT_DEVICE, default_backend
    from tt_isaaclab.prompts.text import reads_words

    from .card import add_measured
    from .evaluate import follow_student, follow_tracker
    from .motions.table import load_prompts

    if args.tracker is not None or args.library is not None:
        _check_library(args.library)
    if args.card and args.bfm is None:
        raise ValueError("a tracker has no card; name a model with --bfm")
    device = args.device or DEFAULT_DEVICE
    options = {"physics": args.physics or default_backend(device), "device": device, "seed": args.seed}
    report: dict = {**options, "library": str(args.library), "bfm": str(args.bfm), "tracker": str(args.tracker)}
    if args.tracker is not None:
        following = {"tracker": follow_tracker(str(args.library), args.tracker, **options)}
    else:
        bfm = FrozenBfm.load(args.bfm)
        report["bfm_hash"] = bfm.hash
        following = follow_student(str(args.library), bfm, **options) if args.library else {}
        copies = args.num_envs or 16
        answers = zero_shot.measure(bfm, REQUESTS, humanoids=copies, **options)
        if reads_words(bfm.layout):
            words = sentences(load_prompts(args.table))
            answers += zero_shot.measure(bfm, words, humanoids=max(1, copies // 4), **options)
        report["zero_shot"] = zero_shot.to_dict(answers)
        print(zero_shot.table(answers))
    report["following"] = {name: result.to_dict() for name, result in following.items()}
    for name, result in report["following"].items():
        for group, mean in result["mean"].items():
            numbers = f"{mean['first']:.2f} from the start, {mean['random']:.2f} from within"
            print(f"{name}, {group.replace('_', ' ')} clips: {numbers}, {100 * mean['body_error']:.1f} cm")
    if args.json is not None:
        write_json(args.json, report)
    if args.card:
        means = {name: result["mean"] for name, result in report["following"].items()}
        measured = {"seed": args.seed, "command": _command(), "zero_shot": report["zero_shot"], "following": means}
        add_measured(args.bfm, options["physics"], measured)
    return 0


def _check_library(path: Path | None) -> None:
    if path is None:
        raise ValueError("a tracker is measured on clips; name a motion library with --library")
    if not path.is_file():
        raise ValueError(f"{path}: no such motion library; make one with 'tt pretrain motions'")
