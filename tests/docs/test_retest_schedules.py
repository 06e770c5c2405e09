"""The crontab, systemd units and CI job of docs/retest.md, as they stand there: parsed, and their commands run.

Only the folder /srv/penguins is another one. Each is run where the winner is still good, where the data moved, and
where the winner has lost: the exit codes 0, 4 and 3.
"""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy
import pytest
from caviar.support.files import write_atomically

from tests.commands import pipe
from tests.docs.blocks import ROOT, blocks_of
from tests.model_dates import redated

pytest.importorskip("scipy", reason="a revalidation needs SciPy")
pytestmark = pytest.mark.slow
FILE = """
name = "penguins"
reporter = []
executor = "inline"
seed = 3
optimizer.learning_rate = { log = [1e-2, 1e-1] }
trainer = { epochs = 3, batch_size = 32 }
search = { trials = 4, strategy = "random", baselines = false, where = "validation.accuracy > 0.7" }
data = { use = "table", path = "rows.csv", target = "label", test = 0.25 }
"""
CODES = {"good": 0, "moved": 4, "lost": 3}
CRON = {"HOME": os.environ.get("HOME", "/"), "LOGNAME": "me", "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"}


def text_of(title: str, home: Path) -> str:
    """The block of the page that has this title, in our folder."""
    (block,) = (each for each in blocks_of(ROOT / "docs/retest.md") if each.words == f"not-run: {title}")
    return block.text.replace("/srv/penguins", str(home))


def rows(file: Path, seed: int, shift: float = 0.0, known: bool = True) -> None:
    """Two numbers and a label that follows from the first, or from nothing."""
    random = numpy.random.default_rng(seed)
    label = random.integers(0, 2, 400)
    means = 3.0 * label if known else numpy.zeros(400)
    numbers = zip(random.normal(means) + shift, random.normal(size=400), label, strict=True)
    lines = [f"{width:.4f},{height:.4f},{'ab'[each]}" for width, height, each in numbers]
    write_atomically(file, "\n".join(["width,height,label", *lines]).encode())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that ended 40 days ago, with its environment."""
    home = tmp_path_factory.mktemp("srv")
    (home / "penguins.toml").write_text(FILE)
    rows(home / "rows.csv", 1)
    assert pipe(home, "run", "penguins.toml", "--quiet").returncode == 0
    date = (datetime.now(UTC) - timedelta(days=40)).isoformat(timespec="seconds").replace("+00:00", "Z")
    reference = home / "runs/penguins/reference.json"
    reference.write_text(re.sub(r'"date": "[^"]*"', f'"date": "{date}"', reference.read_text(), count=1))
    redated(home / "runs/penguins/models/best.safetensors", date)
    (home / ".venv/bin").mkdir(parents=True)
    for name, module in (("pipe", "caviar"), ("pip", "pip")):
        (home / ".venv/bin" / name).write_text(f'#!/bin/sh\nexec {sys.executable} -m {module} "$@"\n')
        (home / ".venv/bin" / name).chmod(0o755)
    return home


@pytest.fixture(params=CODES)
def case(request: pytest.FixtureRequest, made: Path) -> Iterator[tuple[Path, int]]:
    """The folder, with the rows of today that lead to an exit code."""
    rows(made / "today.csv", 2, 2.0 if request.param == "moved" else 0.0, request.param != "lost")
    yield made, CODES[request.param]
    shutil.rmtree(made / "runs/penguins/revalidations", ignore_errors=True)


def ran(words: list[str], home: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=home, env=environment, capture_output=True, text=True, check=False)


def revalidations_of(home: Path) -> int:
    return len([*(home / "runs/penguins/revalidations").glob("*.json")])


def test_the_crontab_mails_where_something_moved_and_is_silent_else(case: tuple[Path, int]) -> None:
    home, code = case
    setting, line = text_of("a crontab", home).splitlines()
    assert re.fullmatch(r"MAILTO=\S+@\S+", setting)
    *fields, command = line.split(maxsplit=5)
    assert all(re.fullmatch(r"\*|\d+", each) for each in fields)
    assert int(fields[0]) < 60
    assert int(fields[1]) < 24
    assert "%" not in command, "cron makes a new line of it"
    done = ran(["/bin/sh", "-c", command], Path("/"), CRON)
    mail = done.stdout + done.stderr
    assert bool(mail) is bool(code), mail
    assert ("search again" in mail, "the data moved" in mail) == (code == 3, code == 4)
    assert revalidations_of(home) == 1
    assert ran(["/bin/sh", "-c", command], Path("/"), CRON).stdout == "", "not due any more"
    assert revalidations_of(home) == 1


def test_the_units_are_those_of_systemd_and_fail_where_a_search_is_due(case: tuple[Path, int], tmp_path: Path) -> None:
    home, code = case
    units = {name: text_of(name, home) for name in ("retest.service", "retest.timer")}
    for name, text in units.items():
        (tmp_path / name).write_text(text)
    timer, service = (_parsed(units[f"retest.{kind}"]) for kind in ("timer", "service"))
    if shutil.which("systemd-analyze"):
        words = ["systemd-analyze", "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))]
        done = ran(words, tmp_path, {**os.environ})
        assert (done.returncode, done.stderr) == (0, "")
        words = ["systemd-analyze", "calendar", timer["Timer"]["OnCalendar"]]
        assert ran(words, tmp_path, {**os.environ}).returncode == 0
    else:
        print("systemd is not installed here: its units are parsed, and their command is run")
    assert timer["Timer"]["Persistent"] == "true"
    assert timer["Install"]["WantedBy"] == "timers.target"
    assert service["Service"]["Type"] == "oneshot"
    fine = {0, *map(int, service["Service"]["SuccessExitStatus"].split())}
    command = shlex.split(service["Service"]["ExecStart"])
    assert Path(command[0]).is_absolute()
    done = ran(command, Path(service["Service"]["WorkingDirectory"]), {"PATH": "/usr/bin:/bin", "HOME": CRON["HOME"]})
    assert done.returncode == code, done.stderr
    assert (code in fine) is (code != 3)


def _parsed(unit: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(unit)
    return parser


def test_the_ci_job_fails_where_a_search_is_due_and_keeps_what_was_found(case: tuple[Path, int]) -> None:
    yaml = pytest.importorskip("yaml", reason="PyYAML reads the workflow")
    home, code = case
    workflow = yaml.safe_load(text_of("a workflow of GitHub Actions", home))
    (schedule,) = workflow[True]["schedule"]  # YAML 1.1 reads `on` as true
    assert len(schedule["cron"].split()) == 5
    (job,) = workflow["jobs"].values()
    failed, ran_steps = False, []
    environment = {"PATH": f"{home}/.venv/bin:/usr/bin:/bin", "PIP_NO_INDEX": "1", "HOME": CRON["HOME"]}
    for step in job["steps"]:
        if "run" in step and not failed:
            (home / "step.sh").write_text(step["run"])
            done = ran(["bash", "-e", "step.sh"], home, environment)
            failed = done.returncode != 0
            ran_steps.append((step["run"].split()[0], failed, done.stderr))
    assert [each[:2] for each in ran_steps] == [("pip", False), ("pipe", code == 3)], ran_steps
    uses = [each for each in job["steps"] if "uses" in each]
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", each["uses"]) for each in uses)
    kept = uses[-1]
    assert kept["if"] == "always()"
    assert f'"exit_code": {code}' in (home / kept["with"]["path"]).read_text()
