"""The file that `pipe init` writes can be read back, whatever the columns are called."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from caviar.cli.scaffold.efforts import EFFORTS, USUAL, Effort
from caviar.cli.scaffold.table_starter import starter
from caviar_plugins import TableFile


def test_names_with_odd_characters_stand_in_strings_and_comments(tmp_path: Path) -> None:
    name = "a\x01\u2028" + "b" * 50
    (tmp_path / "t.csv").write_text(f"{name},c\n" + "1,2\n3,4\n" * 20, encoding="utf-8")
    path = tmp_path / "t.csv"
    text = starter(path, f"guessed; the runner-up is '{name}'", TableFile(path=path, target=name), EFFORTS[USUAL])
    assert tomllib.loads(text)["data"]["target"] == name
    assert " # guessed; the runner-up is 'a\\u0001" in text


def test_an_effort_decides_what_is_written_beside_its_recipe(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("x,y\n" + "1,2\n3,4\n" * 2000, encoding="utf-8")
    path = tmp_path / "t.csv"

    def written(effort: Effort) -> dict[str, Any]:
        return tomllib.loads(starter(path, "", TableFile(path=path, target="y"), effort))

    effort = Effort("plain", "1 s", work=1e9, trials=64, epochs=9, ensemble=16)
    assert {key: each for key, each in written(effort).items() if key != "data"} == {
        "recipe": "plain",
        "trainer": {"epochs": 9},
        "search": {"trials": 64, "ensemble": 16},
    }
