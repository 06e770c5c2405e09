"""Two runs of one process that name different plugins alike: each finds its own, at once and one after the other."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from caviar import Pipeline, PluginError, Study, load, open_run
from caviar.engine.data.resolve import resolve_run
from caviar.engine.training.variants import Compiling
from caviar.registry.code import read_code
from caviar.registry.index import names, using
from caviar.registry.load import load as load_plugin
from caviar.registry.load import name_of, version_of
from caviar.text.once import say_anew, say_once
from caviar.values.segment import Segment
from caviar.values.trial import TrialState

PLUGINS = """
import caviar

class Mine(caviar.Optimizer):
    scale: float = {scale}

    def init(self, parameters, layout):
        return {{}}

    def update(self, parameters, gradients, state, step, layout):
        parameters -= self.scale * gradients

class Constant(caviar.Metric):
    name = "constant"
    task = "classification"

    def measure(self, prediction, truth):
        return prediction[..., 0].mean(axis=1) * 0 + {scale}
"""
FILE = """
name = "{name}"
data = "digits"
optimizer = "mine"
reporter = []
executor = {executor}
[trainer]
epochs = 1
[search]
baselines = false
trials = 2
metric = "validation.constant"
goal = "maximize"
"""
INLINE = '"inline"'
SCALES = {"first": 0.25, "second": 0.5}


@pytest.fixture
def loaded(tmp_path: Path) -> Callable[[str, str], Pipeline]:
    """A pipeline and its code file in a folder of their own, by the name of the run."""

    def load_one(name: str, executor: str = INLINE) -> Pipeline:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        (folder / "mine.py").write_text(PLUGINS.format(scale=SCALES[name]))
        (folder / "p.toml").write_text(FILE.format(name=name, executor=executor))
        return load(folder / "p.toml", code=folder / "mine.py")

    return load_one


def scales(pipeline: Pipeline, study: Study) -> tuple[float, float]:
    """That of the optimizer which was used, and that of the metric which was measured."""
    optimizer: Any = pipeline.optimizer
    assert study.best is not None
    return optimizer.scale, study.best.metrics["validation.constant"]


@pytest.mark.parametrize(
    "executor", [INLINE, pytest.param('{ use = "processes", workers = 1 }', marks=pytest.mark.thorough)]
)
def test_two_threads_that_load_run_and_read_at_once_find_their_own_plugins(
    loaded: Callable[[str, str], Pipeline], tmp_path: Path, executor: str
) -> None:
    together = Barrier(2, timeout=60)

    def work(name: str) -> tuple[tuple[float, float], tuple[float, float]]:
        together.wait()
        pipeline = loaded(name, executor)
        together.wait()
        study = pipeline.run(runs=tmp_path)
        together.wait()
        run = open_run(tmp_path / name, tmp_path / name / "mine.py")
        together.wait()
        assert run.model().predict(DIGIT).shape == (1,)
        optimizer: Any = run.pipeline.optimizer
        return scales(pipeline, study), (optimizer.scale, run.trials[0].metrics["validation.constant"])

    with ThreadPoolExecutor(2) as pool:
        found = dict(zip(SCALES, pool.map(work, SCALES), strict=True))
    assert found == {name: ((scale, scale), (scale, scale)) for name, scale in SCALES.items()}


DIGIT = [[0.0] * 64]


def test_runs_one_after_the_other_find_their_own_plugins(loaded: Callable[[str], Pipeline]) -> None:
    both = {name: loaded(name) for name in SCALES}
    for name in (*SCALES, *SCALES):
        assert scales(both[name], both[name].run()) == (SCALES[name], SCALES[name])


def test_a_loaded_pipeline_keeps_its_names_and_leaves_none_behind(loaded: Callable[[str], Pipeline]) -> None:
    first, second = loaded("first"), loaded("second")
    for name, pipeline in (("first", first), ("second", second)):
        changed: Any = pipeline.model_copy(update={"optimizer": "mine"}).optimizer
        assert changed.scale == SCALES[name]
    with pytest.raises(PluginError, match="unknown optimizer 'mine'"):
        load_plugin("optimizer", "mine")
    assert "constant" not in names("metric")


BESIDE = [
    {"shared_{n}.py": "SCALE = {scale}", "mine.py": "from shared_{n} import SCALE"},
    {
        "shared_{n}.py": "SCALE = {scale}",
        "{name}_{n}.py": "def scale():\n    from shared_{n} import SCALE\n    return SCALE",
        "mine.py": "from {name}_{n} import scale\nSCALE = scale()",
    },
    {
        "shared_{n}/__init__.py": "",
        "shared_{n}/number.py": "",
        "{name}_{n}/__init__.py": "from .inner import SCALE",
        "{name}_{n}/inner.py": "import shared_{n}.number\nSCALE = {scale}",
        "mine.py": "from {name}_{n} import SCALE",
    },
]
"""Three code files, each with what lies beside it: the module that is imported, by the file, a helper or a package."""


@pytest.mark.parametrize("number", range(len(BESIDE)))
def test_a_module_beside_one_code_file_is_not_taken_for_that_beside_another(tmp_path: Path, number: int) -> None:
    def write(name: str) -> Path:
        folder = tmp_path / name
        for place, text in BESIDE[number].items():
            file, filled = (each.format(n=number, name=name, scale=SCALES[name]) for each in (place, text))
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            plugins = PLUGINS.format(scale="SCALE") if file == "mine.py" else ""
            (folder / file).write_text(f"{filled}\n{plugins}")
        return folder / "mine.py"

    assert read_code(write("first")).entries
    with pytest.raises(PluginError) as caught:
        read_code(write("second"))
    there = Path(str(sys.modules[f"shared_{number}"].__file__))
    assert there.is_relative_to(tmp_path / "first")
    importer = ("mine.py", f"second_{number}.py", f"second_{number}/inner.py")[number]
    assert str(caught.value) == (
        f"{tmp_path / 'second' / importer}: imports shared_{number}, but this process has loaded {there}; "
        "rename one of the two"
    )


def test_a_class_tells_its_name_and_its_owner_where_no_run_is_current(loaded: Callable[[str], Pipeline]) -> None:
    cls: Any = type(loaded("first").optimizer)
    with ThreadPoolExecutor(1) as pool:
        name, version = pool.submit(lambda: (name_of(cls), version_of(cls))).result()
    assert (name, version.split()[0]) == ("mine", "mine.py")


def test_a_line_that_one_run_has_said_is_said_by_the_other_too(caplog: pytest.LogCaptureFixture) -> None:
    together = Barrier(2, timeout=60)

    def run(number: int) -> None:
        say_anew()
        together.wait()
        for _ in range(2):
            say_once("a fact that both must hear of")
        together.wait()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))
    assert caplog.messages == ["a fact that both must hear of"] * 2


def test_a_line_is_said_once_in_a_run_whose_executor_trains_in_threads(
    loaded: Callable[[str], Pipeline], caplog: pytest.LogCaptureFixture
) -> None:
    file = loaded("first").registry.files[0].path
    measure = "        say_once('a fact about the data')\n        return "
    text = file.read_text().replace("        return prediction", f"{measure}prediction")
    file.write_text(f"from caviar.plugin import say_once\n{text}")
    say_anew()
    settings = ("optimizer.scale=0.1", "model.units=4", "model.layers=1", "trainer.batch_size=64")
    pipeline = load(file.with_name("p.toml"), settings, file)
    with using(pipeline.registry):
        job, _, _ = resolve_run(pipeline)
    together = Barrier(2, timeout=60)

    def train(trial: int) -> bool:
        together.wait()
        outcome = job.perform(Segment((trial,), ({},), 0, 1), lambda info: None, lambda: None)
        together.wait()
        assert outcome.members[0].state is TrialState.FINISHED, outcome.members[0]
        return True

    with ThreadPoolExecutor(2) as pool:
        assert all(pool.map(train, range(2)))
    assert caplog.messages.count("a fact about the data") == 1


def test_what_one_thread_compiles_is_neither_reported_to_another_nor_counted_by_it() -> None:
    compiling, told = Compiling(), list[bool]()
    compiling.tell = told.append

    def elsewhere() -> float:
        compiling.start()
        compiling.end()
        return compiling.before

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(elsewhere).result() > 0.0
    assert (told, compiling.seconds()) == ([], 0.0)
