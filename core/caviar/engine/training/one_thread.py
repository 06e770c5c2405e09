"""Limits BLAS to one thread while any thread of this process trains or predicts."""

from __future__ import annotations

import sys
from functools import lru_cache
from threading import Lock, get_ident
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threadpoolctl import LibController, ThreadpoolController

_lock = Lock()
_held: dict[tuple[str, int], tuple[int, int]] = {}
"""By library, and by thread where each has a number of its own: how many are in here, and the number before them.

Of the process and not of a run: the libraries that it counts for are the process's, too.
"""


def libraries() -> ThreadpoolController:
    """The libraries in this process; the search, which takes 10 ms, is repeated only after new imports."""
    return _found(len(sys.modules))


@lru_cache(maxsize=1)
def _found(modules: int) -> ThreadpoolController:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


class OneThread:
    """A context in which BLAS has one thread; when the last context ends, it has as many as before.

    Of two limits of threadpoolctl's that overlap the first to end lifts both, and the second leaves one thread behind.
    """

    def __init__(self, libraries: ThreadpoolController) -> None:
        self._libraries = [each for each in libraries.lib_controllers if each.user_api == "blas"]

    def __enter__(self) -> None:
        with _lock:
            for library in self._libraries:
                key = _key(library)
                inside, before = _held.get(key) or (0, library.num_threads)
                if not inside:
                    _set(library, 1)
                _held[key] = inside + 1, before

    def __exit__(self, *raised: object) -> None:
        with _lock:
            for library in self._libraries:
                key = _key(library)
                inside, before = _held.pop(key)
                if inside > 1:
                    _held[key] = inside - 1, before
                else:
                    _set(library, before)


def _key(library: LibController) -> tuple[str, int]:
    alone = library.internal_api == "openblas" and library.threading_layer == "openmp"
    return library.filepath, get_ident() if alone else 0


def _set(library: LibController, threads: int) -> None:
    """From threadpoolctl 3.8 on, only the thread that first sets a limit may set it, until it unregisters."""
    release = getattr(library, "clear_controlling_thread", None)
    if release:
        release(force=True)
    library.set_num_threads(threads)
    if release:
        release()
