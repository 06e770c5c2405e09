"""How long a report takes until it answers: `python -m benchmarks.pages [TRIALS …]`, of 81 epochs; needs Chromium.

Of a page opened from its file: its size, the first paint, and the processor time of the page's main thread until the
first figure stands, then until all do, as the performance domain of the DevTools tells it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from caviar import load
from caviar.engine.study import run
from caviar_plugins.reporters.report import Report

from benchmarks.environment import program
from tests.browser.searches import search_of
from tests.plugins.report.conftest import FILE

_EPOCHS = 81
_PATIENCE = 600_000  # ms, on a machine that others use too


def main() -> None:
    """Prints a line for each number of trials."""
    from playwright.sync_api import sync_playwright

    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        (Path(folder) / "p.toml").write_text(FILE)
        run(load(Path(folder) / "p.toml"), Path(folder))
        browser = playwright.chromium.launch(executable_path=program("chromium"))
        print("trials    MB  first paint s  first figure s  main thread s  all figures, main thread s")
        for trials in map(int, sys.argv[1:] or ["128", "10000", "50000"]):
            page = Path(folder) / "page.html"
            page.write_text(Report.page([search_of(Path(folder) / "p", trials, _EPOCHS)]))
            told = _opened(browser, page)
            print(f"{trials:6}  {page.stat().st_size / 1e6:4.1f}  {'  '.join(f'{each:13.2f}' for each in told)}")
        browser.close()


def _opened(browser: Any, file: Path) -> tuple[float, float, float, float]:
    # Only in this context may scripts of ours be evaluated, which the page's policy forbids.
    context = browser.new_context(viewport={"width": 1400, "height": 900}, bypass_csp=True)
    page = context.new_page()
    page.set_default_timeout(_PATIENCE)
    domain = context.new_cdp_session(page)
    domain.send("Performance.enable", {"timeDomain": "threadTicks"})
    began = monotonic()
    page.goto(file.as_uri(), wait_until="commit")
    page.wait_for_function("window.report && document.querySelector('#history canvas')")
    figure = monotonic() - began
    first = _metrics(domain)["TaskDuration"]
    page.evaluate("report.drawAll()")
    whole = _metrics(domain)["TaskDuration"]
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN")
    context.close()
    return paint / 1000, figure, first, whole


def _metrics(domain: Any) -> Mapping[str, float]:
    return {each["name"]: each["value"] for each in domain.send("Performance.getMetrics")["metrics"]}


if __name__ == "__main__":
    main()
