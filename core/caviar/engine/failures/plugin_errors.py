"""Attribution of exceptions: the plugin at fault, its owner, and the file and line of its own code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import getattr_static, unwrap
from traceback import walk_tb
from types import FrameType
from typing import Any

from caviar.interfaces.plugin import Plugin
from caviar.registry.index import PluginError
from caviar.registry.load import declared, is_bundled, name_of, version_of
from caviar.support.raised import sentence
from caviar.values.problem import Problem
from caviar.values.trial_failed import TrialFailed
from caviar.values.wrong_return import WrongReturn


@dataclass(frozen=True)
class Culprit:
    """The plugin at fault, and the place in its own code ("/path/mine.py:12", "" if unknown)."""

    cls: type[Plugin]
    place: str

    @property
    def named(self) -> str:
        """The plugin and its owner: "optimizer 'mine' of mine.py 3f2a"."""
        return f"{self.cls.kind} '{name_of(self.cls)}' of {version_of(self.cls)}"


def culprit_of(error: BaseException, suspect: Plugin | None = None) -> Culprit | None:
    """The plugin that raised; `suspect` if no third-party plugin is in the traceback.

    Of several that were at work it is the innermost; bundled ones are blamed only where no other was: what they pass
    on is mostly another's.
    """
    if isinstance(error, WrongReturn):
        own = type(error.plugin)
        return Culprit(declared(own), _definition(own, error.method)) if issubclass(own, Plugin) else None
    steps = list(walk_tb(error.__traceback__))
    at_work = [each for each in map(_acting, (frame for frame, _ in steps)) if each is not None]
    theirs = [cls for cls in at_work if not is_bundled(declared(cls))]
    if theirs:
        acting = theirs[-1]
    elif suspect is not None:
        acting = type(suspect)
    elif at_work:
        acting = at_work[-1]
    else:
        return None
    return Culprit(declared(acting), _place(acting, steps))


def reason_of(error: Exception) -> str:
    """The reason, in words, why something was not made or written."""
    if isinstance(error, Problem):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return told(error)


def told(error: BaseException, suspect: Plugin | None = None, at: str = "") -> str:
    """One line: which plugin failed, what it raised, and where; without a plugin, what was raised and where.

    Where a plugin has written the reason itself, that is all.
    """
    if isinstance(error, TrialFailed):
        return sentence(error)
    culprit = culprit_of(error, suspect)
    if culprit is None:
        steps = list(walk_tb(error.__traceback__))
        return sentence(error) + (f" at {_where(*steps[-1])}" if steps else "")
    return f"{culprit.named} failed{at}: {sentence(error)}{f' at {culprit.place}' if culprit.place else ''}"


@contextmanager
def attribute_errors(plugin: Plugin, at: str = "") -> Iterator[None]:
    """Turns any exception into a PluginError: "strategy 'random' of caviar-ml 0.1.0 failed: …"."""
    try:
        yield
    except Exception as error:  # a plugin may raise anything
        raise PluginError(told(error, plugin, at)) from error


@contextmanager
def others_blamed() -> Iterator[None]:
    """Turns exceptions of third-party plugins into a PluginError; a Problem, whose message is complete, stays."""
    try:
        yield
    except Problem:
        raise
    except Exception as error:
        culprit = culprit_of(error)
        if culprit is None or (is_bundled(culprit.cls) and not isinstance(error, WrongReturn)):
            raise
        raise PluginError(told(error)) from error


def _acting(frame: FrameType) -> type[Plugin] | None:
    """The class of the plugin whose method a frame executes."""
    code = frame.f_code
    if not code.co_argcount or code.co_varnames[0] not in ("self", "cls"):
        return None
    owner = frame.f_locals.get(code.co_varnames[0])
    cls = owner if isinstance(owner, type) else type(owner)
    return cls if issubclass(cls, Plugin) and hasattr(cls, "kind") else None


def _place(cls: type[Plugin], steps: list[tuple[FrameType, int]]) -> str:
    """The innermost line in the module of a plugin's class, or of its innermost method if that is inherited."""
    own = {cls.__module__, declared(cls).__module__}
    inside = [number for number, (frame, _) in enumerate(steps) if frame.f_globals.get("__name__") in own]
    if cls.__module__.partition(".")[0] == "caviar" and inside and inside[-1] + 1 < len(steps):
        return _where(*steps[inside[-1] + 1])  # calls a function of the user's, as `on_trial` is
    inside = inside or [number for number, (frame, _) in enumerate(steps) if _acting(frame) is cls]
    return _where(*steps[inside[-1]]) if inside else ""


def _definition(cls: type[Any], method: str) -> str:
    code = getattr(unwrap(getattr_static(cls, method, None)), "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code is not None else ""


def _where(frame: FrameType, line: int) -> str:
    return f"{frame.f_code.co_filename}:{line}"
