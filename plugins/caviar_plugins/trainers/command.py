"""The trainer `command`: a program of the user's, in any language, trains each trial."""

from __future__ import annotations

import json
import os
import shlex
import shutil
from collections.abc import Mapping, Set
from pathlib import Path
from typing import Any, ClassVar

from caviar.plugin import (
    Advance,
    Array,
    Dataset,
    Each,
    Finish,
    Goal,
    Many,
    Metrics,
    Population,
    Sampler,
    Trainer,
    TrainerContext,
    TrialFailed,
    setting,
)
from pydantic import PrivateAttr, ValidationInfo, field_validator

from caviar_plugins.programs.lines import Line, metric_called
from caviar_plugins.programs.placeholders import NAME, OWN, filled, names_in, spelled, unknown_names
from caviar_plugins.programs.training import Plan, ProgramTraining
from caviar_plugins.programs.trial_files import TrialFiles


class CommandTrainer(Trainer, interface=2):
    """Runs a program for each trial. A line that it prints as a JSON object with the metric in it is an epoch.

    `command` is its words, without a shell. In them, and in the texts of `environment`, `{NAME}` stands for a value of
    `[trainer.values]`, `{values}` for a JSON file with all of them, `{seed}` for the trial's seed, `{epochs}` for the
    epochs of a whole training, `{until}` for the epoch at which it may end this time, `{state}` for a folder that it
    finds again as it was after an epoch, `{folder}` for the trial's folder, `{metrics}` for the file of metrics and
    `{trial}` for the trial's number.

    After the epoch that was asked for the program is ended, and to continue it is started again: with the state that it
    has left, or, where the command has no `{state}`, from its first epoch.
    """

    uses: ClassVar[frozenset[str]] = frozenset()
    needs_data: ClassVar[bool] = False

    metric: str = setting(kw_only=True, also=("objective", "monitor"))
    goal: Goal | None = setting(default=None, also=("direction", "mode"))
    others: Many[str] = setting(default=(), also=("also", "more_metrics"))
    values: dict[str, Each[float | int | str | bool]] = setting(default={}, also=("space", "parameters", "args"))
    environment: dict[str, str] = setting(default={}, also=("env",))
    directory: Path | None = setting(default=None, also=("cwd", "working_directory"))
    metrics: str | None = setting(default=None, also=("metrics_file", "results"))
    memory_gb: float | None = setting(default=None, gt=0, also=("memory", "max_memory"))
    command: Many[str] = setting(kw_only=True, also=("program", "cmd", "args"))

    _running: dict[int, ProgramTraining] = PrivateAttr(default_factory=dict)

    @field_validator("values")
    @classmethod
    def _can_be_named(cls, values: dict[str, Any]) -> dict[str, Any]:
        for name in values:
            if name in OWN:
                raise ValueError(f"'{name}' has a meaning of its own in a command; call the value otherwise")
            if not NAME.fullmatch(name):
                raise ValueError(f"'{name}' cannot be a name in braces: letters, digits and _, no digit at first")
        return values

    @field_validator("metrics")
    @classmethod
    def _in_the_folder(cls, metrics: str | None) -> str | None:
        if metrics is not None and (not metrics or Path(metrics).is_absolute() or ".." in Path(metrics).parts):
            raise ValueError(f'must be a file in the trial\'s folder, such as "metrics.jsonl", not "{metrics}"')
        return metrics

    @field_validator("environment")
    @classmethod
    def _stand_for_something(cls, environment: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        for wrong in unknown_names(environment.values(), info.data.get("values", ())):
            raise ValueError(wrong)
        return environment

    @field_validator("command")
    @classmethod
    def _uses_every_value(cls, command: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if not command or not command[0]:
            raise ValueError('names no program; write its words, such as ["python", "train.py", "--lr", "{lr}"]')
        if "values" not in info.data or "environment" not in info.data:
            return command  # what is wrong there is reported there
        values, texts = info.data["values"], (*command, *info.data["environment"].values())
        for wrong in unknown_names(command, values):
            raise ValueError(wrong)
        used = names_in(texts)
        if "metrics" in used and info.data.get("metrics") is None:
            raise ValueError('{metrics} needs metrics = "metrics.jsonl" beside the command')
        if "values" not in used and (unused := sorted(set(values) - used)):
            places = "in the command or the environment, or {values}, the file with all of them"
            raise ValueError(f"the program never gets '{unused[0]}': write {{{unused[0]}}} {places}")
        return command

    def declared_metrics(self) -> Mapping[str, Goal | None]:
        return {metric_called(self.metric): self.goal, **{metric_called(name): None for name in self.others}}

    def started_programs(self) -> tuple[str, ...]:
        variables = [f"{name}={shlex.quote(text)}" for name, text in self.environment.items()]
        told = " ".join([*variables, shlex.join(self.command)])
        if self.directory is not None:
            told += f"\nin {self.directory}"
        for name, value in self.values.items():
            words = [each for each in (value.ends() if isinstance(value, Sampler) else [value]) if type(each) is str]
            told += f"\n{{{name}}} is {' or '.join(map(json.dumps, words))}" if words else ""
        return (told,)

    def fuse_key(self, values: Mapping[str, Any], floats: Set[str]) -> str:
        return json.dumps(values, sort_keys=True)

    def start(self, population: Population, data: Dataset, context: TrainerContext) -> dict[str, Array]:
        import numpy

        return {"epoch": numpy.zeros(len(population), dtype=numpy.int64)}

    def advance(
        self, state: dict[str, Array], population: Population, data: Dataset, context: TrainerContext, until: int
    ) -> Advance:
        import numpy

        last = context.until if context.until is not None and "until" in self._named else self.epochs
        trained = [
            self._training(member, population, context).reach(until, until == last, context.check_stop)
            for member in range(len(population))
        ]
        done, reached = int(state["epoch"][0]), max(map(len, trained))
        names, decisive = tuple(trained[0][0].metrics), context.decisive
        rows = [[_row(each, epoch, names, decisive) for epoch in range(done, reached)] for each in trained]
        values = numpy.asarray(rows, dtype=numpy.float64).reshape(len(population), reached - done, len(names))
        state = {"epoch": numpy.full(len(population), reached, dtype=numpy.int64)}
        deciding = [place for place, name in enumerate(names) if name in decisive]
        finite = [numpy.isfinite(each).all() for each in values[:, :, deciding]]
        diverged = tuple(None if each else "the program reported a number that is not finite" for each in finite)
        ended = tuple(len(each) < until for each in trained)
        return Advance(state, Metrics(names, done + 1, values), diverged, ended)

    def finish(self, state: dict[str, Array], population: Population, data: Dataset, context: TrainerContext) -> Finish:
        return Finish({"epoch": state["epoch"]})

    def leave(self, population: Population, context: TrainerContext) -> None:
        for training in self._running.values():
            training.close()
        self._running.clear()

    @property
    def _named(self) -> set[str]:
        """The names in the command and its environment."""
        return names_in((*self.command, *self.environment.values()))

    def _training(self, member: int, population: Population, context: TrainerContext) -> ProgramTraining:
        """A member's training, which goes on where this bound trainer has begun it."""
        trial = population.trials[member]
        if trial not in self._running:
            folder = context.folder(trial).absolute()
            seed = population.streams[member].child("program").key >> 33  # 31 bits: any program can take it
            origin = {"command": self.started_programs(), "values": self.values, "seed": seed}
            files = TrialFiles(folder, origin)
            self._running[trial] = ProgramTraining(self._plan(trial, seed, files, context), files)
        return self._running[trial]

    def _plan(self, trial: int, seed: int, files: TrialFiles, context: TrainerContext) -> Plan:
        file = None if self.metrics is None else files.folder / self.metrics
        until = self.epochs if context.until is None else context.until
        own = (files.values, seed, self.epochs, until, files.state, files.folder, file or "", trial)
        given = {name: spelled(value) for name, value in (*self.values.items(), *zip(OWN, own, strict=True))}
        command = [filled(word, given) for word in self.command]
        environment = {name: filled(text, given) for name, text in self.environment.items()}
        # Else Python keeps lines back until it has thousands of characters, and nothing can be pruned.
        variables = {"PYTHONUNBUFFERED": "1", **os.environ, **environment}
        _check_found(command[0], self.directory, variables.get("PATH"))
        memory = None if self.memory_gb is None else int(self.memory_gb * 1e9)
        metric, resumes = metric_called(self.metric), "state" in self._named
        return Plan(command, variables, self.directory, self.values, metric, file, memory, resumes)


def _row(trained: list[Line], epoch: int, names: tuple[str, ...], decisive: Set[str]) -> list[float]:
    """An epoch's metrics; the last one's where the program ended before."""
    metrics = trained[min(epoch, len(trained) - 1)].metrics
    if lost := sorted(decisive - set(metrics)):
        raise TrialFailed(f"the line of epoch {epoch + 1} has no '{lost[0]}'")
    return [metrics.get(name, float("nan")) for name in names]


def _check_found(program: str, directory: Path | None, path: str | None) -> None:
    """Raises TrialFailed where there is no such program."""
    place = os.fspath((directory or Path()) / program) if os.sep in program else program
    if shutil.which(place, path=path) is None:
        raise TrialFailed(f"there is no program '{program}' that this user may run")
