"""The first file that a reader meets is the same wherever it is met."""

from __future__ import annotations

import pytest

from tests.docs.blocks import ROOT, blocks_of


@pytest.mark.parametrize("page", ["README.md", "docs/index.md"])
def test_a_page_shows_the_example_that_it_says_to_run(page: str) -> None:
    shown = next(block.text for block in blocks_of(ROOT / page) if block.language == "toml")
    example = (ROOT / "pipelines/digits.toml").read_text()
    assert shown == example.partition("\n")[2], "all but its first line, which says what it is"
