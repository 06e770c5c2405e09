"""Advice: what each rule says, when it is silent, and how it is silenced."""

from __future__ import annotations

from pathlib import Path

import pytest
from caviar import Mistakes, load
from caviar.config.advice.rules import AFTER, RULES, advice_on

DATA = 'data = "digits"\n'
SEARCH = "[search]\ntrials = 16\n"
CASES = {
    "default-trials": (
        "optimizer.learning_rate = { log = [1e-4, 1.0] }",
        "advice: 64 trials by default: there are ranges and no [search]; set trials in [search] (default-trials)",
        "optimizer.learning_rate = { log = [1e-4, 1.0] }\n[search]\ntrials = 64",
    ),
    "uniform-scale": (
        "optimizer.learning_rate = { uniform = [1e-4, 1.0] }\n" + SEARCH,
        "advice: optimizer.learning_rate: on a uniform scale 9 of 10 trials would fall above 0.1; "
        "write { log = [0.0001, 1.0] } (uniform-scale)",
        "model.dropout = { uniform = [0, 0.5] }\n" + SEARCH,
    ),
    "narrow-learning-rate": (
        "optimizer.learning_rate = { log = [1e-3, 1e-2] }\n" + SEARCH,
        "advice: optimizer.learning_rate: 0.001 … 0.01 is 1.0 decades; a first search needs two or more "
        "(narrow-learning-rate)",
        "optimizer.learning_rate = { log = [1e-3, 1e-1] }\n" + SEARCH,
    ),
    "adam-constants": (
        "optimizer = { beta1 = { beta = [0.8, 0.99] } }\n" + SEARCH,
        "advice: optimizer: beta1 searched while the learning rate is fixed; it matters more, search it first "
        "(adam-constants)",
        "optimizer = { beta1 = { beta = [0.8, 0.99] }, learning_rate = { log = [1e-4, 1] } }\n[search]\ntrials = 200",
    ),
    "wide-grid": (
        "optimizer.learning_rate = { log = [1e-4, 1] }\n"
        "model = { layers = { int = [1, 2] }, units = { log-int = [9, 10] }, "
        'dropout = { uniform = [0, 0.5] } }\n[search]\nstrategy = "grid"\ntrials = 16\n',
        "advice: search.strategy: a grid over 4 fields repeats the same values; 'random' draws a new value of each in "
        "every trial (wide-grid)",
        'optimizer.learning_rate = { log = [1e-4, 1] }\n[search]\nstrategy = "grid"\n',
    ),
    "batchnorm-alone": (
        'normalizer = "batchnorm"',
        "advice: normalizer: without a penalty, weights grow and effective steps shrink; "
        'add [[regularizer]] use = "l2" (batchnorm-alone)',
        'normalizer = "batchnorm"\nmodel.dropout = 0.1',
    ),
    "small-batches": (
        'normalizer = "batchnorm"\nregularizer = ["l2"]\ntrainer.batch_size = { choice = [4, 64] }\n' + SEARCH,
        "advice: trainer.batch_size: mean and deviation of 4 rows are mostly noise; use 8 or more with batchnorm "
        "(small-batches)",
        "trainer.batch_size = { choice = [4, 64] }\n" + SEARCH,
    ),
    "unheeded-start": (
        '[search]\nstart_from = "."',
        "advice: search.start_from: 'random' does not learn from earlier trials; write strategy = \"coarse-to-fine\", "
        "which does (unheeded-start)",
        '[search]\nstart_from = "."\nstrategy = "coarse-to-fine"',
    ),
    "many-classes": (
        '[data]\npath = "ages.csv"\ntarget = "age"\n',
        "advice: data.task: age has 62 different whole numbers, treated as classes; "
        'write task = "regression" if they are quantities (many-classes)',
        '[data]\npath = "ages.csv"\ntarget = "age"\ntask = "regression"',
    ),
}


def advised(folder: Path, text: str) -> list[str]:
    (folder / "p.toml").write_text(text if "[data]" in text else DATA + text)
    (folder / "ages.csv").write_text("a,age\n" + "".join(f"{row}.5,{18 + row % 62}\n" for row in range(900)))
    (folder / "pipeline.toml").write_text('search.metric = "validation.accuracy"')  # as in a run's folder
    return [str(each) for each in advice_on(load(folder / "p.toml"))]


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_speaks_where_it_applies_alone(rule: str, tmp_path: Path) -> None:
    against, told, _ = CASES[rule]
    assert advised(tmp_path, against) == [told]


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_is_quiet_where_practice_is_kept(rule: str, tmp_path: Path) -> None:
    assert advised(tmp_path, CASES[rule][2]) == []


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_can_be_silenced(rule: str, tmp_path: Path) -> None:
    assert advised(tmp_path, f'{CASES[rule][0]}\n[check]\nsilence = ["{rule}"]\n') == []


def test_every_rule_is_tested_here() -> None:
    assert list(CASES) == list(RULES)


def test_silencing_what_there_is_not_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(Mistakes, match=r"p\.toml:3: check\.silence: there is no advice 'wide-gird'; did you mean"):
        advised(tmp_path, '[check]\nsilence = ["wide-gird"]')
    assert advised(tmp_path, f'[check]\nsilence = ["{AFTER[0]}"]') == []
