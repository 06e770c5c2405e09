"""A starter for reporters: a short text in the run's folder."""

PLUGIN = '''\
"""$name: replace this by what yours does."""

from collections import Counter

from caviar.plugin import Reporter, RunInfo, Summary, Trial, hook, setting
from pydantic import PrivateAttr


class $cls($bases):
    """Writes how the run ended into the file `file` of its folder: the states of its trials and the best one.

    Implement any of the hooks; what is remembered between two events is a private attribute, set in `before_run`.
    """

    file: str = setting(default="outcome.txt")

    _states: Counter[str] = PrivateAttr(default_factory=Counter)

    @hook
    def before_run(self, run: RunInfo) -> None:
        self._states = Counter()

    @hook
    def after_trial(self, trial: Trial) -> None:
        self._states[trial.state.value] += 1

    @hook
    def after_run(self, run: RunInfo, summary: Summary) -> None:
        lines = [f"{state}: {count}" for state, count in sorted(self._states.items())]
        if summary.best is not None:
            lines.append(f"best: trial {summary.best.index}, {run.metric} {summary.best.objective}")
        (run.folder / self.file).write_text("\\n".join(lines) + "\\n", encoding="utf-8")
'''
TEST = '''\
"""$name: the laws of reporters, and what is special about this one."""

from pathlib import Path

from caviar.plugin import RunInfo, Summary, Trial, TrialState
from caviar.testing import ReporterContract

from $module import $cls


class Test$cls(ReporterContract):
    reporter = $cls()

    def test_it_names_the_best_trial(self, tmp_path: Path) -> None:
        reporter = $cls(file="out.txt")
        run = RunInfo("study", tmp_path, 1, 0, 2, "validation.accuracy", "maximize")
        best = Trial(0, 0, (0.5,), {}, TrialState.FINISHED, 2, {"validation.accuracy": 0.75}, 0.75)
        reporter.before_run(run)
        reporter.after_trial(best)
        reporter.after_run(run, Summary((best,), best, 1.0))
        assert (tmp_path / "out.txt").read_text() == "finished: 1\\nbest: trial 0, validation.accuracy 0.75\\n"
'''
EXAMPLE = """\
# 16 networks on handwritten digits; $name writes runs/example/outcome.txt: pipe run example.toml
name = "example"
data = "digits"
normalizer = "batchnorm"
regularizer = ["l2"]
reporter = ["progress", "$name"]

[optimizer]
use = "adam"
learning_rate = { log = [1e-4, 1e-1] }

[search]
trials = 16
"""
