"""CUDA devices shared out among the workers of a machine."""

from __future__ import annotations

import os
from itertools import takewhile
from pathlib import Path

VARIABLE = "CUDA_VISIBLE_DEVICES"
_LISTED = Path("/proc/driver/nvidia/gpus")  # a folder for each device


def shared_out(count: int) -> tuple[str | None, ...]:
    """The value of CUDA_VISIBLE_DEVICES for each of `count` workers; None leaves it as it is.

    Of several visible devices each worker gets those of its own, or one that it shares where there are more workers.
    """
    devices = _visible()
    if len(devices) < 2:
        return (None,) * count
    return tuple(",".join(devices[number % len(devices) :: count]) for number in range(count))


def one_of(number: int) -> tuple[str | None, int]:
    """The value of CUDA_VISIBLE_DEVICES for worker `number`, from 0, of a machine, and how many devices it has.

    None leaves it as it is. It is one device whatever the number of workers, which may grow. Sorted, because dask-cuda
    gives each worker the same devices in another order.
    """
    devices = sorted(_visible())
    return (devices[number % len(devices)] if len(devices) > 1 else None), len(devices)


def _visible() -> list[str]:
    """The devices that this process may use, by number or by name. CUDA stops at the first that it does not know."""
    said = os.environ.get(VARIABLE)
    if said is not None:
        return list(takewhile(lambda each: each not in ("", "-1"), map(str.strip, said.split(","))))
    try:
        return [str(number) for number in range(len(os.listdir(_LISTED)))]
    except OSError:
        return []
