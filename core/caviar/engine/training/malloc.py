"""Keeps memory that training steps free for the next step."""

from __future__ import annotations

from functools import cache

# Of glibc's malloc.h: from which size on a block is memory of its own, and how much free memory is given back.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_LARGEST = 32 << 20  # glibc takes no more
_KEPT = 256 << 20


@cache
def keep_freed_memory() -> None:
    """Asks the C library, once in a process, not to give freed memory back between two array expressions.

    A step allocates and frees the same arrays over and over. If the pages go back to the system each time, fetching
    them anew takes as long as computing: a plain step of 784-128-128-10 took 1,720 us so and 790 us with them kept.
    Other C libraries than glibc keep them anyway, or do not have the function.
    """
    import ctypes

    try:
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_THRESHOLD, _LARGEST)
        library.mallopt(_TRIM_THRESHOLD, _KEPT)
    except (AttributeError, OSError, TypeError):
        return
