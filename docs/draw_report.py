"""The pictures of docs/report.md, of a search of 96 networks; `python -m docs.draw_report` needs Chromium."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from caviar import load

PICTURES = Path(__file__).parent / "report"
PIPELINE = Path(__file__).parents[1] / "pipelines" / "digits.toml"
MORE = ["search.trials=96", "search.ensemble=8", "optimizer.beta1={ beta = [0.5, 0.999] }", 'reporter=["report"]']


def main() -> None:
    """Runs the search, and takes a picture of its page in light and in dark."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("needs Chromium: apt-get install chromium")
    with TemporaryDirectory() as runs, sync_playwright() as playwright:
        os.chdir(runs)  # the page tells its folder
        load(PIPELINE, MORE).run(runs="runs")
        browser = playwright.chromium.launch(executable_path=chromium)
        for scheme in ("light", "dark"):
            page = browser.new_page(viewport={"width": 1200, "height": 1150}, color_scheme=scheme)
            page.goto(Path("runs/digits/report.html").resolve().as_uri())
            page.screenshot(path=PICTURES / f"{scheme}.png")
        browser.close()


if __name__ == "__main__":
    main()
