"""Placeholders: `{name}` in the words of a command, and the texts that take their place."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches

_PLACEHOLDER = re.compile(r"\{\{([A-Za-z_]\w*)\}\}|\{([A-Za-z_]\w*)\}")
OWN = ("values", "seed", "epochs", "until", "state", "folder", "metrics", "trial")
"""The names that are no value of the file."""
NAME = re.compile(r"[A-Za-z_]\w*")


def names_in(texts: Iterable[str]) -> set[str]:
    """The names that stand in braces."""
    return {found[2] for text in texts for found in _PLACEHOLDER.finditer(text) if found[2]}


def filled(text: str, given: Mapping[str, str]) -> str:
    """The text with what is given in place of each `{name}`; `{{name}}` becomes `{name}`, other braces stay."""
    return _PLACEHOLDER.sub(lambda found: given[found[2]] if found[2] else f"{{{found[1]}}}", text)


def spelled(value: object) -> str:
    """A value as JSON writes it, words without quotes."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def unknown_names(texts: Iterable[str], values: Collection[str]) -> Iterator[str]:
    """What is wrong with each name in braces that is none."""
    known = [*values, *OWN]
    for name in sorted(names_in(texts) - set(known)):
        near = get_close_matches(name, known, 1, 0.5)
        hint = f"did you mean {{{near[0]}}}?" if near else f"there are {', '.join(f'{{{each}}}' for each in known)}"
        yield f"{{{name}}} is not a name that can stand here; {hint} For the braces themselves write {{{{{name}}}}}"
