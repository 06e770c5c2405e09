"""Bundled recipes: each names its source, fits both tasks, and fills in what `filled` holds.

UPDATE_GOLDEN=1 writes it again.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from caviar import load
from caviar.config.declaration.space import space_of
from caviar.config.fill import fill
from caviar.config.recipes.recipe import TASKS, read_recipe
from caviar.registry.index import entries, own_distribution
from caviar.registry.recipes import RECIPE

from tests.commands import pipe

HOME = Path(__file__).parent / "filled"
BUNDLED = [each.name for each in entries(RECIPE) if each.distribution == own_distribution()]


@pytest.fixture
def rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = (f"{row * 7 % 50}.5,{'ab'[row % 2]},{row % 3},{row * 3 % 70}.25" for row in range(400))
    Path("t.csv").write_text("\n".join(["x,word,classification,regression", *lines, ""]))


def text_for(recipe: str, task: str) -> str:
    return f'recipe = "{recipe}"\n[data]\npath = "t.csv"\ntarget = "{task}"\n'


@pytest.mark.parametrize("name", BUNDLED)
def test_a_recipe_begins_with_its_source_and_a_date(name: str) -> None:
    assert re.search(r"\b20\d\d-\d\d-\d\d\b", read_recipe(name).about)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("name", BUNDLED)
def test_a_recipe_fills_in_what_it_always_did(name: str, task: str, rows: None) -> None:
    mark = f"  # recipe {name}"
    told, table, value = [], "", ""
    for line in fill(text_for(name, task), "p.toml").splitlines():
        if line.startswith("["):
            table = f"{line}\n"
        value += f"{line}\n"
        if line.endswith(mark):
            told.append(table + value.replace(mark, ""))
            table = ""
        if not line.endswith("= [") and not line.startswith("  "):
            value = ""
    golden = HOME / f"{name}.{task}.toml"
    text = "".join(told)
    if os.environ.get("UPDATE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("name", BUNDLED)
def test_a_recipe_has_no_mistake_and_needs_no_advice(name: str, task: str, rows: None) -> None:
    Path("p.toml").write_text(text_for(name, task))
    done = pipe(Path(), "check", "p.toml")
    assert (done.returncode, done.stderr) == (0, "")


def test_plain_is_what_a_file_without_a_recipe_is(rows: None) -> None:
    Path("p.toml").write_text(text_for("plain", "regression"))
    assert load("p.toml") == load("p.toml", ["recipe=auto"])


def test_course_searches_tiers_one_and_two_of_another_optimizer_too(rows: None) -> None:
    Path("p.toml").write_text('optimizer = "sgd"\n' + text_for("course", "regression"))
    searched = {each.path for each in space_of(load("p.toml")).dimensions}
    assert {"optimizer.learning_rate", "optimizer.momentum", "model.units", "trainer.batch_size"} <= searched
