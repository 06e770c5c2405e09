"""Transfer: a trial of one pipeline as a point of another pipeline's space; no numerical library."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from caviar.config.declaration.pipeline import Pipeline
from caviar.config.declaration.space import (
    PluginChoice,
    sampler_of,
    searched_tables,
    settle,
    space_of,
)
from caviar.config.declaration.walk import children, is_choice, name_of_option
from caviar.interfaces.fields.declared import Declared
from caviar.interfaces.fields.types import say
from caviar.interfaces.sampler import Sampler
from caviar.values.dimension import Dimension

_NEVER_MATTERS = ("trainer.population",)


class NotTransferable(Exception):
    """The trial cannot be used in this space; the message names what it was trained with."""


@dataclass
class Transfer:
    """A trial's values in another pipeline's space.

    `values`: by path there, of every dimension it would have. `homes`: where each of them stood at home.
    `constants`: what neither pipeline searches and both have, but not alike: path -> value at home.
    """

    values: dict[str, Any] = field(default_factory=dict)
    homes: dict[str, str] = field(default_factory=dict)
    constants: dict[str, Any] = field(default_factory=dict)


def transfer(here: Pipeline, there: Pipeline, values: Mapping[str, Any]) -> Transfer:
    """The values, in the space of `here`, of a trial of `there` with these searched values. Raises Unlike."""
    found, settled = Transfer(), settle(there, values)
    tables = searched_tables(here)
    if tables != searched_tables(there):
        raise NotTransferable("with another trainer")
    for name in tables:
        _compare(getattr(here, name), getattr(settled, name), name, name, values, found)
    return found


def changes(here: Pipeline, there: Pipeline, seen: Transfer) -> Iterator[str]:
    """The differences between the spaces of `here` and `there`, each in a few words; `seen`: values of its trials."""
    before = {dimension.path: dimension for dimension in space_of(there).dimensions}
    space = space_of(here)
    for dimension in space.dimensions:
        home = seen.homes.get(dimension.path, dimension.path)
        if home not in before:
            known = f" (there {say(seen.values[dimension.path])})" if dimension.path in seen.values else ""
            yield f"{dimension.path} is new{known}"
        elif (ours := sampler_of(dimension)) != (theirs := sampler_of(before[home])):
            yield f"{dimension.path} {_width(dimension, ours, theirs)}"
    kept = {*seen.homes.values(), *(dimension.path for dimension in space.dimensions)}
    yield from (f"{path} is no longer searched" for path in before if path not in kept)
    yield from (f"{path} was {say(value)} there" for path, value in seen.constants.items())


def _compare(here: Any, there: Any, path: str, home: str, values: Mapping[str, Any], found: Transfer) -> None:
    if isinstance(here, Sampler):
        found.values[path], found.homes[path] = there, home
        if is_choice(here):
            options = dict(children(here))
            found.values[path] = chosen = "" if isinstance(there, Sampler) else name_of_option(there)
            if chosen not in options:
                raise NotTransferable(f"with another {path}")
            # Where it was a choice, too, the option's name is an element of the paths below it.
            below = f"{home}.{chosen}" if home in values else home
            _compare(options[chosen], there, f"{path}.{chosen}", below, values, found)
    elif isinstance(here, (Declared, tuple, dict)):
        if type(here) is not type(there):
            raise NotTransferable(f"with another {path}")
        below = f"{home}.{values[home]}" if home in values else home
        for word, ours, theirs in _pairs(here, there, path):
            if f"{path}.{word}" not in _NEVER_MATTERS:
                _compare(ours, theirs, f"{path}.{word}", f"{below}.{word}", values, found)
    elif here != there:
        if any(f"{each}.".startswith(f"{home}.") for each in values):
            raise NotTransferable(f"with another {path}")
        found.constants[path] = there


def _pairs(here: Any, there: Any, path: str) -> list[tuple[str | int, Any, Any]]:
    """The children of two values of a class that belong together, with the word they have here."""
    ours, theirs = list(children(here)), list(children(there))
    if isinstance(here, tuple) and any(isinstance(each, Sampler) for _, each in ours):  # has no name to go by
        matched = [theirs[place] if place < len(theirs) else None for place in range(len(ours))]
    else:
        matched = [next((other for other in theirs if other[0] == word), None) for word, _ in ours]
    if len(ours) != len(theirs) or None in matched:
        raise NotTransferable(f"with another {path}")
    return [(word, each, other[1]) for (word, each), other in zip(ours, matched, strict=True) if other is not None]


def _width(dimension: Dimension, ours: Sampler, theirs: Sampler) -> str:
    """The difference of a range from the earlier one."""
    if isinstance(dimension.sampler, PluginChoice):
        new, old = ({name_of_option(each) for each in sampler.ends()} for sampler in (ours, theirs))
        return "has other options" if new != old else "has other ranges inside"
    now, before = ours.ends(), theirs.ends()
    if not (dimension.ordered and all(isinstance(each, (int, float)) for each in (*now, *before))):
        return "has other options"
    inside = min(before) <= min(now) and max(now) <= max(before)
    around = min(now) <= min(before) and max(before) <= max(now)
    if inside and around:
        return "is on another scale"
    return "is narrower" if inside else "is wider" if around else "has moved"
