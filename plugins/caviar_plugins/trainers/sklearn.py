"""sklearn: any of scikit-learn's classifiers and regressors, fitted as scikit-learn does."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Set
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, ClassVar, Literal, NoReturn, Self

from caviar.plugin import (
    Advance,
    Array,
    Dataset,
    Each,
    ExportError,
    Finish,
    Metrics,
    Population,
    Problem,
    Sampler,
    Task,
    Trainer,
    TrainerContext,
    interruptible,
    say_once,
    setting,
)
from pydantic import PrivateAttr, model_validator

from caviar_plugins.trainers import sklearn_file
from caviar_plugins.trainers.sklearn_fit import Fitting, growth, learned, outputs

Value = bool | int | float | str | tuple[bool | int | float | str, ...]


class SklearnTrainer(Trainer, interface=2):
    """`estimator` is the name of a class in scikit-learn's list, `values` its parameters, any of which may be a range.

    An epoch is a `partial_fit` over all training rows, or with `warm_start` an equal share of the trees; an estimator
    that has neither, and any with `epochs = 1`, is fitted at once. `random_state` comes from the trial's seed. A
    regression's target is learned in its own units, or as its logarithm or normal score (`data.target_transform`).
    Classes without `predict_proba` get probabilities of 0 and 1. "none" is Python's None.

    Between rungs nothing is kept: a trial that continues is fitted again from its start. Models are saved with skops.
    """

    requires: ClassVar[tuple[str, ...]] = ("sklearn",)
    uses: ClassVar[frozenset[str]] = frozenset()
    schedules: ClassVar[frozenset[str]] = frozenset()
    others: ClassVar[tuple[type, ...]] = ()
    """A subclass, in a code file or a plugin, lists classes of other libraries here; they are named as those are."""

    estimator: str = setting(also=("model", "class", "name"), kw_only=True)
    values: dict[str, Each[Value]] = setting(
        default={}, also=("params", "parameters", "options", "kwargs"), kw_only=True
    )
    epochs: int = setting(default=1, ge=1, also=("n_epochs", "num_epochs", "max_epochs"))
    population: int | None = setting(default=1, ge=1, le=1)
    dtype: Literal["float32", "float64"] = "float64"

    _live: dict[int, Fitting] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _check(self) -> Self:
        cls = self._class()
        known = cls().get_params()
        for name, value in self.values.items():
            if name == "random_state":
                raise ValueError("values.random_state: the seed is the trial's own; leave it out")
            if name not in known:
                close = get_close_matches(name, known, 1, 0.6)
                hint = f"did you mean '{close[0]}'?" if close else f"it has {', '.join(sorted(known))}"
                raise ValueError(f"values.{name}: {self.estimator} has no parameter '{name}'; {hint}")
            for each in value.ends() if isinstance(value, Sampler) else (value,):
                _check_value(cls, name, each)
        constants = {name: each for name, each in self.values.items() if not isinstance(each, Sampler)}
        if self.epochs > 1 and growth(cls(**_given(constants))) is None:
            text = "has neither partial_fit nor a number of trees to grow, so it is fitted in one epoch"
            raise ValueError(f"{self.estimator} {text}; remove trainer.epochs")
        return self

    def complaint(self, task: Task) -> str | None:
        kinds = {"classifier": "classification", "regressor": "regression"}
        kind = kinds.get(_type_of(self._class()()), "other tasks")
        if kind == task.kind:
            return None
        there = self.estimator.replace("Classifier", "Regressor") if task.kind == "regression" else ""
        there = there or self.estimator.replace("Regressor", "Classifier")
        hint = f"; there is {there}" if there != self.estimator and there in _known(self.others) else ""
        return f"{self.estimator} is for {kind}, but the target makes this a {task.kind}{hint}"

    def fuse_key(self, values: Mapping[str, Any], floats: Set[str]) -> str:
        return json.dumps(values, sort_keys=True, default=str)

    def start(self, population: Population, data: Dataset, context: TrainerContext) -> dict[str, Array]:
        import numpy

        if not sklearn_file.available():
            say_once(f"models of trainer 'sklearn' are not saved, and predict nothing: {sklearn_file.MISSING}")
        members = len(population)
        return {
            "epoch": numpy.zeros(members, dtype=numpy.int64),
            "epochs": numpy.full(members, self.epochs, dtype=numpy.int64),
            "model": numpy.zeros((members, 0), dtype=numpy.uint8),
        }

    def advance(
        self, state: dict[str, Array], population: Population, data: Dataset, context: TrainerContext, until: int
    ) -> Advance:
        import numpy

        first, epochs = int(state["epoch"][0]) + 1, int(state["epochs"][0])
        names = tuple(f"validation.{name}" for name in context.metrics)
        send, fetch = context.backend.send, context.backend.fetch
        truth, data = data.truth[send(data.split.validation)], _here(data, context)
        x, rows = data.x[data.split.validation], []
        for epoch in range(first, until + 1):
            fitted = [self._fitted(place, epoch, epochs, population, data, context) for place in range(len(population))]
            self._require_probabilities(fitted[0], context)
            prediction = send(numpy.stack([outputs(each, x, context.task) for each in fitted]))
            found = [fetch(each.measure(prediction, truth)) for each in context.metrics.values()]
            rows.append(numpy.stack(found, axis=1))
        values = numpy.stack(rows, axis=1)
        metrics = Metrics(names, first, values)
        model = sklearn_file.packed(fitted) if until == epochs else state["model"]
        state = {**state, "epoch": numpy.full(len(population), until, dtype=numpy.int64), "model": model}
        return Advance(state, metrics, tuple(_divergence(metrics, each, context) for each in range(len(population))))

    def finish(self, state: dict[str, Array], population: Population, data: Dataset, context: TrainerContext) -> Finish:
        model, (epoch, epochs) = state["model"], (int(state[name][0]) for name in ("epoch", "epochs"))
        if epoch < epochs:  # the search's time is over
            data = _here(data, context)
            fitted = [self._fitted(place, epoch, epochs, population, data, context) for place in range(len(population))]
            model = sklearn_file.packed(fitted)
        return Finish({"model": model})

    def description(self, *_: object) -> NoReturn:
        raise ExportError(
            f"trainer 'sklearn' cannot be exported: its model is scikit-learn's {self.estimator}, not a network; "
            'model.weights["model"].tobytes() is its file, which skops.io.loads opens; skl2onnx makes ONNX of that'
        )

    def predict(self, weights: Mapping[str, Array], population: Population, x: Array, context: TrainerContext) -> Array:
        import numpy

        opened = sklearn_file.opened(weights["model"], self.others)
        return numpy.stack([outputs(each, x, context.task) for each in opened])

    def predictor(
        self, weights: Mapping[str, Array], population: Population, context: TrainerContext
    ) -> Callable[[Array], Array]:
        estimator = sklearn_file.opened(weights["model"][:1], self.others)[0]
        return lambda x: outputs(estimator, x, context.task)

    def _fitted(
        self, place: int, epoch: int, epochs: int, population: Population, data: Dataset, context: TrainerContext
    ) -> Any:
        """A member's estimator at the end of an epoch, from the one before if this process still has it."""
        fitting = self._live.pop(population.trials[place], None)  # one that is interrupted is of no use
        if fitting is None or fitting.epoch > epoch:
            values, seed = _given(self.values), population.streams[place].child("random_state").key % 2**32
            estimator = self._class()(**values)
            if "random_state" in estimator.get_params():
                estimator.set_params(random_state=seed)
            fitting = Fitting(estimator, data.x[data.split.train], *learned(data), epochs)
            if epoch > 1:
                again = f"{self.estimator} is fitted again from its start at each rung"
                say_once(f"trainer 'sklearn' keeps no state: {again}")
        while fitting.epoch < epoch:
            context.check_stop()
            with interruptible(context.check_stop):  # a fit may take hours
                fitting.step()
        self._live[population.trials[place]] = fitting
        return fitting.estimator

    def _require_probabilities(self, estimator: Any, context: TrainerContext) -> None:
        if context.task.kind != "classification" or hasattr(estimator, "predict_proba"):
            return
        needing = [name for name, metric in context.metrics.items() if not metric.of_classes]
        for name in needing:
            if f"validation.{name}" in context.decisive:
                raise Problem(f"{self.estimator} predicts no probabilities, which the metric '{name}' measures")
        say_once(f"{self.estimator} predicts no probabilities; with 0 and 1 instead, {', '.join(needing)} say little")

    def _class(self) -> Any:
        """The estimator's class. Raises ValueError with the message of a mistake."""
        known = _known(self.others)
        if self.estimator not in known:
            close = get_close_matches(self.estimator, known, 1, 0.6)
            hint = f"did you mean '{close[0]}'?" if close else "scikit-learn's list: sklearn.utils.all_estimators"
            raise ValueError(f"estimator: there is no '{self.estimator}' that a file can name; {hint}")
        return known[self.estimator]


def _known(others: tuple[type, ...]) -> dict[str, Any]:
    """The classes that a file can name: those that need no Python objects to be made."""
    try:
        from caviar_plugins.trainers.sklearn_fit import listed
    except ImportError:
        raise ValueError("it needs 'sklearn'; 'pipe plugins sklearn' says how to install it") from None
    return {**listed(), **{each.__name__: each for each in others}}


def _type_of(estimator: Any) -> str:
    from sklearn.utils import get_tags

    return str(get_tags(estimator).estimator_type)


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as scikit-learn takes them."""
    plain = {name: list(each) if isinstance(each, tuple) else each for name, each in values.items()}
    return {name: None if each == "none" else each for name, each in plain.items()}


def _check_value(cls: Any, name: str, value: Any) -> None:
    """Raises ValueError where scikit-learn would not take a value."""
    estimator = cls(**_given({name: value}))
    check = getattr(estimator, "_validate_params", None)  # before any row is read; elsewhere `fit` finds it
    if check is not None and hasattr(cls, "_parameter_constraints"):
        try:
            check()
        except ValueError as error:
            raise ValueError(f"values.{name}: {error}") from None


def _here(data: Dataset, context: TrainerContext) -> Dataset:
    """The data in main memory: scikit-learn computes on no device."""
    fetch = context.backend.fetch
    return replace(data, x=fetch(data.x), y=fetch(data.y), truth=fetch(data.truth))


def _divergence(metrics: Metrics, member: int, context: TrainerContext) -> str | None:
    for row, values in enumerate(metrics.values[member]):
        for name, value in zip(metrics.names, values, strict=True):
            if not abs(value) < float("inf") and name in context.decisive:
                return f"{name} was {value:g} after epoch {metrics.first + row}"
    return None
