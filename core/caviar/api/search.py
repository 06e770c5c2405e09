"""`caviar.search`: searches a training function's parameters, from Python."""

from __future__ import annotations

import sys
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caviar.api.pipeline import Pipeline
from caviar.config.declaration.pipeline import Search
from caviar.function.trainer import FunctionTrainer
from caviar.function.trial import TrialFunction
from caviar.interfaces.executor import Executor
from caviar.interfaces.reporter import Reporter
from caviar.registry.code import file_of, version_of_code
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
    """The registry with the file that defines a function, which worker processes import; without one, as it is.

    Raises PluginError where this is such an import.
    """
    module = sys.modules.get(cls.__module__)
    if (known := file_of(cls)) is not None:
        if not known.entries:
            text = 'searches while it is imported, as its workers do; write if __name__ == "__main__": above the search'
            raise PluginError(f"{known.path}: {text}")
        return current().with_file(known)
    file = getattr(module, "__file__", None)
    if file is None or "." in cls.__module__ or cls.__qualname__ != f"{cls.name}.trainer":
        return current()  # of a notebook, a package, another function
    path = Path(file).resolve()
    content = path.read_bytes()
    entry = Entry("trainer", cls.name, f"{cls.__module__}:{cls.__qualname__}", path.name, version_of_code(content))
    return current().with_file(CodeFile(path, content, (entry,)))
