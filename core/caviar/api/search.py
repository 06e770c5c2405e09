"""`caviar.search`: searches a training function's parameters, from Python."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caviar.api.pipeline import Pipeline
from caviar.config.declaration.pipeline import Search
from caviar.function.trainer import FunctionTrainer
from caviar.function.trial import TrialFunction
from caviar.function.version import version_of_code
from caviar.interfaces.executor import Executor
from caviar.interfaces.reporter import Reporter
from caviar.registry.code import file_of
from caviar.registry.index import CodeFile, Entry, PluginError, Registry, current, using
from caviar.registry.load import load
from caviar.values.trial import Trial

if TYPE_CHECKING:
    from caviar.api.study import Study


def search(
    function: TrialFunction[..., Any] | FunctionTrainer,
    *,
    trials: int = 64,
    strategy: Any = "coarse-to-fine",
    workers: int | None = None,
    seed: int = 1,
    name: str | None = None,
    runs: str | PathLike[str] | None = None,
    reporter: tuple[Reporter, ...] = (),
    executor: Executor | None = None,
    on_trial: Callable[[Trial], None] | None = None,
    **others: Any,
) -> Study:
    """Searches the parameters of a function that `caviar.trial` decorates; returns the study.

    `search(train, trials=32, pruner="hyperband")`. For other constants or ranges than the function's defaults, pass its
    trainer with them: `search(train.trainer(units=64), …)`. `others` are fields of `caviar.Search`, such as `pruner`,
    `where` and `seconds`. `workers` is the number of processes; a function of a notebook is trained in this one.
    `runs`, `on_trial` and what it raises are those of `Pipeline.run`; `name` names the run, by default as the function.
    """
    trainer = function.trainer() if isinstance(function, TrialFunction) else function
    cls = type(trainer)
    if not isinstance(executor, _inline()):
        _refuse_without_guard(cls)
    with using(_registry(cls)):
        if executor is None:
            processes: Any = load("executor", "processes")
            executor = processes(workers=workers)
        pipeline = Pipeline(
            name=name or cls.name,
            seed=seed,
            trainer=trainer,
            search=Search(trials=trials, strategy=strategy, **others),
            executor=executor,
            reporter=reporter,
        )
    return pipeline.run(on_trial=on_trial, runs=runs)


def _registry(cls: type[FunctionTrainer]) -> Registry:
    """The registry with the file or the module that has a function, which worker processes import.

    It is as it is where they could not: for a notebook's function, or one inside another. Raises PluginError where this
    is such an import.
    """
    module = sys.modules.get(cls.__module__)
    if (known := file_of(cls)) is not None:
        if not known.entries:
            raise _searches_itself(known.path)
        return current().with_file(known)
    file = getattr(module, "__file__", None)
    if file is None or cls.__qualname__ != f"{cls.name}.trainer":
        return current()
    path = Path(file).resolve()
    content = path.read_bytes()
    entry = Entry("trainer", cls.name, f"{cls.__module__}:{cls.__qualname__}", path.name, version_of_code(content))
    spec = getattr(module, "__spec__", None)
    if spec is None or not spec.parent:
        return current().with_file(CodeFile(path, content, (entry,)))
    if getattr(spec, "_initializing", False):
        raise _searches_itself(path)
    return current().with_module(entry)


def _inline() -> Any:
    return load("executor", "inline")


def _refuse_without_guard(cls: type[FunctionTrainer]) -> None:
    """Raises PluginError for a script whose workers, which import it, would search as well."""
    if cls.__module__ != "__main__":
        return
    line, frame = 0, sys._getframe()
    while frame.f_back is not None:
        frame = frame.f_back
        if frame.f_globals.get("__name__") == "__main__" and frame.f_code.co_name == "<module>":
            line, file = frame.f_lineno, frame.f_code.co_filename
    if not line or not (path := Path(file)).is_file():  # of a notebook, or of python -c
        return
    steps = (each for each in ast.walk(ast.parse(path.read_bytes())) if isinstance(each, ast.If))
    around = (each for each in steps if each.lineno <= line <= (each.end_lineno or line))
    names = (each.id for step in around for each in ast.walk(step.test) if isinstance(each, ast.Name))
    if "__name__" not in names:
        raise _searches_itself(f"{path}:{line}")


def _searches_itself(path: Path | str) -> PluginError:
    text = 'searches while it is imported, as its workers do; write if __name__ == "__main__": above the search'
    return PluginError(f"{path}: {text}")
