"""The report's figures of predictions and layers in a browser: drawn, told in words, and worked by keyboard."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from caviar.plugin import RunFacts
from caviar_plugins.reporters.report import Report

from tests.browser.conftest import Open
from tests.browser.evaluations import layers, numbers, two_classes
from tests.browser.searches import search_of
from tests.browser.test_report import COLORS
from tests.plugins.report.conftest import folder  # noqa: F401  # the run that the facts are made of

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def facts(folder: Path) -> RunFacts:  # noqa: F811
    return search_of(folder, 64)


def check_drawn(page: Any, name: str) -> None:
    for canvas in page.locator(f"#{name} .panel:not([hidden]) canvas, #{name} .beside canvas").all():
        assert canvas.evaluate(COLORS) > 8, name
    assert page.locator(f"#{name} canvas").count(), name
    for image in page.locator(f"#{name} [role=img]").all():
        assert image.get_attribute("aria-label") == page.locator(f"#{name} figcaption").inner_text()


@pytest.mark.parametrize(("width", "scheme"), [(400, "dark"), (900, "light"), (1400, "dark")])
def test_they_are_drawn_in_both_schemes_and_fit_the_screen(
    show: Open, facts: RunFacts, width: int, scheme: str
) -> None:
    for made, names in ((layers(two_classes(facts)), ("thresholds", "activations")), (numbers(facts), ("errors",))):
        page = show(Report.page([made]), width=width, scheme=scheme)
        for name in names:
            check_drawn(page, name)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def column(page: Any, nth: int) -> list[str]:
    cells: list[str] = page.locator(f"#thresholds tbody tr td:nth-child({nth})").all_inner_texts()
    return cells


def test_the_threshold_is_moved_by_keyboard_and_by_a_click(show: Open, facts: RunFacts) -> None:
    made = two_classes(facts)
    assert made.evaluation is not None
    curve = made.evaluation.thresholds["test"]
    page = show(Report.page([made]))
    used = curve.thresholds.index(0.31)
    assert column(page, 2) == column(page, 3)
    assert column(page, 2)[:3] == ["0.31", str(curve.guessed[used]), str(curve.right[used])]
    assert f"precision {curve.precision[used]:.4g}" in page.locator("#thresholds figcaption").inner_text()
    page.locator("[name=threshold]").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert column(page, 3)[1] == str(curve.guessed[used + 3])
    assert column(page, 2)[0] == "0.31"
    assert "recall" in page.locator("[name=threshold]").get_attribute("aria-valuetext")
    box = page.locator("#thresholds canvas").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2)
    assert float(column(page, 3)[0]) > 0.8


def test_another_part_has_its_own_curve(show: Open, facts: RunFacts) -> None:
    made = two_classes(facts)
    assert made.evaluation is not None
    curve = made.evaluation.thresholds["validation"]
    page = show(Report.page([made]))
    page.check("#thresholds input[value=validation]", force=True)
    assert column(page, 2)[1] == str(curve.guessed[curve.thresholds.index(0.31)])
    assert "was chosen for f1 on these rows" in page.locator("#thresholds figcaption").inner_text()
    assert page.is_checked("#confusion input[value=test]"), "the other figure keeps its own"


def test_without_a_test_part_that_is_said(show: Open, facts: RunFacts) -> None:
    for made, name in ((two_classes(facts, threshold=None), "thresholds"), (numbers(facts), "errors")):
        found = made.evaluation
        assert found is not None
        curves = {part: each for part, each in found.thresholds.items() if part != "test"}
        errors = {part: each for part, each in found.errors.items() if part != "test"}
        page = show(Report.page([replace(made, evaluation=replace(found, thresholds=curves, errors=errors))]))
        assert "no test part" in page.locator(f"#{name} figcaption").inner_text()


def test_each_target_has_its_numbers(show: Open, facts: RunFacts) -> None:
    made = numbers(facts, targets=("price", "rent"))
    assert made.evaluation is not None
    page = show(Report.page([made]))
    for target in ("price", "rent"):
        page.locator("[name=target]").select_option(target)
        half = made.evaluation.errors["test"][target].half
        told = page.locator("#errors figcaption").inner_text()
        assert f"in the units of {target}, half of the predictions are within {half:,.0f} of the truth" in told


def test_many_rows_are_cells(show: Open, facts: RunFacts) -> None:
    page = show(Report.page([numbers(facts, rows=5000)]))
    check_drawn(page, "errors")
    assert "the more rows it holds" in page.locator("#errors figcaption").inner_text()


def test_another_trial_shows_its_own_layers(show: Open, facts: RunFacts) -> None:
    made = layers(facts)
    page = show(Report.page([made]))
    shown = page.locator("#activations .panel:not([hidden]) h3")
    assert shown.all_inner_texts() == ["layer1", "layer2", "layer3", "dead units"]
    page.locator("[name=recorded]").select_option(index=1)
    assert shown.all_inner_texts() == ["layer1", "layer2", "dead units"]
    trial = [*made.activations][1]
    assert f"in trial {trial}" in page.locator("#activations figcaption").inner_text()
    page.locator("#activations summary").click()
    last = made.activations[trial]["layer2.after.std"][-1]
    assert f"± {last:.2g}" in page.locator("#activations tbody tr").nth(1).inner_text()
