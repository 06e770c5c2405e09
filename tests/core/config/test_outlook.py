"""The outlook: what is foreseen is what the run then has."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest
from caviar import DataError, load
from caviar.cli.check import summary
from caviar.config.load import placed
from caviar.config.losses import UnfitLoss
from caviar.config.outlook import outlook, searched, steps
from caviar.config.unfit import Unfit
from caviar.engine.setup import set_up

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
        'path = "t.csv"\ntarget = "new"\nignore = ["color"]',
        'path = "a.npz"',
        'path = "a.npz"\nfolds = 3\ntest = 0.1',
        'path = "a.npz"\nvalidation = 0.25\ntest = 0.15',
        'use = "digits"',
    ],
)
def test_rows_inputs_and_task_come_out_as_foreseen(folder: Path, data: str) -> None:
    (folder / "p.toml").write_text(f"[data]\n{data}\n")
    pipeline = load(folder / "p.toml")
    seen, (work, _, _) = outlook(pipeline), set_up(pipeline)
    assert seen is not None
    split, task = work.datasets[0].split, work.task
    parts = {"training": len(split.train), "validation": len(split.validation), "test": len(split.test)}
    assert seen.parts() == parts
    assert (seen.inputs, seen.task) == (work.datasets[0].x.shape[1], task.kind)
    assert seen.outputs == (len(task.classes) or len(task.targets))


def test_folds_are_told_with_what_they_cost_and_leave_unused(folder: Path) -> None:
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
    seen = outlook(pipeline)
    assert seen is not None
    assert (str(seen.smallest), str(seen.largest)) == ("64-8-10", "64-16-16-10")
    assert seen.smallest.parameters == 64 * 8 + 2 * 8 + 8 * 10 + 10
    assert steps(pipeline, 100) == (1, 2)


def test_every_searched_value_is_told_in_words(folder: Path) -> None:
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
def test_what_would_stop_the_run_is_told_beforehand(folder: Path, data: str, transforms: str, told: str) -> None:
    (folder / "gaps.csv").write_text("a,y\n" + "1,2\n,3\n" * 20)
    (folder / "words.csv").write_text("a,color\n1,red\n2,blue\n")
    (folder / "p.toml").write_text(f"transform = {transforms}\n[data]\n{data}\n")
    if not told:
        assert outlook(load(folder / "p.toml"))
        return
    with pytest.raises(DataError, match=told):
        outlook(load(folder / "p.toml"))


def test_a_target_of_words_to_regress_is_told_at_its_line_by_check_and_by_run(folder: Path) -> None:
    (folder / "words.csv").write_text("a,color\n" + "1,red\n2,blue\n" * 20)
    (folder / "p.toml").write_text('[data]\npath = "words.csv"\ntarget = "color"\ntask = "regression"\n')
    for foresee in (outlook, set_up):
        with pytest.raises(
            Unfit, match=r"^data\.task: the target 'color' holds words; regression needs numbers"
        ) as error:
            foresee(load(folder / "p.toml"))
        assert ":4: data.task: " in str(placed(folder / "p.toml", (), error.value))


def test_parts_without_rows_are_told_at_the_line_of_their_share(folder: Path) -> None:
    (folder / "p.toml").write_text('[data]\npath = "a.npz"\nvalidation = 0.001\n')
    for foresee in (outlook, set_up):
        with pytest.raises(Unfit, match="90 rows leave none for the validation part") as error:
            foresee(load(folder / "p.toml"))
        assert ":3: data.validation: " in str(placed(folder / "p.toml", (), error.value))


@pytest.mark.parametrize("share", ["validation = 0.005", "validation = 0.006", "folds = 90", "folds = 91"])
def test_check_refuses_exactly_the_shares_that_a_run_refuses(folder: Path, share: str) -> None:
    (folder / "p.toml").write_text(f'[data]\npath = "a.npz"\n{share}\n')
    told: list[bool | str] = []
    for foresee in (outlook, set_up):
        try:
            told.append(bool(foresee(load(folder / "p.toml"))))
        except Unfit as error:
            told.append(str(error))
    assert told[0] == told[1]


def test_a_loss_for_other_classes_is_told_in_a_sentence_that_names_its_place_once(folder: Path) -> None:
    loss = 'trainer.loss = "binary-cross-entropy"\n'
    (folder / "p.toml").write_text(f'{loss}[data]\npath = "t.csv"\ntarget = "kind"\n')
    with pytest.raises(UnfitLoss) as error:
        outlook(load(folder / "p.toml"))
    told = str(placed(folder / "p.toml", (), error.value))
    assert told.endswith(
        ":1: trainer.loss: 'binary-cross-entropy' is for two classes and the target has 4; take 'softmax-cross-entropy'"
    )


def test_weights_for_other_classes_are_told_at_their_line_by_check_and_by_run(folder: Path) -> None:
    loss = '[trainer.loss]\nuse = "softmax-cross-entropy"\nclass_weights = [1, 2, 3]\n'
    (folder / "p.toml").write_text(f'[data]\npath = "t.csv"\ntarget = "kind"\n{loss}')
    for foresee in (outlook, set_up):
        with pytest.raises(UnfitLoss, match=r"^trainer\.loss: class_weights: 3 weights for 4 classes") as error:
            foresee(load(folder / "p.toml"))
        assert ":4: trainer.loss: " in str(placed(folder / "p.toml", (), error.value))
