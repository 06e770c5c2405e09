"""The data of a page, against the run that it shows."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import Run, TrialState, open_run
from caviar.engine.analysis.results import read_results
from caviar_plugins.report.run_data import run_data

from tests.plugins.report.studies import METRIC, few
from tests.plugins.report.unpacked import data_of, unpacked


@pytest.fixture(scope="module")
def shown(folder: Path) -> Any:
    (found,) = data_of((folder / "report.html").read_text())["runs"]
    return found


@pytest.fixture(scope="module")
def stored(folder: Path) -> Run:
    return open_run(folder)


def test_every_trial_is_there_as_it_was_recorded(shown: Any, stored: Run) -> None:
    trials, states = shown["trials"], shown["states"]
    assert trials["number"].tolist() == [trial.index for trial in stored.trials]
    assert [states[each] for each in trials["state"]] == [trial.state.value for trial in stored.trials]
    assert trials["epochs"].tolist() == [trial.epochs for trial in stored.trials]
    assert trials["round"].tolist() == [trial.round for trial in stored.trials]
    assert {"finished", "pruned"} <= {states[each] for each in trials["state"]}, "the search was to have both"
    for name in ("train.loss", "validation.accuracy"):
        told = [trial.metrics.get(name, numpy.nan) for trial in stored.trials]
        numpy.testing.assert_allclose(trials["metrics"][name], told, rtol=1e-6)


def test_ranks_are_those_of_pipe_results(shown: Any, folder: Path) -> None:
    expected = [trial.index for trial in read_results(folder).compared]
    ranks = shown["trials"]["rank"]
    assert [trial for trial in numpy.argsort(ranks).tolist() if ranks[trial] < len(ranks)] == expected


def test_a_pruned_trial_is_judged_by_its_last_epoch(shown: Any, stored: Run) -> None:
    curves = stored.curves()
    for trial in stored.trials:
        told = curves[trial.index][-1] if trial.state is TrialState.PRUNED else trial.judged
        assert shown["trials"]["value"][trial.index] == pytest.approx(told)


def test_coordinates_and_values_are_those_of_the_trials(shown: Any, stored: Run) -> None:
    assert [each["path"] for each in shown["dims"]] == list(stored.trials[0].values)
    for place, dimension in enumerate(shown["dims"]):
        told = [trial.point[place] for trial in stored.trials]
        numpy.testing.assert_allclose(dimension["u"] / 65534, told, atol=1e-5)
        values = [trial.values[dimension["path"]] for trial in stored.trials]
        if "words" in dimension:
            assert [dimension["words"][each] for each in dimension["value"]] == values
        else:
            numpy.testing.assert_allclose(dimension["values"], values, rtol=1e-6)


def test_axes_are_labelled_on_their_samplers_scales(shown: Any) -> None:
    ticks = {each["path"].rpartition(".")[2]: [label for _, label in each["ticks"]] for each in shown["dims"]}
    assert ticks["learning_rate"] == ["0.0001", "0.0006", "0.003", "0.02", "0.1"]
    assert ticks["beta1"] == ["0.5", "0.8", "0.93", "0.97", "0.99"]
    assert ticks["activation"] == ["relu", "tanh"]


def test_curves_are_those_of_the_store(shown: Any, stored: Run) -> None:
    curves, expected = shown["curves"], stored.curves()
    ends = numpy.cumsum(curves["length"])
    assert sorted(curves["trial"].tolist()) == sorted(expected)
    for trial, end, length in zip(curves["trial"], ends, curves["length"], strict=True):
        part = slice(end - length, end)
        numpy.testing.assert_allclose(curves["values"][part], expected[trial], rtol=1e-6)
        assert curves["epochs"][part].tolist() == list(range(1, length + 1))


def test_what_the_end_of_the_search_found_is_there(shown: Any, stored: Run) -> None:
    assert stored.best is not None
    assert stored.assessment is not None
    assert shown["best"] == stored.best.index
    assert [each["name"] for each in shown["standings"]["rows"]] == [
        "winner",
        *(each.name for each in stored.assessment.baselines),
    ]
    assert sum(map(sum, shown["decision"]["confusion"]["validation"])) == stored.assessment.rows["validation"]
    assert shown["rows"] == stored.assessment.rows
    assert shown["columns"]
    assert shown["identity"] == stored.identity
    assert shown["again"]["values"]["optimizer.learning_rate"] == repr(stored.best.values["optimizer.learning_rate"])


def test_a_command_names_the_file_with_the_code_of_the_run() -> None:
    plugins, code = (
        {"trainer.train": "my train.py 986f77b89774", "sampler.log": "caviar-ml 0.1.0"},
        Path("a/my train.py"),
    )
    again = run_data(replace(few(), plugins=plugins, code=(code,)))["again"]
    assert (again["code"], again["program"]) == ([str(code)], None)
    assert run_data(few())["again"]["program"] is None


def test_there_is_no_command_for_what_only_a_program_can_train() -> None:
    module = {"trainer.train": "my train.py 986f77b89774"}
    assert run_data(replace(few(), plugins=module))["again"]["program"] == ["my train.py"]
    assert run_data(replace(few(), code=None))["again"]["program"] == []


def test_numbers_beyond_single_precision_are_told() -> None:
    facts = few()
    values = (1e300, -1e-300, inf)
    trials = tuple(replace(trial, metrics={METRIC: value}) for trial, value in zip(facts.trials, values, strict=True))
    told = unpacked(run_data(replace(facts, trials=trials))["trials"])["metrics"][METRIC]
    assert told.tolist() == list(values)


def test_of_many_reasons_it_is_said_how_many_are_left_out() -> None:
    facts = few(230)
    trials = tuple(replace(trial, reason=f"why {trial.index}") for trial in facts.trials[:-10])
    shown = run_data(replace(facts, trials=(*trials, *facts.trials[-10:])))
    assert len(shown["reasons"]) == 200
    assert shown["moreReasons"] == 20
    assert run_data(facts)["moreReasons"] == 0


def test_the_texts_of_a_command_are_toml() -> None:
    facts = few()
    assert facts.best is not None
    text = 'a "quoted" \\ \U0001f600'
    shown = run_data(replace(facts, best=replace(facts.best, values={"model.shape": text})))["again"]["values"]
    assert tomllib.loads(f"shape = {shown['model.shape']}") == {"shape": text}
