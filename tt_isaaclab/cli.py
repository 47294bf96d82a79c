# SPDX-License-Identifier: BSD-3-Clause
"""The ``tt`` command. A verb is a module with ``add_arguments(parser)`` and ``run(args)``.

A verb that hands arguments on to Isaac Lab also has ``PASSES_ON = True`` and ``run(args, further)``.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

VERBS = {
    "tasks": ("tt_isaaclab.tasks.listing", "list the tasks"),
    "doctor": ("tt_isaaclab.doctor", "check the installation and say what is missing"),
    "demo": ("tt_isaaclab.demo", "train a task token on this machine and show what it changed"),
    "search": ("tt_isaaclab.task_tokens.command", "seek words that a token lacks and PPO does not find, as for a leap"),
    "evaluate": ("tt_isaaclab.evaluation.command", "success rate of a token, or of the behaviour model without one"),
    "robustness": ("tt_isaaclab.evaluation.robustness", "success while gravity, friction, mass or stiffness changes"),
    "report": ("tt_isaaclab.evaluation.report", "tables and figures from a folder of results"),
    "retention": ("tt_isaaclab.evaluation.retention", "prove that training a token left the behaviour model as it was"),
    "compare": ("tt_isaaclab.baselines.compare", "train a task token and pure RL side by side, success against frames"),
    "train": ("tt_isaaclab.rl.train", "train with RSL-RL: 'isaaclab train' with this project's defaults"),
    "play": ("tt_isaaclab.play.command", "watch or film a token, or a checkpoint with 'isaaclab play'"),
    "export": ("tt_isaaclab.export.command", "write a policy as ONNX and TorchScript, with what its numbers mean"),
    "run-policy": (
        "tt_isaaclab.deploy.command",
        "drive an exported policy in plain MuJoCo, without Isaac Lab or torch",
    ),
    "import-bfm": ("tt_isaaclab.bfm.importers.command", "make a behaviour model file of a MaskedMimic checkpoint"),
    "pretrain": ("tt_isaaclab.bfm.pretrain.cli", "make a behaviour model: motions, tracker, distillation, numbers"),
    "motions": ("tt_isaaclab.bfm.pretrain.motions.show", "look at the clips of a motion library, and list them"),
}
"""Verb -> its module, which is imported when it is used, and one line of help."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; returns 0, 1 (a check failed) or 2 (the user has to change something)."""
    argv = sys.argv[1:] if argv is None else argv
    parser = argparse.ArgumentParser(prog="tt", description="Task Tokens for Isaac Lab.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="verb")
    for name, (module, help_line) in VERBS.items():
        verb = verbs.add_parser(name, help=help_line, description=help_line)
        if name in argv[:1]:
            importlib.import_module(module).add_arguments(verb)
    args, further = parser.parse_known_args(argv)
    module = importlib.import_module(VERBS[args.verb][0])
    passes_on = getattr(module, "PASSES_ON", False)
    if further and not passes_on:
        parser.error(f"unknown argument(s) {' '.join(further)}; see 'tt {args.verb} --help'")
    try:
        return (module.run(args, further) if passes_on else module.run(args)) or 0
    except (ValueError, FileNotFoundError) as error:
        if not _raised_by_us(error):
            raise
        print(f"tt {args.verb}: {error}", file=sys.stderr)
        return 2


def refuse(arguments: Sequence[str], verb: str) -> None:
    """Raise ValueError if there are arguments that a verb does not know."""
    if arguments:
        raise ValueError(f"unknown argument(s) {' '.join(arguments)}; see 'tt {verb} --help'")


def refuse_all_but_overrides(arguments: Sequence[str], verb: str) -> None:
    """Raise ValueError if some of the arguments that a verb does not know are no Hydra overrides."""
    refuse([argument for argument in arguments if argument.startswith("-") or "=" not in argument], verb)


def _raised_by_us(error: BaseException) -> bool:
    """Whether this package raised the error on purpose; one from a library below it is a bug, to be seen in full."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_globals["__name__"].startswith("tt_isaaclab")


if __name__ == "__main__":
    sys.exit(main())
