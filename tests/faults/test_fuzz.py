"""Pipeline files, tables, models and databases that are nearly right: understood, or refused in a sentence.

10,000 inputs of Hypothesis in the slow form: no traceback, no command that computes for long, no code run.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing, suppress
from hashlib import sha256
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from caviar_plugins.stores.rows import ARTIFACT, CURVE, STORED, STUDY, signed
from caviar_plugins.stores.timeline import TIMELINE
from hypothesis import given
from hypothesis import strategies as st

from tests.commands import pipe
from tests.errors.test_mutations import WHOLE
from tests.faults.fuzzing import Spoiled, guarded, spoiled, thorough
from tests.faults.small import FILE, run, small


def examples(many: int) -> pytest.MarkDecorator:
    """A few inputs in each run of the tests, and a kind's share of the 10,000 in the slow form."""
    several = [pytest.param(6, id="few"), pytest.param(many, id="many", marks=pytest.mark.slow)]
    return pytest.mark.parametrize("count", several)


TOML = b"""
= [ ] { } " ' \"\"\" # , . \\n \\x00 -1 1e400 nan inf 0x 1_ true [[ ]] use choice log int uniform beta step path auto
../../x /etc/passwd evil.py:X 99999999999999999999 \\u0000 2020-01-01 optimizer.learning_rate trainer
"""
CSV = b"""
\\n \\r , ; \\t " "" , ' NA nan inf -inf 1e400 1e-400 0x1F 9223372036854775807 9223372036854775808 1,5 1.000,5 \\n\\n
2020-13-45 true \\xff\\xfe \\x00 \\xef\\xbb\\xbf \\xe2\\x98\\x83 =cmd| u,v,y
"""
JSON = b"""
{ } [ ] , : " null true -1 1e999 NaN Infinity 18446744073709551616 "" \\\\u0000 \\\\ud800 shape dtype F32 I64 BOOL 0.5
data_offsets __metadata__ caviar members pipeline preparations [[[[[[[[ members.0 "use" classification
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run that ended, at runs/p, and a copy of it that nobody changes."""
    file = small(tmp_path_factory.mktemp("fuzz"))
    run(file, "runs", "--set", "search.trials=4", "--set", "trainer.epochs=2")
    shutil.copytree(file.parent / "runs", file.parent / "sound")
    return file.parent


def judge(home: Path, *words: str) -> CompletedProcess[str]:
    """A command understands what it gets or says in a sentence why not; `pipe` raises what would be a traceback."""
    with guarded(words[0]):
        done = pipe(home, *words)
    assert done.returncode in (0, 1, 2)
    assert "Traceback" not in done.stdout + done.stderr
    assert not [line for line in done.stderr.splitlines() if line.startswith("unexpected ")], done.stderr
    assert done.returncode == 0 or 0 < len(done.stderr + done.stdout) < 20_000
    return done


@examples(3000)
def test_pipeline_files(home: Path, count: int) -> None:
    file = home / "fuzz.toml"

    @thorough(count)
    @given(spoiled(TOML))
    def check(drawn: Spoiled) -> None:
        file.write_bytes(drawn.of([FILE.encode(), WHOLE.encode()]))
        judge(home, "check", file.name)

    check()


@examples(2000)
def test_tables(home: Path, count: int) -> None:
    (home / "table.toml").write_text(FILE.replace("rows.csv", "table.csv"))
    whole = (home / "rows.csv").read_bytes()

    @thorough(count)
    @given(spoiled(CSV))
    def check(drawn: Spoiled) -> None:
        (home / "table.csv").write_bytes(drawn.of([whole, whole[:60]]))
        judge(home, "check", "table.toml")
        judge(home, "predict", "runs/p", "table.csv")

    check()


@examples(2500)
def test_models(home: Path, count: int) -> None:
    """Half of them with a checksum that fits, as who makes one on purpose would write it."""
    model = home / "runs" / "p" / "models" / "best.safetensors"
    whole = (home / "sound" / "p" / "models" / "best.safetensors").read_bytes()
    size = int.from_bytes(whole[:8], "little")

    @thorough(count)
    @given(spoiled(JSON), st.booleans())
    def check(drawn: Spoiled, forged: bool) -> None:
        header = drawn.of([whole[8 : 8 + size]])
        model.write_bytes(with_checksum(header, whole[8 + size :]) if forged else drawn.of([whole]))
        judge(home, "predict", "runs/p", "rows.csv")

    try:
        check()
    finally:
        model.write_bytes(whole)


def with_checksum(header: bytes, arrays: bytes) -> bytes:
    """A model file with this header and the checksum that belongs to it, if it says where that stands."""
    content = len(header).to_bytes(8, "little") + header + arrays
    with suppress(ValueError, TypeError, KeyError, AttributeError):
        old = json.loads(json.loads(header)["__metadata__"]["caviar"])["sha256"].encode()
        blank = content.replace(old, b"0" * 64, 1)
        content = content.replace(old, sha256(blank).hexdigest().encode(), 1)
    return content


TABLES = {"study": f"{STUDY}, checksum", "trial": STORED, "curve": f"{CURVE}, checksum"}
TABLES |= {"artifact": f"{ARTIFACT}, checksum", "timeline": f"{TIMELINE}, checksum", "assessment": "found, checksum"}
EDITED = object()
"""In the place of a cell: the one that was there, spoiled."""
CELL = (
    st.none()
    | st.integers(-(1 << 63), (1 << 63) - 1)
    | st.sampled_from((0, 1, 2, -1))
    | st.floats()
    | st.text(max_size=20)
    | st.binary(max_size=20)
    | st.sampled_from(("[]", "{}", "[null]", '{"a": 1e999}', "[[[[", "../../x", "finished", "running", '{"use": 1}'))
    | st.just(EDITED)
)


@examples(2500)
def test_databases(home: Path, count: int) -> None:
    """Half of them with a cell that was replaced and the row's checksum with it; some of these are resumed.

    Of the other half, which checksums protect, a command says that the study is damaged, or what a sound one says.
    """
    study = home / "runs" / "p" / "study.sqlite"
    whole = (home / "sound" / "p" / "study.sqlite").read_bytes()
    changes = st.tuples(st.sampled_from(sorted(TABLES)), st.integers(0, 15), CELL)

    def afresh() -> None:
        shutil.rmtree(home / "runs")
        shutil.copytree(home / "sound", home / "runs")

    afresh()
    judge(home, "report", "runs/p")
    told, drawing = judge(home, "results", "runs/p"), drawn_in(home)

    @thorough(count)
    @given(spoiled(JSON), changes, st.booleans(), st.integers(0, 4))
    def check(drawn: Spoiled, change: tuple[str, int, Any], forged: bool, fifth: int) -> None:
        afresh()
        if forged:
            forge(study, *change, drawn)
        else:
            study.write_bytes(drawn.of([whole]))
        found, doctored, drew = (judge(home, command, "runs/p") for command in ("results", "doctor", "report"))
        if not forged:
            assert found.returncode or found.stdout == told.stdout
            assert drew.returncode or drawn_in(home) == drawing
            assert doctored.returncode or not drew.returncode, "the doctor found nothing"
        if fifth == 0:
            judge(home, "run", "p.toml", "--set", "search.trials=4", "--set", "trainer.epochs=2", "--json")

    check()


def drawn_in(home: Path) -> Any:
    """What the page of the report draws, without the time at which it was written."""
    page = (home / "runs" / "p" / "report.html").read_text()
    return json.loads(page.partition('id="data">')[2].partition("</script>")[0])["runs"]


def forge(study: Path, table: str, place: int, cell: Any, drawn: Spoiled) -> None:
    """Replaces a cell of the table's first row, and its checksum; leaves what SQLite itself refuses."""
    columns = TABLES[table]
    with closing(sqlite3.connect(study, isolation_level=None)) as connection, suppress(sqlite3.Error, OverflowError):
        connection.execute("PRAGMA foreign_keys = OFF")
        key = "trial" if table == "curve" else "_rowid_"
        number, *row = connection.execute(f"SELECT {key}, {columns} FROM {table}").fetchone()
        cells = list(row[:-1])
        place %= len(cells)
        cells[place] = drawn.of([str(cells[place]).encode()]).decode("latin-1") if cell is EDITED else cell
        marks = ", ".join("?" for _ in row)
        connection.execute(
            f"UPDATE {table} SET ({columns}) = ({marks}) WHERE {key} = ?", (*signed(tuple(cells)), number)
        )
