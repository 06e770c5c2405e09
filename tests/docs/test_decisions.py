"""docs/decisions: a page for each decision, short and in one form, and an index that lists them all once."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT

FOLDER = ROOT / "docs" / "decisions"
PAGES = sorted(FOLDER.glob("0*.md"))
LONGEST = 55


def parts(page: Path) -> list[str]:
    return re.findall(r"^\*\*(\w+)\.\*\* ?", page.read_text(encoding="utf-8"), re.M)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_decision_has_its_context_and_its_consequences_on_one_page(page: Path) -> None:
    found = parts(page)
    assert (found[:2], found[-1]) == (["Context", "Decision"], "Consequences")
    assert len(page.read_text(encoding="utf-8").splitlines()) <= LONGEST


def test_the_numbers_run_from_one() -> None:
    assert [int(page.name[:4]) for page in PAGES] == list(range(1, len(PAGES) + 1))


def test_the_index_lists_every_page_once_by_its_title() -> None:
    listed = re.findall(r"^- \[(\d{4})\]\((.*)\) (.*)$", (FOLDER / "index.md").read_text(encoding="utf-8"), re.M)
    titles = {page.name: page.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ") for page in PAGES}
    assert sorted(listed) == [(name[:4], name, title) for name, title in sorted(titles.items())]


def test_every_dependency_and_every_extra_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    page = (FOLDER / "0042-dependencies.md").read_text(encoding="utf-8")
    default = {re.split(r"\W", each)[0] for each in project["dependencies"]}
    told = re.findall(r"^\| ([a-z, ]+) \|", page, re.M)[1:]
    assert default == {name for row in told for name in row.split(", ")}
    assert [extra for extra in project["optional-dependencies"] if f"`{extra}`" not in page] == []
