"""What `run` and `predict` say of the messy files, with new rows as they are and as they should not be.

Scores and seconds vary between machines and are left out of what is compared. UPDATE_GOLDEN=1 writes it again.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import shutil
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from caviar import load
from caviar.cli.main import app
from caviar.cli.scaffold.table_starter import pipeline_file
from caviar_plugins import TableFile
from typer.testing import CliRunner

HOME = Path(__file__).parent
NAMES = sorted(file.name for file in (HOME / "files").iterdir())
FEW = {
    *("amount-to-predict.csv", "clean.csv", "damaged.csv", "date-to-predict.csv", "dates-german.csv", "flags.csv"),
    *("every-row-its-class.csv", "free-text.csv", "header-only.csv", "ids.csv", "lines-in-cells.csv", "lines.jsonl"),
    *("missing-999.csv", "no-header.csv", "one-class.csv", "packed.csv.gz", "semicolon-comma.csv", "shop.db"),
    *("target-gaps.csv", "windows-letters.csv", "zone.csv"),
}
"""Files that differ in what a run or a prediction says; the others are run by `pytest -m slow`."""
SMALL = ["search.trials=2", "search.baselines=false", "trainer.epochs=1", "executor.use=inline", "model.units=4"]
SCORES = "(simple-models)"  # ends the advice that depends on them
LINES_VARY = ("lines-in-cells.csv", "no-header.csv")  # no line of which is a row, or the header


@pytest.mark.thorough
@pytest.mark.parametrize(
    "name", [name if name in FEW else pytest.param(name, marks=pytest.mark.slow) for name in NAMES]
)
def test_run_and_predict_say_what_was_read(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(HOME / "files" / name, tmp_path)
    target = json.loads((HOME / "truth" / f"{name}.json").read_text(encoding="utf-8"))["target"]
    CliRunner().invoke(app, ["init", name, "--target", target])
    file = Path(pipeline_file(Path(name)).name)
    told = _run(file)
    if Path("runs").exists():
        told += _predicted(name)
        data = load(file).data
        assert isinstance(data, TableFile)
        if (known := data.decided()).path.suffix not in (".db", ".jsonl"):
            _changed(known, _strange)
            told += _predicted(f"new-{name}")
            if name not in LINES_VARY:
                _changed(known, _wrong)
                told += _predicted(f"new-{name}")
    golden = HOME / "ran" / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")


def _run(file: Path) -> str:
    """What a run says besides its progress and scores."""
    if not file.exists():
        return "nothing to run: `pipe init` refuses it\n"
    settings = [word for setting in SMALL for word in ("--set", setting)]
    done = CliRunner().invoke(app, ["run", str(file), *settings])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    notes = [line for line in done.stderr.splitlines() if "trials" not in line and not line.endswith(SCORES)]
    return _shown(f"$ pipe run {file}  (exit {done.exit_code})", *notes)


def _predicted(name: str) -> str:
    """The header, the number of predictions, and what else is said."""
    run = f"runs/{pipeline_file(Path(name.removeprefix('new-'))).stem}"
    done = CliRunner().invoke(app, ["predict", run, name])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    header, *rows = done.stdout.splitlines() or [""]
    printed = [f"{header}: {len(rows)} rows"] if header else []
    return _shown(f"$ pipe predict {run} {name}  (exit {done.exit_code})", *printed, *done.stderr.splitlines())


def _shown(*lines: str) -> str:
    return "".join(f"{line.replace(f'{Path.cwd()}/', '')}\n" for line in lines)


def _changed(data: TableFile, change: Callable[[TableFile, str], str]) -> None:
    """Writes new rows that are those of training, changed."""
    packed, encoding = data.path.suffix == ".gz", data.encoding or "utf-8"
    content = gzip.decompress(data.path.read_bytes()) if packed else data.path.read_bytes()
    changed = change(data, content.decode(encoding)).encode(encoding)
    Path(f"new-{data.path.name}").write_bytes(gzip.compress(changed) if packed else changed)


def _strange(data: TableFile, text: str) -> str:
    """The rows with a town that training did not have."""
    return text.replace("Ulm", "Oslo")


def _wrong(data: TableFile, text: str) -> str:
    """The rows with a word in the last row, where its date or a number was."""
    *lines, last = text.rstrip().splitlines(keepends=True)
    separator, quote = data.separator or ",", data.quote
    header = next(line for line in lines if "town" in line)
    names, cells = (
        [cell.strip() for cell in next(csv.reader([line], delimiter=separator, quotechar=quote))]
        for line in (header.rstrip(), last)
    )
    cells[names.index("day" if "date" in data.path.name or "zone" in data.path.name else "count")] = "soon"
    out = StringIO()
    csv.writer(out, lineterminator="", delimiter=separator, quotechar=quote).writerow(cells)
    return "".join(lines) + out.getvalue()
