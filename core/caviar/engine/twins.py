"""Twins: compiled forms of plugins, chosen once when a population is bound."""

from __future__ import annotations

import logging
from functools import cache
from importlib import import_module
from typing import Any, Protocol, TypeVar

from caviar.interfaces.backend import Backend
from caviar.interfaces.plugin import Plugin

P = TypeVar("P", bound=Plugin)


class Form(Protocol):
    """Chooses the class that is bound for a declared plugin's."""

    def __call__(self, kind: type[P], /) -> type[P]: ...


def plain(kind: type[P]) -> type[P]:
    """The class as it is."""
    return kind


def compiled(kind: type[P]) -> type[P]:
    """The twin that a class names; the class itself where it names none or numba cannot be used."""
    # Of the class alone: what inherits from a bundled plugin computes something else than that plugin's twin.
    path = kind.__dict__.get("twin", "")
    if not path or not _numba_works():
        return kind
    module, name = path.split(":")
    twin: type[P] = getattr(import_module(module), name)
    return twin


def form_for(backend: Backend) -> Form:
    """How plugins are bound on a backend: compiled on NumPy, plain elsewhere."""
    import numpy

    return compiled if backend.library() is numpy and _numba_works() else plain


def kernels_in_use() -> str:
    """For the numeric identity: which compiler made the kernels, or "plain"."""
    if not _numba_works():
        return "plain"
    from importlib.metadata import version

    return f"numba {version('numba')}"


@cache
def _numba_works() -> bool:
    try:
        # Products inside kernels use SciPy's BLAS: loaded here, before threads are limited, or it would not be.
        import scipy.linalg.cython_blas  # noqa: F401
        from numba.core import event
    except ImportError:  # absent, or older than this NumPy
        return False

    class Announcement(event.Listener):  # type: ignore[misc, unused-ignore]
        """Says once why the first step takes seconds; kernels found on disk are not compiled and say nothing."""

        said = False

        def on_start(self, event: Any) -> None:
            if not self.said and event.data["dispatcher"].py_func.__module__.startswith("caviar_plugins."):
                self.said = True
                logging.getLogger("caviar").warning("compiling kernels for this machine, once: some 10 seconds")

        def on_end(self, event: Any) -> None:
            pass

    register: Any = event.register
    register("numba:compile", Announcement())
    return True
