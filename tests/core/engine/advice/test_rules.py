"""Advice on a result: said when it is true, and not before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import Advice, Assessment, Standing, Trial, TrialState, load
from caviar.engine.advice.ended import Ended
from caviar.engine.advice.rules import advice_on_result
from caviar.engine.search.objective import Objective
from caviar.plugin import Retest

FILE = 'data = "digits"\nmodel.units = { int = [8, 64] }\ntrainer.epochs = 20\n'


def trial(index: int, objective: float, *again: float, **metrics: float) -> Trial:
    retests = tuple(Retest(0, TrialState.FINISHED, each) for each in again)
    measured = {"validation.accuracy": objective, **{name.replace("_", ".", 1): each for name, each in metrics.items()}}
    return Trial(index, 0, (0.5,), {"model.units": 8}, TrialState.FINISHED, 20, measured, objective, retests=retests)


def assessment(
    validation: float = 0.9, test: float = 0.9, half: float = 0.02, inputs: int = 10, baselines: Sequence[Standing] = ()
) -> Assessment:
    """A winner whose intervals reach `half` to both sides."""
    metrics = {"validation.accuracy": validation, "test.accuracy": test}
    intervals = {name: (value - half, value + half) for name, value in metrics.items()}
    rows = {"train": 100, "validation": 50, "test": 50}
    return Assessment(0, "accuracy", "maximize", rows, inputs, Standing("winner", metrics, intervals), tuple(baselines))


def said(
    folder: Path,
    found: Assessment | None = None,
    trials: Sequence[Trial] = (),
    curve: Sequence[float] = (),
    file: str = FILE,
) -> Mapping[str, Advice]:
    """Rule -> its only advice; the first trial is the winner."""
    (folder / "p.toml").write_text(file)
    tried = tuple(trials) or (trial(0, 0.9),)
    curves = {"validation.loss": {0: list(curve)}} if curve else {}
    objective = Objective("validation.accuracy", "maximize", 0.0)
    ended = Ended(load(folder / "p.toml"), tried, tried[0], objective, found, lambda metric: curves.get(metric, {}))
    advice = advice_on_result(ended)
    assert len({each.rule for each in advice}) == len(advice), advice
    for each in advice:
        load(folder / "p.toml", each.settings)  # what is advised can be set
    return {each.rule: each for each in advice}


def timed_file(folder: Path) -> str:
    """A pipeline whose rows are split by their day."""
    (folder / "t.csv").write_text("day,x,y\n" + "".join(f"{n},{n % 3},{n % 5 / 2}\n" for n in range(20)))
    return '[data]\npath = "t.csv"\ntarget = "y"\ntime = "day"\n'


@pytest.mark.parametrize(
    ("ours", "simple", "rows", "speaks"),
    [(1.0, 1.0, 200, True), (0.9998, 1.0, 200, False), (1.0, 0.9998, 200, False), (1.0, 1.0, 199, False)],
)
def test_no_mistakes_also_of_a_linear_model_are_said(
    ours: float, simple: float, rows: int, speaks: bool, tmp_path: Path
) -> None:
    linear = Standing("linear", {"validation.accuracy": simple, "test.accuracy": simple})
    found = replace(assessment(1.0, ours, baselines=[linear]), rows={"train": 600, "validation": 200, "test": rows})
    advice = said(tmp_path, found)
    assert ("nearly-perfect" in advice) is speaks
    if speaks:
        assert "an input may be computed from the target" in advice["nearly-perfect"].text


@pytest.mark.parametrize(("test", "speaks"), [(0.873, False), (0.871, True), (0.929, True), (0.927, False)])
def test_parts_differ_where_their_distance_exceeds_both_intervals(test: float, speaks: bool, tmp_path: Path) -> None:
    """Half intervals of 0.02 allow sqrt(2) * 0.02 = 0.0283."""
    advice = said(tmp_path, assessment(0.9, test))
    assert ("parts-differ" in advice) is speaks
    if speaks:
        text = advice["parts-differ"].text
        assert f"accuracy is 0.9000 on validation and {test:.4f} on test rows" in text
        assert ("report the test value" in text) is (test < 0.9)
        assert "in [data], folds = 5" in text


def test_parts_that_differ_in_time_are_said_to(tmp_path: Path) -> None:
    text = said(tmp_path, assessment(0.9, 0.8), file=timed_file(tmp_path))["parts-differ"].text
    assert "the test rows are the latest by 'day', and later rows may differ; report the test value" in text
    assert "the search chose" not in text


def test_parts_of_a_loss_differ_in_the_other_direction(tmp_path: Path) -> None:
    found = replace(assessment(0.9, 0.99), goal="minimize")
    assert "report the test value" in said(tmp_path, found)["parts-differ"].text


def test_with_folds_the_validation_interval_is_that_of_the_mean_over_them(tmp_path: Path) -> None:
    """A deviation of 0.1 over 4 folds: 1.96 * 0.05 = 0.098; with the test part's 0.02 that allows 0.1000."""
    found = assessment(0.9, 0.9 - 0.0999)
    found = replace(found, winner=replace(found.winner, intervals={"test.accuracy": (0.78, 0.82)}))
    file = f'{FILE}[data]\nuse = "digits"\nfolds = 4\n'.replace('data = "digits"\n', "")
    best = trial(0, 0.9)
    best = replace(best, metrics={**best.metrics, "deviation.validation.accuracy": 0.1})
    assert "parts-differ" not in said(tmp_path, found, [best], file=file)
    further = replace(found, winner=replace(found.winner, metrics={**found.winner.metrics, "test.accuracy": 0.7998}))
    text = said(tmp_path, further, [best], file=file)["parts-differ"].text
    assert "folds =" not in text


def standing(name: str, lead: tuple[float, float], part: str = "test") -> Standing:
    return Standing(name, {"validation.accuracy": 0.89, "test.accuracy": 0.88}, {}, {part: lead})


@pytest.mark.parametrize(
    ("lead", "words"),
    [
        ((0.001, 0.03), None),
        ((-0.001, 0.03), "no better than"),
        ((0.0, 0.0), "no better"),
        ((-0.03, -0.001), "worse than"),
    ],
)
def test_a_baseline_is_as_good_where_the_interval_of_the_lead_reaches_zero(
    lead: tuple[float, float], words: str | None, tmp_path: Path
) -> None:
    advice = said(tmp_path, assessment(baselines=[standing("linear", lead)]))
    assert ("simple-models" in advice) is (words is not None)
    if words is not None:
        text = advice["simple-models"].text
        assert f"the winner is {words}" in text
        assert "accuracy 0.9000 against 0.8800" in text
        assert "in [model], layers = 0" in text
        assert "95 % interval of the difference -0." in text or lead == (0.0, 0.0)
        assert advice["simple-models"].settings == ("model.layers=0",)


@pytest.mark.parametrize(
    ("model", "settings"),
    [
        ('model = { use = "mlp", embedding = ["periodic"] }', ("model.layers=0", "model.embedding=[]")),
        ('model = { use = "mlp", layers = 0, embedding = ["periodic"] }', ("model.embedding=[]",)),
        ('model = { use = "mlp", layers = { int = [1, 3] } }', ("model.layers=0",)),
        ('model = { use = "mlp", layers = 0 }', None),
    ],
)
def test_the_next_run_is_linear_and_nothing_is_said_of_a_winner_that_is(
    model: str, settings: tuple[str, ...] | None, tmp_path: Path
) -> None:
    file = f"{model}\n" + "\n".join(line for line in FILE.splitlines() if not line.startswith("model"))
    advice = said(tmp_path, assessment(baselines=[standing("linear", (-0.01, 0.01))]), file=file)
    found = advice.get("simple-models")
    assert (found and found.settings) == settings
    if found is not None:
        for setting in found.settings:
            assert setting.removeprefix("model.").replace("=", " = ") in found.text


def test_the_test_rows_decide_and_validation_rows_where_there_are_no_others(tmp_path: Path) -> None:
    both = replace(standing("linear", (0.01, 0.02)), lead={"validation": (-0.01, 0.01), "test": (0.01, 0.02)})
    assert "simple-models" not in said(tmp_path, assessment(baselines=[both]))
    alone = standing("linear", (-0.01, 0.01), "validation")
    assert "validation rows" in said(tmp_path, assessment(baselines=[alone]))["simple-models"].text


def test_where_a_constant_is_as_good_nothing_is_said_of_other_models(tmp_path: Path) -> None:
    others = [standing(name, (-0.01, 0.01)) for name in ("constant", "linear", "boosting")]
    text = said(tmp_path, assessment(baselines=others))["simple-models"].text
    assert "a constant" in text
    assert "pipe check" in text


def test_a_baseline_that_is_behind_the_ensemble_is_not_recommended(tmp_path: Path) -> None:
    boosting = standing("boosting", (-0.01, 0.01))
    for reached, behind in ((0.90, True), (0.87, False)):
        ensemble = Standing("ensemble", {"validation.accuracy": 0.9, "test.accuracy": reached})
        found = replace(assessment(baselines=[boosting]), ensemble=ensemble)
        assert ("simple-models" in said(tmp_path, found)) is not behind


def test_a_next_run_with_a_simpler_model_is_not_a_longer_search_as_well(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(FILE)
    found = assessment(baselines=[standing(name, (-0.02, -0.01)) for name in ("linear", "boosting")])
    objective = Objective("validation.accuracy", "maximize", 0.0)
    ended = Ended(load(tmp_path / "p.toml"), (trial(0, 0.9),), trial(0, 0.9), objective, found, lambda metric: {})
    linear, boosting = (each for each in advice_on_result(ended) if each.rule == "simple-models")
    assert linear.settings == ("model.layers=0",)
    assert boosting.text.endswith("; use that one")
    assert boosting.settings == ()


def test_boosting_that_is_as_good_is_said_with_the_trials_of_a_longer_search(tmp_path: Path) -> None:
    text = said(tmp_path, assessment(baselines=[standing("boosting", (-0.01, 0.01))]))["simple-models"].text
    assert "scikit-learn's gradient boosting" in text
    assert "in [search], trials = 128" in text


@pytest.mark.parametrize(
    ("search", "key"),
    [
        ("trials = 1\nseconds = 30", "trials = 2"),
        ("trials = 32\nseconds = 30", "seconds = 60"),
        ("trials = 32\npatience = 4", "patience = 8"),
        ("trials = 32", "trials = 64"),
    ],
)
def test_searching_on_doubles_what_ended_the_search(search: str, key: str, tmp_path: Path) -> None:
    found = assessment(baselines=[standing("boosting", (-0.01, 0.01))])
    advice = said(tmp_path, found, file=f"{FILE}[search]\n{search}\n")["simple-models"]
    assert advice.text.endswith(f"search on: in [search], {key}")
    assert advice.settings == (f"search.{key.replace(' ', '')}",)


def test_inputs_are_not_blamed_where_a_baseline_beats_the_constant(tmp_path: Path) -> None:
    constant, found = standing("constant", (-0.03, -0.01)), "test.accuracy"
    better = Standing("boosting", {found: 0.95}, {found: (0.93, 0.97)})
    equal = Standing("linear", {found: 0.96}, {found: (0.87, 0.99)})
    text = said(tmp_path, assessment(baselines=[constant, equal, better]))["simple-models"].text
    assert "scikit-learn's gradient boosting reaches 0.9500 with the same inputs; more trials" in text
    assert "no baseline is better" not in text
    assert "no baseline is better" in said(tmp_path, assessment(baselines=[constant, equal]))["simple-models"].text


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("", "'day', which is no input: in [data], split_features = [\"day\"] makes it one"),
        ('split_features = ["day"]\n', "rows are split by 'day', so its values in later rows lie outside the training"),
    ],
)
def test_a_split_by_time_is_named_as_the_reason(more: str, words: str, tmp_path: Path) -> None:
    found = assessment(baselines=[standing("constant", (-0.03, -0.01))])
    assert words in said(tmp_path, found, file=timed_file(tmp_path) + more)["simple-models"].text


def test_one_key_is_not_advised_in_two_directions(tmp_path: Path) -> None:
    """The layers are at their high end, and a model without any is as good."""
    file = FILE.replace("int = [8, 64]", "int = [8, 64] }\nmodel.layers = { int = [1, 3]")
    at_end = replace(trial(0, 0.9), values={"model.layers": 3})
    inside = [replace(trial(n, 0.5 + n / 100), values={"model.layers": 2}) for n in range(1, 9)]
    advice = said(tmp_path, None, [at_end, *inside], file=file)
    assert advice["range-edge"].settings == ("model.layers={ int = [1, 4] }",)
    found = assessment(baselines=[standing("linear", (-0.01, 0.01))])
    assert set(said(tmp_path, found, [at_end, *inside], file=file)) == {"simple-models"}


def test_a_model_without_layers_is_not_advised_to_have_others(tmp_path: Path) -> None:
    at_end = replace(trial(0, 0.9), values={"model.units": 64})
    inside = [replace(trial(n, 0.5 + n / 100), values={"model.units": 32}) for n in range(1, 9)]
    assert set(said(tmp_path, None, [at_end, *inside])) == {"range-edge"}
    found = assessment(baselines=[standing("linear", (-0.01, 0.01))])
    assert set(said(tmp_path, found, [at_end, *inside])) == {"simple-models"}


def test_a_baseline_that_was_not_trained_says_nothing(tmp_path: Path) -> None:
    assert not said(tmp_path, assessment(baselines=[Standing("linear", note="not trained: it failed")]))


@pytest.mark.parametrize(("tied", "speaks"), [(4, False), (5, True)])
def test_trials_tie_where_five_and_a_quarter_are_within_a_standard_error(
    tied: int, speaks: bool, tmp_path: Path
) -> None:
    """Two trainings 0.02 apart: s = 0.0141; a winner of two and a trial of one differ by s * sqrt(1.5) = 0.0173."""
    trials = [trial(0, 0.91, 0.93), *(trial(n, 0.905) for n in range(1, tied)), *(trial(9, 0.9026) for _ in range(10))]
    advice = said(tmp_path, None, trials)
    assert ("tied-trials" in advice) is speaks
    if speaks:
        assert f"{tied} of {len(trials)} trials" in advice["tied-trials"].text
        assert "training seeds" in advice["tied-trials"].text


def test_of_many_trials_a_few_that_tie_say_nothing(tmp_path: Path) -> None:
    trials = [trial(0, 0.91, 0.93), *(trial(n, 0.905) for n in range(1, 6)), *(trial(9, 0.8) for _ in range(19))]
    assert "tied-trials" not in said(tmp_path, None, trials)
    assert "tied-trials" in said(tmp_path, None, trials[:-1])


def test_without_re_tests_the_validation_rows_tell_which_trials_tie(tmp_path: Path) -> None:
    """A half interval of 0.02 is a standard error of 0.0102."""
    near = [trial(0, 0.9), *(trial(n, 0.8899) for n in range(1, 6))]
    assert "the validation rows" in said(tmp_path, assessment(), near)["tied-trials"].text
    assert "tied-trials" not in said(tmp_path, assessment(), [near[0], *(trial(n, 0.8897) for n in range(1, 6))])
    assert "tied-trials" not in said(tmp_path, None, near)


def test_a_tie_names_a_finer_metric_else_folds(tmp_path: Path) -> None:
    near = [trial(n, 0.9 - n / 1000, validation_log_loss=0.3) for n in range(6)]
    assert 'metric = "validation.log_loss"' in said(tmp_path, assessment(), near)["tied-trials"].text
    near = [trial(n, 0.9 - n / 1000) for n in range(6)]
    assert "in [data], folds = 5" in said(tmp_path, assessment(), near)["tied-trials"].text


NOISE = numpy.random.default_rng(0).normal(size=20)


@pytest.mark.parametrize(
    ("curve", "speaks"),
    [
        (0.9 ** numpy.arange(20), True),
        (0.5 + 0.001 * NOISE, False),
        (numpy.linspace(0.52, 0.5, 20), False),  # falls by 1 % from one fifth to the next
        (0.95 ** numpy.arange(20) + 0.2 * NOISE, False),
        (0.9 ** numpy.arange(7), False),
        ([0.1, *(0.9 ** numpy.arange(19))], False),  # falls, and was lower before
    ],
)
def test_a_loss_that_still_falls_asks_for_more_epochs(curve: Any, speaks: bool, tmp_path: Path) -> None:
    advice = said(tmp_path, curve=list(curve))
    assert ("last-epochs" in advice) is speaks
    if speaks:
        assert advice["last-epochs"].settings == ("trainer.epochs=40",)
        assert "in [trainer], epochs = 40" in advice["last-epochs"].text


def test_a_loss_that_jumps_at_the_end_asks_for_a_rate_that_falls(tmp_path: Path) -> None:
    flat = [0.5 + 0.01 * each for each in NOISE[:19].tolist()]
    advice = said(tmp_path, curve=[*flat, 0.7])["last-epochs"]
    assert "jumped from 0.4957" in advice.text
    assert "to 0.7000" in advice.text
    assert advice.settings == ("schedule.learning_rate.use=cosine",)
    falling = f'{FILE}schedule.learning_rate = "cosine"\n'
    assert said(tmp_path, curve=[*flat, 0.7], file=falling)["last-epochs"].settings == ("trainer.keep=best",)
    assert "last-epochs" not in said(tmp_path, curve=[*flat, 0.6])
    assert "last-epochs" not in said(tmp_path, curve=[*flat, 0.7], file=f'{FILE}trainer.keep = "best"\n')


def test_a_training_that_ended_early_says_nothing_of_its_last_epochs(tmp_path: Path) -> None:
    assert "last-epochs" not in said(tmp_path, curve=(0.9 ** numpy.arange(19)).tolist())


@pytest.mark.parametrize(("inputs", "speaks"), [(100, False), (101, True)])
def test_more_inputs_than_training_rows_are_said(inputs: int, speaks: bool, tmp_path: Path) -> None:
    advice = said(tmp_path, assessment(inputs=inputs))
    assert ("many-inputs" in advice) is speaks
    if speaks:
        assert advice["many-inputs"].text.startswith("101 inputs and 100 training rows")
        assert advice["many-inputs"].settings[0].startswith("regularizer=")
    penalized = said(tmp_path, assessment(inputs=101), file=f'{FILE}regularizer = ["l2"]\n')
    assert penalized["many-inputs"].settings == ()
    assert penalized["many-inputs"].text.endswith('in [data], columns.NAME = "ignore"')


def test_each_rule_can_be_silenced(tmp_path: Path) -> None:
    found = assessment(0.9, 0.8, inputs=101, baselines=[standing("linear", (-0.01, 0.01))])
    curve = (0.9 ** numpy.arange(20)).tolist()
    trials = [trial(n, 0.9 - n / 1000) for n in range(6)]
    rules = set(said(tmp_path, found, trials, curve))
    assert rules == {"simple-models", "parts-differ", "many-inputs", "tied-trials", "last-epochs"}
    for rule in rules:
        file = f'{FILE}[check]\nsilence = ["{rule}"]\n'
        assert set(said(tmp_path, found, trials, curve, file)) == rules - {rule}
