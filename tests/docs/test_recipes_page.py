"""docs/recipes.md lists the recipes that there are, and what an effort writes."""

from __future__ import annotations

import re

from caviar.cli.scaffold.efforts import EFFORTS
from caviar.registry.index import entries, own_distribution
from caviar.registry.recipes import RECIPE

from tests.docs.blocks import ROOT

PAGE = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")


def rows(header: str) -> list[list[str]]:
    """The cells of the table whose first column is called so, without what stands behind a name."""
    found = re.search(rf"^\| {re.escape(header)} \|.*\n\|[-|]*\n((?:\|.*\n)+)", PAGE, re.M)
    assert found
    return [
        [cell.strip().split(",")[0].strip("`") for cell in line.strip("|").split("|")] for line in found[1].splitlines()
    ]


def test_every_bundled_recipe_is_listed() -> None:
    bundled = [each.name for each in entries(RECIPE) if each.distribution == own_distribution()]
    assert sorted(name for name, *_ in rows("recipe")) == sorted(bundled)


def test_every_effort_is_listed_as_it_is() -> None:
    assert rows("`--effort`") == [
        [name, each.about, each.recipe, str(each.trials), str(each.epochs), str(each.ensemble)]
        for name, each in EFFORTS.items()
    ]
