"""Rungs: paused, promoted, killed, resumed or moved, a trial ends with the bits of one that was never interrupted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from caviar import PluginError
from caviar.engine.storage import pending
from caviar.engine.study import Interrupted
from caviar.registry.index import names

from tests.core.engine.search.rungs import PIPELINE, PLUGINS, differences, search, states
from tests.core.engine.search.searching import gone_on


@pytest.fixture
def file(put: Callable[[str, str], Path]) -> Path:
    return put(PIPELINE, PLUGINS)


def schedules() -> list[str]:
    return [name for name in names("schedule") if name != "constant"]


@pytest.mark.parametrize("optimizer", names("optimizer"))
def test_going_on_from_a_rung_is_the_same_as_never_having_stopped(file: Path, optimizer: str) -> None:
    settings = [f"optimizer.use={optimizer}", "schedule.learning_rate.use=exponential"]
    whole = search(file, "whole", *settings)
    assert states(whole)["finished"] > 8
    assert not differences(search(file, "cut", *settings, "search.pruner=look"), whole)


@pytest.mark.parametrize("schedule", schedules())
def test_schedules_go_on_where_they_were(file: Path, schedule: str) -> None:
    settings = [f"schedule.learning_rate.use={schedule}"]
    cut, whole = search(file, "cut", *settings, "search.pruner=look"), search(file, "whole", *settings)
    assert not differences(cut, whole)


def test_a_paused_trial_that_is_promoted_ends_like_one_that_never_waited(file: Path) -> None:
    assert not differences(search(file, "late", "search.pruner=late"), search(file, "whole"))


def test_brackets_pause_promote_and_prune_whatever_the_populations(file: Path) -> None:
    pruned = [search(file, f"by{most}", "search.pruner=brackets", f"trainer.population={most}") for most in (1, 3, 64)]
    assert not differences(pruned[0], pruned[1])
    assert not differences(pruned[0], pruned[2])
    ends = {(row[2], row[3]) for row in pruned[0][0]}
    assert {("finished", 6), ("pruned", 2), ("pruned", 4)} <= ends
    assert all(state in ("finished", "pruned") for state, _ in ends)


def test_top_k_takes_the_same_few_of_each_round_to_the_end_whatever_the_populations_workers_and_kills(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pending, "SECONDS", 0.0)  # every change is committed
    settings = ["search.pruner.use=top-k", "search.pruner.k=2", "search.trials=6", "search.round=4"]
    whole = search(file, "whole", *settings)
    ends = [(row[2], row[3]) for row in whole[0]]
    assert sorted(ends[:4]) == [("finished", 6)] * 2 + [("pruned", 1)] * 2
    assert ends[4:] == [("finished", 6)] * 2  # a round of no more than k
    assert not differences(search(file, "by1", *settings, "trainer.population=1"), whole)
    workers = ["executor.use=processes", "executor.workers=2"]
    assert not differences(search(file, "workers", *settings, *workers), whole)
    for folder, resumed in gone_on(search, file, [*settings, "store.use=failing"]):
        assert not differences(resumed, whole), folder


def test_those_who_come_through_have_the_bits_they_have_without_a_pruner_and_so_have_the_curves(file: Path) -> None:
    whole, pruned = search(file, "whole"), search(file, "pruned", "search.pruner=brackets")
    finished = {row[0] for row in pruned[0] if row[2] == "finished"}
    assert 2 < len(finished) < 16
    for theirs, ours in zip(whole, pruned, strict=True):
        assert not {row for row in ours if row[0] in finished} ^ {row for row in theirs if row[0] in finished}
    epochs = {row[0]: row[3] for row in pruned[0]}
    assert not set(pruned[1]) ^ {row for row in whole[1] if row[1] <= epochs[row[0]]}


@pytest.mark.parametrize("keep", ["last", "best"])
@pytest.mark.parametrize("pruner", ["look", "late"])
def test_patience_ends_between_rungs_what_it_ends_without_them(file: Path, pruner: str, keep: str) -> None:
    settings = ["trainer.patience=1", f"trainer.keep={keep}"]
    whole = search(file, "whole", *settings)
    assert len({row[3] for row in whole[0]}) > 2
    assert states(whole)["finished"] > 8
    assert not differences(search(file, "cut", *settings, f"search.pruner={pruner}"), whole)


@pytest.mark.parametrize("pruner", ["brackets", "successive-halving", "hyperband", "median", "top-k"])
def test_what_ran_out_of_patience_has_finished_whatever_a_pruner_decides_later(file: Path, pruner: str) -> None:
    settings = ["trainer.patience=1", "search.trials=12"]
    whole = search(file, "whole", *settings)
    pruned = search(file, "pruned", *settings, f"search.pruner={pruner}")
    finished = {row[0] for row in pruned[0] if row[2] == "finished"}
    assert any(row[3] < 6 for row in pruned[0] if row[0] in finished)
    for theirs, ours in zip(whole, pruned, strict=True):
        assert not {row for row in ours if row[0] in finished} ^ {row for row in theirs if row[0] in finished}
    for most in (1, 3):
        other = search(file, f"by{most}", *settings, f"search.pruner={pruner}", f"trainer.population={most}")
        assert not differences(other, pruned)


@pytest.mark.parametrize(("after", "patience"), [("false", 1), ("true", 0)])
def test_a_search_that_dies_at_any_commit_goes_on_to_the_same_decisions_and_bits(
    file: Path, after: str, patience: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pending, "SECONDS", 0.0)  # every change is committed
    settings = ["search.pruner=brackets", "store.use=failing", f"store.after={after}", "search.trials=6"]
    settings.append(f"trainer.patience={patience}")
    whole = search(file, "whole", *settings)
    deaths = list(gone_on(search, file, settings))
    for folder, resumed in deaths:
        assert not differences(resumed, whole), folder
    assert len(deaths) > 12


def test_a_search_that_dies_again_and_again_comes_to_the_same_end(file: Path) -> None:
    settings = ["search.pruner=brackets", "store.use=failing", "search.trials=8"]
    whole = search(file, "whole", *settings)
    for _ in range(60):  # each go gets three commits done
        try:
            died = search(file, "dies", *settings, "store.call=4")
        except Interrupted:
            continue
        assert not differences(died, whole)
        return
    pytest.fail("no progress")


def test_a_longer_search_continues_a_pruned_round_and_lets_its_decisions_stand(file: Path) -> None:
    short = search(file, "grown", "search.pruner=brackets", "search.trials=9")
    grown = search(file, "grown", "search.pruner=brackets")
    assert grown[0][:9] == short[0]
    assert len(grown[0]) == 16


def test_processes_prune_like_inline(file: Path) -> None:
    here = search(file, "here", "search.pruner=brackets")
    there = search(file, "there", "search.pruner=brackets", "executor=processes", "executor.workers=2")
    assert not differences(there, here)


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("return ()", "decided on 0 of 16 trials"),
        ("return ('keep',) * len(trials)", "'keep'"),
        ("raise KeyError('curve')", "KeyError: 'curve'"),
    ],
)
def test_a_pruner_that_does_not_do_its_work_is_named(file: Path, body: str, complaint: str) -> None:
    (file.parent / "plugins.py").write_text(
        "import caviar\n\nclass Bad(caviar.Pruner):\n    def rungs(self, epochs, trial): return (1,)\n"
        f"    def decide(self, curves, trials, rung, goal): {body}\n"
    )
    with pytest.raises(PluginError, match=f"pruner 'bad'.*{complaint}"):
        search(file, "bad", "search.pruner=bad")
