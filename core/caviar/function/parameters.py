"""A function's parameters: which are fields of its trainer, of which types, and which the engine gives."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from inspect import Parameter, signature
from operator import or_
from pathlib import Path
from types import NoneType
from typing import Any

from caviar.interfaces.fields.field import tunable
from caviar.interfaces.plugin import Plugin
from caviar.interfaces.sampler import Sampler
from caviar.interfaces.trainer import Trainer
from caviar.interfaces.tunable import Each, Tunable
from caviar.values.random import Random

GIVEN = ("seed", "state", "folder", "epochs")
"""The parameters whose values the engine gives; epochs is the trainer's own field."""
_OWN = frozenset(("function", "parameters", "metrics", "says_epochs"))
"""What `FunctionTrainer` declares for its subclasses to set."""
_SCALARS = (bool, int, float, str)


class WrongFunction(TypeError):
    """What keeps a function from being searched, a sentence for each mistake."""

    def __init__(self, mistakes: Iterable[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(self.mistakes))


@dataclass(frozen=True)
class Parameters:
    """`fields`: those that are fields of the trainer; `given`: those of `GIVEN` that the function takes."""

    fields: tuple[str, ...]
    given: frozenset[str]
    annotations: Mapping[str, Any]
    defaults: Mapping[str, Any]

    @property
    def takes_state(self) -> bool:
        """Whether a training can go on from a state."""
        return "state" in self.given

    def call(
        self,
        function: Callable[..., Any],
        values: Mapping[str, Any],
        stream: Random,
        folder: Callable[[], Path],
        state: Any,
    ) -> Any:
        """Calls the function with a trial's values; `seed` is a whole number below 2^31, the trial's own."""
        more: dict[str, Any] = {}
        if "seed" in self.given:
            more["seed"] = stream.child("function").key >> 33
        if "folder" in self.given:
            more["folder"] = folder()
        if "state" in self.given:
            more["state"] = state
        return function(**values, **more)


def parameters_of(function: Callable[..., Any]) -> Parameters:
    """Raises WrongFunction with all parameters that cannot be fields."""
    fields, given, annotations, defaults = [], set[str](), dict[str, Any](), dict[str, Any]()
    mistakes = []
    for name, parameter in signature(function).parameters.items():
        if parameter.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD):
            continue
        try:
            found = _parameter(function, parameter)
        except TypeError as error:
            mistakes.append(str(error))
            continue
        if name in GIVEN:
            given.add(name)
        elif found is not None:
            annotations[name], defaults[name] = found
            fields.append(name)
        if name == "epochs":
            fields.append(name)
            defaults |= {} if parameter.default is Parameter.empty else {name: _plain(parameter.default)}
    if mistakes:
        raise WrongFunction(mistakes)
    return Parameters(tuple(fields), frozenset(given), annotations, defaults)


def _parameter(function: Callable[..., Any], parameter: Parameter) -> tuple[Any, Any] | None:
    """What `field_of` says of a parameter; None of one of `GIVEN`. Raises TypeError."""
    if parameter.kind is Parameter.POSITIONAL_ONLY:
        text = f"parameter '{parameter.name}' must be taken by its name; remove the '/'"
        raise TypeError(f"{_named(function)}: {text}")
    if parameter.name in GIVEN:
        _refuse_as_given(function, parameter.name, _plain(parameter.default))
        return None
    return field_of(function, parameter, Trainer)


def _refuse_as_given(function: Callable[..., Any], name: str, default: Any) -> None:
    """Raises TypeError for a default of one of `GIVEN` that promises what cannot be."""
    if name == "epochs":
        if default not in (None, Parameter.empty) and type(default) is not int:
            raise TypeError(
                f"{_named(function)}: epochs is a whole number, how many it trains at most, not {default!r}"
            )
    elif isinstance(default, Sampler):
        raise TypeError(
            f"{_named(function)}: '{name}' cannot be searched, each trial is given its own; remove the range"
        )


def field_of(function: Callable[..., Any], parameter: Parameter, base: type[Plugin]) -> tuple[Any, Any] | None:
    """The annotation and the default of a parameter as a field of a class that extends `base`.

    None for an object of the program, which no file can name: the function keeps its default. Raises TypeError.
    """
    name, default = parameter.name, _plain(parameter.default)
    if default is Parameter.empty:
        text = "has no default; give it a range, such as Log(1e-4, 1e-1), or a constant"
        raise TypeError(f"{_named(function)}: parameter '{name}' {text}")
    try:
        types = _types(default, parameter.annotation)
    except TypeError as error:
        raise TypeError(f"{_named(function)}: parameter '{name}': {error}") from None
    if types is None:
        return None
    if name.startswith(("_", "model_")) or name in _OWN or hasattr(base, name) or name in base.model_fields:
        raise TypeError(f"{_named(function)}: a {base.kind} uses the name '{name}' itself; rename the parameter")
    search = default if isinstance(default, Sampler) else None
    return Tunable[_any_of(types)], tunable(default=default, search=search)  # type: ignore[misc]


def _types(default: Any, annotation: Any) -> tuple[Any, ...] | None:
    """The types of a field's values, from its default; None for a default that no file can hold."""
    if isinstance(default, Sampler):
        if default.ordered:
            return (int,) if default.whole else (float,)
        return _options(default.ends())
    if default is None:
        return (*_SCALARS, NoneType)
    if isinstance(default, (list, tuple)):
        kinds = _together(default)
        element = _any_of(kinds or _SCALARS)
        return None if kinds is None else (tuple[element, ...],)  # type: ignore[valid-type]
    if isinstance(default, dict):
        return (dict[str, Any],) if all(isinstance(key, str) for key in default) else None
    if type(default) is int and annotation in (float, "float"):
        return (float,)
    return (type(default),) if type(default) in _SCALARS else None


def _options(values: Sequence[Any]) -> tuple[Any, ...] | None:
    """The types of a choice's options. Tables with a name, {"use": "adam", …}, may have ranges of their own."""
    named = [each for each in values if isinstance(each, dict) and isinstance(each.get("use"), str)]
    if not named:
        return _together(values)
    names = [
        each["use"] if isinstance(each, dict) else each for each in values if isinstance(each, str) or each in named
    ]
    if len(names) < len(values):
        raise TypeError('beside {"use": …} a choice has texts and other such tables only')
    if len(set(names)) < len(names):
        raise TypeError(f"two options of a choice have one name: {', '.join(names)}")
    return (dict[str, Each[Any]], *((str,) if len(named) < len(values) else ()))


def _together(values: Iterable[Any]) -> tuple[Any, ...] | None:
    """The types of several values: the options of a choice, or the elements of a list."""
    found = [(NoneType,) if each is None else _types(each, None) for each in values]
    return None if None in found else tuple(dict.fromkeys(kind for each in found for kind in each or ()))


def _any_of(kinds: tuple[Any, ...]) -> Any:
    return reduce(or_, kinds)


def _plain(value: Any) -> Any:
    """A default with tuples for lists, and Python's numbers for NumPy's."""
    if isinstance(value, (list, tuple)):
        return tuple(map(_plain, value))
    numpy = sys.modules.get("numpy")
    return value.item() if numpy and isinstance(value, numpy.generic) else value


def _named(function: Callable[..., Any]) -> str:
    return f"{getattr(function, '__qualname__', function)}()"
