"""Which tests are quick: `pytest -m quick` is the inner loop, the rest is for before a commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from caviar.registry.index import Entry, current, using

TESTS = Path(__file__).parent
_WHOLE = ("docs", "faults", "gpu", "packaging", "pipelines", "typing")
"""Folders about the whole: kills and damage, pages that are executed, installations, example runs, type checkers."""
_STUDIES = tuple(
    f"core/engine/{each}" for each in ("baselines", "failures", "model", "resume", "search", "training", "warm_start")
)
"""Folders whose tests run studies, one after the other, in this process or in workers."""
_WORKERS = ("core/testing", "plugins/executors", "plugins/trainers")
THOROUGH = tuple(TESTS / each for each in (*_WHOLE, *_STUDIES, *_WORKERS))


@pytest.fixture
def add_plugin() -> Iterator[Callable[[Entry], None]]:
    """Makes a plugin known, as if another distribution brought it, until the test ends."""
    with ExitStack() as stack:
        yield lambda entry: stack.enter_context(using(replace(current(), installed=(*current().installed, entry))))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _is_quick(item):
            item.add_marker(pytest.mark.quick)


def _is_quick(item: pytest.Item) -> bool:
    """Neither of a thorough folder, nor marked otherwise, nor of a module that starts commands."""
    if not _is_in_a_quick_folder(item.path):
        return False
    if any(item.get_closest_marker(name) for name in ("slow", "peers", "thorough")):
        return False
    return "subprocess" not in vars(getattr(item, "module", None))


@cache
def _is_in_a_quick_folder(path: Path) -> bool:
    return path.is_relative_to(TESTS) and not any(map(path.is_relative_to, THOROUGH))
