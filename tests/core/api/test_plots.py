"""Figures and tables of a study, as notebooks show them."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import Pipeline, Problem, Study, compare, open_run
from caviar.api.plots import Figure
from caviar_plugins import Adam, Inline, Log

from tests.plugins.report.unpacked import data_of

NAMES = ["history", "curves", "importance", "scatter", "parallel", "leaderboard", "timeline", "ablation"]
NAMES += ["thresholds", "errors", "activations"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("plots")


@pytest.fixture(scope="module")
def study(folder: Path) -> Study:
    x = numpy.random.default_rng(0).normal(size=(80, 3))
    search: Any = {"trials": 3, "baselines": False}
    optimizer = Adam(learning_rate=Log(1e-3, 1e-1))
    pipeline = Pipeline(name="plots", optimizer=optimizer, executor=Inline(), reporter=(), search=search)
    return pipeline.run(x, x[:, 0] > 0, runs=folder)


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_is_a_frame_of_a_notebook_and_a_page(study: Study, tmp_path: Path, name: str) -> None:
    figure = getattr(study.plot, name)()
    figure.save(tmp_path / "figure.html")
    page = (tmp_path / "figure.html").read_text()
    shown = data_of(page)
    assert shown["figure"] == name
    assert f'\n  id: "{name}",\n' in page, "no script of the page draws it"
    assert shown["runs"][0]["trials"]["number"].tolist() == [0, 1, 2]
    (framed,) = re.findall(r'<iframe srcdoc="([^"]*)"', figure._repr_html_())
    assert data_of(unescape(framed))["figure"] == name


def test_the_report_of_a_study_shows_all_of_it(study: Study, tmp_path: Path) -> None:
    study.plot.report().save(tmp_path / "report.html")
    assert data_of((tmp_path / "report.html").read_text())["figure"] is None
    assert study.plot.report()._repr_html_().endswith(' title="report"></iframe>')


def test_a_run_has_the_figures_of_its_study(study: Study, folder: Path) -> None:
    assert open_run(folder / "plots").plot.history().runs[0].trials == study.trials


def test_a_study_shows_its_best_trials_and_a_trial_its_values(study: Study) -> None:
    assert study.best is not None
    told = study._repr_html_()
    assert re.findall(r"<tr><td>(\d+)</td>", told)[0] == str(study.best.trial)
    assert "&lt;Study" in told
    assert f"<td>{study.trials[0].values['optimizer.learning_rate']:.6g}</td>" in study.trials[0]._repr_html_()


def page_of(figure: Figure, folder: Path) -> Any:
    figure.save(folder / "figure.html")
    return data_of((folder / "figure.html").read_text())


def test_a_figure_is_of_the_hyperparameters_the_metric_and_the_share_that_were_chosen(
    study: Study, tmp_path: Path
) -> None:
    figure = study.plot.scatter("learning_rate", metric="validation.log_loss", top=0.5)
    told = page_of(figure, tmp_path)["shown"]
    goal = "minimize"  # of a loss, while the study maximizes accuracy
    assert page_of(study.plot.parallel("lr"), tmp_path)["shown"]["paths"] == ["optimizer.learning_rate"]
    assert told == {"paths": ["optimizer.learning_rate"], "metric": "validation.log_loss", "goal": goal, "top": 0.5}


def test_curves_may_be_of_another_metric(study: Study, folder: Path, tmp_path: Path) -> None:
    for each in (study, open_run(folder / "plots")):
        (run,) = page_of(each.plot.curves("train.loss"), tmp_path)["runs"]
        assert study.best is not None
        first = run["curves"]["values"][: run["curves"]["length"][0]]
        assert run["curves"]["trial"][0] == study.best.trial
        numpy.testing.assert_allclose(first, study.curves("train.loss")[study.best.trial], rtol=1e-6)
    with pytest.raises(Problem, match=re.escape("there is no metric 'train.los'")):
        study.plot.curves("train.los")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"hyperparameters": ("optimizer.learning_rat",)}, "did you mean 'optimizer.learning_rate'?"),
        ({"metric": "validation.acuracy"}, "'plots' did not measure 'validation.acuracy'; did you mean"),
        ({"top": 10}, "top = 10: give the share of the trials to show"),
    ],
)
def test_what_a_study_does_not_have_is_refused(study: Study, wrong: dict[str, Any], told: str) -> None:
    names = wrong.pop("hyperparameters", ())
    with pytest.raises(Problem, match=re.escape(told)):
        study.plot.scatter(*names, **wrong)


def test_studies_are_compared_under_names_that_tell_them_apart(study: Study, folder: Path, tmp_path: Path) -> None:
    run = open_run(folder / "plots")
    shown = page_of(compare(study, run).scatter(), tmp_path)
    assert (shown["figure"], [each["name"] for each in shown["runs"]]) == ("scatter", ["plots (1)", "plots (2)"])
    named = page_of(compare(study, again=run).report(), tmp_path)
    assert (named["figure"], [each["name"] for each in named["runs"]]) == (None, ["plots", "again"])
    taken = page_of(compare(study, plots=run).report(), tmp_path)
    assert [each["name"] for each in taken["runs"]] == ["plots (1)", "plots"]
    with pytest.raises(Problem, match="at least two"):
        compare(study)
    with pytest.raises(Problem, match="a list is no study; give them one by one"):
        compare([study, run])  # type: ignore[arg-type]
