"""The trainer `command`, with small real programs: what they get, what is read of them, and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from caviar import Mistakes, Study, Trial, load
from caviar.testing import TrainerContract
from caviar_plugins import CommandTrainer

from tests.commands import pipe
from tests.plugins.programs.running import is_running

pytestmark = pytest.mark.filterwarnings("ignore:no trial finished")  # what is tested here is why

FILE = """
name = "p"
reporter = []
executor = "inline"
[trainer]
use = "command"
metric = "score"
goal = "maximize"
epochs = {epochs}
command = ["sh", "train.sh", {words}]
{more}
[trainer.values]
rate = {{ log = [1e-4, 1.0] }}
[search]
trials = {trials}
{search}
"""
HALVING = 'pruner = "successive-halving"'
# Its state is the number of epochs; `trained` has a line for each epoch that was ever trained.
COUNTS = """
n=$(cat "$2/n" 2>/dev/null || echo 0)
while [ $n -lt $4 ]; do
    n=$((n + 1))
    echo $n >>"$3/trained"
    echo $n >"$2/n"
    echo "{\\"epoch\\": $n, \\"score\\": $n.$5}"
done
"""
COUNTING = '"{rate}", "{state}", "{folder}", "{until}", "{seed}"'
FOUR = """for n in 1 2 3 4; do echo "{\\"score\\": $n}"; done"""


class TestCommand(TrainerContract):
    """Four members with one value, and seeds of their own, which are the score."""

    trainer = CommandTrainer(
        epochs=3,
        metric="score",
        goal="maximize",
        command=("sh", "-c", 'for n in 1 2 3; do echo "{\\"score\\": $0.$n}"; done', "{seed}"),
    )


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


def test_values_arrive_as_arguments_in_the_environment_and_in_a_file() -> None:
    script = """printf '%s|' "$@" "$RATE" "$OWN" >$1/got; cp "$2" "$1/copy"; echo '{"score": 1}'"""
    more = """
environment = { RATE = "{rate}", OWN = "trial {trial} of {epochs} epochs, {{rate}} ${HOME}" }
values.word = { choice = ["a b", "$HOME;ls"] }
values.flag = true
values.many = { int = [10, 99] }
""".replace("${HOME}", "${1..3}")
    words = '"{folder}", "{values}", "{rate} {word} {flag} {many}", "{seed}"'
    (Path("p.toml")).write_text(text(words, more, epochs=1, trials=2).replace("[trainer.values]\nrate", "values.rate"))
    Path("train.sh").write_text(script)
    study, seeds = run(), set()
    for trial in study.trials:
        assert trial.state == "finished", trial.reason
        rate, word, many = (trial.values[f"trainer.values.{name}"] for name in ("rate", "word", "many"))
        _, _, line, seed, variable, own, _ = (folder(trial) / "got").read_text().split("|")
        assert (line, float(variable)) == (f"{rate} {word} true {many}", rate)
        assert own == f"trial {trial.index} of 1 epochs, {{rate}} ${{1..3}}"
        assert json.loads((folder(trial) / "copy").read_text()) == {
            **{"rate": rate, "word": word},
            **{"flag": True, "many": many},
        }
        seeds.add(int(seed))
    assert len(seeds) == 2


def test_a_line_with_the_metric_is_an_epoch_and_all_other_output_is_kept() -> None:
    printed = ["begin", '{"step": 1, "loss": 9}', '{"score": 0.5, "loss": 2, "note": "x"}', "[1]", '{"score": NaN']
    Path("said").write_text("\n".join([*printed, '50 %\r100 %\r{"score": 0.75, "loss": 1}', ""]))
    (trial,) = trials("cat said; echo problem >&2")
    curves = load("p.toml", trust=True).run().curves
    assert curves("validation.score")[0].tolist() == [0.5, 0.75]
    assert curves("validation.loss")[0].tolist() == [2, 1]
    output = (folder(trial) / "output.txt").read_text()
    assert [line for line in [*printed, "problem"] if f"{line}\n" not in output] == []


def test_metrics_may_come_in_a_file() -> None:
    script = 'for n in 1 2 3; do printf "{\\"score\\": $n" >>$2; echo "}" >>$2; done; echo "{\\"score\\": 7}"'
    (trial,) = trials(script, '"{rate}", "{metrics}"', 'metrics = "out/log.jsonl"', epochs=3)
    assert (trial.state, trial.metrics["validation.score"]) == ("finished", 3)


def test_a_program_that_fails_says_how_and_its_last_lines_are_shown(here: Path) -> None:
    (trial,) = trials("echo '{\"score\": 1}'; echo no such file >&2; echo rate $1 >&2; exit 3", epochs=2)
    told = f"'sh' ended with exit code 3, after 1 epoch; its last line: rate {trial.values['trainer.values.rate']}"
    assert (trial.state, trial.reason) == ("failed", told)
    shown = pipe(here, "results", "runs/p", "--debug").stderr
    assert "no such file\nrate " in shown
    assert "/trials/0/output.txt" in shown


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("exit 7", "'sh' ended with exit code 7, after 0 epochs; it printed nothing"),
        ("kill -9 $$", "'sh' was killed by SIGKILL, after 0 epochs; it printed nothing"),
        (
            'echo "{\\"scor\\": 1, \\"loss\\": 2}"',
            "'sh' ended without a line of metrics: none printed was a JSON object with a number \"score\"; its lines "
            'had validation.loss, validation.scor, after 0 epochs; its last line: {"scor": 1, "loss": 2}',
        ),
        ("echo hello", 'was a JSON object with a number "score", after 0 epochs; its last line: hello'),
    ],
)
def test_an_end_without_metrics_is_a_failure(script: str, told: str) -> None:
    (trial,) = trials(script)
    assert trial.state == "failed"
    assert told in (trial.reason or "")


def test_a_program_that_is_not_there_is_named() -> None:
    Path("p.toml").write_text(text('"{rate}"').replace('"sh", "train.sh"', '"./nowhere"'))
    assert run().trials[0].reason == "there is no program './nowhere' that this user may run"


def test_a_program_that_ends_early_without_an_error_has_finished() -> None:
    (trial,) = trials(FOUR, epochs=9)
    assert (trial.state, trial.epochs, trial.metrics["validation.score"]) == ("finished", 4, 4)


def test_what_it_does_after_its_last_epoch_is_waited_for() -> None:
    (trial,) = trials("echo '{\"score\": 1}'; sleep 0.3; echo saved >$2/saved", '"{rate}", "{folder}"', epochs=1)
    assert (folder(trial) / "saved").read_text() == "saved\n"


def test_a_number_that_is_not_finite_is_a_divergence() -> None:
    (trial,) = trials("echo '{\"score\": NaN}'")
    assert (trial.state, trial.reason) == ("diverged", "the program reported a number that is not finite")


def test_a_condition_may_ask_for_another_of_its_metrics() -> None:
    where = "where = ['validation.loss < 0.01']"
    found = trials('echo "{\\"score\\": 1, \\"loss\\": $1}"', more='others = ["loss"]', epochs=1, count=6, search=where)
    assert [each.feasible for each in found] == [each.values["trainer.values.rate"] < 0.01 for each in found]
    Path("train.sh").write_text(FOUR)
    assert load("p.toml", ["search.trials=1"], trust=True).run().trials[0].reason == (
        "the line of epoch 1 has no 'validation.loss'"
    )


def test_an_endless_program_ends_at_the_time_limit_with_its_children() -> None:
    script = "sleep 1000 & echo $! >$2/child; (trap '' TERM; sleep 1001; sleep 1002) & sleep 1003"
    found = trials(script, '"{rate}", "{folder}"', count=2, search="trial_seconds = 0.3")
    assert {trial.state for trial in found} == {"pruned"}
    assert [trial.index for trial in found if is_running((folder(trial) / "child").read_text())] == []


def test_memory_may_be_limited() -> None:
    script = "python3 -c 'bytearray(900_000_000)' && echo '{\"score\": 1}'"
    (trial,) = trials(script, more="memory_gb = 0.4")
    assert trial.reason == ("'sh' ended with exit code 1 (memory_gb = 0.4), after 0 epochs; its last line: MemoryError")


def test_a_paused_trial_goes_on_with_its_state_and_no_epoch_is_trained_twice() -> None:
    found = trials(COUNTS, COUNTING, epochs=9, count=8, search=HALVING)
    assert {trial.state for trial in found} == {"finished", "pruned"}
    for trial in found:
        assert (folder(trial) / "trained").read_text().split() == [str(1 + n) for n in range(trial.epochs)]
    (best,) = [trial for trial in found if trial.state == "finished"]
    assert (folder(best) / "state/n").read_text() == "9\n"
    assert int(best.metrics["validation.score"]) == 9


def test_without_a_state_a_paused_trial_is_trained_again_and_that_is_said(caplog: pytest.LogCaptureFixture) -> None:
    script = 'for n in 1 2 3 4 5 6 7 8 9; do echo $n >>$2/trained; echo "{\\"score\\": $n}"; sleep 0.03; done'
    with caplog.at_level("WARNING", "caviar"):
        found = trials(script, '"{rate}", "{folder}"', epochs=9, count=3, search=HALVING)
    (best,) = [trial for trial in found if trial.state == "finished"]
    assert best.metrics["validation.score"] == 9
    assert (folder(best) / "trained").read_text().split().count("1") > 1
    assert [each for each in caplog.messages if "is trained again from its first epoch" in each] == [
        "'sh' has no folder for its state ({state} is not in its command): "
        "a trial that continues is trained again from its first epoch"
    ]


def test_a_program_that_would_go_on_is_ended_at_the_rung() -> None:
    script = 'echo $$ >$2/pid; while :; do echo "{\\"score\\": $1}"; sleep 0.01; done'
    found = trials(script, '"{rate}", "{folder}"', epochs=3, count=4, search=HALVING)
    assert {trial.state for trial in found} == {"finished", "pruned"}
    assert [trial.index for trial in found if is_running((folder(trial) / "pid").read_text())] == []


def test_with_a_state_a_line_must_say_its_epoch() -> None:
    told = 'printed no "epoch" beside its metrics; with {state} a line must have it: {"epoch": 1, "score": …}'
    assert told in (trials(FOUR, '"{rate}", "{state}"')[0].reason or "")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "{rate}",
            "{rat}",
            "p.toml:10: trainer.command: {rat} is not a name that can stand here; did you mean {rate}? For the braces",
        ),
        ("{rate}", "x", "p.toml:10: trainer.command: the program never gets 'rate': write {rate} in the command or"),
        ("rate = ", "seed = ", "p.toml:12: trainer.values: 'seed' has a meaning of its own in a command; call"),
        ("rate = ", "'a-b' = ", "p.toml:12: trainer.values: 'a-b' cannot be a name in braces: letters, digits and _"),
        ("{rate}", "{rate}{metrics}", 'p.toml:10: trainer.command: {metrics} needs metrics = "metrics.jsonl" '),
        ("#", 'metrics = "../x"', "p.toml:11: trainer.metrics: must be a file in the trial's folder, such as"),
        (
            "#",
            'environment = { A = "{sed}" }',
            "p.toml:11: trainer.environment: {sed} is not a name that can stand here",
        ),
        (
            '["sh", "train.sh", "{rate}"]',
            "[]",
            "p.toml:10: trainer.command: names no program; write its words, such as",
        ),
        ('["sh", "train.sh", "{rate}"]', '"sh"', "p.toml:10: trainer.command: must be a list of texts"),
        ('goal = "maximize"', "", "metric 'score' does not state whether higher is better"),
    ],
)
def test_mistakes_are_found_before_anything_is_started(old: str, new: str, told: str) -> None:
    Path("p.toml").write_text(text('"{rate}"', "#").replace(old, new))
    with pytest.raises(Mistakes) as caught:
        load("p.toml", trust=True)
    assert told in str(caught.value)


def text(words: str, more: str = "", epochs: int = 2, trials: int = 1, search: str = "") -> str:
    return FILE.format(words=words, more=more, epochs=epochs, trials=trials, search=search)


def trials(
    script: str, words: str = '"{rate}"', more: str = "", epochs: int = 2, count: int = 1, search: str = ""
) -> tuple[Trial, ...]:
    """The trials of a search with a shell script."""
    Path("train.sh").write_text(script)
    Path("p.toml").write_text(text(words, more, epochs, count, search))
    return tuple(run().trials)


def run() -> Study:
    return load("p.toml", trust=True).run(runs="runs")


def folder(trial: Trial) -> Path:
    return Path("runs/p/trials") / str(trial.index)
