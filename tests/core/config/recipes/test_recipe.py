"""A recipe's own file: what it may hold, and its mistakes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from caviar import Mistakes, PluginError, load
from caviar.config.recipes.recipe import FILLED, read_recipe
from caviar.registry.index import Entry
from caviar.registry.recipes import RECIPE

from tests.core.config.recipes.conftest import Publish

ABOUT = "# Somebody 2026, arXiv:2601.00001.\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("optimizer.beta3 = 1", ":2: optimizer.beta3: unknown key for optimizer 'adam'; did you mean 'beta2'?"),
        (
            '[regression]\noptimizer = "addam"',
            ":3: regression.optimizer: unknown optimizer 'addam'; did you mean 'adam'?",
        ),
        (
            '[classification.accuracy]\ntrainer.epochs = "many"',
            ':3: classification.accuracy.trainer.epochs: must be a whole number, not "many"',
        ),
        ('name = "mine"', f":2: name: a recipe cannot set this; it sets {', '.join(FILLED)}"),
        (
            "[regression]\ndata.test = 0.5",
            f":3: regression.data: a recipe cannot set this; it sets {', '.join(FILLED)}",
        ),
        ('recipe = "plain"', f":2: recipe: a recipe cannot set this; it sets {', '.join(FILLED)}"),
        ("optimizer = ", ":2: not TOML: "),
        ("search.trials = 99999999999999999999", ":2: search.trials: whole numbers have at most 64 bits"),
    ],
)
def test_a_mistake_in_a_recipe_names_its_file_and_line(publish: Publish, text: str, told: str) -> None:
    file = publish(ABOUT + text)
    Path("p.toml").write_text('recipe = "theirs"\ndata = "digits"\noptimizer.lr = 1\n')
    with pytest.raises(Mistakes) as caught:
        load("p.toml")
    (line,) = caught.value.lines
    assert line.startswith(f"{file}{told}")


def test_a_recipe_without_a_source_is_refused(publish: Publish) -> None:
    file = publish("trainer.epochs = 3\n")
    with pytest.raises(Mistakes) as caught:
        read_recipe("theirs")
    assert str(caught.value) == f"{file}: must begin with a comment that names the source of its values and its date"


def test_its_first_comment_is_what_it_is_about(publish: Publish) -> None:
    publish("# One line,\n# and another.\n\n# not this\ntrainer.epochs = 3\n")
    assert read_recipe("theirs").about == "One line,\nand another."


def test_the_most_special_values_win(publish: Publish) -> None:
    publish(
        ABOUT + "trainer.epochs = 1\ntrainer.batch_size = 8\n[classification]\ntrainer.epochs = 2\n"
        "[classification.accuracy]\ntrainer.epochs = 3\n"
    )
    recipe = read_recipe("theirs")
    wanted = {("regression", "r2"): 1, ("classification", "auc"): 2, ("classification", "accuracy"): 3}
    for (task, metric), epochs in wanted.items():
        pipeline = recipe.pipelines[recipe.variant(task, metric)]  # type: ignore[arg-type]
        assert (pipeline.trainer.epochs, pipeline.trainer.model_dump()["batch_size"]) == (epochs, 8)


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("not_there:a.toml", "there is no package 'not_there'"),
        ("not.there:a.toml", "importing 'not.there' failed: ModuleNotFoundError: No module named 'not'"),
        ("json:a.toml", "'json' has no file a.toml"),
        ("json:tool", 'json:tool names no file; its author must write theirs = "package:file.toml"'),
        ("json", 'json names no file; its author must write theirs = "package:file.toml"'),
    ],
)
def test_an_entry_point_that_names_no_file_is_reported(
    add_plugin: Callable[[Entry], None], target: str, told: str
) -> None:
    add_plugin(Entry(RECIPE, "theirs", target, "others", "1.0"))
    with pytest.raises(PluginError) as caught:
        read_recipe("theirs")
    assert str(caught.value) == f"recipe 'theirs' of others 1.0 cannot be used: {told}"


def test_two_owners_of_a_name_are_reported(publish: Publish, add_plugin: Callable[[Entry], None]) -> None:
    publish(ABOUT)
    add_plugin(Entry(RECIPE, "theirs", "json:a.toml", "more", "2.0"))
    with pytest.raises(PluginError, match=r"recipe 'theirs' has two owners: more 2\.0 .* and others 1\.0 "):
        read_recipe("theirs")
