"""tied-trials: many trials are within the noise of the winner."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite, sqrt

from caviar.config.advice.advice import Advice
from caviar.engine.advice.ended import Ended
from caviar.registry.index import PluginError
from caviar.registry.load import load
from caviar.values.metric_name import MetricName
from caviar.values.noise import noise
from caviar.values.trial import Trial, TrialState

_FEWEST = 5
_SHARE = 0.25


def tied_trials(ended: Ended) -> Iterator[Advice]:
    """Where five feasible trials, and a quarter of all, are less than one standard error behind the winner.

    That of the difference of two means over training seeds, where trials were re-tested; else that of the winner over
    the validation rows. Trials that are equal to the winner are counted, and said elsewhere where there are no others.
    """
    found = [trial for trial in ended.trials if trial.feasible and trial.judged is not None and isfinite(trial.judged)]
    seeds = noise(trial.runs for trial in ended.trials if trial.state is TrialState.FINISHED)
    rows = _over_rows(ended)
    if not seeds and rows is None:
        return

    def within(trial: Trial) -> bool:
        assert trial.judged is not None
        assert ended.best.judged is not None
        spread = seeds * sqrt(1 / len(trial.runs) + 1 / len(ended.best.runs)) if seeds else (rows or 0.0)
        return abs(trial.judged - ended.best.judged) <= spread

    tied = [trial for trial in found if trial.index == ended.best.index or within(trial)]
    different = {trial.judged for trial in tied}
    if len(tied) < max(_FEWEST, _SHARE * len(found)) or len(different) == 1:
        return
    of = "training seeds" if seeds else "the validation rows"
    text = (
        f"{len(tied)} of {len(found)} trials are within one standard error (over {of}) of the winner, so which of them "
        f"leads is chance; {_cure(ended)}"
    )
    yield Advice("tied-trials", "", text)


def _over_rows(ended: Ended) -> float | None:
    searched = ended.assessment is not None and ended.assessment.on("validation") == ended.objective.metric
    half = ended.half_interval("validation") if searched else None
    return None if half is None else half / 1.96


def _cure(ended: Ended) -> str:
    finer = str(MetricName("validation", "log_loss"))
    if finer in ended.best.metrics and _counts_classes(MetricName.parse(ended.objective.metric).name):
        return f'probabilities distinguish more than classes do: in [search], metric = "{finer}"'
    if getattr(ended.pipeline.data, "folds", ...) is None:
        return "folds judge on more rows: in [data], folds = 5"
    return "take whichever is cheapest"


def _counts_classes(name: str) -> bool:
    """Whether a metric is one of decided classes; a trainer's own, which no plugin has, is not."""
    try:
        return bool(getattr(load("metric", name), "of_classes", False))
    except PluginError:
        return False
