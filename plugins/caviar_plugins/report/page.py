"""The page: one HTML text with its style, its scripts, its plotting library and the data of its runs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from caviar.plugin import RunFacts, Shown

from caviar_plugins.report.compared import compared
from caviar_plugins.report.run_data import run_data

SCRIPTS = (
    "dom.js",
    "data.js",
    "state.js",
    "charts.js",
    "drawing.js",
    "tip.js",
    "history.js",
    "standings.js",
    "importance.js",
    "leaderboard.js",
    "scatter.js",
    "curves.js",
    "parallel.js",
    "rungs.js",
    "timeline.js",
    "ablation.js",
    "confusion.js",
    "thresholds.js",
    "errors.js",
    "activations.js",
    "facts.js",
    "compare.js",
    "main.js",
)
"""Their order matters: each uses names of those before it."""


def page(
    runs: Sequence[RunFacts],
    *,
    figure: str | None,
    shown: Shown,
    reload: float,
    note: str,
) -> str:
    """The whole page of one run or, side by side, of several.

    figure: draws this one alone, such as "history", of what is `shown`. reload: seconds after which the page reads its
    file again, while the run goes on; 0 = never. note: a sentence on top, such as why a run ended early.
    """
    from datetime import UTC, datetime

    ablated = figure == "ablation" or (figure is None and len(runs) == 1 and not reload)
    data = {
        "runs": [run_data(each, ablated) for each in runs],
        "compared": compared(runs) if len(runs) > 1 else None,
        "figure": figure,
        "shown": asdict(shown),
        "reload": reload,
        "note": note,
        "written": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
    }
    return _filled(" | ".join(each.name for each in runs), data)


def _filled(title: str, data: Mapping[str, Any]) -> str:
    return Template(_asset("page.html")).substitute(
        title=escape(title),
        style=_asset("style.css"),
        library=_asset("echarts.min.js"),
        scripts=_scripts(),
        data=_json(data),
    )


def _json(data: Mapping[str, Any]) -> str:
    r"""JSON that no text within can end early: `<`, `>` and `&` are written as \u003c, \u003e and \u0026."""
    text = json.dumps(data, allow_nan=False, separators=(",", ":"))  # pure ASCII: also U+2028 is escaped
    return text.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026")


@cache
def _scripts() -> str:
    return "\n".join(_asset(name) for name in SCRIPTS)


@cache
def _asset(name: str) -> str:
    return files("caviar_plugins.report").joinpath("page", name).read_text(encoding="utf-8")
