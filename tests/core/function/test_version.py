"""A function's version changes with what it would do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import pytest
from caviar.function.version import version_of_code, version_of_function
from caviar.registry.load import version_of

from tests.core.function.functions import descend


def made(text: str) -> Callable[..., Any]:
    names: dict[str, Any] = {}
    exec(text, names)
    return names["f"]  # type: ignore[no-any-return]


def test_another_body_is_another_version_also_without_a_source() -> None:
    text = "def f(x):\n    return [x * 1.5 for _ in range(2)]"
    assert version_of_function(made(text)) == version_of_function(made(text))
    for old, new in (("1.5", "2.5"), ("x * 1.5", "x + 1.5"), ("range(2)", "range(3)"), ("range", "list")):
        assert version_of_function(made(text.replace(old, new))) != version_of_function(made(text))


TEXT = """
import math
SCALE = 2

def helper(x):
    return SCALE * x

class Kept:
    limit = None

def f(x):
    return helper(x) if x > 1 else -1.5
"""


def test_comments_docstrings_and_layout_are_no_part_of_a_version() -> None:
    other = '''# A comment
"""A file's docstring."""
import math


SCALE = (2)
def helper( x ):
    """Another."""
    return SCALE*x  # twice
class Kept:
    "A third."
    limit = None
def f(x,):

    return (
        helper(x)
        if x > 1
        else -1.5
    )
'''
    assert version_of_code(TEXT) == version_of_code(other) == version_of_code(other.encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        *(("SCALE = 2", "SCALE = 2.0"), ("SCALE * x", "SCALE + x"), ("x > 1", "x >= 1"), ("-1.5", "1.5")),
        *(("limit = None", "limit = False"), ("limit = None", "limit: None"), ("import math", "import cmath as math")),
        *(
            ("def helper(x)", "def helper(x=None)"),
            ("return helper", "yield helper"),
            ("class Kept", "class Kept(str)"),
        ),
    ],
)
def test_every_statement_of_a_file_is_part_of_its_version(old: str, new: str) -> None:
    assert version_of_code(TEXT) != version_of_code(TEXT.replace(old, new))


def test_what_is_wrapped_or_called_has_the_version_of_its_body() -> None:
    def one(x: int) -> int:
        return x

    @wraps(one)
    def wrapped(x: int) -> int:
        return one(x)

    class Called:
        def __call__(self) -> int:
            return 1

    assert version_of_function(wrapped) == version_of_function(one)
    assert version_of_function(Called()) == version_of_function(Called())
    assert version_of_function(partial(one, 1)) == version_of_function(partial(one, 1))


def test_a_function_without_an_entry_is_recorded_with_its_version() -> None:
    assert (
        version_of(descend.trainer) == f"{descend.trainer.__module__} {version_of_function(descend.trainer.function)}"
    )
