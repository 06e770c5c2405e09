"""The scanner is held to tomllib on generated documents."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

from caviar.config.reading.positions import positions
from hypothesis import given
from hypothesis import strategies as st

BARE = st.text("abcXYZ019_-", min_size=1, max_size=4)
QUOTED = st.sampled_from(['"a.b"', "'c d'", '"q\\"]"', "'#'", '""', '"\\u00e9"', '"=["'])
KEY = st.lists(BARE | QUOTED, min_size=1, max_size=3).flatmap(
    lambda parts: st.sampled_from([".", " . "]).map(lambda dot: dot.join(parts))
)
SCALAR = st.sampled_from(
    [
        "1",
        "-1e-3",
        "true",
        "nan",
        "1979-05-27 07:32:00",
        '""',
        '"a # ] } , \\" b"',
        "'''one\n# ] two'''",
        '"""one\\""" \n two"""""',
        "''''quoted'''''",
        "'it \\'",
        '"""\\\n   x"""',
        "0xff",
    ]
)
GAP = st.sampled_from(["", " ", "\n", " # note ] }\n", "\n\n\t"])


@st.composite
def arrays(draw: Any, values: Any) -> str:
    parts = [draw(GAP) + draw(values) + draw(GAP) for _ in range(draw(st.integers(0, 3)))]
    end = draw(st.sampled_from(["", ","])) if parts else ""
    return f"[{','.join(parts)}{end}{draw(GAP)}]"


@st.composite
def inline_tables(draw: Any, values: Any) -> str:
    pairs = [f" {draw(KEY)} = {draw(values)} " for _ in range(draw(st.integers(0, 3)))]
    return f"{{{','.join(pairs)}}}"


VALUE = st.recursive(SCALAR, lambda inner: arrays(inner) | inline_tables(inner), max_leaves=6)
PAIR = st.tuples(KEY, VALUE).map(lambda pair: f"{pair[0]} = {pair[1]}")
HEADER = KEY.map(lambda key: f"[{key}]") | KEY.map(lambda key: f"[[ {key} ]]")
LINE = st.tuples(PAIR | HEADER | st.just(""), st.sampled_from(["", " # [x] = 1", "\t"])).map("".join)


def paths(node: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, each in items:
        yield (*at, key)
        yield from paths(each, (*at, key))


@given(st.lists(LINE, max_size=8))
def test_the_scanner_finds_the_paths_that_tomllib_finds(lines: list[str]) -> None:
    text = ""
    for line in lines:  # what makes the document invalid is left out, so that all runs test something
        try:
            tomllib.loads(text + line + "\n")
        except tomllib.TOMLDecodeError:
            continue
        text += line + "\n"
    assert set(positions(text)) == set(paths(tomllib.loads(text)))


@st.composite
def numbered(draw: Any) -> tuple[str, dict[str, int]]:
    """A document whose keys are unique, with the line on which each was written."""
    text, where = "", {}
    for number in range(draw(st.integers(1, 8))):
        text += draw(GAP) + "\n"
        kind = draw(st.sampled_from(["pair", "table", "array", "inline", "elements"]))
        where[f"k{number}"] = text.count("\n") + 1
        if kind == "pair":
            text += f"k{number} = {draw(SCALAR)}" if "[" not in text else f"[k{number}]"
        elif kind == "table":
            text += f"[k{number}] # note"
        elif kind == "array":
            text += f"[[k{number}]]"
        elif kind == "inline":
            text += f"[t{number}.k{number}]"
        else:
            text += f'[u{number}]\nlist = [\n"a",\n{{ k{number}e = [ """\n\n""", 2 ] }} ]'
            where[f"k{number}e"] = where.pop(f"k{number}") + 3
        text += "\n"
    return text, where


@given(numbered())
def test_each_key_has_the_line_it_was_written_on(document: tuple[str, dict[str, int]]) -> None:
    text, where = document
    tomllib.loads(text)
    found = {keys[-1]: line for keys, line in positions(text).items()}
    assert {key: found[key] for key in where} == where


def test_the_last_table_of_an_array_is_meant_by_headers_below_it() -> None:
    text = "[[a]]\n[[a]]\n[a.b]\nc = 1\n[[a.d]]\n"
    assert positions(text) == {
        ("a",): 1,
        ("a", 0): 1,
        ("a", 1): 2,
        ("a", 1, "b"): 3,
        ("a", 1, "b", "c"): 4,
        ("a", 1, "d"): 5,
        ("a", 1, "d", 0): 5,
    }
