"""The ensemble in what commands print, and as the model that predicts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import open_run

from tests.commands import pipe

FILE = """
name = "several"
data = { path = "rows.csv", target = "y", test = 0.25 }
executor = "inline"
model.units = 8
optimizer.learning_rate = { log = [1e-3, 1e-1] }
trainer = { epochs = 8, batch_size = 32 }
search = { trials = 6, ensemble = 6, baselines = false }
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    random = numpy.random.default_rng(5)
    x = random.normal(size=(900, 4))
    y = x[:, 0] * x[:, 1] + x[:, 2] + random.normal(scale=0.3, size=900)
    rows = [",".join(f"{value:.4f}" for value in row) for row in numpy.column_stack([x, y])]
    (folder / "rows.csv").write_text("\n".join(["a,b,c,d,y", *rows]))
    (folder / "p.toml").write_text(FILE)
    return folder


@pytest.fixture(scope="module")
def ran(home: Path) -> str:
    """What the run printed."""
    done = pipe(home, "run", "p.toml")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_last_table_and_pipe_results_show_it_above_the_winner(home: Path, ran: str) -> None:
    found = open_run(home / "runs/several").assessment
    assert found is not None
    assert found.ensemble is not None
    for text in (ran, pipe(home, "results", "runs/several").stdout):
        lines = text.splitlines()
        (title,) = (place for place, line in enumerate(lines) if line.startswith("Same rows"))
        ensemble, winner = lines[title + 1 : title + 3]
        assert ensemble.split()[:2] == ["ensemble", f"{found.ensemble.metrics['validation.r2']:.4f}"]
        assert f"  {found.ensemble.metrics['test.r2']:.4f}  " in ensemble
        assert winner.startswith(f"  trial {found.trial}")
        assert f"ensemble: {found.ensemble.note}" in " ".join(lines)
    assert "Note: " not in ran


def test_both_commands_give_it_as_json(home: Path, ran: str) -> None:
    told: list[dict[str, Any]] = [
        json.loads(pipe(home, *words, "--json").stdout) for words in (["run", "p.toml"], ["results", "runs/several"])
    ]
    model = open_run(home / "runs/several").ensemble()
    assert model is not None
    assert told[0]["ensemble"] == told[1]["ensemble"]
    assert told[0]["ensemble"] == {
        "members": [{"trial": each.trial, "count": each.count} for each in model.members],
        "metrics": model.metrics,
        "decision": None,
    }
    assert told[0]["assessment"] == told[1]["assessment"]
    assert told[0]["assessment"]["ensemble"]["metrics"] == model.metrics


def test_it_predicts_unless_the_best_is_asked_for(home: Path, ran: str) -> None:
    run = open_run(home / "runs/several")
    ensemble = run.ensemble()
    assert ensemble is not None
    columns = dict(zip("abcd", numpy.loadtxt(home / "rows.csv", delimiter=",", skiprows=1)[:, :4].T, strict=True))
    records = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    for words, model in (([], ensemble), (["--model", "ensemble"], ensemble), (["--model", "best"], run.model())):
        done = pipe(home, "predict", "runs/several", "rows.csv", *words)
        found = [float(line) for line in done.stdout.splitlines()[1:]]
        numpy.testing.assert_allclose(found, model.predict(records), rtol=1e-5)
    assert not numpy.allclose(ensemble.predict(records), run.model().predict(records), rtol=1e-3)


def test_where_none_was_made_the_best_predicts_and_asking_for_it_is_an_error(home: Path) -> None:
    alone = ["--set", "search.ensemble=0", "--set", "search.trials=1", "--set", "name=alone"]
    assert json.loads(pipe(home, "run", "p.toml", "--json", *alone).stdout)["ensemble"] is None
    assert pipe(home, "predict", "runs/alone", "rows.csv").returncode == 0
    done = pipe(home, "predict", "runs/alone", "rows.csv", "--model", "ensemble")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "runs/alone/models/ensemble.safetensors: missing; `pipe run` writes it at its end where [search] has "
        "ensemble = 16, say, or prints why not\n"
    )
    assert json.loads(pipe(home, "results", "runs/alone", "--json").stdout)["ensemble"] is None
    assert "best" in pipe(home, "predict", "runs/alone", "rows.csv", "--model", "worst").stderr
    assert pipe(home, "predict", "runs/nowhere", "rows.csv", "--model", "ensemble").returncode == 2
