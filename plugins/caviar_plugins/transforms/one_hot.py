"""one-hot: a column of words becomes one flag for each word."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from caviar.plugin import (
    Array,
    ColumnHead,
    Head,
    Operation,
    Table,
    Transform,
    setting,
    words_from_array,
    words_to_array,
)


class OneHot(Transform, interface=2):
    """The words of the training rows, the most frequent ones first where there are more than `most`.

    Missing counts as a word where training rows lack one. A word that was not seen, or was too rare, has no flag set.
    """

    most: int = setting(default=100, ge=1, also=("max_categories",))

    def fit(self, table: Table) -> dict[str, Array]:
        return {f"words.{name}": words_to_array(self._words(table.columns[name])) for name in _words_in(table)}

    def apply(self, table: Table, learned: dict[str, Array]) -> Table:
        import numpy

        columns, levels = dict(table.columns), dict(table.levels)
        for name in table.features:
            if f"words.{name}" not in learned:
                continue
            words = words_from_array(learned[f"words.{name}"])
            places = {word: place for place, word in enumerate(words)}
            found = numpy.asarray([places.get(_key(cell), -1) for cell in table.columns[name]], dtype=numpy.int64)
            columns[name], levels[name] = found[:, None] == numpy.arange(len(words)), len(words)
        return table.with_columns(columns, levels)

    def foresee(self, head: Head) -> Head:
        return head.with_features(
            tuple(self._foreseen(each) if each.kind == "words" else each for each in head.features)
        )

    def description(self, learned: dict[str, Array]) -> tuple[Operation, ...]:
        known = {key.removeprefix("words."): tuple(words_from_array(array)) for key, array in learned.items()}
        return tuple(Operation("one-hot", {"words": words}, name) for name, words in known.items())

    def _foreseen(self, column: ColumnHead) -> ColumnHead:
        words = min((column.distinct or 0) + bool(column.missing), self.most)
        return replace(column, kind="flags", shape=(words,), levels=words, missing=False)

    def _words(self, column: Array) -> list[str]:
        """In the order of their letters, so that equal rows in another order give equal inputs."""
        counts = Counter(map(_key, column))
        often = sorted(counts, key=lambda word: (-counts[word], word))[: self.most]
        return sorted(often)


def _words_in(table: Table) -> list[str]:
    return [name for name in table.features if table.columns[name].dtype.kind == "O"]


def _key(cell: str | None) -> str:
    """A missing word is the empty one, which no reader gives."""
    return "" if cell is None else cell
