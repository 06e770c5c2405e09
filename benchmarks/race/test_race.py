"""The race itself: what is noted, and what the figure makes of sides that never arrive."""

from pathlib import Path

import numpy
import pytest
from caviar.plugin import Plugin
from caviar.registry.load import load
from caviar_plugins import L2, MLP, Adam, Exponential, PopulationTrainer

from benchmarks.race import sides, table
from benchmarks.race.setting import DECAY, SPACES, STRENGTH
from benchmarks.race.sides import Race

SLOW = Race(64.0, tuple((float(at), 0.5 + at / 1000) for at in range(1, 65)))
QUICK = Race(20.0, tuple((at / 10, None if at < 20 else 0.6) for at in range(1, 193)))
NEVER = Race(20.0, ((1.0, 0.1),))


def test_the_time_to_the_peers_median_best_is_compared() -> None:
    text = table.markdown([SLOW, SLOW, SLOW], [QUICK, QUICK, NEVER])
    assert "To validation accuracy 0.5640" in text
    assert "2.00 s against 64.00 s, 32.00 times as fast" in text
    assert "32.00 times as fast (median of 0.00 to 32.00; 0: never)" in text
    assert "| 1 | 0.5640 | 64.00 s (64) | 64.0 | 0.6000 | 2.00 s (20) | 6.4 |" in text


def test_a_peer_that_does_not_arrive_counts_with_its_whole_time() -> None:
    assert "2.00 s against 10.50 s" in table.markdown([NEVER, SLOW], [QUICK, QUICK])


def test_a_race_of_ours_notes_every_trial_in_time(tmp_path: Path) -> None:
    x = numpy.random.default_rng(0).normal(size=(300, 4)).astype("f4")
    numpy.savez(tmp_path / "toy.npz", X=x, y=(x[:, 0] > 0).astype(int))
    race = sides.ours(tmp_path / "toy.npz", "declared", seed=1, trials=3)
    times = [at for at, _ in race.trials]
    assert len(times) == 3
    assert times == sorted(times)
    assert times[0] > 0
    assert times[-1] < race.seconds
    assert race.best(3) > 0.5


def test_every_seed_holds_out_the_same_rows(tmp_path: Path) -> None:
    numpy.savez(tmp_path / "toy.npz", X=numpy.arange(103, dtype="f4")[:, None], y=numpy.arange(103) % 7 // 2)
    held = []
    for seed in (1, 2, 3):
        folder = tmp_path / str(seed)
        folder.mkdir()
        sides.write_parts(sides.written(folder, tmp_path / "toy.npz", "small", seed, trials=3))
        with numpy.load(folder / "parts.npz") as parts:
            held.append(sorted(zip(parts["x_held"][:, 0], parts["y_held"], strict=True)))
            assert len({*parts["x_held"][:, 0], *parts["x_train"][:, 0]}) == 103
    assert held[0] == held[1] == held[2]


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
def test_the_declared_space_is_what_the_plugins_declare(plugin: type[Plugin], path: str) -> None:
    facts = plugin.facts(path.rpartition(".")[2])
    sampler, ends = SPACES["declared"][path]
    assert facts.search == load("sampler", sampler)(*([ends] if sampler == "choice" else ends))
    assert facts.tier is not None
    assert facts.tier <= 3
