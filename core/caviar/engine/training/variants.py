"""Twins: forms of plugins with kernels for one array library, chosen once when a population is bound."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from time import monotonic
from typing import Any, Protocol, TypeVar

from caviar.interfaces.backend import Backend
from caviar.interfaces.plugin import Plugin
from caviar.text.log import log
from caviar.text.once import say_once

P = TypeVar("P", bound=Plugin)

_packages: set[str] = set()  # which have twins in use: those whose compiling is announced


class Compiling:
    """How long this process has compiled; a kernel that calls others is compiled around them."""

    def __init__(self) -> None:
        self.depth, self.since, self.before = 0, 0.0, 0.0
        self.tell: Callable[[bool], None] = lambda going: None

    def start(self) -> None:
        """One more begins to be compiled; who is told may raise, to stop before that."""
        self.depth += 1
        if self.depth == 1:
            self.since = monotonic()
            self.tell(True)

    def end(self) -> None:
        """The last one that began is done."""
        self.depth -= 1
        if self.depth == 0:
            took = monotonic() - self.since
            self.before += took
            log.debug("compiled: %.3f s", took)
            self.tell(False)

    def seconds(self) -> float:
        """In all, up to now."""
        return self.before + (monotonic() - self.since if self.depth else 0.0)


_compiling = Compiling()
seconds_compiling = _compiling.seconds


def watch_compiling(tell: Callable[[bool], None]) -> None:
    """From now on `tell(True)` is called before each kernel that this process compiles, and `tell(False)` after."""
    _compiling.tell = tell


class VariantChoice(Protocol):
    """Chooses the class that is bound for a declared plugin's."""

    def __call__(self, kind: type[P], /) -> type[P]: ...


def plain(kind: type[P]) -> type[P]:
    """The class as it is."""
    return kind


def compiled(kind: type[P]) -> type[P]:
    """Its twin for NumPy; the class itself where it names none or numba cannot be used."""
    return _variant(kind, "numpy") if _numba_works() else kind


def for_cuda(kind: type[P]) -> type[P]:
    """Its twin for CuPy, or the class itself."""
    return _variant(kind, "cupy")


def variant_for(backend: Backend) -> VariantChoice:
    """How plugins are bound on a backend."""
    library = backend.library().__name__
    if library == "numpy" and _numba_works():
        return compiled
    return for_cuda if library == "cupy" else plain


def kernels_in_use(backend: Backend) -> str:
    """For the numeric identity: what made the kernels, or "plain"."""
    form = variant_for(backend)
    if form is not compiled:
        return "cuda" if form is for_cuda else "plain"
    from zlib import crc32

    import numba

    # BLAS does not tell: its kernels for an older processor run on newer ones, for which numba makes other code.
    _, processor, features = numba.core.registry.cpu_target.target_context.codegen().magic_tuple()
    return f"numba {numba.__version__} for {processor} (features {crc32(features.encode()):08x})"


def _variant(kind: type[P], library: str) -> type[P]:
    # Of the class alone: what inherits from a bundled plugin computes something else than that plugin's twin.
    path = kind.__dict__.get("variants", {}).get(library)
    if path is None:
        return kind
    module, name = path.split(":")
    variant: type[P] = getattr(import_module(module), name)
    _packages.add(module.partition(".")[0])
    return variant


@cache
def _numba_works() -> bool:
    try:
        # Products inside kernels use SciPy's BLAS: loaded here, before threads are limited, or it would not be.
        import scipy.linalg.cython_blas  # noqa: F401
        from numba.core import config, event
    except ImportError:  # absent, or older than this NumPy
        return False
    settings: Any = config
    if settings.DISABLE_JIT:  # kernels call BLAS in ways that Python cannot
        say_once("NUMBA_DISABLE_JIT is set: plain NumPy is used, several times slower; unset it for compiled kernels")
        return False

    class Announcement(event.Listener):  # type: ignore[misc, unused-ignore]
        """Says why the first step takes seconds; kernels found on disk are not compiled and say nothing."""

        def on_start(self, event: Any) -> None:
            _compiling.start()
            function = event.data["dispatcher"].py_func
            module = function.__module__
            log.debug("compiling %s.%s", module, function.__qualname__)
            if module.partition(".")[0] in _packages:
                say_once("compiling kernels for this machine, which is done once and may take a minute")

        def on_end(self, event: Any) -> None:
            _compiling.end()

    register: Any = event.register
    register("numba:compile", Announcement())
    return True
