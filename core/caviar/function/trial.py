"""`caviar.trial`: makes a function, one training, into a trainer that can be searched, pruned and resumed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import update_wrapper
from inspect import Parameter, isgeneratorfunction, signature
from types import new_class
from typing import Any, Generic, ParamSpec, TypeVar

from caviar.function.metrics import full_name
from caviar.function.parameters import WrongFunction, parameters_of
from caviar.function.state import from_arrays
from caviar.function.trainer import FunctionTrainer
from caviar.interfaces.fields.field import setting
from caviar.values.history import Goal
from caviar.values.problem import Problem

P = ParamSpec("P")
R = TypeVar("R")


class TrialFunction(Generic[P, R]):
    """The function, to be called as before; `trainer` is the class whose fields are its parameters."""

    def __init__(self, function: Callable[P, R], trainer: type[FunctionTrainer]) -> None:
        update_wrapper(self, function)
        self._function = function
        self.trainer: Any = trainer

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self._function(*args, **kwargs)

    def state(self, model: Any) -> Any:
        """The last state that a finished training yielded; `model` is `study.best`, or `model()` of a run in a folder.

        Raises Problem for a function that yields none, and for a trial, which has no weights.
        """
        if not hasattr(model, "weights"):
            raise Problem("a trial is no model; pass study.best, or run.model() of caviar.open_run")
        if model.weights.keys() <= {"epoch"}:
            raise Problem(f"{self.trainer.__name__}() has yielded no state; yield it with the metrics: {{…}}, state")
        return from_arrays(model.weights)

    def __repr__(self) -> str:
        return f"<caviar.trial {self.trainer.__name__}>"


def trial(
    *, metric: str, goal: Goal | None = None, epochs: int | None = None, also: Iterable[str] = ()
) -> Callable[[Callable[P, R]], TrialFunction[P, R]]:
    """Decorates a function that trains one trial; `caviar.search` and `pipe run FILE.py` search its parameters.

    A default that is a sampler, `learning_rate=Log(1e-4, 1e-1)`, is searched; any other number, word or flag is a
    constant that a file or a command may change. `metric` is what is searched, "accuracy" or "train.loss"; a name
    without a part is of the validation part. `goal` is "maximize" or "minimize". `epochs` is how many the function
    trains at most; a parameter `epochs` of it gives the number, too. `also` names further metrics for `search.where`.

    After each epoch the function yields its metrics, or metrics and state: `yield {"accuracy": 0.9}, {"model": …}`. It
    is closed where the trial is pruned or interrupted, and called again with the last state, as its parameter `state`,
    where it continues. A function without epochs returns its metrics. It may also take `seed`, a whole number of
    the trial's own, and `folder`, the path of the trial's own folder.

    Raises TypeError, with all reasons, for a function that cannot be searched.
    """

    def decorate(function: Callable[P, R]) -> TrialFunction[P, R]:
        return TrialFunction(function, _trainer_of(function, metric, goal, epochs, tuple(also)))

    return decorate


def _trainer_of(
    function: Callable[..., Any], metric: str, goal: Goal | None, epochs: int | None, also: tuple[str, ...]
) -> type[FunctionTrainer]:
    mistakes = []
    if goal not in (None, "maximize", "minimize"):
        mistakes.append(f'{function.__qualname__}(): goal must be "maximize" or "minimize", not {goal!r}')
    own = signature(function).parameters.get("epochs")
    unsaid = epochs is None and (own is None or own.default in (None, Parameter.empty))
    if unsaid and isgeneratorfunction(function):
        mistakes.append(f"{function.__qualname__}() yields epochs; say how many: @caviar.trial(…, epochs=20)")
    try:
        parameters = parameters_of(function)
    except WrongFunction as error:
        raise WrongFunction([*mistakes, *error.mistakes]) from None
    if mistakes:
        raise WrongFunction(mistakes)
    defaults = dict(parameters.defaults)
    count = defaults.pop("epochs", epochs) if epochs is None else epochs
    defaults.pop("epochs", None)
    metrics = {full_name(metric): goal, **{full_name(each): None for each in also}}

    def body(namespace: dict[str, Any]) -> None:
        namespace |= {
            "__module__": function.__module__,
            "__qualname__": f"{function.__qualname__}.trainer",
            "__doc__": function.__doc__,
            "__annotations__": {"epochs": int, **parameters.annotations},
            "epochs": setting(default=1 if count is None else count, ge=1),
            **defaults,
            "name": function.__name__,
            "function": staticmethod(function),
            "parameters": parameters,
            "says_epochs": count is not None,
            "metrics": metrics,
        }

    made: type[FunctionTrainer] = new_class(function.__name__, (FunctionTrainer,), {"interface": 2}, body)
    return made
