"""docs/promises.md: every promise names tests that hold it, and every test that it names exists."""

from __future__ import annotations

import ast
import re

import pytest

from tests.docs.blocks import ROOT

PAGE = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
PROMISES = dict(re.findall(r"^## (\d+\. .*)\n((?:(?!## ).*\n)*)", PAGE, re.M))
# - [tests/folder/test_file.py](../tests/folder/test_file.py): `test_name`, `test_name`
ITEM = re.compile(r"^- \[(tests/[\w/.]+)\]\((\S+?)\):((?:\s+`\w+`,?)+)$", re.M)


def named(text: str) -> list[tuple[str, str]]:
    """Files and tests that a part of the page names."""
    return [(file, test) for file, _, tests in ITEM.findall(text) for test in re.findall(r"`(\w+)`", tests)]


def test_there_are_six_promises_and_each_names_a_test() -> None:
    assert [title[0] for title in PROMISES] == list("123456")
    assert [title for title, text in PROMISES.items() if not named(text)] == []


def test_every_item_of_a_list_is_understood() -> None:
    assert len(ITEM.findall(PAGE)) == len(re.findall(r"^- ", PAGE, re.M))
    assert len(named(PAGE)) == len(re.findall(r"`test_\w+`", PAGE))


@pytest.mark.parametrize(("file", "test"), named(PAGE))
def test_a_test_that_is_named_exists(file: str, test: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert test in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_a_link_leads_to_the_file_that_it_names() -> None:
    assert [file for file, target, _ in ITEM.findall(PAGE) if target != f"../{file}"] == []
