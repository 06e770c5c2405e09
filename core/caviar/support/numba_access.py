"""The only module of core that uses numba: whether it can be used, what it compiles for, when it compiles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zlib import crc32

NEWEST_TRIED = (0, 68)
"""The newest numba, by major and minor version, with which the whole test suite has passed."""


class CompileError(Exception):
    """The installed numba cannot compile a kernel; the plain code replaces it."""


def unusable() -> str | None:
    """The reason why numba cannot be used: "" if it is not installed, None if it can be used.

    Loads SciPy's BLAS, which products inside kernels use: before threads are limited, or it would not be.
    """
    try:
        import scipy.linalg.cython_blas  # noqa: F401
        from numba.core import config, event  # noqa: F401

        settings: Any = config
        if settings.DISABLE_JIT:  # kernels call BLAS in ways that Python cannot
            return "NUMBA_DISABLE_JIT is set: plain NumPy is used, several times slower; unset it for compiled kernels"
        target()
    except ModuleNotFoundError as error:
        return "" if (error.name or "").partition(".")[0] in {"numba", "scipy"} else _failed(error)
    except Exception as error:  # a version of numba that does not suit this NumPy, this Python or this code
        return _failed(error)
    return None


def _failed(error: Exception) -> str:
    return (
        f"numba cannot be used ({type(error).__name__}: {error}): plain NumPy is used, several times slower; "
        f"install numba {'.'.join(map(str, NEWEST_TRIED))} and a NumPy that it supports"
    )


def target() -> str:
    """The target of numba's code: its version, the processor and a checksum of the processor's features."""
    import numba

    # BLAS does not tell: its kernels for an older processor run on newer ones, for which numba makes other code.
    _, processor, features = numba.core.registry.cpu_target.target_context.codegen().magic_tuple()
    return f"numba {numba.__version__} for {processor} (features {crc32(features.encode()):08x})"


def on_compiling(start: Callable[[str], None], end: Callable[[], None]) -> None:
    """Calls `start` with a function's module before numba compiles it, and `end` after; not for cached functions."""
    from numba.core import event

    class Announcement(event.Listener):  # type: ignore[misc, unused-ignore]
        def on_start(self, event: Any) -> None:
            start(event.data["dispatcher"].py_func.__module__)

        def on_end(self, event: Any) -> None:
            end()

    register: Any = event.register
    register("numba:compile", Announcement())
