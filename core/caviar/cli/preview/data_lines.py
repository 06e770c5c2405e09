"""Lines on the data of a run: its rows, columns and target, and what was guessed."""

from __future__ import annotations

from collections.abc import Iterator

from caviar.cli.preview.preview import Preview
from caviar.cli.preview.wording import called
from caviar.config.checks.data_errors import rounded_column
from caviar.config.checks.foreseen_rows import rows_line, split_lines
from caviar.config.checks.target_head import target_lines


def data_lines(seen: Preview) -> Iterator[tuple[str, str]]:
    """Each with the word that it is about, empty below the line of the same word."""
    head = seen.head
    about = "" if head.exact else "about "
    yield "data", f"{getattr(seen.data, 'path', None) or called(seen.data)}"
    yield "rows", f"{about}{head.rows:,}: {rows_line(seen.data, head)}"
    yield from (("", line) for line in split_lines(seen.data, head))
    if head.unlabelled:
        rows = "1 row" if head.unlabelled == 1 else f"{head.unlabelled:,} rows"
        yield "", f"{rows} without a target {'is' if head.unlabelled == 1 else 'are'} left out"
    if seen.data.folds:
        unused = "; data.validation is not used" if "validation" in seen.data.model_fields_set else ""
        yield "", f"each trial is trained {seen.data.folds} times{unused}"
    told = []
    for kind in ("numbers", "flags", "words", "dates"):
        columns = [each for each in head.features if each.kind == kind]
        if columns:
            gaps = sum(bool(each.missing) for each in columns)
            told.append(f"{sum(each.width for each in columns):,} of {kind}{f' ({gaps} with gaps)' if gaps else ''}")
    bound = "at most " if seen.has_rare_words() else ""
    yield "columns", f"{', '.join(told)}; {bound if seen.all_inputs_seen() else 'about '}{seen.inputs:,} inputs"
    for column in head.features:
        if column.rounded:
            yield "", rounded_column(column.name)
    least = "" if seen.all_outputs_seen() else "at least "
    what = f"{least}{seen.outputs} classes" if seen.task == "classification" else "numbers"
    yield "target", f"{', '.join(each.name for each in head.target)}: {what}, {seen.task}"
    for note in head.notes:
        yield "guessed", note
    for line in target_lines(seen.data, seen.task, head):
        yield "", line
