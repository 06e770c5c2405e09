"""The race itself: what each side is given, and what the table makes of races."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import load as load_pipeline
from caviar.cli.scaffold.efforts import EFFORTS
from caviar.plugin import Plugin
from caviar.registry.load import load
from caviar_plugins import L2, MLP, Adam, Exponential, PopulationTrainer

from benchmarks.race import campaign, rows, sides, table
from benchmarks.race.campaign import OURS, PEER, Campaign, Key
from benchmarks.race.rows import Rows
from benchmarks.race.setting import DECAY, SPACE, STRENGTH, pipeline
from benchmarks.race.sides import Race
from benchmarks.tables.sources import NoArchive


def race(error: float, seconds: float = 30.0) -> Race:
    return Race(1 - error, error, 10, seconds)


def test_the_shorter_time_of_ours_is_compared_with_the_longer_one_of_the_peer() -> None:
    races = {
        ("letter", PEER, 30): [race(0.5)] * 3,
        ("letter", OURS, 30): [race(0.1), race(0.2), race(0.9)],
        ("letter", PEER, 120): [race(0.4, 121)] * 3,
        ("letter", OURS, 120): [race(0.1, 119)] * 3,
        ("adult", PEER, 30): [race(0.3)] * 3,
        ("adult", OURS, 30): [race(0.3)] * 3,
        ("adult", PEER, 120): [race(0.2)] * 3,
        ("adult", OURS, 120): [race(0.2)] * 3,
    }
    text = table.markdown(races, ["letter", "adult"], [30, 120])
    assert "not above the peer's after 120 s on 1 of 2 tables" in text
    assert "| letter | 0.5000; 30.0, 10 | 0.2000; 30.0, 10 | 0.4000; 121.0, 10 | 0.1000; 119.0, 10 | 0.50 (" in text


@pytest.fixture
def raced(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, float]]:
    """Which races were run; each takes no time and ends with an error of 0.1 times the seed."""
    found: list[tuple[str, int, float]] = []

    def of(side: str, seed: int, seconds: float) -> Race:
        found.append((side, seed, seconds))
        return race(seed / 10)

    monkeypatch.setattr(campaign, "prepare", lambda *_: Rows("classification", ""))
    monkeypatch.setattr(sides, "ours", lambda rows, seed, seconds, recipe, ensemble: of(OURS, seed, seconds))
    monkeypatch.setattr(sides, "peer", lambda rows, seed, seconds, python: of(PEER, seed, seconds))
    return found


def test_a_campaign_runs_what_its_cache_lacks_and_warms_each_side_once(
    tmp_path: Path, raced: list[tuple[str, int, float]]
) -> None:
    keys: list[Key] = [("letter", OURS, 30, 1), ("letter", PEER, 30, 1), ("letter", OURS, 30, 2)]
    (tmp_path / "letter-caviar-30-1.json").write_text(json.dumps(asdict(race(0.7))))
    one = Campaign(tmp_path, None, None, "python3")
    one.run(keys)
    assert raced == [(PEER, 0, 10.0), (PEER, 1, 30.0), (OURS, 0, 10.0), (OURS, 2, 30.0)]
    assert [each.error for each in one.races(keys)["letter", OURS, 30]] == [0.7, 0.2]
    one.run(keys)
    assert len(raced) == 4


def test_races_with_a_recipe_or_an_ensemble_are_other_races(
    tmp_path: Path, raced: list[tuple[str, int, float]]
) -> None:
    keys: list[Key] = [("letter", OURS, 30, 1), ("letter", PEER, 30, 1)]
    Campaign(tmp_path, None, None, "python3").run(keys)
    Campaign(tmp_path, None, None, "python3", recipe="realmlp").run(keys)
    Campaign(tmp_path, None, None, "python3", ensemble=16).run(keys)
    assert [side for side, seed, _ in raced if seed] == [OURS, PEER, OURS, OURS]


def test_a_recipe_has_the_epochs_that_init_writes_for_the_effort_quick(tmp_path: Path) -> None:
    found = rows.prepare("digits", None, None, tmp_path)
    file = sides.written(tmp_path, found, 1, 5.0, "tabular")
    written = load_pipeline(file)
    assert (written.trainer.epochs, written.search.seconds) == (EFFORTS["quick"].epochs, 5)


def test_images_are_shrunk_to_means_of_four_pixels_and_keep_their_test_part(tmp_path: Path) -> None:
    images = numpy.zeros((3, 28, 28), "u1")
    images[1, 26:, :2] = [[1, 2], [3, 5]]
    numpy.savez(tmp_path / "f.npz", X_train=images, y_train=[0, 1, 2], X_test=images[1:], y_test=[1, 2])
    found = rows.prepare(rows.IMAGES, None, tmp_path / "f.npz", tmp_path)
    with numpy.load(tmp_path / "rows.npz") as arrays:
        assert arrays["X_train"].shape == (3, 196)
        assert arrays["X_test"][0].nonzero()[0].tolist() == [13 * 14]
        assert arrays["X_test"][0].max() == 2.75
    assert found.task == "classification"


def test_a_missing_archive_names_where_the_images_come_from(tmp_path: Path) -> None:
    with pytest.raises(NoArchive, match="zalandoresearch"):
        rows.prepare(rows.IMAGES, None, tmp_path / "f.npz", tmp_path)


def test_the_peer_gets_the_rows_of_the_seed_and_the_test_rows_of_all(tmp_path: Path) -> None:
    found = rows.prepare("diabetes", None, None, tmp_path)
    held, tested = [], []
    for seed in (1, 2):
        folder = tmp_path / str(seed)
        folder.mkdir()
        (folder / "race.toml").write_text(pipeline(found.keys, seed, 30))
        sides.write_parts(folder / "race.toml", found)
        with numpy.load(folder / "parts.npz") as parts:
            held.append(sorted(parts["x_held"][:, 2].tolist()))
            tested.append(len(parts["y_test"]))
            assert abs(parts["y_train"].mean()) < 1e-5
            assert len(parts["y_train"]) + len(parts["y_held"]) + len(parts["y_test"]) == 442
    assert held[0] != held[1]
    assert tested == [88, 88]


def test_a_race_of_ours_ends_with_the_test_error_of_its_winner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def short(*given: Any) -> str:
        return pipeline(*given).replace("trials = 100_000", "trials = 4").replace("round = 16", "round = 4")

    monkeypatch.setattr(sides, "pipeline", short)
    found = sides.ours(rows.prepare("wine", None, None, tmp_path), seed=1, seconds=600)
    assert 0 <= found.error < 0.7
    assert found.validation > 0.3
    assert (found.trials, found.seconds > 0) == (4, True)


def test_a_race_without_a_winner_has_the_error_of_a_guess(tmp_path: Path) -> None:
    found = sides.ours(rows.prepare("wine", None, None, tmp_path), seed=1, seconds=0.001)
    assert (found.error, found.trials) == (1.0, 0)


def test_the_file_of_a_race_gives_what_the_setting_says(tmp_path: Path) -> None:
    file = tmp_path / "race.toml"
    file.write_text(pipeline(rows.prepare("wine", None, None, tmp_path).keys, 3, 30))
    found = load_pipeline(file)
    assert (found.seed, found.search.seconds, found.search.baselines) == (3, 30, False)


@pytest.mark.parametrize(
    ("plugin", "path"),
    [
        (MLP, "model.layers"),
        (MLP, "model.units"),
        (MLP, "model.dropout"),
        (Adam, "optimizer.learning_rate"),
        (PopulationTrainer, "trainer.batch_size"),
        (L2, STRENGTH),
        (Exponential, DECAY),
    ],
)
def test_the_space_is_what_the_plugins_declare(plugin: type[Plugin], path: str) -> None:
    facts = plugin.facts(path.rpartition(".")[2])
    sampler, ends = SPACE[path]
    assert facts.search == load("sampler", sampler)(*([ends] if sampler == "choice" else ends))
    assert facts.tier is not None
    assert facts.tier <= 3
