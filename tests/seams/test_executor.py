"""Seam: segments run elsewhere. An executor by a third party (elsewhere.py, public names alone) sends the job and its
segments as bytes to other programs: the study has inline's bits, and a program on another system is refused."""

from __future__ import annotations

import platform
import re
from pathlib import Path

import pytest
from caviar import PluginError, Problem, Study, load
from caviar.testing import ExecutorContract

from tests.seams.elsewhere import Elsewhere

pytestmark = pytest.mark.thorough
FILE = """
name = "p"
data = "digits"
reporter = []
model.units = 4
optimizer = { use = "adam", learning_rate = { log = [1e-3, 0.1] } }
trainer = { epochs = 3, batch_size = 512, population = 1 }
search = { baselines = false, trials = 8, round = 4, pruner = "successive-halving" }
"""
CODE = Path(__file__).with_name("elsewhere.py")


class TestElsewhere(ExecutorContract):
    executor = Elsewhere(programs=1)


def run(folder: Path, into: str, *settings: str, code: Path = CODE) -> Study:
    (folder / "p.toml").write_text(FILE)
    return load(folder / "p.toml", settings, code).run(runs=folder / into)


def bits(study: Study) -> object:
    assert study.best is not None
    weights = {name: array.tobytes() for name, array in study.best.weights.items()}
    return [(each.state, each.values, each.epochs, each.metrics) for each in study.trials], weights


def test_a_study_whose_segments_run_elsewhere_has_the_bits_of_inline(tmp_path: Path) -> None:
    there = run(tmp_path, "there", "executor=elsewhere")
    assert bits(there) == bits(run(tmp_path, "here", "executor=inline"))


def test_a_worker_on_another_system_is_refused_by_what_differs_and_the_study_goes_on_without_it(tmp_path: Path) -> None:
    if platform.machine() != "x86_64":
        pytest.skip("OpenBLAS is told to take the processor for an older x86 one, and this is none")
    with pytest.raises(Problem) as caught:
        run(tmp_path, "there", "executor={use='elsewhere', programs=1, kernels='Nehalem'}")
    told = str(caught.value)
    begins = r"a worker trained trial 0 at \S+ \d+ on a different system than the study's, where bits may differ: blas "
    assert re.match(begins, told)
    assert "Nehalem" in told
    assert "remove this worker ([executor]); the same command then resumes from here" in told
    unheard = run(tmp_path, "there", "executor=inline", "search.trials=8")
    assert bits(unheard) == bits(run(tmp_path, "here", "executor=inline"))


def test_an_outcome_without_its_identity_is_the_executors_mistake(tmp_path: Path) -> None:
    forgetful = tmp_path / "forgetful.py"
    forgetful.write_text(CODE.read_text().replace("yield value", "yield Outcome(value.segment, value.members)"))
    with pytest.raises(PluginError, match=r"'elsewhere' .*run\(\) returned an outcome .* without the identity"):
        run(tmp_path, "there", "executor=elsewhere", code=forgetful)
