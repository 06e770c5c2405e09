"""Error sentences are a product: bad files in `cases`, each beside the exact words that users read."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest
from caviar import Mistakes, load
from caviar.registry import index

# By theme; «kind» stands for the names of all plugins of a kind.
CASES = {
    f"{theme.stem}: {name}": case
    for theme in sorted((Path(__file__).parent / "cases").glob("*.toml"))
    for name, case in tomllib.loads(theme.read_text(encoding="utf-8")).items()
}


@pytest.mark.parametrize("case", CASES)
def test_a_bad_file_is_reported_in_these_words(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.toml").write_text(CASES[case]["file"])
    with pytest.raises(Mistakes) as caught:
        load("p.toml")
    expected = re.sub("«(.+?)»", lambda kind: ", ".join(index.names(kind[1])), CASES[case]["expected"])
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("optimizer.lr=1", "optimizer.lr: unknown key for optimizer 'adam'; did you mean 'learning_rate'?"),
        ("trainer.epochs=many", 'trainer.epochs: must be a whole number, not "many"'),
        ("optimizer.learning_rate={ log = [-1, 1] }", None),
        ("epochs", "'epochs' is not of the form path=value, such as trainer.epochs=5"),
        ("a..b=1", "'a..b=1' is not of the form path=value, such as trainer.epochs=5"),
    ],
)
def test_a_mistake_of_a_setting_is_reported_as_such(
    setting: str, expected: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.toml").write_text('data = "digits"\n')
    with pytest.raises(Mistakes) as caught:
        load("p.toml", [setting])
    assert str(caught.value) == f"settings: {expected}" if expected else str(caught.value).startswith("settings: ")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\xff\xfe", "p.toml:1: not UTF-8 text; save the file as UTF-8"),
        (b"x = 1\n# \xe9\n", "p.toml:2: not UTF-8 text; save the file as UTF-8"),
        (b"x = " + b"[" * 5000, "p.toml: lists or tables are nested too deeply"),
        (None, "p.toml: no such file"),
    ],
)
def test_a_file_that_cannot_be_read_is_reported(
    content: bytes | None, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if content is not None:
        Path("p.toml").write_bytes(content)
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(3000)  # other tests' libraries raise it
    try:
        with pytest.raises(Mistakes) as caught:
            load("p.toml")
    finally:
        sys.setrecursionlimit(before)
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("data: digits", "write key = value"),
        ("name = digits", "text needs quotes"),
        ("seed = None", "write true or false in small letters, and leave out a key that has no value"),
        ("where = [validation.log_loss < 0.9]", "text needs quotes"),
        ("name = title(text, bold=True)", "text needs quotes"),
        ('lr = trial.suggest_float("lr", 1e-5, 0.1, log=True)', "write lr = { log = [1e-05, 0.1] }"),
        ('units = trial.suggest_int("units", 8, 64, log=True)', "write units = { log-int = [8, 64] }"),
        ('dtype = hp.choice("dtype", ["a", "b"])', 'write dtype = { choice = ["a", "b"] }'),
        ("search.strategy = Optuna(sampler='tpe')", 'write search.strategy = { use = "optuna", sampler = "tpe" }'),
        ("optimizer = Adam(net.parameters(), lr=0.1)", 'write optimizer = { use = "adam", learning_rate = 0.1 }'),
        ('name = "C:\\Users"', "write text with backslashes in single quotes"),
    ],
)
def test_notation_of_other_tools_is_reported_with_what_toml_needs(line: str, instead: str, tmp_path: Path) -> None:
    file = tmp_path / "p.toml"
    file.write_text(f"# one\n{line}\n")
    with pytest.raises(Mistakes) as caught:
        load(str(file))
    expected = str(caught.value)
    assert expected.startswith(f"{file}:2: not TOML: ")
    assert expected.endswith(f"; {instead}")
