"""The file that `pipe init` writes can be read back, whatever the columns are called."""

from __future__ import annotations

import tomllib
from pathlib import Path

from caviar.cli.scaffold.efforts import EFFORTS, USUAL
from caviar.cli.scaffold.table_starter import starter
from caviar_plugins import TableFile


def test_names_with_odd_characters_stand_in_strings_and_comments(tmp_path: Path) -> None:
    name = "a\x01\u2028" + "b" * 50
    (tmp_path / "t.csv").write_text(f"{name},c\n" + "1,2\n3,4\n" * 20, encoding="utf-8")
    path = tmp_path / "t.csv"
    text = starter(path, f"guessed; the runner-up is '{name}'", TableFile(path=path, target=name), EFFORTS[USUAL])
    assert tomllib.loads(text)["data"]["target"] == name
    assert " # guessed; the runner-up is 'a\\u0001" in text
