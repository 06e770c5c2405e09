"""Flaws: what a plugin's class lacks of its kind's interface, reported before anything calls it."""

from __future__ import annotations

from functools import cache
from inspect import Parameter, Signature, getattr_static, isabstract, isfunction, signature

from caviar.interfaces.plugin import Plugin


@cache  # classes are loaded again and again
def flaw_of(cls: type[Plugin], base: type[Plugin]) -> str | None:
    """The reason why a class that extends its kind's base class cannot be used; None if it can."""
    if cls.written_for not in (None, base.interface):
        return _other_interface(cls.written_for, base)
    if isabstract(cls):
        return f"{cls.__name__} lacks {', '.join(sorted(cls.__abstractmethods__))}"
    if getattr(cls, "needs_data", False) and vars(base).get("predict") is getattr_static(cls, "predict"):
        return f"{cls.__name__} lacks predict; write it, or needs_data = False for a trainer without data"
    if "task" in set(base.__annotations__) - set(base.model_fields) and not hasattr(cls, "task"):
        return f'{cls.__name__} lacks task; write task = "classification" or task = "regression" in the class'
    return next((text for name in vars(base) if (text := _unlike(cls, base, name))), None)


def _other_interface(written_for: int, base: type[Plugin]) -> str:
    numbers = f"written for {base.kind} interface {written_for}, and this Caviar has {base.interface}"
    if written_for < base.interface:
        return f"{numbers}: the plugin is older; install a newer version of it"
    return f"{numbers}: Caviar is older; install a newer version of Caviar"


def _unlike(cls: type[Plugin], base: type[Plugin], name: str) -> str | None:
    """The reason why a method cannot be called as its interface defines."""
    asked, own = vars(base)[name], getattr_static(cls, name)
    if name.startswith("_") or not isfunction(asked) or own is asked:
        return None
    if not callable(getattr(cls, name)):
        return f"{cls.__name__}.{name} is not a method; it is called as {_called(name, _without_self(asked))}"
    given = _without_self(asked)
    try:
        takes = signature(getattr(cls, name)) if not isfunction(own) else _without_self(own)
        takes.bind(*given.parameters)
    except ValueError:  # it says nothing of what it takes
        return None
    except TypeError:
        return f"{cls.__name__} has {_called(name, takes)}, but it is called as {_called(name, given)}"
    return None


def _without_self(method: object) -> Signature:
    whole = signature(method)  # type: ignore[arg-type]
    return whole.replace(parameters=list(whole.parameters.values())[1:])


def _called(name: str, takes: Signature) -> str:
    said = [each.replace(annotation=Parameter.empty) for each in takes.parameters.values()]
    return f"{name}{takes.replace(parameters=said, return_annotation=Signature.empty)}"
