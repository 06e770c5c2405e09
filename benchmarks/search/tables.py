"""Markdown tables of what the cache holds."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy

from benchmarks.search import curves
from benchmarks.search.cached import (
    SHARES,
    Runs,
    by_share,
    by_trial,
    complete,
    interval,
    is_taskset,
    mean,
    runs_of,
)
from benchmarks.search.methods import NAMES
from benchmarks.search.searches import SETTINGS, Setting

# Everything was developed on these (and on synthetic functions); the other tasks were first looked at afterwards.
DEVELOPED_ON = ("car", "phoneme", "3945", "126025", "146212", "167152", "167181", "167190")


def markdown(cache: Path, methods: Iterable[str] | None) -> str:
    """All tables."""
    parts = [_about()]
    for setting in SETTINGS.values():
        runs = {name: runs_of(cache / setting.name / name) for name in methods or NAMES}
        runs = {name: found for name, found in runs.items() if found}
        if runs:
            parts += [_overview(setting, complete(runs)), _by_task(setting, runs), _pairs(setting, runs)]
    runs = {name: runs_of(cache / "curves" / name) for name in curves.METHODS}
    runs = {name: found for name, found in runs.items() if found}
    if runs:
        parts.append(_on_curves(complete(runs)))
    return "\n\n".join(parts)


def _about() -> str:
    names = ("numpy", "scipy", "optuna", "torch", "cmaes", "smac")
    found = []
    for name in names:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    processor = next(
        (line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "unknown"
    )
    return f"Python {platform.python_version()}, {', '.join(found)}; {processor}, one thread."


def _lines(file: str) -> list[str]:
    return Path(file).read_text().splitlines() if Path(file).exists() else []


def _overview(setting: Setting, runs: dict[str, Runs]) -> str:
    tasks = sorted(next(iter(runs.values())))
    regret = {name: by_trial({task: each[task] for task in tasks}) for name, each in runs.items()}
    table = numpy.asarray([[regret[name][task][:, -1].mean() for task in tasks] for name in runs])
    ranks = (table[:, None] > table[None]).sum(1) + ((table[:, None] == table[None]).sum(1) + 1) / 2
    at = [trials for trials in (32, 64, 100, 160) if trials <= setting.trials]
    lines = [
        f"**{setting.trials} trials in rounds of {setting.round}**, {len(tasks)} tasks: mean normalized regret",
        "",
        f"| method | {' | '.join(f'after {trials}' for trials in at)} | 95 % | mean rank | ms a trial | seeds |",
        f"|---|{'---|' * (len(at) + 4)}",
    ]
    for row in numpy.argsort(table.mean(1)):
        name = list(runs)[row]
        means, (low, high) = mean(regret[name]), interval(regret[name])
        seeds = sorted({len(found) for found in runs[name].values()})
        between = f"{low[-1]:.4f}-{high[-1]:.4f}" if seeds[0] > 1 else "one seed"
        spent = numpy.mean([run["seconds"] for found in runs[name].values() for run in found.values()]) / setting.trials
        lines.append(
            f"| {name} | {' | '.join(f'{means[trials - 1]:.4f}' for trials in at)} | {between} "
            f"| {ranks[row].mean():.2f} | {1000 * spent:.2f} | {'-'.join(str(each) for each in seeds)} |"
        )
    return "\n".join(lines)


def _by_task(setting: Setting, runs: dict[str, Runs]) -> str:
    finals = {name: {task: rows[:, -1] for task, rows in by_trial(each).items()} for name, each in runs.items()}
    tasks = sorted({task for each in runs.values() for task in each}, key=lambda task: (task not in DEVELOPED_ON, task))
    lines = [f"By task, after {setting.trials} trials (held out: not in development)", ""]
    lines += [f"| task | {' | '.join(runs)} |", f"|---|{'---|' * len(runs)}"]
    for task in tasks:
        cells = [f"{finals[name][task].mean():.4f}" if task in finals[name] else "" for name in runs]
        lines.append(f"| {task}{'' if task in DEVELOPED_ON else ' (held out)'} | {' | '.join(cells)} |")
    for label, kept in (("developed on", True), ("held out", False)):
        cells = []
        for each in finals.values():
            means = [values.mean() for task, values in each.items() if (task in DEVELOPED_ON) == kept]
            whole = len(means) == sum((task in DEVELOPED_ON) == kept for task in tasks)
            cells.append(f"**{numpy.mean(means):.4f}**" if whole else "")
        lines.append(f"| **{label}** | {' | '.join(cells)} |")
    return "\n".join(lines)


def _pairs(setting: Setting, runs: dict[str, Runs]) -> str:
    """Each of our strategies against each other method, on the searches (task, seed) that both did."""
    lines = [
        f"Head to head, {setting.trials} trials in rounds of {setting.round}, on the same tasks and seeds",
        "",
        "| | against | searches | mean regret | ratio, 95 % | tasks on which lower |",
        "|---|---|---|---|---|---|",
    ]
    generator = numpy.random.default_rng(0)
    for mine in ("coarse-to-fine", "gaussian-process"):
        for other in runs:
            if mine not in runs or other == mine:
                continue
            both = {
                task: numpy.asarray(
                    [
                        (runs[mine][task][seed]["regret"][-1], seeds[seed]["regret"][-1])
                        for seed in seeds
                        if seed in runs[mine].get(task, {})
                    ]
                )
                for task, seeds in runs[other].items()
            }
            both = {task: values for task, values in both.items() if len(values)}
            if not both:
                continue
            means = numpy.asarray([values.mean(0) for values in both.values()])
            draws = [v[generator.integers(len(v), size=(1000, len(v)))].mean(1) for v in both.values()]
            ratios = numpy.divide(*numpy.mean(draws, axis=0).T)
            low, high = numpy.quantile(ratios, [0.025, 0.975])
            between = f"({low:.2f}-{high:.2f})" if min(map(len, both.values())) > 1 else "(one seed)"
            a, b = means.mean(0)
            lines.append(
                f"| {mine} | {other} | {sum(map(len, both.values()))} | {a:.4f} : {b:.4f} "
                f"| {a / b:.2f} {between} | {(means[:, 0] < means[:, 1]).sum()} of {len(means)} |"
            )
    return "\n".join(lines)


_PEER = "optuna-tpe, optuna-hyperband"


def _on_curves(runs: dict[str, Runs]) -> str:
    lines = [
        f"**Curves**, {len(next(iter(runs.values())))} tasks, the epochs of {curves.FULL} full trainings: "
        "mean normalized regret of the best fully trained trial",
        "",
        "| method | 1/8 of epochs | 1/4 | 1/2 | all | lcbench | taskset | to the peer's final regret | seeds |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    goal = mean(by_share(runs[_PEER]))[-1] if _PEER in runs else -numpy.inf
    for name, each in runs.items():
        means = mean(by_share(each))
        families = [
            mean(by_share({task: found for task, found in each.items() if is_taskset(task) == taskset}))[-1]
            for taskset in (False, True)
        ]
        there = means <= goal
        share = f"{100 * SHARES[there.argmax()]:.0f} %" if there.any() else "not reached"
        seeds = min(len(found) for found in each.values())
        cells = [*(means[[7, 15, 31, 63]]), *families]
        lines.append(f"| {name} | {' | '.join(f'{cell:.4f}' for cell in cells)} | {share} | {seeds} |")
    return "\n".join(lines)
