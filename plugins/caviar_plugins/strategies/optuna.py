"""optuna: any of Optuna's samplers, which are what Caviar calls strategies."""

from __future__ import annotations

import inspect
from difflib import get_close_matches
from importlib.util import find_spec
from typing import Any, ClassVar, Self

from caviar.plugin import Array, History, Random, Space, Strategy
from pydantic import model_validator

_PROGRAMS = {"CmaEsSampler": "cmaes", "GPSampler": "torch"}
"""What Optuna imports only when it is about to sample."""
_ELSEWHERE = {"hyperopt": "tpe", "parzen": "tpe", "cma": "cmaes", "nsga": "nsgaii", "genetic": "nsgaii", "sobol": "qmc"}
_BAYES = ("bayes", "bayesian", "bayesianoptimization", "bayesopt", "bo", "gaussianprocess")


class Optuna(Strategy, interface=2):
    """`sampler` names a class of `optuna.samplers`, whole or short (tpe, gp, cmaes, nsgaii, …), `options` its keywords.

    Optuna sees losses, lower better, and coordinates: a continuum and many levels as floats from 0 to 1, few levels as
    integers, choices as categories, and nothing of what a choice did not activate. Each round begins with a study in
    memory that contains all results before, then asks for one trial after the other. A pruned trial's curve is
    passed on epoch by epoch; a diverged one counts as the worst so far.
    Source: Akiba et al. 2019, "Optuna: a next-generation hyperparameter optimization framework".
    """

    requires: ClassVar[tuple[str, ...]] = ("optuna",)

    sampler: str = "tpe"
    options: dict[str, Any] = {}

    @model_validator(mode="after")
    def _check(self) -> Self:
        self._class()
        return self

    def propose(self, space: Space, history: History, count: int, random: Random) -> Array:
        from caviar_plugins.strategies.optuna_study import ask, goes_through, quiet, study_of

        with quiet():
            cls = self._class()
            stream = random.child("sequence") if goes_through(cls) else random.child(history.proposed)
            sampler = cls(**self.options, seed=stream.key & 0x7FFFFFFF)
            return ask(study_of(space, history, sampler), space, count)

    def _class(self) -> Any:
        """The sampler's class, which accepts the options. Raises ValueError with the message of a mistake."""
        try:
            import optuna
        except ImportError:
            raise ValueError("it needs 'optuna'; 'pipe plugins optuna' says how to install it") from None
        known = {
            name: each
            for name, each in vars(optuna.samplers).items()
            if name.endswith("Sampler") and "seed" in (parameters := inspect.signature(each).parameters)
            if all(each.default is not each.empty for each in parameters.values())  # the others need Python objects
        }
        words = {_word(name): name for name in known}
        if (word := _word(self.sampler)) not in words:
            close = [_ELSEWHERE[word]] if word in _ELSEWHERE else get_close_matches(word, words, 1, 0.6)
            hint = f"did you mean '{words[close[0]]}'?" if close else f"available: {', '.join(known)}"
            if word in _BAYES:
                hint = 'write sampler = "gp", or strategy = "gaussian-process", which needs no Optuna'
            raise ValueError(f"Optuna has no sampler '{self.sampler}' that a file can name; {hint}")
        name = words[_word(self.sampler)]
        if name in _PROGRAMS and find_spec(_PROGRAMS[name]) is None:
            raise ValueError(f"{name} needs '{_PROGRAMS[name]}'; pip install {_PROGRAMS[name]}")
        options = [each for each in inspect.signature(known[name]).parameters if each != "seed"]
        for option in self.options:
            if option == "seed":
                raise ValueError("the seed is the pipeline's own; leave it out of options")
            if option not in options:
                raise ValueError(f"{name} has no option '{option}'; it has {', '.join(options)}")
        return known[name]


def _word(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "").removesuffix("sampler")
