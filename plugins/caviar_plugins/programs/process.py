"""A program as a process: with its whole group it ends when it is stopped, and when this process dies."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from time import monotonic, sleep

_SHELL = "/bin/sh"
# It waits until the lifeline knows its group, so that at no time it could outlive this process.
_GATE = 'read -r go && { [ "$0" = 0 ] || ulimit -d "$0"; } && exec "$@" </dev/null'
# Its pipe ends with the word "end", or, when this process dies however, without.
_LIFELINE = 'read -r group && { read -r end || kill -s KILL -- "-$group"; }'
_GRACE = 5.0  # seconds between SIGTERM and SIGKILL
_CHUNK, _CHUNKS = 1 << 16, 32  # bytes at a time, and how often: more than a pipe holds, less than memory does
_LONGEST = 1 << 20  # bytes of a line


class Process:
    """A program that has been started in a session of its own; its output is appended to a file.

    `memory` is the most bytes of data that each of its processes may have. Raises OSError.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        directory: Path | None,
        output: Path,
        memory: int | None,
    ) -> None:
        limit = str(memory // 1024 if memory else 0)
        self._output = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o666)
        try:
            self._lifeline = Popen(
                [_SHELL, "-c", _LIFELINE], stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL, start_new_session=True
            )
            self._program = Popen(
                [_SHELL, "-c", _GATE, limit, *command],
                stdin=PIPE,
                stdout=PIPE,
                stderr=PIPE,  # another pipe: a progress bar there breaks no line of metrics
                cwd=directory,
                env=environment,
                start_new_session=True,
            )
        except BaseException:
            os.close(self._output)
            raise
        assert self._program.stdout is not None
        assert self._program.stderr is not None
        self._printed, self._complained = self._program.stdout.fileno(), self._program.stderr.fileno()
        self._open = [self._printed, self._complained]
        for pipe in self._open:
            os.set_blocking(pipe, False)
        self._rest = b""
        self.code: int | None = None
        """Its exit code, or minus the signal that ended it; None while it runs."""
        _send(self._lifeline, f"{self._program.pid}\n")
        _send(self._program, "go\n")

    def lines(self, seconds: float) -> list[str]:
        """The lines that it has printed since the last call; waits for some, up to so many seconds.

        When it has ended, all that were left.
        """
        if self._open:
            waiting = select.poll()
            for pipe in self._open:
                waiting.register(pipe, select.POLLIN)
            waiting.poll(1000 * seconds)
        elif self.code is None:
            sleep(seconds)
        found = self._read()
        if self.code is None and self._has_ended():
            self._conclude()
            found += self._read()
            found += [self._rest.decode(errors="replace")] if self._rest else []
            self._close()
        return found

    def stop(self) -> list[str]:
        """Ends it and all that it has started, politely at first, then by force; the lines that were left."""
        if self.code is not None:
            return []
        with suppress(ProcessLookupError):
            os.killpg(self._program.pid, signal.SIGTERM)
        until = monotonic() + _GRACE
        found = []
        while self.code is None and monotonic() < until:
            found += self.lines(0.02)  # it may have to print before it can end
        if self.code is None:
            self._conclude()
            found += self._read()
            self._close()
        return found

    def _read(self) -> list[str]:
        """The complete lines that wait in the pipe of its output; what waits in both goes into the file."""
        printed = self._drain(self._printed)
        os.write(self._output, printed + self._drain(self._complained))  # why it failed then stands at the end
        *whole, rest = (self._rest + printed).split(b"\n")
        self._rest = rest[-_LONGEST:]
        return [line.decode(errors="replace") for line in whole]

    def _drain(self, pipe: int) -> bytes:
        chunks: list[bytes] = []
        with suppress(BlockingIOError):
            while pipe in self._open and len(chunks) < _CHUNKS:
                chunks.append(os.read(pipe, _CHUNK))
                if not chunks[-1]:
                    self._open.remove(pipe)
        return b"".join(chunks)

    def _has_ended(self) -> bool:
        """Whether it has, without making its number free for another process."""
        return os.waitid(os.P_PID, self._program.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _conclude(self) -> None:
        """Kills what is left of its group, and takes its exit code."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._program.pid, signal.SIGKILL)
        _send(self._lifeline, "end\n")
        self.code = self._program.wait()
        self._lifeline.wait()

    def _close(self) -> None:
        os.close(self._output)
        self._open = []
        for stream in (self._program.stdout, self._program.stderr, self._program.stdin, self._lifeline.stdin):
            assert stream is not None
            with suppress(OSError):
                stream.close()


def _send(process: Popen[bytes], line: str) -> None:
    assert process.stdin is not None
    with suppress(BrokenPipeError):  # it has ended already, which is seen later
        process.stdin.write(line.encode())
        process.stdin.flush()
