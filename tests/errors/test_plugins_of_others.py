"""Plugins of others that cannot be used, or leave something to the file, are told with the file's mistakes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import caviar
import pytest
from caviar import Mistakes, Pipeline, Search, load
from caviar.engine.search.objective import objective_of
from caviar.registry.extras import install_line
from caviar.registry.index import Entry, own_distribution

DATA = 'data = "digits"\n'


def test_a_default_plugin_that_cannot_be_loaded_is_reported_with_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, add_plugin: Callable[[Entry], None]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.toml").write_text(DATA + "seed = -1\n")
    add_plugin(Entry("store", "sqlite", "others_store:Store", "others", "1.0"))
    with pytest.raises(Mistakes, match=r"store 'sqlite' has two owners: caviar-ml .* and others 1.0"):
        load("p.toml")


class Needy(caviar.Optimizer):
    """Needs what an extra brings; nobody ever builds it."""

    requires = ("module_of_an_extra",)

    def init(self, parameters: caviar.plugin.Array, layout: caviar.plugin.Layout) -> dict[str, caviar.plugin.Array]:
        return {}

    def update(self, *_: object) -> None: ...


class Profit(caviar.Metric):
    """Somebody's own metric, which leaves the goal to the file."""

    task = "regression"

    def measure(self, prediction: caviar.plugin.Array, truth: caviar.plugin.Array) -> caviar.plugin.Array:
        profit: caviar.plugin.Array = prediction[..., 0].sum(axis=1)
        return profit


@pytest.fixture
def theirs(add_plugin: Callable[[Entry], None]) -> None:
    """Plugins of another distribution."""
    for kind, name, cls in (("optimizer", "needy", Needy), ("metric", "profit", Profit)):
        add_plugin(Entry(kind, name, f"{__name__}:{cls.__name__}", "others", "1.0"))
    sys.modules[__name__] = sys.modules.get(__name__) or sys.modules[Needy.__module__]


@pytest.mark.usefixtures("theirs")
@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "optimizer = 'needy'",
            "p.toml:2: optimizer: optimizer 'needy' of others 1.0 cannot be used: it needs 'module_of_an_extra'; "
            "pip install module_of_an_extra",
        ),
        (
            "search.metric = 'validation.profit'",
            "p.toml:2: search.metric: metric 'profit' does not state whether higher is better; "
            'write goal = "maximize" or "minimize"',
        ),
    ],
)
def test_a_third_partys_plugin_that_lacks_something_is_reported(
    text: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.toml").write_text(DATA + text)
    with pytest.raises(Mistakes) as caught:
        load("p.toml")
    assert str(caught.value) == told


@pytest.mark.usefixtures("theirs")
def test_a_metric_of_ones_own_takes_its_goal_from_the_file(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(DATA + 'search = { metric = "validation.profit", goal = "minimize" }')
    assert load(tmp_path / "p.toml").search.goal == "minimize"
    objective = objective_of(Pipeline(search=Search(goal="minimize")), "validation.profit")
    assert (objective.goal, objective.worst) == ("minimize", float("inf"))


def test_the_extra_that_brings_a_module_is_named() -> None:
    assert install_line(own_distribution(), "optuna") == "pip install 'caviar-ml[optuna]'"
    assert install_line(own_distribution(), "sklearn.ensemble") == "pip install 'caviar-ml[sklearn]'"
    assert install_line(own_distribution(), "nowhere.sub") == "pip install nowhere"
