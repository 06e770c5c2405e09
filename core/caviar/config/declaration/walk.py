"""Walks a declared tree: visits the children of a value with their keys, or rebuilds the tree with other parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from caviar.interfaces.fields.declared import Declared
from caviar.interfaces.plugin import Plugin
from caviar.interfaces.sampler import Sampler
from caviar.registry.load import label_of


@dataclass(frozen=True)
class Node:
    """A value in a declared tree, and its place there.

    `owner`: the class and field that hold it, by itself or in a list; None for an option or a table's entry.
    `option`: the path of the choice of plugins or tables that it belongs to, and its level there.
    """

    path: str
    value: Any
    owner: tuple[type[Declared], str] | None = None
    option: tuple[str, int] | tuple[None, None] = (None, None)


def walk(node: Node) -> Iterator[Node]:
    """Yields the node and all nodes below it, parents first; a range's own fields are not part of the tree."""
    yield node
    value, option = node.value, node.option
    if isinstance(value, Sampler) and not is_choice(value):
        return
    for level, (word, each) in enumerate(children(value)):
        owner = node.owner if isinstance(word, int) else None
        if isinstance(value, Sampler):
            option = (node.path, level)
        elif isinstance(value, Declared):
            owner = (type(value), str(word))
        yield from walk(Node(f"{node.path}.{word}", each, owner, option))


def plugins_in(value: Any) -> Iterator[Plugin]:
    """Yields all plugins in a value, at any depth, starting with the value itself."""
    if isinstance(value, Plugin):
        yield value
    for _, each in children(value):
        yield from plugins_in(each)


def rebuild(value: Any, change: Callable[[str | int, Any], Any]) -> Any:
    """The value with `change(word, child)` in place of each child; the same object if no child changes."""
    found = [(word, old, change(word, old)) for word, old in children(value)]
    changed: dict[Any, Any] = {word: new for word, old, new in found if new is not old}
    if not changed:
        return value
    if isinstance(value, dict):
        return value | changed
    if isinstance(value, Declared) and not (isinstance(value, Sampler) and is_choice(value)):
        return value.model_copy(update=changed)
    whole = tuple(new for _, _, new in found)
    return whole if isinstance(value, tuple) else value.model_copy(update={next(iter(type(value).model_fields)): whole})


def children(value: Any) -> Iterator[tuple[str | int, Any]]:
    """Yields the direct children of a value, with the word that follows the value's own in a path.

    Fields of a declared object, entries of a table, options of a choice of parts and plugins in a list by their
    names; other elements of a list by their places.
    """
    if isinstance(value, Sampler) and is_choice(value):
        yield from ((name_of_option(option), option) for option in value.ends())
    elif isinstance(value, Declared):
        yield from ((field, getattr(value, field)) for field in type(value).model_fields)
    elif isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, tuple):
        for place, each in enumerate(value):
            yield (label_of(each) if isinstance(each, Plugin) and not isinstance(each, Sampler) else place), each


def alternatives(value: Any) -> tuple[Any, ...]:
    """The values that a field may have, as far as known: a sampler's ends or options, or its constant."""
    return value.ends() if isinstance(value, Sampler) else (value,)


def is_choice(sampler: Sampler) -> bool:
    """Whether a sampler's options may have ranges of their own: plugins, or a function's tables with a name."""
    return not sampler.ordered and any(isinstance(each, Plugin) or is_named_table(each) for each in sampler.ends())


def is_named_table(option: Any) -> bool:
    """Whether an option is a table with its name as "use", such as { use = "adam", beta = 0.9 }."""
    return isinstance(option, dict) and isinstance(option.get("use"), str)


def name_of_option(option: Any) -> str:
    """The name of an option of such a choice; that of a text beside tables is the text."""
    if isinstance(option, Plugin):
        return label_of(option)
    return str(option["use"] if is_named_table(option) else option)
