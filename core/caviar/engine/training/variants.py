"""Variants: forms of plugins with kernels for one array library, chosen once when a population is bound."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from threading import local
from time import monotonic
from traceback import walk_tb
from typing import Protocol, TypeVar

from caviar.interfaces.backend import Backend
from caviar.interfaces.plugin import Plugin
from caviar.interfaces.trainer import Trainer
from caviar.support.numba_access import CompileError, on_compiling, target, unusable
from caviar.text.log import log
from caviar.text.once import say_once
from caviar.text.printable import printable_line

P = TypeVar("P", bound=Plugin)

# Facts of this process's numba and of the modules that it has imported; no run changes them for another.
_packages: set[str] = set()  # which have variants in use: those whose compiling is announced
_modules: set[str] = set()  # which hold variants in use
_failed: set[str] = set()  # those that cannot be imported or compiled by the numba that is installed


class Compiling(local):
    """The time that this thread has spent compiling; compilations of kernels that call others are nested.

    Of two runs in one process each counts its own kernels, and is asked itself whether it is to stop.
    """

    def __init__(self) -> None:
        self.depth, self.since, self.before = 0, 0.0, 0.0
        self.tell: Callable[[bool], None] = lambda going: None

    def start(self) -> None:
        """A compilation starts; the observer may raise to prevent it."""
        self.depth += 1
        if self.depth == 1:
            self.since = monotonic()
            self.tell(True)

    def end(self) -> None:
        """The innermost compilation has ended."""
        self.depth -= 1
        if self.depth == 0:
            took = monotonic() - self.since
            self.before += took
            log.debug("compiled: %.3f s", took)
            self.tell(False)

    def seconds(self) -> float:
        """The total so far."""
        return self.before + (monotonic() - self.since if self.depth else 0.0)


_compiling = Compiling()
seconds_compiling = _compiling.seconds


def watch_compiling(tell: Callable[[bool], None]) -> None:
    """Calls `tell(True)` before each kernel that this thread compiles from now on, and `tell(False)` after.

    While the thread waits for a kernel that another thread or process compiles, `tell(True)` is called repeatedly.
    """
    _compiling.tell = tell


def still_compiling() -> None:
    """Calls `tell(True)` of `watch_compiling` again, during a wait; it may raise Stopped."""
    _compiling.tell(True)


class VariantChoice(Protocol):
    """Chooses the class that is bound for a declared plugin's."""

    def __call__(self, kind: type[P], /) -> type[P]: ...


def plain(kind: type[P]) -> type[P]:
    """The class unchanged."""
    return kind


def compiled(kind: type[P]) -> type[P]:
    """The class's variant for NumPy; the class itself if it names none or numba cannot be used."""
    return _variant(kind, "numpy") if _numba_works() else kind


def for_cuda(kind: type[P]) -> type[P]:
    """The class's variant for CuPy, or the class itself."""
    return _variant(kind, "cupy")


def has_kernels(trainer: Trainer) -> bool:
    """Whether a trainer may use compiled kernels: its own, or those of the plugins that are bound for it."""
    kind = type(trainer)
    return bool(kind.uses or kind.needs_data or kind.__dict__.get("variants"))


def variant_for(backend: Backend, kernels: bool = True) -> VariantChoice:
    """How plugins are bound on a backend. Without `kernels` they are bound as they are, and no compiler is loaded."""
    if not kernels:
        return plain
    library = backend.library().__name__
    if library == "numpy" and _numba_works():
        return compiled
    return for_cuda if library == "cupy" else plain


def kernels_in_use(backend: Backend, kernels: bool = True) -> str:
    """For the numeric identity: the compiler of the kernels, or "plain"."""
    form = variant_for(backend, kernels)
    if form is not compiled:
        return "cuda" if form is for_cuda else "plain"
    return target()


def forms_in_use(kinds: Iterable[type[Plugin]], backend: Backend, kernels: bool = True) -> dict[str, str]:
    """For the numeric identity: each module with kernels of these plugins -> "compiled", or "plain" if it fell back."""
    form = variant_for(backend, kernels)
    if form is plain:
        return {}
    library = "cupy" if form is for_cuda else "numpy"
    paths = (kind.__dict__.get("variants", {}).get(library) for kind in kinds)
    modules = sorted({path.partition(":")[0] for path in paths if path is not None})
    return {module: "plain" if module in _failed else "compiled" for module in modules}


def fallen_back() -> frozenset[str]:
    """The modules with kernels in whose place this process uses plain code."""
    return frozenset(_failed)


def _variant(kind: type[P], library: str) -> type[P]:
    # Of the class alone: what inherits from a bundled plugin computes something else than that plugin's variant.
    path = kind.__dict__.get("variants", {}).get(library)
    if path is None:
        return kind
    module, name = path.split(":")
    if module in _failed:
        return kind
    try:
        variant: type[P] = getattr(import_module(module), name)
    except MemoryError:
        raise
    except Exception as error:  # numba's internals may have changed in any way
        _fall_back(module, f"{type(error).__name__}: {error}")
        return kind
    _packages.add(module.partition(".")[0])
    _modules.add(module)
    return variant


def fell_back(error: BaseException) -> bool:
    """Whether an error means that a kernel cannot be compiled; this process then uses the plain form.

    Of the one plugin whose kernel it was, so that every process comes to the same forms whatever it trains first.
    """
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, CompileError):
        cause = cause.__cause__
    if cause is None:
        return False
    modules = [frame.f_globals.get("__name__") for frame, _ in walk_tb(cause.__traceback__)]
    found = [str(module) for module in reversed(modules) if module in _modules - _failed]
    # Where the traceback names none, as for a network folded for prediction, all that can be at fault are left out.
    failing = found[:1] or sorted(_modules - _failed)
    for module in failing:
        _fall_back(module, str(cause))
    return bool(failing)


def _fall_back(module: str, reason: str) -> None:
    _failed.add(module)
    say_once(f"{module}: its compiled variant cannot be used ({printable_line(reason)}); slower plain code replaces it")


@cache
def _numba_works() -> bool:
    reason = unusable()
    if reason is not None:
        if reason:
            say_once(reason)
        return False

    def announce(module: str) -> None:
        """Logs that kernels are compiled, which takes seconds; kernels found on disk are not announced."""
        _compiling.start()
        log.debug("compiling a kernel of %s", module)
        if module.partition(".")[0] in _packages:
            say_once("compiling kernels for this machine, which is done once and may take a minute")

    on_compiling(announce, _compiling.end)
    return True
