"""Each of two-class models is judged by its own threshold, chosen as in the search."""

from __future__ import annotations

from pathlib import Path

import caviar
import numpy
import pytest
from caviar.engine.revalidation.finished import read_finished
from caviar.engine.revalidation.today import held_in_memory, todays_rows
from caviar.engine.revalidation.training import Judged
from caviar_plugins import Inline, Memory, PopulationTrainer

pytest.importorskip("scipy", reason="a revalidation needs SciPy")


def test_models_that_order_rows_alike_are_equally_good_however_sure_they_are(tmp_path: Path) -> None:
    random = numpy.random.default_rng(1)
    X = random.normal(size=(600, 2)).astype("float32")
    y = (X[:, 0] + random.normal(size=600) > 1.2).astype(int)
    pipeline = caviar.Pipeline(
        data=Memory(threshold="f1", test=0.25),
        trainer=PopulationTrainer(epochs=2),
        search=caviar.Search(trials=1, baselines=False, metric="validation.f1"),
        executor=Inline(),
        reporter=(),
    )
    study = pipeline.run(X, y, runs=tmp_path)
    assert study.folder is not None
    run = read_finished(study.folder)
    judged = Judged(todays_rows(run, held_in_memory(run, X, y), tmp_path / "work"))
    assert judged.judge is not None
    sure = 1 / (1 + numpy.exp(-(X[judged.drawn, 0] - 1.2).astype(numpy.float64)))
    values = [judged.judge.value(judged.seen(numpy.stack([1 - p, p], axis=1)), judged.truth) for p in (sure, sure**3)]
    assert values[0] == values[1] > 0.5
