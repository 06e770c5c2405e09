"""What holds for every page: its links lead somewhere, and the pictures of the architecture are what is drawn."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from caviar_plugins.stores.schema import TABLES

from docs import draw_architecture
from tests.docs.blocks import ROOT

PAGES = [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
PAGES = sorted(page.relative_to(ROOT) for page in PAGES)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_relative_link_leads_to_a_file(page: Path) -> None:
    text = re.sub(r"^( *)```.*?^\1```|`[^`\n]*`", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.M | re.S)
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert [link for link in links if link and not (ROOT / page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_the_first_line_of_a_block_has_no_backtick_in_its_words(page: Path) -> None:
    """To Markdown that would be no block, and all that follows would be taken for one."""
    text = (ROOT / page).read_text(encoding="utf-8")
    assert re.findall(r"^ *```+[^`\n]+`.*$", text, re.M) == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_python_file_that_is_named_with_its_folder_is_there(page: Path) -> None:
    """Of files in the packages the page may name the place below them: `engine/study.py`."""
    roots = [ROOT / folder for folder in (".", "core", "core/caviar", "plugins", "plugins/caviar_plugins")]
    named = re.findall(r"`((?:[\w.-]+/)+[\w.-]+\.py)`", (ROOT / page).read_text(encoding="utf-8"))
    assert [name for name in named if not any((root / name).exists() for root in roots)] == []


@pytest.mark.parametrize("name", draw_architecture.pictures())
def test_a_picture_is_what_the_script_draws(name: str) -> None:
    drawn = draw_architecture.pictures()[name]
    assert (ROOT / "docs" / "architecture" / f"{name}.svg").read_text(encoding="utf-8") == drawn


def test_the_first_page_links_every_page_that_it_lists() -> None:
    """Lists of pages are hidden: a reader finds a page by its job."""
    page = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    listed = re.findall(r"^([a-z][\w/-]*)$", page, re.M)
    assert len(listed) > 20
    assert [name for name in listed if f"]({name}.md)" not in page] == []


def test_the_glossary_has_each_word_once_in_order() -> None:
    page = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    words = [word.lower() for word in re.findall(r"^\| (.*?) \|", page, re.M)[1:]]
    assert words == sorted(set(words))


def test_every_table_of_a_study_is_described() -> None:
    page = (ROOT / "docs" / "run-folder.md").read_text(encoding="utf-8")
    made = re.findall(r"^CREATE (?:TABLE|VIEW) (\w+)", TABLES, re.M)
    assert made
    assert [name for name in made if f"\n| `{name}`" not in page] == []


def messages() -> Iterator[str]:
    """Every text of the program; what an f-string puts in is "…"."""
    for folder in ("core", "plugins"):
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


def test_each_heading_of_the_refusals_is_a_message_of_the_program() -> None:
    page = (ROOT / "docs" / "refusals.md").read_text(encoding="utf-8")
    quoted = [words for heading in re.findall(r"^## (.*)", page, re.M) for words in re.findall(r'"([^"]+)"', heading)]
    assert len(quoted) > 10
    known = "\n".join(messages())
    patterns = {words: ".*".join(map(re.escape, re.split(r"…|\d+", words))) for words in quoted}
    assert [words for words, pattern in patterns.items() if not re.search(pattern, known)] == []


def test_no_two_pages_use_one_run() -> None:
    """A reader may follow them in one folder, where the second page's run would be refused, or resume the first's."""
    pages = {page: set(re.findall(r"runs/([a-z][a-z-]*)", (ROOT / page).read_text(encoding="utf-8"))) for page in PAGES}
    pages = {page: runs for page, runs in pages.items() if page.parent == Path("docs") and page.stem != "contributing"}
    shared = [
        (str(one), str(other), sorted(pages[one] & pages[other]))
        for one, other in combinations(pages, 2)
        if pages[one] & pages[other]
    ]
    assert shared == []
