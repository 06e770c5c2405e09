"""One trial's training by a program: starts it, takes its epochs, and ends it when enough were trained."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caviar.plugin import TrialFailed, say_once

from caviar_plugins.look_up import LOOK_UP
from caviar_plugins.programs.lines import Line, line_of
from caviar_plugins.programs.process import Process
from caviar_plugins.programs.trial_files import TrialFiles

_SHOWN = 40  # lines of output in the trace of a failed trial
_SHORT_OF_MEMORY = ("MemoryError", "bad_alloc", "allocate", "out of memory")


@dataclass(frozen=True)
class Plan:
    """How a trial's program is started, and what is expected of it.

    `metric` is the one that a line of metrics has, by its full name. `resumes`: it has a folder for its state.
    """

    command: Sequence[str]
    environment: Mapping[str, str]
    directory: Path | None
    values: Mapping[str, Any]
    metric: str
    metrics_file: Path | None
    memory: int | None
    resumes: bool


class ProgramTraining:
    """The training of one trial; `files` has what was trained of it before."""

    def __init__(self, plan: Plan, files: TrialFiles) -> None:
        self._plan, self._files = plan, files
        self._process: Process | None = None
        self._over = False
        self._others: set[str] = set()

    def reach(self, until: int, to_its_end: bool, check_stop: Callable[[], None]) -> list[Line]:
        """The epochs up to `until`; fewer where the program ended before without an error.

        `to_its_end`: after that epoch it is waited for until it ends, or begins to train one more. Raises TrialFailed.
        """
        while not self._over and len(self._files.epochs) < until + (to_its_end and self._process is not None):
            check_stop()
            if self._process is None:
                self._start()
            self._hear()
        return self._files.epochs[:until]

    def close(self) -> None:
        """Ends the program; epochs that it has trained meanwhile are kept."""
        for line in map(line_of, self._stopped()):
            if line and self._plan.metric in line.metrics and self._number(line) == len(self._files.epochs) + 1:
                self._files.add(line)
                self._heard += 1

    def _stopped(self) -> list[str]:
        """Ends the program, if one runs; the lines that it printed meanwhile, if they are its metrics."""
        process, self._process = self._process, None
        lines = [] if process is None else process.stop()
        return lines if self._plan.metrics_file is None else []

    def _start(self) -> None:
        plan, files = self._plan, self._files
        self._resumed, self._heard = files.prepare(plan.values, plan.resumes), 0
        if plan.metrics_file is not None:
            plan.metrics_file.parent.mkdir(parents=True, exist_ok=True)
            plan.metrics_file.unlink(missing_ok=True)
        self._metrics_read, self._half = 0, ""
        self._process = Process(plan.command, plan.environment, plan.directory, files.output, plan.memory)

    def _hear(self) -> None:
        """Takes what the program has printed since, and notes when it has ended."""
        process = self._process
        assert process is not None
        lines = process.lines(LOOK_UP)
        if self._plan.metrics_file is not None:
            lines = self._of_file(self._plan.metrics_file, process.code is not None)
        for line in lines:
            if self._process is not None and (found := line_of(line)) is not None:
                self._take(found)
        if self._process is not None and process.code is not None:
            self._process = None
            self._conclude(process.code)

    def _take(self, line: Line) -> None:
        """Adds an epoch, or compares it where it was trained before."""
        if self._plan.metric not in line.metrics:
            self._others |= set(line.metrics)
            return
        known, number = self._files.epochs, self._number(line)
        if line.epoch is None and self._plan.resumes:
            example = f'{{"epoch": 1, "{self._plan.metric.partition(".")[2]}": …}}'
            raise self._failed(f'printed no "epoch" beside its metrics; with {{state}} a line must have it: {example}')
        if number is None:
            raise self._failed(f"began with epoch {line.epoch}; the first one is 1, or 0")
        if number > len(known) + 1:
            self._after_a_gap(number)
            return
        if known and number == 1 and not self._heard and not self._plan.resumes:
            say_once(
                f"'{self._plan.command[0]}' has no folder for its state ({{state}} is not in its command): "
                "a trial that continues is trained again from its first epoch"
            )
        self._heard += 1
        if number == len(known) + 1:
            self._files.add(line)
        elif str(known[number - 1].metrics.get(self._plan.metric)) != str(line.metrics[self._plan.metric]):
            say_once(
                f"'{self._plan.command[0]}' gave another {self._plan.metric} when an epoch was trained again: with the "
                "same values and seed its results differ; the first one counts"
            )
        if self._plan.resumes:
            self._files.keep_state()

    def _number(self, line: Line) -> int | None:
        """The epoch's number, from 1; None where it cannot be known: of the first one the program says neither 1 nor 0.

        A program that is handed its state must say it: only so can it be checked.
        """
        if line.epoch is None:
            return None if self._plan.resumes else self._heard + 1
        first = self._files.epochs[0].epoch if self._files.epochs else line.epoch
        return None if first not in (0, 1) else line.epoch - first + 1

    def _after_a_gap(self, number: int) -> None:
        known = len(self._files.epochs)
        if not (self._resumed and self._heard == 0):
            raise self._failed(f"printed epoch {number} after epoch {known}")
        self._without_state("was ahead of its metrics")

    def _without_state(self, why: str) -> None:
        """Has the program started anew without the state that it was handed."""
        say_once(
            f"'{self._plan.command[0]}': a state that it was handed {why}; it is trained again from its first epoch"
        )
        self._stopped()
        self._files.drop_state()

    def _conclude(self, code: int) -> None:
        """After the program has ended by itself. Raises TrialFailed unless all is well."""
        if self._resumed and not self._heard:
            self._without_state(f"made it fail ({_ending(code)})" if code else "led to no epoch")
            return
        if code:
            raise self._failed(_ending(code))
        if not self._files.epochs:
            raise self._failed(f"ended without a line of metrics: {self._expected()}")
        if self._plan.resumes:
            self._files.keep_state()
        self._over = True

    def _expected(self) -> str:
        name = self._plan.metric.partition(".")[2]
        where = "printed" if self._plan.metrics_file is None else f"written to {self._plan.metrics_file.name}"
        had = f"; its lines had {', '.join(sorted(self._others))}" if self._others else ""
        return f'none {where} was a JSON object with a number "{name}"{had}'

    def _failed(self, how: str) -> TrialFailed:
        """The failure, with the last lines of the output; nothing of this training is used again."""
        self._stopped()
        last, after = self._files.last_lines(_SHOWN), len(self._files.epochs)
        if self._plan.memory and any(word in line for line in last for word in _SHORT_OF_MEMORY):
            how += f" (memory_gb = {self._plan.memory / 1e9:g})"
        self._files.forget()
        told = f"'{self._plan.command[0]}' {how}, after {after} epoch{'' if after == 1 else 's'}"
        told += f"; its last line: {last[-1].strip()}" if last else "; it printed nothing"
        return TrialFailed(told, "\n".join([*last, f"(the end of {self._files.output})"]))

    def _of_file(self, file: Path, ended: bool) -> list[str]:
        """The lines that the file of metrics got since; its last one may lack a line break when the program ended."""
        try:
            with open(file, encoding="utf-8", errors="replace") as opened:
                opened.seek(self._metrics_read)
                text = opened.read()
                self._metrics_read = opened.tell()
        except FileNotFoundError:
            return []
        *whole, self._half = (self._half + text).split("\n")
        return [*whole, self._half] if ended else whole


def _ending(code: int) -> str:
    import signal

    if code < 0:
        return f"was killed by {signal.Signals(-code).name if -code in set(signal.Signals) else -code}"
    return f"ended with exit code {code}"
