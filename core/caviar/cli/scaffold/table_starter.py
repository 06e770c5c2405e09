"""The first pipeline file for a table: short, commented, and good enough to be run as it is."""

from __future__ import annotations

from json import dumps
from pathlib import Path
from typing import Any

from caviar.cli.scaffold.efforts import Effort, batch_size_for, folds_for
from caviar.cli.scaffold.guess import guess_splits
from caviar.config.advice.many_classes import doubtful_classes
from caviar.config.declaration.dump import inline
from caviar.config.declaration.run_name import plain_name
from caviar.config.reading.readers import without_suffix
from caviar.text.shell import shell_word
from caviar.values.head import Head
from caviar.values.rare_class import RareClass, rare_class

_COLUMN = 44  # where comments begin


def starter(path: Path, remark: str, data: Any, effort: Effort) -> str:
    """The text of a pipeline file that lies beside `path`, which `data` reads; `remark` says how the target was found.

    Raises DataError.
    """
    head = data.head()
    sure = head is not None and (data.task or head.task) == "classification" and not doubtful_classes(head)
    rare = rare_class(head) if head and sure else None  # a metric of classes would not fit a regression
    table = [
        _line(f"path = {_text(path.name)}", "relative to this file"),
        _line(f"target = {inline(data.target)}", remark),
        *(_line(f"{key} = {inline(value)}", why) for key, value, why in data.worth_writing()),
        *_of_positive(rare),
        _line("test = 0.2", "rows set aside; only the winner sees them, at the end"),
        *_of_folds(head),
        *(_line(f"# {key} = {_text(name)}", why) for key, name, why in (guess_splits(head) if head else ())),
    ]
    stem = pipeline_file(path).stem
    file = shell_word(f"{stem}.toml")
    return "\n".join(
        [
            f"# {_about(path, head)}",
            f"# pipe check {file} shows what will happen, pipe run {file} does it.",
            "# Keys that are written here overrule the recipe's, such as [model] with units = { log-int = [32, 512] }.",
            *_named(stem),
            _line(f"recipe = {_text(effort.recipe)}", f"model, training and ranges; pipe fill {file} shows them"),
            "",
            "[data]",
            *table,
            *_table("trainer", _of_training(head, effort)),
            *_table("search", _of_search(head, rare, effort)),
            "",
        ]
    )


def _table(name: str, lines: list[str]) -> list[str]:
    return ["", f"[{name}]", *lines] if lines else []


def _of_folds(head: Head | None) -> list[str]:
    folds = folds_for(head)
    about = f"few rows: a trial is the mean of {folds} networks, each validated on other rows"
    return [_line(f"folds = {folds}", about)] if folds else []


def _of_training(head: Head | None, effort: Effort) -> list[str]:
    batch = batch_size_for(head)
    return [
        _line(f"epochs = {effort.epochs_for(head)}", "passes over the training rows"),
        *([_line(f"batch_size = {batch}", "small, because there are few rows")] if batch else []),
    ]


def _of_search(head: Head | None, rare: RareClass | None, effort: Effort) -> list[str]:
    more = "models in all; raise it and run again to continue the search"
    return [
        *([_line(f"metric = {_text(rare.metric)}", "accuracy hardly sees a rare class")] if rare else []),
        _line(f"trials = {effort.trials_for(head)}", more),
        _line(f"ensemble = {effort.ensemble}", "predictions are the mean of the best, drawn so many times"),
    ]


def pipeline_file(path: Path) -> Path:
    """The file that is written for a table: prices.toml for prices.csv and for prices.csv.gz."""
    bare = without_suffix(path)
    return bare.with_name(f"{bare.name}.toml")


def _of_positive(rare: RareClass | None) -> list[str]:
    """Of two classes the rare one is what is looked for."""
    if rare is None or not rare.two:
        return []
    share = f"{rare.share:.1%} of the rows"
    return [
        _line(f"positive = {_label(rare.label)}", f"{share}: precision, recall and f1 are about this class"),
        _line('threshold = "f1"', "0.5 would miss most of them; chosen for the winner by validation f1"),
    ]


def _about(path: Path, head: Head | None) -> str:
    if head is None:
        return f"{path.name}, written by pipe init."
    rows = f"{head.rows:,}" if head.exact else f"about {head.rows:,}"
    return f"{path.name}: {rows} rows, {len(head.features) + len(head.target)} columns. Written by pipe init."


def _named(stem: str) -> list[str]:
    """The run is called like the file, where that can name a folder."""
    plain = plain_name(stem)
    return [] if plain == stem else [_line(f"name = {_text(plain)}", "of the run's folder")]


def _line(code: str, comment: str) -> str:
    """TOML allows no control characters in a comment."""
    shown = "".join(letter if letter.isprintable() else _text(letter)[1:-1] for letter in comment)
    return f"{code:{_COLUMN - 1}} # {shown}" if comment else code


def _label(label: str) -> str:
    """A class as a file would have it: whole numbers, true and false without quotes."""
    return label if label in ("true", "false") or label.removeprefix("-").isdecimal() else _text(label)


def _text(text: str) -> str:
    return dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
