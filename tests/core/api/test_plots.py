"""Figures and tables of a study, as notebooks show them."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import Pipeline, Study, open_run
from caviar_plugins import Adam, Inline, Log

from tests.plugins.report.unpacked import data_of

NAMES = ["history", "curves", "importance", "scatter", "parallel", "leaderboard"]


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
    assert shown["runs"][0]["trials"]["number"].tolist() == [0, 1, 2]
    (framed,) = re.findall(r'<iframe srcdoc="([^"]*)"', figure._repr_html_())
    assert data_of(unescape(framed))["figure"] == name


def test_the_report_of_a_study_shows_all_of_it(study: Study, tmp_path: Path) -> None:
    study.plot.report().save(tmp_path / "report.html")
    assert data_of((tmp_path / "report.html").read_text())["figure"] is None
    assert study.plot.report()._repr_html_().endswith(' title="report"></iframe>')


def test_a_run_has_the_figures_of_its_study(study: Study, folder: Path) -> None:
    assert open_run(folder / "plots").plot.history().facts.trials == study.trials


def test_a_study_shows_its_best_trials_and_a_trial_its_values(study: Study) -> None:
    assert study.best is not None
    told = study._repr_html_()
    assert re.findall(r"<tr><td>(\d+)</td>", told)[0] == str(study.best.trial)
    assert "&lt;Study" in told
    assert f"<td>{study.trials[0].values['optimizer.learning_rate']:.6g}</td>" in study.trials[0]._repr_html_()
