"""The preview: what is foreseen is what the run then has."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import DataError, Normalizer, Pipeline, load
from caviar.cli.preview.preview import preview
from caviar.cli.preview.search_lines import searched
from caviar.cli.preview.shapes import Unbuildable
from caviar.cli.preview.sizes import sizes, steps
from caviar.cli.preview.summary import summary
from caviar.config.checks.data_errors import Unfit
from caviar.config.checks.losses import UnfitLoss
from caviar.config.load import locate
from caviar.engine.analysis.cost import Sizes, Training
from caviar.engine.data.resolve import resolve_run
from caviar.plugin import Inputs
from caviar_plugins import MLP, Dask, Digits, LogInt

from benchmarks.estimates.tree import used

ROWS = "".join(f"{n % 40}.5,{('red', 'blue', '')[n % 3]},{n % 2 == 0},{n % 4}\n" for n in range(400))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "t.csv").write_text("size,color,new,kind\n" + ROWS)
    numpy.savez(tmp_path / "a.npz", X=numpy.zeros((90, 3, 4), dtype=numpy.uint8), y=numpy.arange(90) % 5)
    return tmp_path


@pytest.mark.parametrize(
    "data",
    [
        'path = "t.csv"\ntarget = "kind"\ntest = 0.25',
        'path = "t.csv"\ntarget = "size"',
        'path = "t.csv"\ntarget = "new"\ncolumns.color = "ignore"',
        'path = "a.npz"',
        'path = "a.npz"\nfolds = 3\ntest = 0.1',
        'path = "a.npz"\nvalidation = 0.25\ntest = 0.15',
        'use = "digits"',
    ],
)
def test_rows_inputs_and_task_come_out_as_foreseen(folder: Path, data: str) -> None:
    (folder / "p.toml").write_text(f"[data]\n{data}\n")
    pipeline = load(folder / "p.toml")
    seen, (work, _, _) = preview(pipeline), resolve_run(pipeline)
    assert seen is not None
    split, task = work.datasets[0].split, work.task
    parts = {"training": len(split.train), "validation": len(split.validation), "test": len(split.test)}
    assert seen.parts() == parts
    assert (seen.inputs, seen.task) == (work.datasets[0].x.shape[1], task.kind)
    assert seen.outputs == (len(task.classes) or len(task.targets))


def test_folds_are_reported_with_what_they_cost_and_leave_unused(folder: Path) -> None:
    (folder / "p.toml").write_text('[data]\npath = "a.npz"\nfolds = 3\n')
    assert "each trial is trained 3 times" in [line.strip() for line in summary(load(folder / "p.toml"))]
    told = [line.strip() for line in summary(load(folder / "p.toml", ["data.validation=0.3"]))]
    assert "each trial is trained 3 times; data.validation is not used" in told


def test_shapes_and_parameters_are_those_of_both_ends(folder: Path) -> None:
    (folder / "p.toml").write_text(
        'data = "digits"\nnormalizer = "batchnorm"\n'
        "model = { layers = { int = [1, 2] }, units = { log-int = [8, 16] } }\n"
        "trainer.batch_size = { choice = [64, 128] }\n"
    )
    pipeline = load(folder / "p.toml")
    seen = preview(pipeline)
    assert seen is not None
    assert (str(seen.shapes[0]), str(seen.shapes[-1])) == ("64-8-10", "64-16-16-10")
    assert seen.shapes[0].parameters == 64 * 8 + 2 * 8 + 8 * 10 + 10
    assert steps(pipeline, 100) == (1, 2)


def test_every_searched_value_is_reported_in_words(folder: Path) -> None:
    (folder / "p.toml").write_text(
        'data = "digits"\noptimizer = { choice = [{ use = "adam", beta2 = { beta = [0.9, 0.999] } }, "sgd"] }\n'
        "model.units = { choice = [8, 16] }\n"
    )
    assert list(searched(load(folder / "p.toml"))) == [
        ("model.units", "choice", "8 | 16", "tier 2"),
        ("optimizer", "choice", "adam | sgd", ""),
        ("optimizer.adam.beta2", "beta scale", "0.9 … 0.999, averages 10 … 1,000 steps", "tier 4"),
    ]


@pytest.mark.parametrize(
    ("data", "transforms", "told"),
    [
        (
            'path = "t.csv"\ntarget = "kind"',
            '["impute", "standardize"]',
            "column 'color' holds words; add the transform",
        ),
        ('path = "t.csv"\ntarget = "size"\ntask = "regression"', '["impute", "one-hot"]', ""),
        ('path = "words.csv"\ntarget = "color"\ntask = "regression"', '["one-hot"]', "the target 'color' holds words"),
        (
            'path = "gaps.csv"\ntarget = "y"',
            '["standardize"]',
            "column 'a' has cells without a value; add the transform",
        ),
    ],
)
def test_what_would_stop_the_run_is_reported_beforehand(folder: Path, data: str, transforms: str, told: str) -> None:
    (folder / "gaps.csv").write_text("a,y\n" + "1,2\n,3\n" * 20)
    (folder / "words.csv").write_text("a,color\n1,red\n2,blue\n")
    (folder / "p.toml").write_text(f"transform = {transforms}\n[data]\n{data}\n")
    if not told:
        assert preview(load(folder / "p.toml"))
        return
    with pytest.raises(DataError, match=told):
        preview(load(folder / "p.toml"))


def test_a_target_of_words_to_regress_is_reported_at_its_line_by_check_and_by_run(folder: Path) -> None:
    (folder / "words.csv").write_text("a,color\n" + "1,red\n2,blue\n" * 20)
    (folder / "p.toml").write_text('[data]\npath = "words.csv"\ntarget = "color"\ntask = "regression"\n')
    for foresee in (preview, resolve_run):
        with pytest.raises(
            Unfit, match=r"^data\.task: the target 'color' holds words; regression needs numbers"
        ) as error:
            foresee(load(folder / "p.toml"))
        assert ":4: data.task: " in str(locate(folder / "p.toml", (), error.value))


def test_parts_without_rows_are_reported_at_the_line_of_their_share(folder: Path) -> None:
    (folder / "p.toml").write_text('[data]\npath = "a.npz"\nvalidation = 0.001\n')
    for foresee in (preview, resolve_run):
        with pytest.raises(Unfit, match="90 rows leave none for the validation part") as error:
            foresee(load(folder / "p.toml"))
        assert ":3: data.validation: " in str(locate(folder / "p.toml", (), error.value))


@pytest.mark.parametrize("share", ["validation = 0.005", "validation = 0.006", "folds = 90", "folds = 91"])
def test_check_refuses_exactly_the_shares_that_a_run_refuses(folder: Path, share: str) -> None:
    (folder / "p.toml").write_text(f'[data]\npath = "a.npz"\n{share}\n')
    told: list[bool | str] = []
    for foresee in (preview, resolve_run):
        try:
            told.append(bool(foresee(load(folder / "p.toml"))))
        except Unfit as error:
            told.append(str(error))
    assert told[0] == told[1]


def test_a_loss_for_other_classes_is_reported_in_a_sentence_that_names_its_place_once(folder: Path) -> None:
    loss = 'trainer.loss = "binary-cross-entropy"\n'
    (folder / "p.toml").write_text(f'{loss}[data]\npath = "t.csv"\ntarget = "kind"\n')
    with pytest.raises(UnfitLoss) as error:
        preview(load(folder / "p.toml"))
    told = str(locate(folder / "p.toml", (), error.value))
    assert told.endswith(
        ":1: trainer.loss: 'binary-cross-entropy' is for two classes and the target has 4; take 'softmax-cross-entropy'"
    )


def test_weights_for_other_classes_are_reported_at_their_line_by_check_and_by_run(folder: Path) -> None:
    loss = '[trainer.loss]\nuse = "softmax-cross-entropy"\nclass_weights = [1, 2, 3]\n'
    (folder / "p.toml").write_text(f'[data]\npath = "t.csv"\ntarget = "kind"\n{loss}')
    for foresee in (preview, resolve_run):
        with pytest.raises(UnfitLoss, match=r"^trainer\.loss: class_weights: 3 weights for 4 classes") as error:
            foresee(load(folder / "p.toml"))
        assert ":4: trainer.loss: " in str(locate(folder / "p.toml", (), error.value))


_TRIAL = Training(epochs=10, steps=16, parameters=100, units=20)


@pytest.mark.thorough
@pytest.mark.parametrize("table", ["npz", *(pytest.param(each, marks=pytest.mark.slow) for each in ("digits", "csv"))])
def test_memory_is_foreseen_within_a_factor_of_two(folder: Path, table: str) -> None:
    pytest.importorskip("numba", reason="what is foreseen counts the memory of compiled kernels")
    data = {"digits": 'use = "digits"', "npz": 'path = "a.npz"', "csv": 'path = "m.csv"\ntarget = "y"'}[table]
    if table == "csv":
        numbers = numpy.random.default_rng(0).normal(size=(200_000, 20))
        names = ",".join([*(f"c{place}" for place in range(19)), "y"])
        numpy.savetxt(folder / "m.csv", numbers, "%.5f", ",", header=names, comments="")
    (folder / "p.toml").write_text(
        f"trainer.epochs = 1\nsearch.trials = 2\noptimizer.learning_rate = {{ log = [1e-4, 0.1] }}\n[data]\n{data}\n"
    )
    seen = preview(load(folder / "p.toml"))
    assert seen is not None
    taken = used([sys.executable, "-m", "caviar", "run", "p.toml"], folder, os.environ).memory
    assert 0.5 < sizes(seen).memory() / taken < 2


def test_seconds_are_foreseen_from_all_that_takes_time_and_follow_the_machines_speed() -> None:
    """Not measured here, where other tests run beside: `python -m benchmarks.estimates` does."""
    one = Sizes(1000, 20_000, 0, 0, 0, trials=8, workers=2, population=4, parameters=100, trainings=[_TRIAL])
    seconds = one.seconds(1.0)
    assert seconds is not None
    assert replace(one, trials=16).seconds(1.0) == pytest.approx(seconds + 4 * _TRIAL.seconds(1000))
    assert replace(one, workers=4).seconds(1.0) == pytest.approx(seconds - 2 * _TRIAL.seconds(1000))
    assert one.seconds(2.0) == pytest.approx(seconds / 2)
    longer = replace(_TRIAL, epochs=20), replace(_TRIAL, steps=99), replace(_TRIAL, parameters=999)
    assert min(each.seconds(1000) for each in longer) > _TRIAL.seconds(1000)
    assert (replace(one, reading=10**9).seconds(1.0) or 0) > seconds < (replace(one, numbers=10**8).seconds(1.0) or 0)
    assert (replace(one, boosting=10**9).seconds(1.0) or 0) > seconds
    assert replace(one, trainings=()).seconds(1.0) is None


def test_examples_of_trials_cover_the_ranges(folder: Path) -> None:
    (folder / "p.toml").write_text(
        'data = "digits"\nmodel.units = { log-int = [8, 128] }\ntrainer.batch_size = { choice = [32, 64] }\n'
    )
    seen = preview(load(folder / "p.toml"))
    assert seen is not None
    found = sizes(seen).trainings
    least, most = (shape.parameters for shape in seen.shapes)
    assert all(least <= each.parameters <= most for each in found)
    assert len({each.parameters for each in found}) > 8
    assert {each.steps for each in found} == {48, 96}


def test_words_of_a_small_file_are_all_counted_and_rare_ones_are_at_most_inputs(folder: Path) -> None:
    rows = "".join(f"{('red', 'blue')[n % 2]},{n}.5\n" for n in range(5000))
    pipeline = 'model.units = 8\n[data]\npath = "w.csv"\ntarget = "y"\n'
    (folder / "p.toml").write_text(pipeline)
    (folder / "w.csv").write_text("w,y\n" + rows + "green,1\n" * 30)
    told = [line.strip() for line in summary(load(folder / "p.toml"))]
    assert "columns    1 of words; 3 inputs" in told
    assert resolve_run(load(folder / "p.toml"))[0].datasets[0].x.shape[1] == 3
    (folder / "w.csv").write_text("w,y\n" + rows + "green,1\n")
    told = [line.strip() for line in summary(load(folder / "p.toml"))]
    assert "columns    1 of words; at most 3 inputs" in told
    assert "model      mlp 3-8-8-1, about 113 parameters" in told


def test_classes_of_a_long_file_are_at_least_those_seen(folder: Path) -> None:
    (folder / "w.csv").write_text("a,y\n" + "1.25,u\n1.25,v\n" * 200_000 + "1.25,w\n")
    (folder / "p.toml").write_text('[data]\npath = "w.csv"\ntarget = "y"\n')
    told = [line.strip() for line in summary(load(folder / "p.toml"))]
    assert "target     y: at least 2 classes, classification" in told


class Odd(MLP):
    """Cannot be built with more than 8 units; with fewer than 4 one of its slots has no rows."""

    def layout(self, inputs: Inputs, outputs: int, normalizer: Normalizer) -> Any:
        units = self.units
        assert isinstance(units, int)
        if units > 8:
            raise ValueError(f"{units} units do not fit")
        slots, statistics = super().layout(inputs, outputs, normalizer)
        return (replace(slots[0], shape=(units - 3, 5)), *slots[1:]), statistics


def odd(**fields: Any) -> Pipeline:
    return Pipeline(data=Digits(), model=Odd(**fields))


@pytest.mark.parametrize(
    ("units", "told"),
    [
        (9, "model: cannot be built with 64 inputs, 10 outputs: ValueError: 9 units do not fit"),
        (3, "ValueError: slot 'layer1.weight' has the shape (0, 5); each side must be 1 or more"),
        (LogInt(9, 12), "cannot be built with model.units = 9, 64 inputs, 10 outputs: ValueError: 9 units do not fit"),
    ],
)
def test_a_model_that_cannot_be_built_is_reported_by_check(units: Any, told: str) -> None:
    with pytest.raises(Unbuildable) as error:
        preview(odd(units=units))
    assert told in str(error.value)


def test_a_model_that_cannot_be_built_at_one_end_of_its_range_is_reported_and_no_mistake() -> None:
    told = [line.strip() for line in summary(odd(units=LogInt(4, 12)))]
    reason = "cannot be built with model.units = 12, 64 inputs, 10 outputs: ValueError: 12 units do not fit"
    assert f"{reason}; such trials fail" in told


def test_that_the_workers_of_a_cluster_are_guessed_is_said(folder: Path) -> None:
    (folder / "p.toml").write_text('data = "digits"\noptimizer.learning_rate = { log = [1e-3, 1e-1] }\n')
    here = load(folder / "p.toml")
    there = here.model_copy(update={"executor": Dask(address="tcp://10.0.0.1:8786")})
    cores = len(os.sched_getaffinity(0))
    line = (
        f"workers    {cores} assumed, by the cores here: how many the cluster at tcp://10.0.0.1:8786 has is not known"
    )
    assert line in summary(there)
    assert not any(each.startswith("workers") for each in summary(here))
