"""The connection to a Dask scheduler: sends the job and segments to its workers, and hears of what becomes of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any, TypeAlias

import dask
from caviar.plugin import EpochInfo, unpack

# What these would log is told here, or is no fault.
with dask.config.set({"logging": dict.fromkeys(("distributed", "distributed.client"), "critical")}):
    import distributed

from caviar_plugins.executors.dask_local import ClusterProblem
from caviar_plugins.executors.dask_worker import bring, end, train
from caviar_plugins.look_up import LOOK_UP

_CONNECT = 30  # seconds that a scheduler may take to answer
_EVERY = 1.0  # seconds between two looks at which workers there are
_CLOSE = 5.0  # seconds that the workers may take to end a run's processes
_INSTALL = "the scheduler and all workers need caviar-ml[dask] and the plugins of the run, in the run's versions"


@dataclass(frozen=True)
class Threads:
    """The workers that the scheduler knows now, by address, and how many threads each has."""

    of: Mapping[str, int]


@dataclass(frozen=True)
class News:
    """Epochs of a task, and how many of it were passed on before."""

    key: str
    before: int
    epochs: Sequence[EpochInfo]


@dataclass(frozen=True)
class Ended:
    """A task has ended; `result` has what it returned, or raises."""

    key: str
    result: Future[bytes]


Message: TypeAlias = Threads | News | Ended


class Link:
    """A client of the scheduler at `address`, for one run. Raises ClusterProblem."""

    def __init__(self, address: str, job_spec: bytes, check_stop: Callable[[], None]) -> None:
        self._address, self._spec = address, job_spec
        self._messages: SimpleQueue[Message] = SimpleQueue()
        self._closing, self._tasks, self._sent = Event(), 0, None
        self._client = _connected(address, check_stop)
        self._client.subscribe_topic(self._client.id, self._hear)
        self._watcher = Thread(target=self._watch, name="caviar-dask", daemon=True)
        self._watcher.start()

    def next(self, seconds: float) -> Message | None:
        """The next message, if there is one within so many seconds. Raises ClusterProblem."""
        if self._client.status != "running":
            raise self._gone()
        with suppress(Empty):
            return self._messages.get(timeout=seconds)
        return None

    def bring(self, address: str, first: int, count: int, on_devices: bool) -> Any:
        """Has a worker keep the job as long as the returned future is kept. See `dask_worker.bring`."""
        if self._sent is None or self._sent.status != "finished":  # those who had it are gone
            self._sent = self._client.scatter(self._spec, workers=[address], hash=False)
        return self._submit("job", address, bring, self._client.id, self._sent, first, count, on_devices)

    def train(self, address: str, job: Any, segment: bytes) -> Any:
        """Has a worker train a segment; returns its future. Once its result is here, or it has none, is a message."""
        future = self._submit("segment", address, train, job, segment)

        async def fetched() -> bytes:
            # In the background: for a result that is lost with its worker Dask waits until one has the same address.
            found: bytes = await self._client.gather(future, asynchronous=True)
            return found

        result = asyncio.run_coroutine_threadsafe(fetched(), self._client.loop.asyncio_loop)
        result.add_done_callback(lambda done: self._messages.put(Ended(future.key, done)))
        return future

    def result(self, ended: Ended) -> Mapping[str, Any]:
        """What a task has returned; nothing if it was lost with its worker. Raises ClusterProblem."""
        try:
            found: Mapping[str, Any] = unpack(ended.result.result())
        except (distributed.KilledWorker, asyncio.CancelledError, distributed.CancelledError):
            return {}
        except Exception as error:
            if self._client.status != "running" or isinstance(error, OSError):  # no task raises OSError
                raise self._gone() from error
            told = f"{type(error).__name__}: {error}"
            raise ClusterProblem(f"Dask could not run a segment: {told}; {_INSTALL}") from error
        return found

    def drop(self, futures: Sequence[Any]) -> None:
        """Tells the workers that nobody waits for these any longer."""
        if futures:
            with suppress(Exception):  # where nobody can be told, nobody works for us
                self._client.cancel(list(futures), force=True)

    def close(self) -> None:
        """Has the workers end their processes for this run."""
        self._closing.set()
        if self._client.status == "running":
            with suppress(Exception):  # their own look-up ends what cannot be reached
                self._client.unsubscribe_topic(self._client.id)
                self._client.run(end, self._client.id, on_error="ignore")
        self._client.close(timeout=_CLOSE)
        self._watcher.join(_CLOSE)

    def _gone(self) -> ClusterProblem:
        return ClusterProblem(
            f"the Dask scheduler at {self._address} is gone; nothing that has finished is lost: start the scheduler "
            "and its workers again, and the same command resumes"
        )

    def _submit(self, name: str, address: str, function: Any, *words: Any) -> Any:
        self._tasks += 1
        key = f"caviar-{name}-{self._client.id}-{self._tasks}"
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1TB"}):  # a segment has its states
            return self._client.submit(function, *words, key=key, workers=[address], pure=False)

    def _hear(self, event: tuple[float, Any]) -> None:
        if isinstance(event[1], bytes):  # the scheduler itself tells of its clients too
            self._messages.put(News(*unpack(event[1])))

    def _watch(self) -> None:
        while True:
            with suppress(Exception):  # `next` sees by itself that the scheduler is gone
                self._messages.put(Threads(self._client.nthreads()))
            if self._closing.wait(_EVERY):
                return


def _connected(address: str, check_stop: Callable[[], None]) -> Any:
    """A client of the scheduler; connecting may take long. Raises ClusterProblem."""
    found: Future[Any] = Future()

    def connect() -> None:
        try:
            _check_certificates(address)
            found.set_result(distributed.Client(address, timeout=_CONNECT, set_as_default=False))
        except Exception as error:
            found.set_exception(error)

    Thread(target=connect, name="caviar-connect", daemon=True).start()
    while not wait([found], LOOK_UP).done:
        check_stop()
    if (error := found.exception()) is None:
        return found.result()
    why = str(error) or f"no answer within {_CONNECT} s"
    raise ClusterProblem(
        f"no Dask scheduler can be reached at {address}: {why}; start one with 'dask scheduler', or correct address in "
        "[executor]"
    ) from error


def _check_certificates(address: str) -> None:
    """Raises ValueError where Dask's client would try until its time is over, and then not end."""
    security = distributed.Security()
    encrypted = address.startswith("tls://")
    if security.require_encryption and not encrypted:
        raise ValueError("Dask's configuration requires encryption (distributed.comm.require-encryption)")
    if encrypted and security.get_connection_args("client").get("ssl_context") is None:
        raise ValueError("Dask's configuration names no certificates for a client (distributed.comm.tls)")
