"""Checked forms: check the return values of third-party plugins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import Any, TypeAlias, TypeVar

from caviar.engine.training.measuring import measured, measured_or_nan
from caviar.engine.training.variants import VariantChoice
from caviar.interfaces.plugin import Plugin
from caviar.interfaces.trainer import Advance, Finish
from caviar.registry.load import is_bundled
from caviar.values.arrays import locked
from caviar.values.slot import Initial
from caviar.values.wrong_return import WrongReturn, described

P = TypeVar("P", bound=Plugin)
Method: TypeAlias = Callable[..., Any]
Wrap: TypeAlias = Callable[[Method], Method]


def checked(form: VariantChoice) -> VariantChoice:
    """A form whose classes raise WrongReturn if they return a value that their interface does not allow.

    Bundled plugins, whose interfaces are tested, are bound as they are: their steps are not slowed down.
    """

    def choose(kind: type[P], /) -> type[P]:
        return form(kind) if is_bundled(kind) else _wrapped(form(kind))

    return choose


def measuring_or_nan(form: VariantChoice) -> VariantChoice:
    """A form for metrics that decide nothing: if a third party's fails, its value is NaN."""

    def choose(kind: type[P], /) -> type[P]:
        if is_bundled(kind) or kind.kind != "metric":
            return form(kind)
        return _with_methods(form(kind), {"measure": measured_or_nan})

    return choose


@cache
def _wrapped(cls: type[P]) -> type[P]:
    wraps_ = _METHODS.get(cls.kind)
    return _with_methods(cls, wraps_) if wraps_ else cls


def _with_methods(cls: type[P], wrap: Mapping[str, Wrap]) -> type[P]:
    """The class with some methods wrapped, under its own name, so that lookups still find it."""
    names = {"__module__": cls.__module__, "__qualname__": cls.__qualname__, "__doc__": cls.__doc__}
    methods = {name: each(getattr(cls, name)) for name, each in wrap.items()}
    metaclass: Any = type(cls)
    extended: type[P] = metaclass(cls.__name__, (cls,), {**names, **methods})
    return extended


def _checking(complaint: Callable[..., str | None]) -> Wrap:
    """Wraps a method: raises WrongReturn if `complaint`, called with result and arguments, returns a message."""

    def wrap(inner: Method) -> Method:
        @wraps(inner)
        def method(self: Plugin, *given: Any) -> Any:
            found = inner(self, *given)
            if wanted := complaint(found, *given):
                raise WrongReturn(self, inner.__name__, f"returned {described(found)} instead of {wanted}")
            return found

        return method

    return wrap


def _loss_forward(inner: Method) -> Method:
    """Makes output and target read-only, because metrics use them later; `backward` must fit the output."""
    check = _checking(lambda found, output, target: _pair(found, output.shape[:2]))(inner)

    @wraps(inner)
    def forward(self: Plugin, output: Any, target: Any) -> tuple[Any, Any]:
        losses, cache = check(self, locked(output), locked(target))
        return losses, (output.shape, cache)

    return forward


def _loss_backward(inner: Method) -> Method:
    @wraps(inner)
    def backward(self: Plugin, kept: Any) -> Any:
        shape, cache = kept
        found = inner(self, cache)
        if wanted := _array(found, shape):
            raise WrongReturn(self, "backward", f"returned {described(found)} instead of {wanted}")
        return found

    return backward


def _array(found: Any, shape: tuple[int, ...], axes: int = 0) -> str | None:
    """The message for a result that is not an array with these axes; with more axes, the first are given."""
    real = getattr(found, "shape", None)
    if real == shape and not axes:
        return None
    axes = axes or len(shape)
    if real is not None and len(real) == axes and tuple(real[: len(shape)]) == shape:
        return None
    return f"an array of shape ({', '.join([*map(str, shape), *['…'] * (axes - len(shape))])})"


def _pair(found: Any, shape: tuple[int, ...], axes: int = 0) -> str | None:
    """The same for an array and the cache for `backward`."""
    if isinstance(found, tuple) and len(found) == 2:
        wanted = _array(found[0], shape, axes)
        return wanted and f"{wanted} and a cache; the first was {described(found[0])}"
    return f"{_array(None, shape, axes)} and a cache"


def _state(found: Any, members: int) -> str | None:
    """Named arrays; one without the member axis would be shared by members, whose results then depend on each other."""
    if not isinstance(found, dict):
        return "a dict of arrays"
    for name, array in found.items():
        if getattr(array, "shape", ())[:1] != (members,):
            return f"arrays whose first axis is the {members} member(s); {name!r} was {described(array)}"
    return None


def _advance(found: Any, _: Any, population: Any, data: Any, context: Any, until: int) -> str | None:
    if not isinstance(found, Advance):
        return "an Advance"
    members, values = len(population), found.metrics.values
    some = values.shape[1] if getattr(values, "ndim", 0) == 3 else 0
    rows = some or (found.ended and all(found.ended))
    if _array(values, (members,), 3) or values.shape[2] != len(found.metrics.names) or not rows:
        return f"metrics with a row for each epoch of {members} member(s); they were {described(values)}"
    if missing := sorted(context.decisive - set(found.metrics.names)):
        return f"metrics with {', '.join(missing)} among them; they were {', '.join(found.metrics.names) or 'none'}"
    if len(found.diverged) != members or len(found.ended) not in (0, members):
        return f"'diverged' for {members} member(s), and 'ended' for as many or none"
    return _state(found.state, members)


def _instance(wanted: type[Any]) -> Wrap:
    return _checking(lambda found, *_: None if isinstance(found, wanted) else f"an object of type {wanted.__name__}")


_METHODS: Mapping[str, Mapping[str, Wrap]] = {
    "activation": {
        "forward": _checking(lambda found, z: _pair(found, z.shape)),
        "backward": _checking(lambda found, gradient, cache: _array(found, gradient.shape)),
        "forward_with": _checking(lambda found, z, parameters: _pair(found, z.shape)),
        "backward_with": _checking(lambda found, gradient, *_: _array(found, gradient.shape)),
        "initial": _instance(Initial),
    },
    "normalizer": {
        "forward": _checking(lambda found, z, *_: _pair(found, z.shape)),
        "backward": _checking(lambda found, gradient, *_: _array(found, gradient.shape)),
    },
    "loss": {
        "outputs": _instance(int),
        "forward": _loss_forward,
        "backward": _loss_backward,
        "predict": _checking(lambda found, output: _array(found, output.shape[:2], 3)),
    },
    "metric": {"measure": measured},
    "model": {
        "forward": _checking(lambda found, own, _, x, *__: _pair(found, (len(own.buffer), x.shape[1]), 3)),
    },
    "optimizer": {"init": _checking(lambda found, parameters, layout: _state(found, len(parameters)))},
    "schedule": {"factor": _checking(lambda found, epoch, epochs: _array(found, epoch.shape))},
    "trainer": {
        "start": _checking(lambda found, population, *_: _state(found, len(population))),
        "advance": _checking(_advance),
        "finish": _instance(Finish),
    },
}
