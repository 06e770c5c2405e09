"""Damaged files of a run: after each, `results`, `predict` and `run` say so or give what they gave before.

And `pipe doctor` finds what they find; repaired, and run again, it is the run that it was.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from caviar import Reporter, Trial, load
from caviar.cli.main import app
from caviar.engine.study import run
from caviar.plugin import hook
from typer.testing import CliRunner

from tests.faults.damages import damaged

FILE = """
data = { path = "rows.csv", target = "y" }
reporter = []
executor = "inline"
model.units = { int = [2, 6] }
optimizer.learning_rate = { log = [1e-3, 1e-1] }
trainer = { epochs = 3, batch_size = 32 }
search = { baselines = false, trials = 8, round = 4, pruner = "successive-halving" }
store.keep = 4
"""
TARGETS: dict[str, Callable[[Path], Path]] = {
    "the model": lambda folder: folder / "models" / "best.safetensors",
    "the winner's weights": lambda folder: folder / "models" / WINNER[0],
    "the study": lambda folder: folder / "study.sqlite",
    "the study beside its log": lambda folder: folder / "study.sqlite",
    "the log": lambda folder: folder / "study.sqlite-wal",
    "the resolved file": lambda folder: folder / "pipeline.toml",
}
WINNER: list[str] = []
WHOLE: list[Any] = []
"""All trials, and the best one, of the run that ended."""
LOGGED = ("the study beside its log", "the log")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a run that ended (`sound`) and the same as a crash leaves it (`logged`), its last commits apart."""
    home = tmp_path_factory.mktemp("campaign")
    rows = (f"{number % 7},{number * number % 11},{'ab'[number * 3 % 5 % 2]}" for number in range(90))
    (home / "rows.csv").write_text("\n".join(["u,v,y", *rows]))
    (home / "p.toml").write_text(FILE)

    class Copier(Reporter):
        name = "copier"

        @hook
        def after_trial(self, trial: Trial) -> None:
            shutil.copytree(home / "runs" / "p", home / "logged" / "p", dirs_exist_ok=True)

    with chdir(home):
        done = run(load("p.toml"), Path("runs"), watchers=[Copier()])
        assert done.summary.best is not None
        assert (home / "logged" / "p" / "study.sqlite-wal").stat().st_size > 0
        (home / "runs").rename(home / "sound")
        WINNER[:] = [file.name for file in (home / "sound/p/models").glob(f"trial-{done.summary.best.index}-*")]
        yield home


def pipe(*words: str) -> tuple[int, str, str]:
    """A command in this process: exit code, standard output, standard error."""
    done = CliRunner().invoke(app, words)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def results() -> tuple[int, Any, str]:
    """With the trials by number, without their times."""
    code, out, error = pipe("results", "runs/p", "--json")
    trials = json.loads(out)["trials"] if not code else []
    return code, [{name: value for name, value in trial.items() if name != "seconds"} for trial in trials], error


def predict() -> tuple[int, Any, str]:
    return pipe("predict", "runs/p", "rows.csv")


def resume() -> tuple[int, Any, str]:
    code, out, error = pipe("run", "p.toml", "--json")
    return code, json.loads(out)["best"] if not code else None, error


COMMANDS: dict[str, Callable[[], tuple[int, Any, str]]] = {"results": results, "predict": predict, "run": resume}


def laid_out(home: Path, target: str) -> Path:
    """A fresh copy of the run at `runs`, and the file that is to be damaged."""
    shutil.rmtree(home / "runs", ignore_errors=True)
    shutil.copytree(home / ("logged" if target in LOGGED else "sound"), home / "runs")
    return TARGETS[target](home / "runs" / "p")


def is_told(code: int, error: str) -> bool:
    """One of our sentences, which names a file, and nothing else."""
    said = error.strip()
    return code in (1, 2) and "runs/p" in said and "unexpected" not in said and "Traceback" not in said


def is_earlier(found: list[Any], whole: list[Any]) -> bool:
    """What SQLite leaves of a damaged log: as if what follows the damage had not been written yet."""
    ended = [trial for trial in found if trial["state"] in ("finished", "pruned", "failed", "diverged")]
    return all(trial in whole for trial in ended) and len(found) <= len(whole)


def campaign(home: Path, target: str, numbers: range) -> list[str]:
    """What went wrong: a command that neither says that the file is damaged nor gives what it gave before."""
    expected = {}
    laid_out(home, "the study")
    WHOLE[:] = [results()[1], resume()[1]]
    laid_out(home, target)
    for name, command in COMMANDS.items():
        code, expected[name], error = command()
        assert code == 0 or (name == "predict" and target in LOGGED), error
    _, whole, _ = results()
    wrong = []
    for number in numbers:
        file = laid_out(home, target)
        content = damaged(file.read_bytes(), number)
        file.write_bytes(content)
        verdict, _, error = pipe("doctor", "runs/p")
        assert verdict in (0, 1), f"{number}: {error}"
        if why := not_mended(content, gone=target == "the log" or not verdict):
            wrong.append(f"{number}: repaired, {why}")
        laid_out(home, target).write_bytes(content)
        outcomes = {}
        for name, command in COMMANDS.items():
            outcomes[name] = code, found, error = command()
            same = code == 0 and (
                found == expected[name]
                or (target == "the log" and name == "results" and is_earlier(found, expected[name]))
            )
            if not same and not verdict and is_told(code, error) and "missing" not in error:
                wrong.append(f"{number}: {name} {error.strip()[:300]}, and doctor found nothing")
            if not same and not is_told(code, error):
                wrong.append(f"{number}: {name} {code} {error.strip()[:300]} {str(found)[:200]}")
        if outcomes["run"][0] == 0 and results()[1] != whole:
            wrong.append(f"{number}: run said nothing, and results are others afterwards: {results()}")
    return wrong


def not_mended(content: bytes, gone: bool) -> str | None:
    """How a run whose file was damaged differs from what it was, after `--repair` and `pipe run`.

    `gone`: the file as it was damaged need not be there. SQLite cuts a log where it is damaged.
    """
    _, said, error = pipe("doctor", "runs/p", "--repair")
    if error:
        return f"doctor says {error.strip()}"
    kept = any(file.read_bytes() == content for file in Path("runs/p").rglob("*") if file.is_file())
    if not kept and not gone:
        return f"what was damaged is gone: {said}"
    _, best, error = resume()
    now = results()[1], best, pipe("doctor", "runs/p")[0]
    if now != (WHOLE[0], WHOLE[1], 0):
        return f"{error.strip()[:300]} {str(now)[:300]}; {said}"
    return None


@pytest.mark.parametrize("target", TARGETS)
def test_damage_is_reported_or_harmless(home: Path, target: str) -> None:
    assert campaign(home, target, range(5)) == []


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_damage_is_reported_or_harmless_eighty_times(home: Path, target: str) -> None:
    assert campaign(home, target, range(5, 85)) == []
