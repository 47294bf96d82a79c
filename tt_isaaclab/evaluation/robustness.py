# SPDX-License-Identifier: BSD-3-Clause
"""``tt robustness``: success of a method while gravity, friction, mass or stiffness changes, one file a value."""

from __future__ import annotations

import argparse
from pathlib import Path

import yaml
from tqdm import tqdm

from tt_isaaclab.physics.presets import HumanoidPhysicsCfg, default_backend
from tt_isaaclab.tasks.make import check_task_id, command_name, open_env
from tt_isaaclab.whole_file import write_json

from . import methods
from .conditions import AXES, Condition, apply_conditions, own_gravity
from .evaluator import evaluate
from .methods import Method
from .probe import measured_friction
from .result import read_result, result

CONFIG = Path("config/robustness.yaml")

_CROWD = 2048
"""Most environments in one batch."""

PASSES_ON = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the sweep."""
    parser.add_argument("--task", required=True, help="task id, such as Steering")
    methods.add_arguments(parser)
    parser.add_argument("--axes", nargs="+", choices=AXES, default=["gravity", "friction"], help="what to change")
    parser.add_argument("--config", type=Path, default=CONFIG, help=f"table of the factors (default: {CONFIG})")
    parser.add_argument("--backend", default=None, help="physics backend (default: newton_mujoco on a CPU)")
    parser.add_argument("--episodes", type=int, default=128, help="episodes of each value (default: 128)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the commands, the same for every value")
    parser.add_argument("--device", default="cpu", help="torch device (default: cpu)")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("outputs/robustness"),
        help="folder of the results; values found there are kept",
    )


def run(args: argparse.Namespace, further: list[str]) -> int:
    """Evaluate the values that are missing; ``further`` are overrides of the task. Returns 1 if some failed."""
    task, factors = check_task_id(args.task), read_factors(args.config)
    if args.episodes <= 0:
        raise ValueError(f"--episodes must be positive, not {args.episodes}")
    method, backend = methods.load_method(args, task, further), args.backend or default_backend(args.device)
    cells = {args.out / _name(task, method, backend, args.seed, a, f): (a, f) for a in args.axes for f in factors[a]}
    missing = [path for path in cells if not _done(path, method)]
    print(f"{task} {method.name} on {backend}: {len(missing)} of {len(cells)} values to evaluate")
    friction = [f for path in missing for a, f in [cells[path]] if a == "friction"]
    measured = dict(zip(friction, measured_friction(friction, backend, args.device), strict=True)) if friction else {}
    failed: list[Path] = []
    with tqdm(total=len(missing), desc="values", unit="value") as bar:
        for batch in _batches(missing, cells, backend, args.episodes):
            conditions = [Condition(**{cells[path][0]: cells[path][1]}) for path in batch]
            try:
                records = _evaluate(task, method, backend, conditions, args)
            except Exception as error:  # one bad value must not cost the others
                failed += batch
                tqdm.write(f"{', '.join(path.stem for path in batch)}: {type(error).__name__}: {error}")
                continue
            finally:
                bar.update(len(batch))
            for path, record in zip(batch, records, strict=True):
                axis, factor = cells[path]
                if axis == "friction":
                    record["measured_friction"] = measured[factor]
                write_json(path, record)
                tqdm.write(
                    f"{axis} x {factor:g}: success {100 * record['success_rate']:.1f} %, falls {record['fall_rate']:.0%}"
                )
    print(f"results are in {args.out}" + (f"; {len(failed)} values failed, run again to try them" if failed else ""))
    return 1 if failed else 0


def read_factors(path: Path) -> dict[str, list[float]]:
    """The table of factors.

    Raises:
        ValueError: If it is missing, or an axis is unknown or has a factor that is not positive.
    """
    if not path.is_file():
        raise ValueError(f"{path}: no such table of factors; name yours with --config")
    table = yaml.safe_load(path.read_text())
    for axis, factors in table.items():
        if axis not in AXES:
            raise ValueError(f"{path}: unknown axis '{axis}'; known are {', '.join(AXES)}")
        if not all(isinstance(f, int | float) and f > 0 for f in factors):
            raise ValueError(f"{path}: {axis} has a factor that is not a positive number")
    return {axis: [] for axis in AXES} | table


def _name(task: str, method: Method, backend: str, seed: int, axis: str, factor: float) -> str:
    return f"{command_name(task)}-{method.name}-{backend}-seed{seed}-{axis}{factor:g}.json"


def _done(path: Path, method: Method) -> bool:
    if not path.exists():
        return False
    found = read_result(path)
    if any(found[key] != getattr(method, key) for key in ("bfm_hash", "token_hash", "overrides")):
        raise ValueError(f"{path}: result of another model or token, or of other overrides; choose another --out")
    return True


def _batches(paths: list[Path], cells: dict, backend: str, episodes: int) -> list[list[Path]]:
    """Values that run side by side: as many as fit, but gravity alone where the engine has one for all."""
    size, side_by_side = max(_CROWD // episodes, 1), own_gravity(getattr(HumanoidPhysicsCfg(), backend, None))
    together = [p for p in paths if side_by_side or cells[p][0] != "gravity"]
    alone = [[p] for p in paths if p not in together]
    return [together[i : i + size] for i in range(0, len(together), size)] + alone


def _evaluate(
    task: str, method: Method, backend: str, conditions: list[Condition], args: argparse.Namespace
) -> list[dict]:
    with open_env(
        task,
        physics=backend,
        num_envs=args.episodes * len(conditions),
        device=args.device,
        seed=args.seed,
        overrides=method.overrides,
    ) as env:
        apply_conditions(env, conditions)
        episodes = evaluate(env, method.policy, command_name(task), args.seed, repeats=len(conditions))
    blocks = [slice(i * args.episodes, (i + 1) * args.episodes) for i in range(len(conditions))]
    return [
        result(task, method, backend, args.seed, episodes, condition, rows)
        for condition, rows in zip(conditions, blocks, strict=True)
    ]
