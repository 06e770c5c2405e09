"""What is wrong with data is told by `check` and by `run` in the same words, which users read here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from caviar import DataError, load
from caviar.cli.preview.preview import preview
from caviar.engine.data.resolve import resolve_run


@dataclass(frozen=True)
class Case:
    """A table, what it is told («path» stands for its file), and keys of the pipeline and of its [data]."""

    csv: str
    told: str
    file: str = ""
    data: str = ""


SOUND = "1,2,u\n1,3,v\n" * 30
NUMBERS = "1,2.5\n2,3\n" * 30
CURE = 'correct it, leave it empty, or set columns = { b = "category" } in [data]'
CODE = CURE.replace("or set", 'set missing = ["{}"] in [data] if it stands for no value, or set')
ROUNDED = (
    "the target 'y' holds whole numbers beyond 9,007,199,254,740,991, which would be rounded; names belong in a column "
    'of words (of a table, columns.y = "category" in [data]), amounts in a larger unit'
)

CASES = {
    "a cell among numbers": Case(
        f"a,b,y\n{SOUND}1,oops,u\n",
        f"«path»:62: column 'b' holds 'oops' where 60 of 61 cells hold a number; {CODE.replace('{}', 'oops')}",
    ),
    "an infinite cell": Case(
        f"a,b,y\n{SOUND}1,inf,u\n",
        f"«path»:62: column 'b' holds 'inf' where 60 of 61 cells hold a number; {CODE.replace('{}', 'inf')}",
    ),
    "beyond double precision": Case(
        f"a,b,y\n{SOUND}1,-1e400,u\n",
        "«path»:62: column 'b' holds -1e400, too large to compute with; correct it, or rescale the column",
    ),
    "beyond single precision": Case(
        f"a,y\n{NUMBERS}1,1e200\n",
        "«path»:62: column 'y' holds 1e200, too large to compute with; correct it, or rescale the column",
    ),
    "one word only": Case(
        "a,y\n" + "1,yes\n" * 60, "data.target: the target 'y' has only one value, so there is nothing to learn"
    ),
    "one number only": Case(
        "a,y\n" + "1,7\n" * 60, "data.target: the target 'y' has only one value, so there is nothing to learn"
    ),
    "a target alone": Case("y\n1\n2\n", "the data has no column besides the target, so there is nothing to learn from"),
    "a target and what is ignored": Case(
        "a,y\n1,2\n2,3\n",
        "the data has no column besides the target, so there is nothing to learn from",
        data='columns.a = "ignore"',
    ),
    "a mistake in an ignored column is none": Case(
        f"b,a,y\n{SOUND}oops,1,\n",
        "«path»:62: the target 'y' has no value; fill it in or remove the row",
        "",
        'columns.b = "ignore"\nmissing_target = "refuse"',
    ),
    "a cell below a row without a target": Case(
        f"y,b\n,1\n{NUMBERS}1,oops\n",
        f"«path»:63: column 'b' holds 'oops' where 60 of 61 cells hold a number; {CODE.replace('{}', 'oops')}",
    ),
    "a target of 19 digits": Case("a,y\n1,9223372036854775805\n2,9223372036854775806\n" * 1, ROUNDED),
    "a regression of 17 digits": Case(
        "a,y\n" + "1,92233720368547758\n2,92233720368547757\n" * 9, ROUNDED, data='task = "regression"'
    ),
    "words without one-hot": Case(
        "a,b,y\n" + "1,u,2.5\n1,v,1\n" * 30,
        "column 'b' holds words; add the transform 'one-hot', which turns them into numbers",
        'transform = ["standardize"]',
    ),
    "gaps without impute": Case(
        "a,b,y\n" + "1,,2.5\n1,2,1\n" * 30,
        "column 'b' has cells without a value; add the transform 'impute', which fills them",
        'transform = ["one-hot", "standardize"]',
    ),
    "a batch is too small": Case(
        "a,y\n1,2.5\n2,3\n",
        "1 training row(s) are too few for the normalizer: it needs 2",
        'normalizer = "batchnorm"',
        "validation = 0.5",
    ),
    "a batch of a fold is too small": Case(
        "a,y\n1,2.5\n2,3\n3,1\n",
        "1 training row(s) are too few for the normalizer: it needs 2",
        'normalizer = "batchnorm"',
        "folds = 2",
    ),
    "no rows": Case("a,y\n", "«path»:1: there are no rows below the header"),
    "a column without a name": Case("a,,y\n0,1,2\n1,2,3\n", "«path»:1: column 2 has no name; give it one"),
    "a quote within a cell": Case(
        f'a,b,y\n{SOUND}"1"2,2,u\n', "«path»:62: ',' expected after '\"'; is a quote left open?"
    ),
    "a test part of its own and another": Case(
        "", "data.test: this data comes with its own test part; remove the key, or set it to 0", "", "test = 0.1"
    ),
    "rows that only a program has": Case(
        "", "the rows came from a program; run it again: Pipeline(…).run(X, y)", "", 'use = "memory"'
    ),
}


def pipeline_of(folder: Path, case: Case) -> Path:
    (folder / "t.csv").write_text(case.csv)
    where = 'path = "t.csv"\ntarget = "y"' if case.csv else "" if "use" in case.data else 'use = "digits"'
    (folder / "p.toml").write_text(f"{case.file}\n[data]\n{where}\n{case.data}\n")
    return folder / "p.toml"


@pytest.mark.parametrize("name", CASES)
def test_check_and_run_refuse_data_in_the_same_words(name: str, tmp_path: Path) -> None:
    pipeline = load(pipeline_of(tmp_path, CASES[name]))
    for look in (preview, resolve_run):
        with pytest.raises(DataError) as error:
            look(pipeline)
        assert str(error.value) == CASES[name].told.replace("«path»", str(tmp_path / "t.csv")), look


ACCEPTED = {
    "a cell of more than 131,072 characters": Case(f"a,b,y\n{SOUND}1,2,{'u' * 200_000}\n1,2,v\n", ""),
    "a target of 18 digits that has few values": Case(
        "a,y\n" + "1,922337203685477580\n2,922337203685477581\n" * 9, "922337203685477580 922337203685477581"
    ),
    "numbers of 19 digits that are words": Case(
        "a,y\n" + "1,9223372036854775806\n2,9223372036854775807\n" * 9,
        "9223372036854775806 9223372036854775807",
        data='columns.y = "category"',
    ),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_check_and_run_take_the_same_data(name: str, tmp_path: Path) -> None:
    pipeline = load(pipeline_of(tmp_path, ACCEPTED[name]))
    seen, (work, _, _) = preview(pipeline), resolve_run(pipeline)
    assert seen is not None
    assert seen.outputs == len(work.task.classes)
    assert seen.inputs == work.datasets[0].x.shape[1]
    if ACCEPTED[name].told:
        assert " ".join(map(str, work.task.classes)) == ACCEPTED[name].told
