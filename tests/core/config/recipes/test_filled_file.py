"""A file with a recipe: what it fills in, what the file overrules, and which of its values the data decides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from caviar import Mistakes, load
from caviar.config.fill import fill
from caviar.config.recipes.recipe import read_recipe
from caviar.interfaces.data import DataError
from caviar_plugins import MLP, SGD, AdamW, BatchNorm, Cosine, Log, LogInt, OneHot, Robust, SoftmaxCrossEntropy, Uniform

from tests.core.config.recipes.conftest import Publish

RECIPE = """# Somebody 2026.
transform = ["one-hot", { use = "robust", clip = 2.0 }]
normalizer = "batchnorm"

[model]
layers = 3
units = { log-int = [8, 64] }

[optimizer]
use = "adamw"
decay = 0.5
learning_rate = { log = [1e-3, 1e-1] }

[schedule]
learning_rate = "cosine"

[search]
trials = 4

[classification]
model.dropout = 0.1

[classification.accuracy.trainer]
loss = { use = "softmax-cross-entropy", smoothing = 0.1 }

[regression]
model.dropout = 0.2
"""
DIGITS = 'recipe = "theirs"\ndata = "digits"\n'


def pipeline(text: str, *settings: str) -> Any:
    Path("p.toml").write_text(text, encoding="utf-8")
    return load("p.toml", settings)


@pytest.fixture(autouse=True)
def published(publish: Publish) -> Path:
    return publish(RECIPE)


def test_values_take_the_place_of_defaults() -> None:
    found = pipeline(DIGITS)
    assert found.recipe is None
    assert found.model == MLP(layers=3, units=LogInt(8, 64), dropout=0.1)
    assert found.optimizer == AdamW(decay=0.5, learning_rate=Log(1e-3, 1e-1))
    assert found.transform == (OneHot(), Robust(clip=2.0))
    assert found.schedule == {"learning_rate": Cosine()}
    assert found.normalizer == BatchNorm()
    assert (found.search.trials, found.trainer.loss) == (4, SoftmaxCrossEntropy(smoothing=0.1))


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("optimizer.decay = 0.1", "optimizer", AdamW(decay=0.1, learning_rate=Log(1e-3, 1e-1))),
        ('optimizer = "adamw"', "optimizer", AdamW(decay=0.5, learning_rate=Log(1e-3, 1e-1))),
        ('optimizer = { use = "sgd", momentum = 0.5 }', "optimizer", SGD(momentum=0.5)),
        ("optimizer.learning_rate = 0.01", "optimizer", AdamW(decay=0.5, learning_rate=0.01)),
        (
            "optimizer.learning_rate = { uniform = [0.1, 0.2] }",
            "optimizer",
            AdamW(decay=0.5, learning_rate=Uniform(0.1, 0.2)),
        ),
        ("model.units = [32, 16]", "model", MLP(units=(32, 16), dropout=0.1)),
        ("model.dropout = 0.0", "model", MLP(layers=3, units=LogInt(8, 64), dropout=0.0)),
        ('transform = ["one-hot"]', "transform", (OneHot(),)),
        ("trainer.loss.smoothing = 0.2", "trainer.loss", SoftmaxCrossEntropy(smoothing=0.2)),
        (
            "trainer.loss.class_weights = 'balanced'",
            "trainer.loss",
            SoftmaxCrossEntropy(smoothing=0.1, class_weights="balanced"),
        ),
        ('schedule.learning_rate = "constant"', "schedule.learning_rate.kind", "schedule"),
        ('schedule.batch_size = "cosine"', "schedule", {"learning_rate": Cosine(), "batch_size": Cosine()}),
        ("search.round = 2", "search.trials", 4),
        ("search.trials = 1", "search.trials", 1),
    ],
)
def test_what_the_file_says_overrules_it_key_by_key(text: str, path: str, value: Any) -> None:
    found = pipeline(DIGITS + text)
    for word in path.split("."):
        found = found[word] if isinstance(found, dict) else getattr(found, word)
    assert found == value


def test_a_setting_overrules_it_too() -> None:
    found = pipeline(DIGITS, "optimizer.decay=0.1", "transform.robust.clip=5")
    assert found.optimizer == AdamW(decay=0.1, learning_rate=Log(1e-3, 1e-1))
    assert found.transform == (OneHot(), Robust(clip=5.0))
    assert pipeline('data = "digits"', "recipe=theirs") == pipeline(DIGITS)


def test_a_searched_metric_other_than_accuracy_has_no_values_of_accuracy() -> None:
    assert pipeline(DIGITS + 'search.metric = "validation.log_loss"').trainer.loss is None
    assert pipeline(DIGITS + 'search.metric = "validation.accuracy"').trainer.loss is not None


@pytest.mark.parametrize(
    ("target", "task", "dropout"), [("word", "", 0.1), ("number", "", 0.2), ("class", "regression", 0.2)]
)
def test_the_target_decides_the_task_unless_the_file_does(target: str, task: str, dropout: float) -> None:
    rows = "".join(f"{row * 7 % 50}.5,{'ab'[row % 2]},{row * 3 % 70}.25,{row % 3}\n" for row in range(90))
    Path("t.csv").write_text("x,word,number,class\n" + rows)
    text = f'recipe = "theirs"\n[data]\npath = "t.csv"\ntarget = "{target}"\n' + (f'task = "{task}"\n' if task else "")
    found = pipeline(text)
    assert (found.model.dropout, found.recipe_task is None) == (dropout, bool(task))


def test_tables_that_another_trainer_does_not_read_are_left_out(tmp_path: Path) -> None:
    code = tmp_path / "own.py"
    code.write_text(
        "import caviar\nfrom caviar_plugins import PopulationTrainer\n"
        "class Own(PopulationTrainer):\n    uses = frozenset({'model', 'normalizer', 'optimizer'})\n"
    )
    Path("p.toml").write_text(DIGITS + 'trainer = "own"\n')
    assert load("p.toml", code=code).schedule == {}
    Path("p.toml").write_text(DIGITS + 'trainer = "own"\nschedule.learning_rate = "cosine"\n')
    with pytest.raises(Mistakes, match=r"trainer 'own' does not read \[schedule\]; remove the table"):
        load("p.toml", code=code)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('recipe = "theirz"\n', "p.toml:2: recipe: unknown recipe 'theirz'; did you mean 'theirs'?"),
        ("recipe = 3\n", 'p.toml:2: recipe: must be text or "auto", not 3'),
        ('recipes = "theirs"\n', "p.toml:2: recipes: unknown table or key; did you mean 'recipe'?"),
        (
            'recipe = "theirs"\noptimizer.deca = 1\n',
            "p.toml:3: optimizer.deca: unknown key for optimizer 'adamw'; did you mean 'decay'?",
        ),
        (
            'recipe = "theirs"\noptimizer = "sgd"\nschedule.beta1 = "cosine"\n',
            "p.toml:4: schedule.beta1: model 'mlp', optimizer 'sgd' and the trainer have no field 'beta1' that a "
            "schedule can change; ",
        ),
    ],
)
def test_mistakes_in_the_file_are_reported_as_without_a_recipe(text: str, told: str) -> None:
    with pytest.raises(Mistakes) as caught:
        pipeline('data = "digits"\n' + text)
    assert str(caught.value).startswith(told)


def test_a_recipes_schedule_goes_with_the_field_that_another_plugin_does_not_have() -> None:
    Path(read_recipe("theirs").file).write_text(RECIPE.replace('learning_rate = "cosine', 'decay = "cosine'))
    assert "decay" in pipeline('data = "digits"\nrecipe = "theirs"\n').schedule
    assert "decay" not in pipeline('data = "digits"\nrecipe = "theirs"\noptimizer = "sgd"\n').schedule
    with pytest.raises(Mistakes, match="no field 'decay'"):  # the user's own stays a mistake
        pipeline('data = "digits"\nrecipe = "theirs"\noptimizer = "sgd"\nschedule.decay = "cosine"\n')


def test_data_that_cannot_be_read_is_reported_after_all_mistakes_of_the_file() -> None:
    Path("t.csv").write_text("x,y\n")
    text = 'recipe = "theirs"\n[data]\npath = "t.csv"\ntarget = "z"\n'
    with pytest.raises(Mistakes, match=r"^p\.toml:6: optimizer\.lr: .*$"):
        pipeline(text + "[optimizer]\nlr = 1\n")
    with pytest.raises(DataError, match=r"t\.csv"):
        pipeline(text)
    with pytest.raises(DataError, match=r"t\.csv"):
        fill(text, "p.toml")


def test_a_missing_data_file_is_a_mistake_of_the_file() -> None:
    with pytest.raises(Mistakes, match=r"^p\.toml:3: data\.path: no such file: .*t\.csv$"):
        pipeline('recipe = "theirs"\n[data]\npath = "t.csv"\ntarget = "z"\n')


def test_the_resolved_file_holds_the_values_and_not_the_recipe() -> None:
    found = pipeline(DIGITS)
    text = found.to_toml()
    assert "recipe" not in text
    assert pipeline(text) == found


FORMS = {
    "nothing else": DIGITS,
    "a table": DIGITS + "[optimizer]\nbeta1 = 0.5\n",
    "dotted keys": DIGITS + "optimizer.beta1 = 0.5\nschedule.batch_size = 'constant'\n",
    "inline tables": DIGITS + "optimizer = { beta1 = 0.5 }\nschedule = { batch_size = 'constant' }\n",
    "an empty inline table": DIGITS + "schedule = {}\n",
    "a schedule's table": DIGITS + "[schedule.batch_size]\nuse = 'constant'\n",
    "another optimizer": DIGITS + "optimizer = 'sgd'\n",
    "a list": DIGITS + "transform = ['one-hot', 'robust']\n",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_filled_file_means_the_same_with_and_without_the_recipe(form: str) -> None:
    before = pipeline(FORMS[form])
    text = fill(FORMS[form], "p.toml")
    assert pipeline(text) == before
    assert pipeline(text.replace('recipe = "theirs"\n', "")) == before
    assert fill(text, "p.toml") == text


def test_filled_values_say_that_the_recipe_gave_them() -> None:
    lines = fill(DIGITS + "[optimizer]\nlearning_rate = 0.5\n", "p.toml").splitlines()
    marked = [line.partition("  # ")[0] for line in lines if line.endswith("  # recipe theirs")]
    assert marked == [
        "]",
        'use = "adamw"',
        "decay = 0.5",
        'use = "mlp"',
        *("layers = 3", "units = { log-int = [8, 64] }", "dropout = 0.1"),
        'use = "batchnorm"',
        'learning_rate = { use = "cosine", final = 0.0 }',
        'use = "population"',
        'loss = { use = "softmax-cross-entropy", class_weights = "auto", smoothing = 0.1 }',
        "trials = 4",
    ]


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("", ({"model.units": 64, "optimizer.learning_rate": 0.01},)),
        ("model.units = 16", ({"optimizer.learning_rate": 0.01},)),
        ("model.units = { log-int = [8, 32] }", ({"optimizer.learning_rate": 0.01},)),
        ('optimizer = "sgd"\nmodel.units = 16\nmodel.layers = { int = [1, 3] }', ()),
        ("search.points = []", ()),
    ],
)
def test_points_of_the_recipe_fit_the_ranges_of_the_file(text: str, points: tuple[Any, ...], published: Path) -> None:
    published.write_text(f'{RECIPE}\n[[search.points]]\n"model.units" = 64\n"optimizer.learning_rate" = 0.01\n')
    assert pipeline(f"{text}\n{DIGITS}").search.points == points


def test_points_of_the_file_are_held_to_its_ranges(published: Path) -> None:
    published.write_text(f'{RECIPE}\n[[search.points]]\n"model.units" = 64\n')
    with pytest.raises(Mistakes, match=r"search\.points\.0\.model\.units: 99 is outside its range"):
        pipeline(f'{DIGITS}search.points = [{{ "model.units" = 99 }}]\n')
