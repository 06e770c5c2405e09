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
    "rarely-searched": (
        "optimizer = { beta1 = { beta = [0.8, 0.99] } }\n" + SEARCH,
        "advice: optimizer: beta1 searched while learning_rate is fixed; it matters more, search it first "
        "(rarely-searched)",
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
    "normalizer-alone": (
        'normalizer = "batchnorm"',
        "advice: normalizer: after a batch normalizer the size of the weights has no effect on the output; without a "
        "penalty they grow during training, and the same learning rate then changes them less and less; "
        'add [[regularizer]] use = "l2" (normalizer-alone)',
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
    "rare-class": (
        '[data]\npath = "fraud.csv"\ntarget = "label"\npositive = "fraud"\n',
        "advice: search.metric: 2.0% of the rows are 'fraud', which accuracy hardly sees; search metric = "
        '"validation.average_precision"; a loss with class_weights = "balanced" makes each class count as much '
        "(rare-class)",
        '[data]\npath = "fraud.csv"\ntarget = "label"\npositive = "fraud"\n'
        '[search]\nmetric = "validation.average_precision"\ntrials = 1',
    ),
    "few-rows-per-class": (
        '[data]\npath = "towns.csv"\ntarget = "town"\n',
        "advice: data.target: town has 40 classes in 90 rows, 2.2 rows each on average; "
        "join rare classes, or predict a number instead (few-rows-per-class)",
        '[data]\npath = "towns.csv"\ntarget = "coast"\n',
    ),
}


def advised(folder: Path, text: str) -> list[str]:
    (folder / "p.toml").write_text(text if "[data]" in text else DATA + text)
    (folder / "ages.csv").write_text("a,age\n" + "".join(f"{row}.5,{18 + row % 62}\n" for row in range(900)))
    labels = (("fraud", "ok")[row % 50 > 0] for row in range(500))
    (folder / "fraud.csv").write_text("a,label\n" + "".join(f"{row}.5,{each}\n" for row, each in enumerate(labels)))
    towns = "".join(f"{row}.5,t{row % 40},{'yes' if row % 3 else 'no'}\n" for row in range(90))
    (folder / "towns.csv").write_text(f"a,town,coast\n{towns}")
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


def test_a_rare_class_is_to_be_the_positive_one_and_of_many_classes_balanced_accuracy_is_searched(
    tmp_path: Path,
) -> None:
    searched = '[data]\npath = "fraud.csv"\ntarget = "label"\n[search]\nmetric = "validation.auc"\ntrials = 1'
    assert advised(tmp_path, searched) == [
        "advice: data.positive: 2.0% of the rows are 'fraud', which precision, recall and f1 are not about; "
        'say positive = "fraud" (rare-class)'
    ]
    (tmp_path / "three.csv").write_text(
        "a,k\n" + "".join(f"{row}.5,{'x' if row % 40 == 0 else 'yz'[row % 2]}\n" for row in range(400))
    )
    (told,) = advised(tmp_path, '[data]\npath = "three.csv"\ntarget = "k"\n')
    assert "2.5% of the rows are 'x'" in told
    assert "validation.balanced_accuracy" in told


def test_in_few_rows_and_of_nearly_equal_classes_nothing_is_rare(tmp_path: Path) -> None:
    for rows, every in ((99, 50), (500, 9)):
        labels = (("fraud", "ok")[row % every > 0] for row in range(rows))
        (tmp_path / "t.csv").write_text("a,l\n" + "".join(f"{n}.5,{each}\n" for n, each in enumerate(labels)))
        assert advised(tmp_path, '[data]\npath = "t.csv"\ntarget = "l"\n') == []


def test_many_whole_numbers_may_be_quantities_however_many_rows_have_them(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,score\n" + "".join(f"{n}.5,{66 + n % 33}\n" for n in range(33 * 501)))
    (told,) = advised(tmp_path, '[data]\npath = "t.csv"\ntarget = "score"\n')
    assert told.endswith("(many-classes)")


def test_every_rule_is_tested_here() -> None:
    assert list(CASES) == list(RULES)


def test_silencing_what_there_is_not_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(Mistakes, match=r"p\.toml:3: check\.silence: there is no advice 'wide-gird'; did you mean"):
        advised(tmp_path, '[check]\nsilence = ["wide-gird"]')
    assert advised(tmp_path, f'[check]\nsilence = ["{AFTER[0]}"]') == []


THEIRS = """
import caviar
from caviar.plugin import Tunable, setting, tunable

class Whitening(caviar.Normalizer):
    smallest_batch = 2
    def slots(self, units): return ()
    def statistics(self, units): return ()
    def forward(self, z, parameters, statistics, training): ...
    def backward(self, gradient, cache, parameters, gradients): ...
    def fold(self, parameters, statistics): ...

class Lattice(caviar.Strategy):
    learns = False
    def propose(self, space, history, count, random): ...
    def reach(self, space): return space.count(5)

class Even(caviar.Sampler):
    linear = True
    low: float
    high: float
    def from_unit(self, u): return self.low + u * (self.high - self.low)
    def to_unit(self, value): return (value - self.low) / (self.high - self.low)

class Cubes(caviar.Sampler):
    low: float
    high: float
    def from_unit(self, u): return self.low + (self.high - self.low) * u**3
    def to_unit(self, value): return ((value - self.low) / (self.high - self.low)) ** (1 / 3)

class Theirs(caviar.Optimizer):
    rate: Tunable[float] = tunable(default=0.1, gt=0, search=Cubes(0.01, 1.0), tier=1)
    memory: Tunable[float] = tunable(default=0.9, gt=0, lt=1, search=Even(0.5, 0.9), tier=4)
    def init(self, parameters, layout): ...
    def update(self, parameters, gradients, state, step, layout): ...
"""
AGAINST_THEIRS = {
    "a batch normalizer alone": (
        'normalizer = "whitening"',
        "advice: normalizer: after a batch normalizer the size of the weights has no effect on the output; without a "
        "penalty they grow during training, and the same learning rate then changes them less and less; "
        'add [[regularizer]] use = "l2" (normalizer-alone)',
    ),
    "a batch normalizer of few rows": (
        'normalizer = "whitening"\nregularizer = ["l2"]\ntrainer.batch_size = 4',
        "advice: trainer.batch_size: mean and deviation of 4 rows are mostly noise; use 8 or more with whitening "
        "(small-batches)",
    ),
    "a strategy that visits points of a grid alone": (
        "optimizer.learning_rate = { log = [1e-4, 1] }\n"
        "model = { layers = { int = [1, 2] }, units = { log-int = [9, 10] }, "
        'dropout = { uniform = [0, 0.5] } }\n[search]\nstrategy = "lattice"\ntrials = 16\n',
        "advice: search.strategy: a grid over 4 fields repeats the same values; 'random' draws a new value of each in "
        "every trial (wide-grid)",
    ),
    "a linear sampler": (
        "optimizer.learning_rate = { even = [1e-4, 1.0] }\n" + SEARCH,
        "advice: optimizer.learning_rate: on a uniform scale 9 of 10 trials would fall above 0.1; "
        "write { log = [0.0001, 1.0] } (uniform-scale)",
    ),
    "a scale that favours small values": (
        'optimizer = { use = "theirs", rate = { uniform = [0.01, 0.5] } }\n' + SEARCH,
        "advice: optimizer.rate: on a uniform scale 9 of 10 trials would fall above 0.059; "
        "write { cubes = [0.01, 0.5] } (uniform-scale)",
    ),
    "a field of the last tier": (
        'optimizer = { use = "theirs", memory = { even = [0.5, 0.9] } }\n' + SEARCH,
        "advice: optimizer: memory searched while rate is fixed; it matters more, search it first (rarely-searched)",
    ),
}


@pytest.mark.parametrize("what", AGAINST_THEIRS)
def test_plugins_of_others_get_the_advice_that_bundled_ones_get(what: str, tmp_path: Path) -> None:
    against, told = AGAINST_THEIRS[what]
    (tmp_path / "p.toml").write_text(DATA + against)
    (tmp_path / "theirs.py").write_text(THEIRS)
    pipeline = load(tmp_path / "p.toml", code=tmp_path / "theirs.py")
    assert [str(each) for each in advice_on(pipeline)] == [told]


def test_a_strategy_that_covers_the_whole_space_repeats_nothing(tmp_path: Path) -> None:
    searched = (
        'model = { layers = { int = [1, 2] }, units = { log-int = [9, 10] }, activation = { choice = ["relu", "tanh"] }'
        " }\ntrainer.batch_size = { choice = [16, 64] }\n"
    )
    assert advised(tmp_path, f'{searched}[search]\nstrategy = "grid"\n') == []


def test_a_narrow_learning_rate_is_fine_where_the_search_starts_from_another(tmp_path: Path) -> None:
    narrow = CASES["narrow-learning-rate"][0] + 'start_from = "."\nstrategy = "coarse-to-fine"\n'
    assert advised(tmp_path, narrow) == []


def test_a_narrow_learning_rate_is_fine_around_a_point_that_the_file_gives(tmp_path: Path) -> None:
    narrow = CASES["narrow-learning-rate"][0] + 'points = [{ "optimizer.learning_rate" = 0.004 }]\n'
    assert advised(tmp_path, narrow) == []


def test_dates_to_predict_are_not_called_classes(tmp_path: Path) -> None:
    (tmp_path / "days.csv").write_text("a,day\n" + "".join(f"{day}.5,2024-01-{day:02}\n" for day in range(1, 31)))
    assert advised(tmp_path, '[data]\npath = "days.csv"\ntarget = "day"\n') == []
