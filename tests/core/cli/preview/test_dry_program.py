"""The dry run of a program, which only --trust allows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import pipe

pytestmark = pytest.mark.thorough

FILE = """
[trainer]
use = "command"
command = ["sh", "train.sh", "{rate}", "{state}", "{until}"]
directory = "."
metric = "score"
goal = "maximize"
epochs = 5
values = { rate = { log = [1e-3, 1.0] } }
"""
SOUND = """
touch ran
n=$(cat "$2/n" 2>/dev/null || echo 0)
while [ $n -lt $3 ]; do
    n=$((n + 1))
    echo $n >"$2/n"
    echo "{\\"epoch\\": $n, \\"score\\": $n}"
done
"""


def checked(folder: Path, program: str, *words: str) -> tuple[int, str]:
    (folder / "p.toml").write_text(FILE)
    (folder / "train.sh").write_text(program)
    done = pipe(folder, "check", "p.toml", *words)
    return done.returncode, done.stdout + done.stderr


def test_a_program_is_tried_out_with_trust_only(tmp_path: Path) -> None:
    for words in ((), ("--trust", "--dry", "0")):
        code, told = checked(tmp_path, SOUND, *words)
        assert code == 0
        assert "not started by a check" in told
        assert not (tmp_path / "ran").exists()
    code, told = checked(tmp_path, SOUND, "--trust")
    assert (code, (tmp_path / "ran").exists()) == (0, True)
    assert "dry run    2 of 5 epochs in " in told
    assert "differ" not in told
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("old", "new", "code", "told"),
    [
        ("touch ran", "exit 3", 2, "dry run: 'sh' ended with exit code 3"),
        ('\\"score\\": $n', '\\"score\\": $$', 0, "two trainings with the same seed differ: the program draws random"),
    ],
)
def test_what_is_wrong_with_a_program_is_reported(old: str, new: str, code: int, told: str, tmp_path: Path) -> None:
    program = SOUND.replace(old, new)
    assert program != SOUND
    found = checked(tmp_path, program, "--trust")
    assert found[0] == code, found[1]
    assert told in found[1]


def test_a_resumed_program_that_differs_is_advice(tmp_path: Path) -> None:
    program = SOUND.replace("while", "first=$n\nwhile").replace('\\"score\\": $n', '\\"score\\": $((n + first))')
    code, told = checked(tmp_path, program, "--trust")
    assert code == 0
    assert "a trial that resumes from its state differs from one without a pause in validation.score 2 and 3" in told
