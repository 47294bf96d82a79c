# SPDX-License-Identifier: BSD-3-Clause
"""``tt play``: watch a token or a checkpoint, or film a token."""

from __future__ import annotations

import argparse
import time
from importlib.util import find_spec
from pathlib import Path

from isaaclab.envs import ManagerBasedRLEnvCfg
from isaaclab_rl.entrypoints import run_play_cli

from tt_isaaclab.bfm.bundled import add_bfm_argument, load_bfm_or_bundled
from tt_isaaclab.cli import refuse_all_but_overrides
from tt_isaaclab.evaluation.record import record
from tt_isaaclab.humanoid.bring_your_own.load import add_humanoid_argument, load_humanoid
from tt_isaaclab.prompts.text import reads_words
from tt_isaaclab.rl.defaults import with_defaults
from tt_isaaclab.task_tokens.policy import prompt_groups
from tt_isaaclab.task_tokens.token_file import TOKENS, load_token_of_task
from tt_isaaclab.tasks.make import check_task_id, command_name, has_prior, open_env, presets_for, split_presets

from .panel import Panel, page_of
from .session import Session

PASSES_ON = True

_LONG = 3600.0
"""Length of an episode that is watched [s]; a fall still ends it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of playing."""
    parser.add_argument("--task", required=True, help="task id, such as Direction; 'tt tasks' lists all")
    parser.add_argument(
        "--token",
        default=None,
        help="token file, 'bundled' or 'none' for the behaviour model alone (default: bundled where one ships)",
    )
    parser.add_argument("--prior", action="store_true", help="start with the joint-condition prompt on")
    parser.add_argument("--say", default="", metavar="SENTENCE", help="tell the behaviour model what to do, in words")
    add_bfm_argument(parser)
    add_humanoid_argument(parser)
    parser.add_argument(
        "--viz", default="viser", choices=["viser", "newton_gl", "rerun", "kit", "none"], help="viewer (default: viser)"
    )
    parser.add_argument("--port", type=int, default=8080, help="port of the web viewer (default: 8080)")
    parser.add_argument("--video", type=Path, default=None, help="film to write (MP4) instead of opening a viewer")
    parser.add_argument("--camera", default="follow", choices=["follow", "fixed"], help="camera of the film")
    parser.add_argument("--seconds", type=float, default=None, help="stop after this time (films: 10 s)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the commands")
    parser.add_argument("--checkpoint", default=None, help="play a training checkpoint with 'isaaclab play' instead")
    parser.epilog = (
        "Further arguments are overrides, such as physics=ovphysx. With --checkpoint (FILE, latest, best) they, --viz and "
        "--seed go to 'isaaclab play'."
    )


def run(args: argparse.Namespace, further: list[str]) -> int | None:
    """Play until the time is up, the viewer is closed or the person stops it."""
    if args.checkpoint is not None:
        bfm = None if args.bfm == "bundled" else args.bfm  # the task has it already
        given = ["--checkpoint", args.checkpoint, "--seed", str(args.seed), *further]
        return run_play_cli(with_defaults(args.task, bfm, args.humanoid, given, viz=args.viz))
    refuse_all_but_overrides(further, "play")
    task = check_task_id(args.task)
    viz = "none" if args.video else args.viz
    if viz == "none" and args.video is None:
        raise ValueError("nothing to see: give --video FILE or a viewer (--viz)")
    if viz == "viser" and find_spec("viser") is None:
        raise ValueError("--viz viser: the web viewer is not installed; pip install 'tt_isaaclab[viser]'")
    bfm = load_bfm_or_bundled(args.bfm)
    if args.say and not reads_words(bfm.layout):
        raise ValueError(f"--say: {bfm.layout.name} reads no words, or vectors of another encoder: see presets=text")
    shipped = "bundled" if args.bfm == "bundled" and (TOKENS / f"{task}.safetensors").is_file() else "none"
    humanoid = load_humanoid(args.humanoid)
    token = load_token_of_task(args.token or shipped, task, bfm, humanoid.spec)
    presets, further = split_presets(further)
    read = [*(token.card.presets if token else []), *presets]
    overrides = [*presets_for(bfm.layout, *read, prior=has_prior(task)), *humanoid.overrides, *further]
    command = command_name(task)

    def alone(cfg: ManagerBasedRLEnvCfg) -> None:
        cfg.scene.num_envs = 1
        cfg.episode_length_s = _LONG
        if viz == "viser":
            with_web_viewer(cfg, args.port)

    with open_env(task, seed=args.seed, overrides=overrides, play=True, edit=alone, viz=viz) as env:
        prior = args.prior or bool(token and token.card.prior)
        session = Session(env, command, bfm, token.encoder if token else None, prior, prompt_groups(presets))
        session.tell(args.say)
        if args.video:
            steps = round((args.seconds or 10.0) / env.step_dt)
            record(env, command, session.step, steps, args.video, args.say, follow=args.camera == "follow")
            print(f"{args.video}: {steps} control steps")
        else:
            watch(session, args.seconds)


def with_web_viewer(cfg: ManagerBasedRLEnvCfg, port: int) -> None:
    """Configure the web viewer of an environment that is made with ``viz="viser"``."""
    from isaaclab_visualizers.viser import ViserVisualizerCfg

    cfg.sim.visualizer_cfgs = [ViserVisualizerCfg(port=port, eye=(-1.5, -4.0, 1.8), lookat=(0.0, 0.0, 0.8))]


def watch(session: Session, seconds: float | None) -> None:
    """Play at the speed of the clock until the time is up or the viewer is closed."""
    sim, start, steps = session.env.sim, time.perf_counter(), 0
    page = page_of(session.env)
    panel = None if page is None else Panel(page, session)
    try:
        while sim.is_running() and (seconds is None or steps * session.env.step_dt < seconds):
            session.step()
            steps += 1
            if panel:
                panel.show()
            time.sleep(max(0.0, start + steps * session.env.step_dt - time.perf_counter()))
    except KeyboardInterrupt:
        pass
