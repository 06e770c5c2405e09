"""Of very many rows a sample judges: intervals are those of the sample, since nothing is measured on the others."""

from __future__ import annotations

from math import sqrt
from pathlib import Path

import caviar
import numpy
import pytest
from caviar.engine.baselines import judge as judging
from caviar.engine.revalidation.finished import read_finished
from caviar.engine.revalidation.metric_moved import deployed
from caviar.engine.revalidation.today import held_in_memory, todays_rows
from caviar.engine.revalidation.training import Judged
from caviar_plugins import Inline, PopulationTrainer

pytest.importorskip("scipy", reason="a revalidation needs SciPy")
ROWS, MOST = 4000, 400


def test_an_interval_is_as_wide_as_the_rows_that_were_measured_make_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = numpy.random.default_rng(1)
    X, y = random.normal(size=(ROWS, 2)).astype("float32"), random.integers(0, 2, ROWS)
    X[:, 0] += y
    pipeline = caviar.Pipeline(
        trainer=PopulationTrainer(epochs=1),
        search=caviar.Search(trials=1, baselines=False),
        executor=Inline(),
        reporter=(),
    )
    study = pipeline.run(X[:400], y[:400], runs=tmp_path)
    monkeypatch.setattr(judging, "MOST_ROWS", MOST)
    assert study.folder is not None
    run = read_finished(study.folder)
    new = todays_rows(run, held_in_memory(run, X, y), tmp_path / "work")
    judged = Judged(new)
    assert judged.judge is not None
    share, ends, rows = deployed(run.model, new, judged.judge, numpy.arange(ROWS))
    assert ends is not None
    assert rows == MOST
    assert (ends[1] - ends[0]) / 2 == pytest.approx(1.96 * sqrt(share * (1 - share) / MOST), rel=0.25)
    found = caviar.retest(study, X, y, seeds=2)
    assert found is not None
    assert found.rows == MOST
    assert f"on {MOST} new rows" in found.metric_moved.text
