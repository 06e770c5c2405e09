"""The report in a browser: every figure shows something, every filter and the brush act on all of them."""

from __future__ import annotations

import re
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any

import pytest
from caviar.plugin import RunFacts, Shown, TrialState
from caviar_plugins.reporters.report import Report

from tests.browser.conftest import Open
from tests.browser.searches import search_of
from tests.plugins.report.conftest import folder  # noqa: F401  # the run that the facts are made of

pytestmark = pytest.mark.browser

DRAWN = ["history", "scatter", "curves", "parallel", "timeline"]
"""Figures on a canvas; the others are tables."""
COLORS = """
    (canvas) => {
        const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
        const seen = new Set();
        for (let at = 0; at < pixels.length; at += 4) if (pixels[at + 3]) seen.add(pixels.slice(at, at + 3).join());
        return seen.size;
    }
"""


@pytest.fixture(scope="module")
def facts(folder: Path) -> RunFacts:  # noqa: F811
    return search_of(folder, 128)


@pytest.fixture
def page(show: Open, facts: RunFacts) -> Any:
    return show(Report.page([facts]))


def marked(page: Any) -> set[int]:
    numbers = page.evaluate("[...report.selection().marked ?? []].flatMap((each, place) => (each ? [place] : []))")
    return set(numbers)


def drag(page: Any, selector: str, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drags over an element, from and to these shares of its width and height."""
    place = page.locator(selector).first
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
    page.mouse.move(*points[0])
    page.mouse.down()
    page.mouse.move(*points[1], steps=6)
    page.mouse.up()
    page.locator(".chip.on").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_figure_is_empty(show: Open, facts: RunFacts, scheme: str) -> None:
    page = show(Report.page([facts]), scheme=scheme)
    shown = page.evaluate("report.figures")
    assert set(shown) >= {*DRAWN, "standings", "leaderboard", "importance", "confusion", "ablation"}
    for name in DRAWN:
        for canvas in page.locator(f"#{name} canvas").all():
            assert canvas.evaluate(COLORS) > 8, name
    for name in set(shown):
        assert page.locator(f"#{name} figcaption").inner_text(), f"{name} says nothing"
        assert page.locator(f"#{name} canvas, #{name} tbody tr").count(), f"{name} shows nothing"
    for image in page.locator("[role=img]").all():
        assert image.get_attribute("aria-label")


@pytest.mark.parametrize("width", [400, 900, 1400])
def test_nothing_is_wider_than_the_screen(show: Open, facts: RunFacts, width: int) -> None:
    page = show(Report.page([facts]), width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_filter_of_states_acts_on_every_figure(page: Any, facts: RunFacts) -> None:
    before = page.locator("#curves figcaption").inner_text()
    page.uncheck("[name=state-pruned]")
    assert page.locator("#leaderboard .state.pruned").count() == 0
    assert "stopped early" in before
    assert "stopped early" not in page.locator("#curves figcaption").inner_text()
    finished = sum(trial.state == "finished" for trial in facts.trials)
    assert f"{finished} trials" in page.locator("#scatter figcaption").inner_text()


def test_only_the_best_are_shown_where_that_is_asked(page: Any) -> None:
    page.locator("[name=best]").fill("40")
    told = page.locator("#filters output").first.inner_text()
    most = int(told.split()[1])
    assert 1 < most < 30
    assert page.locator("#leaderboard tbody tr").count() == min(most, 20)
    assert f"{most} trials" in page.locator("#scatter figcaption").inner_text()


def test_a_box_over_a_panel_marks_its_trials_in_all_figures(page: Any, facts: RunFacts) -> None:
    drag(page, "#scatter canvas", (0.4, 0.15), (0.7, 0.85))
    chosen = marked(page)
    assert 5 < len(chosen) < 100
    path, (low, high) = page.evaluate("Object.entries(report.choice.brush.ranges)[0]")
    worst, best = page.evaluate("report.choice.brush.metric")
    column = [each.path for each in facts.space.dimensions].index(path)
    value = {trial.index: facts.reached.get(trial.index, trial.judged) for trial in facts.trials}
    assert chosen == {
        trial.index
        for trial in facts.trials
        if low <= trial.point[column] <= high
        if (told := value[trial.index]) is not None and worst <= told <= best
    }
    assert page.locator("#leaderboard tr.marked").count() == min(len(chosen), 20)
    assert f"{len(chosen)} trials marked" in page.locator(".chip").inner_text()
    page.click("[name=clear]")
    assert marked(page) == set()
    assert page.locator("#leaderboard tr.marked").count() == 0


def test_a_range_on_a_parallel_axis_marks_trials(page: Any) -> None:
    page.locator("#parallel").scroll_into_view_if_needed()
    box = page.locator("#parallel canvas").first.bounding_box()
    first = 46  # pixels from the left to the first axis
    drag(page, "#parallel canvas", (first / box["width"], 0.25), (first / box["width"], 0.6))
    assert len(page.evaluate("Object.keys(report.choice.brush.ranges)")) == 1
    assert 5 < len(marked(page)) < 120


def test_a_box_over_curves_marks_those_that_pass_through_it(page: Any, facts: RunFacts) -> None:
    drag(page, "#curves canvas", (0.5, 0.1), (0.9, 0.7))
    first, last, low, high = page.evaluate("report.choice.brush.box")
    expected = {
        trial
        for trial, curve in facts.curves.items()
        if any(first <= epoch <= last and low <= value <= high for epoch, value in enumerate(curve, 1))
    }
    assert marked(page) == expected
    assert expected


def test_a_row_of_the_leaderboard_marks_its_trial_by_keyboard(page: Any) -> None:
    page.locator("#leaderboard tbody input").nth(2).focus()
    page.keyboard.press("Space")
    assert len(marked(page)) == 1
    assert page.locator("#leaderboard tr.marked").count() == 1


def test_a_range_is_marked_by_keyboard(page: Any, facts: RunFacts) -> None:
    page.locator("[name=range]").select_option("optimizer.learning_rate")
    page.get_by_label("From", exact=True).focus()
    for _ in range(50):
        page.keyboard.press("ArrowRight")
    column = [each.path for each in facts.space.dimensions].index("optimizer.learning_rate")
    assert marked(page) == {trial.index for trial in facts.trials if trial.point[column] >= 0.5}


def test_a_page_that_is_read_again_shows_what_was_chosen(page: Any) -> None:
    page.uncheck("[name=state-pruned]")
    page.locator("[name=best]").fill("60")
    page.wait_for_url(re.compile("pruned.*%22best%22%3A60"))
    before = page.evaluate("JSON.stringify(report.choice)")
    page.reload()
    assert page.evaluate("JSON.stringify(report.choice)") == before
    assert not page.is_checked("[name=state-pruned]")


def test_a_choice_of_a_moment_ago_outlives_the_page_that_reads_itself_again(show: Open, facts: RunFacts) -> None:
    page = show(Report.page([facts], reload=5.0), draw=False)
    page.clock.install(time=0)
    page.clock.pause_at(1)
    page.reload()
    page.clock.run_for(4900)
    page.evaluate("report.choose({ best: 60 })")
    with page.expect_event("load"):
        page.clock.run_for(100)
    assert page.evaluate("report.choice.best") == 60


def test_pointing_at_a_trial_tells_its_values_and_a_click_opens_it(page: Any, facts: RunFacts) -> None:
    assert facts.best is not None
    x, y = page.evaluate(
        f"""
        (() => {{
            const card = report.cards.find((each) => each.id === "history");
            return card.charts[0].convertToPixel({{ gridIndex: 0 }}, [{facts.best.index + 1}, {facts.best.objective}]);
        }})()
        """
    )
    box = page.locator("#history canvas").first.bounding_box()
    page.mouse.move(box["x"] + x, box["y"] + y)
    assert f"Trial {facts.best.index}: finished, rank 1" in page.locator("#tip").inner_text()
    page.mouse.click(box["x"] + x, box["y"] + y)
    assert f"Trial {facts.best.index}" in page.locator("dialog h2").inner_text()
    page.keyboard.press("Escape")
    assert not page.locator("dialog").is_visible()


def test_pointing_at_a_bar_tells_what_a_worker_trained(page: Any, facts: RunFacts) -> None:
    """The second population of the first worker has trials 16 to 23, of which 17 has failed."""
    population = next(each for each in facts.timeline if 16 in each.trials)
    middle = population.began + max(population.left) / 2 - facts.timeline[0].began
    page.locator("#timeline").scroll_into_view_if_needed()
    x, y = page.evaluate(
        f"""
        report.cards.find((each) => each.id === "timeline").charts[0]
            .convertToPixel({{ gridIndex: 0 }}, [{middle}, 0.5])
        """
    )
    box = page.locator("#timeline canvas").first.bounding_box()
    page.mouse.move(box["x"] + x, box["y"] + y)
    told = page.locator("#tip").inner_text()
    assert "Worker 1, round 2" in told
    assert "8 trials: 16, 17, 18, 19, 20, 21, 22, 23" in told
    assert "epochs\t1 to 3" in told
    assert "pruned at its end\t3" in told
    assert "failed or diverged\t1" in told


def test_a_search_of_which_nothing_came_says_so(show: Open, facts: RunFacts) -> None:
    diverged = tuple(
        replace(each, state=TrialState.DIVERGED, objective=-inf, metrics={}, reason="too fast") for each in facts.trials
    )
    told = replace(facts, trials=diverged, best=None, reached={}, assessment=None, ensemble=None, decision=None)
    page = show(Report.page([told]))
    text = page.locator("#history figcaption").inner_text()
    assert text.startswith("None of the trials has finished: 128 diverged.")


def test_axes_may_be_seconds_and_logarithmic(page: Any) -> None:
    page.check("#history input[value=seconds]", force=True)
    page.check("#history input[type=checkbox]")
    assert "reached after" in page.locator("#history figcaption").inner_text()
    assert page.locator("#history canvas").first.evaluate(COLORS) > 8


def test_runs_are_compared(show: Open, facts: RunFacts) -> None:
    other = replace(facts, name="other", file=facts.file.replace("epochs = 3", "epochs = 4"))
    page = show(Report.page([facts, other]))
    assert page.evaluate("report.figures") == ["runs", "history", "distribution", "scatter", "differs", "spaces"]
    for canvas in page.locator("canvas").all():
        assert canvas.evaluate(COLORS) > 8
    assert page.locator("#differs tbody tr").all_inner_texts() == ["trainer.epochs\t3\t4"]


def test_hyperparameters_whose_options_differ_are_named_and_not_compared(show: Open, facts: RunFacts) -> None:
    path = "model.activation"
    assert path in facts.spans
    trials = tuple(replace(each, values={**each.values, path: f"my-{each.values[path]}"}) for each in facts.trials)
    other = replace(facts, name="other", trials=trials, spans={**facts.spans, path: "my-relu, my-tanh"})
    page = show(Report.page([facts, other]))
    assert f"their options differ: {facts.space.names[path]}." in page.locator("#scatter figcaption").inner_text()


def test_a_figure_shows_what_was_chosen(show: Open, facts: RunFacts) -> None:
    path = facts.space.dimensions[0].path
    page = show(Report.page([facts], figure="scatter", shown=Shown((path,), top=0.25)))
    assert page.locator("#scatter h3").count() == 1
    assert page.locator("#scatter h3").inner_text().startswith(facts.space.names[path])
    ranked = sum(each.state == "finished" or each.index in facts.reached for each in facts.trials)
    assert page.evaluate("report.selection().shown.length") == -(-ranked // 4)


def test_studies_are_drawn_on_the_same_axes(show: Open, facts: RunFacts) -> None:
    page = show(Report.page([facts, replace(facts, name="other")], figure="scatter"))
    assert page.locator("#scatter .legend li").all_inner_texts() == [facts.name, "other"]
    for canvas in page.locator("canvas").all():
        assert canvas.evaluate(COLORS) > 8


def test_text_of_users_is_only_text(show: Open, facts: RunFacts) -> None:
    hostile = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"
    trials = tuple(replace(each, reason=hostile) for each in facts.trials)
    page = show(Report.page([replace(facts, name=hostile, advice=(hostile,), trials=trials, metric=facts.metric)]))
    assert page.locator("h1").inner_text() == hostile
    assert page.locator("img").count() == 0


def test_figures_far_away_are_drawn_when_they_come_near(show: Open, facts: RunFacts) -> None:
    page = show(Report.page([facts]), draw=False)
    page.locator("#history canvas").first.wait_for()
    page.locator("#leaderboard tbody tr").first.wait_for()
    assert page.locator("#timeline canvas").count() == 0
    page.locator("#timeline").scroll_into_view_if_needed()
    page.locator("#timeline canvas").first.wait_for()


def test_in_a_large_search_a_filter_reaches_all_figures_one_after_the_other(show: Open, folder: Path) -> None:  # noqa: F811
    page = show(Report.page([search_of(folder, 2100, epochs=3)]))
    page.uncheck("[name=state-pruned]")
    page.locator("#scatter figcaption", has_text=re.compile("1,0[0-9][0-9] trials")).wait_for()
    page.locator("#curves figcaption").filter(has_not_text="stopped early").wait_for()
    assert page.locator("#leaderboard .state.pruned").count() == 0


def test_ten_thousand_trials_are_drawn(show: Open, folder: Path) -> None:  # noqa: F811
    page = show(Report.page([search_of(folder, 10_000)]))
    assert "10,000" in page.locator("#filters output").first.inner_text()
    assert "cells" in page.locator("#scatter figcaption").inner_text()
    for name in DRAWN:
        assert page.locator(f"#{name} canvas").first.evaluate(COLORS) > 8, name
