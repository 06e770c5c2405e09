"""Damaged pipeline files: each is understood or refused with file and line, and never with a traceback."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
from caviar import Mistakes, Pipeline, load
from caviar.cli.preview.summary import summary
from caviar.config.advice.rules import advice_on
from caviar.config.declaration.dump import to_toml
from caviar.config.fill import fill
from caviar.config.reading.resolved import loads
from caviar.values.problem import Problem

PIPELINES = Path(__file__).parents[2] / "pipelines"
WHOLE = """\
name = "all"
seed = 3
backend = "auto"
transform = ["impute", { use = "one-hot", most = 9 }, "standardize"]
[data]
path = "data/penguins.csv"
target = "species"
task = "auto"
columns.island = "ignore"
test = 0.1
[model]
use = "mlp"
units = { log-int = [32, 512], step = 32 }
activation = "relu"
dropout = { uniform = [0.0, 0.5] }
[normalizer]
use = "batchnorm"   # before
averaging = 0.9
[optimizer]
choice = [
  { use = "adam", learning_rate = { log = [1e-4, 1.0] }, beta1 = { beta = [0.8, 0.99] } },
  { use = "sgd", name = "fast", momentum = 0.9 },
]
[schedule.learning_rate]
use = "exponential"
[[regularizer]]
use = "l2"
strength = { log = [1e-6, 1e-2] }
[[regularizer]]
use = "l2"
name = "more"
[trainer]
batch_size = { choice = [64, 128] }
loss = "auto"
[search]
strategy = { use = "grid", levels = 2 }
trials = 12
metric = "validation.accuracy"
tiers = [1]
[check]
silence = ["wide-grid"]
"""
VALUES = (
    """
1 | -1 | 0 | 0.5 | 1e300 | -0.0 | nan | inf | true | false | [] | [1] | [[]] | {} | [{}] | 9999999999999999999999
2020-01-01 | 12:00:00 | "" | "adam" | "auto" | "é\\u0000" | '''x''' | ["x", 3] | [{ use = "l2" }] | { use = "sgd" }
{ low = 1e-3, high = 1, log = true } | "Adam(lr=0.1)" | "log(1e-3, 1)" | "f(" | { min = 8, max = 2 }
{ use = 3 } | { log = [1e-3, 1] } | { log = [] } | { beta = [0.5, 1] } | { int = [3, 1] } | { choice = [] }
{ choice = [1, "a"] } | { choice = ["adam", "sgd"] } | { int = [1, 900], step = 7 } | [{ int = [1, 9] }, 4]
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
Mutation = Callable[[list[str], Random], None]


def dropped(lines: list[str], random: Random) -> None:
    del lines[random.randrange(len(lines))]


def doubled(lines: list[str], random: Random) -> None:
    lines.insert(random.randrange(len(lines)), random.choice(lines))


def swapped(lines: list[str], random: Random) -> None:
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]


def renamed(lines: list[str], random: Random) -> None:
    place = random.randrange(len(lines))
    key, equals, rest = lines[place].partition("=")
    at = random.randrange(len(key) + 1)
    lines[place] = (
        key[:at] + random.choice(["x", "_", "", ".", "-", '"']) + key[at + random.randrange(2) :] + equals + rest
    )


def retyped(lines: list[str], random: Random) -> None:
    places = [place for place, line in enumerate(lines) if "=" in line]
    place = random.choice(places or [0])
    lines[place] = f"{lines[place].partition('=')[0]}= {random.choice(VALUES)}"


def exchanged(lines: list[str], random: Random) -> None:
    """Two values change their keys."""
    places = [place for place, line in enumerate(lines) if "=" in line]
    if len(places) > 1:
        one, other = random.sample(places, 2)
        (key, _, value), (key2, _, value2) = lines[one].partition("="), lines[other].partition("=")
        lines[one], lines[other] = f"{key}={value2}", f"{key2}={value}"


def flipped(lines: list[str], random: Random) -> None:
    place = random.randrange(len(lines))
    if lines[place]:
        at = random.randrange(len(lines[place]))
        letter = chr(max(1, ord(lines[place][at]) ^ 1 << random.randrange(7)))
        lines[place] = lines[place][:at] + letter + lines[place][at + 1 :]


MUTATIONS: list[Mutation] = [dropped, doubled, swapped, renamed, retyped, exchanged, flipped]


def mutated(text: str, random: Random) -> str:
    lines = text.splitlines()
    for _ in range(random.choice([1, 1, 1, 2, 4])):
        random.choice(MUTATIONS)(lines, random)
        lines = lines or [""]
    return "\n".join(lines)


def judge(file: str, text: str) -> bool:
    """Everything that is done with a file before data is read; whether it was found good."""
    try:
        pipeline = load(file)
    except Mistakes as mistakes:
        refused(file, mistakes)
        return False
    assert isinstance(pipeline, Pipeline)
    assert all(map(str, advice_on(pipeline)))
    assert loads(to_toml(pipeline), file) == pipeline
    with suppress(Problem):
        assert summary(pipeline)
    Path(file).write_text(fill(text, file))
    assert load(file) == pipeline
    return True


def refused(file: str, mistakes: Mistakes) -> None:
    """Sure that each mistake has its place and one line."""
    assert mistakes.mistakes
    for each in mistakes.mistakes:
        assert each.file == file
        assert each.line is not None or each.path in ("data", "name", ""), str(each)
        assert "\n" not in each.text


@pytest.mark.thorough
@pytest.mark.parametrize("count", [80, pytest.param(5000, marks=pytest.mark.slow)])
def test_damaged_files_are_understood_or_refused_with_their_line(
    count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(PIPELINES / "data", "data")
    texts = [WHOLE, *(each.read_text() for each in sorted(PIPELINES.glob("*.toml")))]
    good = 0
    for number in range(count):
        random = Random(number)
        text = mutated(random.choice([WHOLE, *texts]), random)
        Path("p.toml").write_text(text)
        try:
            good += judge("p.toml", text)
        except BaseException:
            print(f"number {number}:\n{text}")
            raise
    assert 0.05 * count < good < 0.95 * count, "both ends are tried"


def test_the_undamaged_file_is_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(PIPELINES / "data", "data")
    Path("p.toml").write_text(WHOLE)
    assert len(summary(load("p.toml"))) > 8
    assert judge("p.toml", WHOLE)
