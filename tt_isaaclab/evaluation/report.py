# SPDX-License-Identifier: BSD-3-Clause
"""``tt report``: success table, robustness curves and comparisons from a folder of results."""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from itertools import combinations
from pathlib import Path

from tt_isaaclab.whole_file import whole_file

from .plots import RobustnessCurve, robustness_curves
from .result import read_results
from .statistics import holm, interquartile_mean, paired_difference, wilson_interval

NAMES = {
    "bfm": "behaviour model alone",
    "bfm_prior": "joint conditions",
    "task_token": "task token",
    "task_token_prior": "task token + joint conditions",
    "pure_rl": "pure RL",
}
"""Method -> what tables and figures call it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the report."""
    parser.add_argument("results", type=Path, nargs="+", help="folders or files of 'tt evaluate' and 'tt robustness'")
    parser.add_argument(
        "--out", type=Path, default=Path("outputs/report"), help="folder of report.md, CSV and PNG files"
    )


def run(args: argparse.Namespace) -> None:
    """Read, compute, write."""
    results = read_results(args.results)
    nominal = _nominal(results)
    lines = ["# Report", "", *_success_table(nominal), *_iqm_table(nominal), *_differences(nominal)]
    for axis in ("gravity", "friction", "mass", "stiffness"):
        for task in sorted({r["task"] for r in results}):
            rows = [r for r in results if r["task"] == task and _axis(r) == axis]
            if rows:
                rows += [r for r in nominal if r["task"] == task and {_pair(x) for x in rows} & {_pair(r)}]
                name = f"{axis}_{task.removeprefix('TaskTokens-').lower()}.png"
                robustness_curves(args.out / name, axis, task, _curves(rows, axis))
                lines += [f"## {task}: {axis}", "", f"![{task}, {axis}]({name})", ""]
    _write_csv(args.out / "results.csv", results)
    with whole_file(args.out / "report.md") as partial:
        partial.write_text("\n".join(lines) + "\n")
    print(f"{len(results)} results; see {args.out / 'report.md'}")


def _axis(result: dict) -> str | None:
    return next((axis for axis, factor in result["condition"].items() if factor != 1.0), None)


_IDENTITY = (
    "task",
    "method",
    "backend",
    "humanoid",
    "seed",
    "episodes",
    "bfm_hash",
    "token_hash",
    "overrides",
)
"""What two results of one measurement have in common."""


def _nominal(results: list[dict]) -> list[dict]:
    """The results under unchanged physics, each once: a sweep has them on every axis, that of friction with what it measured."""
    found = {}
    for r in sorted(results, key=lambda r: "measured_friction" not in r):
        if _axis(r) is None:
            found.setdefault(str([r.get(key) for key in _IDENTITY]), r)
    return list(found.values())


def _pair(result: dict) -> tuple[str, str]:
    return result["method"], result["backend"]


def _percent(rate: float, low: float, high: float) -> str:
    return f"{100 * rate:.1f} [{100 * low:.1f}, {100 * high:.1f}]"


def _success_table(results: list[dict]) -> list[str]:
    """Methods x tasks: success over all seeds [%] with the Wilson interval of the pooled segments."""
    cells, tasks = defaultdict(list), sorted({r["task"] for r in results})
    for r in results:
        cells[(*_pair(r), r["task"])].append(r)
    lines = [
        "## Success [%]",
        "",
        "Shares of command segments, 95 % Wilson intervals; falls and blow-ups are failures.",
        "",
    ]
    heads = [task.removeprefix("TaskTokens-") for task in tasks]
    lines += [f"| method | backend | {' | '.join(heads)} |", "| --- | --- |" + " --- |" * len(tasks)]
    for method, backend in sorted({_pair(r) for r in results}):
        row = []
        for task in tasks:
            found = cells[(method, backend, task)]
            wins, count = sum(r["successes"] for r in found), sum(r["segments"] for r in found)
            seeds = f" ({len(found)} seeds)" if len(found) > 1 else ""
            row.append(_percent(wins / max(count, 1), *wilson_interval(wins, count)) + seeds if found else "-")
        lines.append(f"| {NAMES.get(method, method)} | {backend} | {' | '.join(row)} |")
    return [*lines, ""]


def _iqm_table(results: list[dict]) -> list[str]:
    """Interquartile mean over tasks and seeds, for methods with two seeds or more."""
    scores = defaultdict(lambda: defaultdict(list))
    for r in results:
        scores[_pair(r)][r["task"]].append(r["success_rate"])
    rows = {pair: list(s.values()) for pair, s in scores.items() if min(len(x) for x in s.values()) > 1}
    if not rows:
        return []
    lines = ["## Interquartile mean over seeds [%]", "", "95 % intervals of a bootstrap stratified by task.", ""]
    lines += ["| method | backend | tasks | success |", "| --- | --- | --- | --- |"]
    for (method, backend), strata in sorted(rows.items()):
        lines.append(
            f"| {NAMES.get(method, method)} | {backend} | {len(strata)} | {_percent(*interquartile_mean(strata))} |"
        )
    return [*lines, ""]


def _differences(results: list[dict]) -> list[str]:
    """Paired differences of methods that were given the same orders, corrected over all of them."""
    found = []
    for one, other in combinations(results, 2):
        if (
            all(one[k] == other[k] for k in ("task", "backend", "seed", "episodes"))
            and one["method"] != other["method"]
        ):
            found.append((one, other, paired_difference(_shares(one), _shares(other))))
    if not found:
        return []
    corrected = holm([p for *_, (*_, p) in found])
    lines = [
        "## Differences",
        "",
        "Same orders, difference of the success share of an episode [%], 95 % bootstrap interval,",
    ]
    lines += [f"p-values of a sign permutation test, Holm-corrected over {len(found)} comparisons.", ""]
    lines += ["| task | backend | seed | difference | | p |", "| --- | --- | --- | --- | --- | --- |"]
    for (one, other, (mean, low, high, _)), p in zip(found, corrected, strict=True):
        versus = f"{NAMES.get(one['method'], one['method'])} - {NAMES.get(other['method'], other['method'])}"
        lines.append(
            f"| {one['task']} | {one['backend']} | {one['seed']} | {versus} | {_percent(mean, low, high)} | {p:.3g} |"
        )
    return [*lines, ""]


def _shares(result: dict) -> list[float]:
    episodes = result["per_episode"]
    return [s / max(n, 1) for s, n in zip(episodes["successes"], episodes["segments"], strict=True)]


def _curves(results: list[dict], axis: str) -> list[RobustnessCurve]:
    """One curve a method and backend, pooled over seeds; friction as it was measured."""
    curves = []
    for method, backend in sorted({_pair(r) for r in results}):
        points = defaultdict(lambda: [0, 0])
        for r in (r for r in results if _pair(r) == (method, backend)):
            factor = r["condition"][axis]
            if axis == "friction":
                factor = r.get("measured_friction", factor)
            points[round(factor, 3)][0] += r["successes"]
            points[round(factor, 3)][1] += r["segments"]
        factors = sorted(points)
        rates = [points[f][0] / max(points[f][1], 1) for f in factors]
        low, high = zip(*(wilson_interval(*points[f]) for f in factors), strict=True)
        curves.append(RobustnessCurve(f"{NAMES.get(method, method)}, {backend}", factors, rates, low, high))
    return curves


def _write_csv(path: Path, results: list[dict]) -> None:
    plain = [{k: v for k, v in r.items() if not isinstance(v, dict)} | r["condition"] | r["measures"] for r in results]
    columns = list(dict.fromkeys(name for row in plain for name in row))
    with whole_file(path) as partial, partial.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(plain)
