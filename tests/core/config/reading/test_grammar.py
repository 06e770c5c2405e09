"""What a file may say, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from caviar import Mistakes, Pipeline, load
from caviar.config.declaration.space import space_of
from caviar.config.reading.document import read
from caviar.registry.load import name_of

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        path = tmp_path / "p.toml"
        path.write_text('data = "digits"\n' + text)
        return path

    return write


def test_a_file_that_names_data_alone_is_a_pipeline_of_one_model(write: Write) -> None:
    pipeline = load(write(""))
    assert (pipeline.name, name_of(type(pipeline.model)), pipeline.search.trials) == ("p", "mlp", 1)


def test_a_string_a_table_and_an_inline_table_name_the_same_plugin(write: Write) -> None:
    assert (
        load(write('normalizer = "batchnorm"'))
        == load(write('[normalizer]\nuse = "batchnorm"'))
        == load(write('normalizer = { use = "batchnorm" }'))
    )


def test_a_table_without_use_configures_the_default_plugin(write: Write) -> None:
    optimizer = load(write("optimizer.learning_rate = 0.5")).optimizer
    assert (name_of(type(optimizer)), optimizer.learning_rate) == ("adam", 0.5)  # type: ignore[attr-defined]


def test_a_list_fills_a_samplers_fields_in_order_and_further_keys_the_others(write: Write) -> None:
    units = load(write("model.units = { log-int = [32, 512], step = 32 }")).model.units  # type: ignore[attr-defined]
    assert (units.low, units.high, units.step) == (32, 512, 32)


def test_the_file_suffix_picks_the_reader_and_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "my.csv").write_text("x,y\n1,2\n")
    (tmp_path / "p.toml").write_text('[data]\npath = "my.csv"\ntarget = "y"\n')
    data = load(tmp_path / "p.toml").data
    assert data is not None
    assert name_of(type(data)) == "table"
    assert data.path == tmp_path / "my.csv"  # type: ignore[attr-defined]


def test_a_path_in_set_is_relative_to_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "my.csv").write_text("x,y\n1,2\n")
    (tmp_path / "p.toml").write_text('[data]\npath = "elsewhere.csv"\ntarget = "y"\n')
    monkeypatch.chdir(tmp_path / "here")
    assert load("../p.toml", ["data.path=my.csv"]).data.path == tmp_path / "here" / "my.csv"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("setting", "seed", "name"),
    [("seed=7", 7, "p"), ("name=other", 1, "other"), ('name="quoted"', 1, "quoted"), ("name=12a", 1, "12a")],
)
def test_a_set_value_is_toml_else_text(write: Write, setting: str, seed: int, name: str) -> None:
    pipeline = load(write(""), [setting])
    assert (pipeline.seed, pipeline.name) == (seed, name)


def test_set_goes_into_a_choice_of_plugins_by_name(write: Write) -> None:
    file = write('optimizer = { choice = ["adam", { use = "sgd", name = "fast" }] }')
    adam, fast = load(file, ["optimizer.adam.beta1=0.5", "optimizer.fast.momentum=0.25"]).optimizer.ends()  # type: ignore[attr-defined]
    assert (adam.beta1, fast.momentum) == (0.5, 0.25)


def test_set_turns_a_plugins_name_into_its_table(write: Write) -> None:
    normalizer = load(write('normalizer = "batchnorm"'), ["normalizer.averaging=0.5"]).normalizer
    assert normalizer.averaging == 0.5  # type: ignore[attr-defined]


def test_set_adds_to_an_array_of_tables_by_name(write: Write) -> None:
    document = read(str(write("")), ["regularizer.l2.strength=0.1", "regularizer.l1.strength=0.2"])
    assert document.tree["regularizer"] == [{"use": "l2", "strength": 0.1}, {"use": "l1", "strength": 0.2}]


def test_set_reaches_elements_of_an_array_of_tables_by_their_own_name(write: Write) -> None:
    file = write('[[regularizer]]\nuse = "l2"\nname = "a"\n[[regularizer]]\nuse = "l2"\nname = "b"')
    assert read(str(file), ["regularizer.b.strength=0.2"]).tree["regularizer"][1] == {
        "use": "l2",
        "name": "b",
        "strength": 0.2,
    }


def test_auto_is_the_same_as_nothing_said(write: Write) -> None:
    said = load(write('backend = "auto"\ntrainer.loss = "auto"'))
    assert said == load(write(""))


def test_all_mistakes_are_reported_at_once_in_the_order_of_the_file(write: Write) -> None:
    with pytest.raises(Mistakes) as caught:
        load(write("[optimizer]\nbeta1 = 2\nlr = 1\n[model]\nlayers = -1\n"))
    assert [each.line for each in caught.value.mistakes] == [3, 4, 6]


def test_a_pipeline_can_be_written_in_python() -> None:
    assert Pipeline(name="x").search.trials == 64


def test_set_names_one_transform_and_leaves_the_others_at_their_defaults(write: Write) -> None:
    transforms = load(write(""), ["transform.one-hot.most=7"]).transform
    assert [name_of(type(each)) for each in transforms] == ["dates", "impute", "one-hot", "standardize"]
    assert transforms[2].most == 7  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("setting", "path", "value"),
    [
        ("seed=3", "seed", 3),
        ("data.validation=0.5", "data.validation", 0.5),
        ("transform.impute.by=mean", "transform.1.by", "mean"),
        ("model.activation=relu", "model.activation.kind", "activation"),
        ("model.units=[8, 9]", "model.units", (8, 9)),
        ("normalizer=batchnorm", "normalizer.cancels_bias", True),
        ("schedule.learning_rate=constant", "schedule.learning_rate.kind", "schedule"),
        ("schedule.learning_rate.use=constant", "schedule.learning_rate.kind", "schedule"),
        ("regularizer.l2.strength=0.5", "regularizer.0.strength", 0.5),
        ("trainer.dtype=float64", "trainer.dtype", "float64"),
        ("search.strategy=grid", "search.strategy.kind", "strategy"),
        ("search.strategy={ use = 'grid', levels = 5 }", "search.strategy.levels", 5),
        ("search.tiers=[1, 3]", "search.tiers", (1, 3)),
        ("check.silence=['wide-grid']", "check.silence", ("wide-grid",)),
        ("executor=inline", "executor.kind", "executor"),
        ("store.keep=1", "store.keep", 1),
        ("reporter=[]", "reporter", ()),
    ],
)
def test_set_reaches_every_table(write: Write, setting: str, path: str, value: object) -> None:
    found: object = load(write(""), [setting])
    for word in path.split("."):
        if isinstance(found, tuple):
            found = found[int(word)]
        elif isinstance(found, dict):
            found = found[word]
        else:
            found = getattr(found, word)
    assert found == value


def test_tiers_are_searched_in_their_declared_ranges_where_the_file_says_nothing(write: Write) -> None:
    space = space_of(load(write("model.units = 8\n[search]\ntiers = [1, 2]")))
    assert {each.path: each.tier for each in space.dimensions} == {
        "optimizer.learning_rate": 1,
        "trainer.batch_size": 2,
    }


def test_one_trial_is_one_model(write: Write) -> None:
    assert not len(space_of(load(write("[search]\ntrials = 1"))))
