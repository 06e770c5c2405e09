"""A headless Chromium, which these tests need and nothing else does."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

HOW = "apt-get install chromium (or brew install --cask chromium), and pip install -e '.[browser]'"
Open: TypeAlias = Callable[..., Any]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser; the tests are skipped where it is not installed."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        pytest.skip(f"Chromium is not installed; {HOW}")
    api = pytest.importorskip("playwright.sync_api", reason=f"playwright is not installed; {HOW}")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()


@pytest.fixture
def show(chromium: Any, tmp_path: Path) -> Iterator[Open]:
    """Opens a page from a file, with all figures drawn unless `draw` is false.

    Afterwards nothing may have been complained of or fetched.
    """
    complaints: list[str] = []
    contexts = []

    def opened(html: str, width: int = 1400, scheme: str = "light", draw: bool = True) -> Any:
        file = tmp_path / "report.html"
        file.write_text(html)
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        context.set_default_timeout(60_000)  # ms: on a machine that has much else to do
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"a dialog: {dialog.message}"))
        page.on("request", lambda sent: None if sent.url.startswith("file:") else complaints.append(sent.url))
        page.goto(file.as_uri())
        if draw:
            page.evaluate("report.drawAll()")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
