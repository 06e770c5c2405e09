"""The steps of a prediction as lines of Python, which call formulas that NumPy's and PyTorch's files both have."""

from __future__ import annotations

from collections.abc import Iterator

from caviar.plugin import MemberDescription, ModelDescription, Operation, TargetScale

from caviar_plugins.exporters.parts import Preparation, source
from caviar_plugins.exporters.python_source import Arrays, texts

INVERSES = {"none": "", "log": "exponential", "log1p": "exponential_less_one", "quantile": "from_scores"}
HEADS = {"softmax": "softmax", "sigmoid": "two_classes", "identity": ""}


class Steps:
    """Writes lines, collects their `arrays`, and notes the `formulas` that they call."""

    def __init__(self) -> None:
        self.arrays = Arrays()
        self.formulas = {"array"}

    def call(self, name: str, *arguments: str) -> str:
        """A call of a formula."""
        self.formulas.add(name)
        return f"{name}({', '.join(arguments)})"

    def table(self, model: ModelDescription) -> Iterator[str]:
        """A function that reads the columns of rows."""
        yield "def table(rows):"
        yield '    """The columns that the model reads. Raises KeyError where the rows lack one."""'
        if len(model.columns) == 1 and model.columns[0].shape:
            yield '    if not hasattr(rows, "keys") and not hasattr(rows, "columns"):  # an array alone'
            yield f"        rows = {{{model.columns[0].name!r}: rows}}"
        yield "    lacking = [name for name in COLUMNS if name not in rows]"
        yield "    if lacking:"
        yield '        raise KeyError(f"the rows lack the columns {lacking}")'
        yield "    return {"
        for column in model.columns:
            name = repr(column.name)
            if column.words or column.dates:
                read = self.call("words" if column.words else "moments", "rows", name)
            else:
                read = self.call("numbers", "rows", name, repr(column.shape))
            yield f"        {name}: {read},"
        yield "    }"

    def preparation(self, place: int, preparation: Preparation) -> Iterator[str]:
        """A function that makes inputs of the columns."""
        yield f"def inputs{place}(table):"
        yield f'    """Inputs (rows, {preparation.inputs.width}) of the columns."""'
        yield "    c = dict(table)"
        for number, each in enumerate(preparation.transforms):
            constants = self.constants(f"I{place}_{number}", each)
            column = f"c[{each.column!r}]"
            if each.name == "dates":
                yield f"    c |= {self.call('dates', column, repr(each.column), *_keywords(constants))}"
            else:
                read = f"c[{source(each)!r}]"
                yield f"    {column} = {self.call(each.name.replace('-', '_'), read, *_keywords(constants))}"
        names = [column.name for column in preparation.inputs.columns]
        yield "    return " + self.call("joined", "c", "(")[:-1]
        yield from (f"        {name!r}," for name in names)
        yield f"    ), {preparation.dtype!r})"

    def layer(self, operation: Operation, constants: dict[str, str]) -> str:
        """The statement that changes a; constants are texts, such as names."""
        if operation.name == "keep":
            return "kept = a"
        return "a = a + kept" if operation.name == "add" else f"a = {self._changed(operation, constants)}"

    def _changed(self, operation: Operation, constants: dict[str, str]) -> str:
        if operation.name == "parametric":
            alpha, (of,) = constants.pop("alpha"), texts(operation.constants["of"])
            constants.pop("of")
            return f"a + {alpha} * ({self.call(of.replace('-', '_'), 'a', *_keywords(constants))} - a)"
        if "columns" in constants:
            columns = constants.pop("columns")
            made = self.call(operation.name, f"a[:, {columns}]", *_keywords(constants))
            return self.call("beside", "a", columns, made)
        return self.call(operation.name.replace("-", "_"), "a", *_keywords(constants))

    def constants(self, prefix: str, operation: Operation) -> dict[str, str]:
        """The constants of an operation as source."""
        import numpy

        found = {}
        for name, value in operation.constants.items():
            if name == "source":
                continue
            if name == "columns":
                found[name] = repr(numpy.asarray(value).tolist())
            else:
                is_scalar = operation.name in ("fill", "scale", "smooth-clip")
                found[name] = self.arrays.literal(f"{prefix}_{name}".upper(), value, is_scalar)
        return found

    def answer(self, member: MemberDescription, scores: str) -> str:
        """Probabilities, or targets in the user's units, of what the last layer gives."""
        head = HEADS[member.head.name]
        scores = self.call(head, scores) if head else scores
        if not member.scales:
            return scores
        targets = [self._target(f"{scores}[:, {place}]", scale, place) for place, scale in enumerate(member.scales)]
        return self.call("beside_each_other", f"[{', '.join(targets)}]")

    def _target(self, outputs: str, scale: TargetScale, place: int) -> str:
        import numpy

        found = self.call("target", outputs, repr(scale.scale), repr(scale.center))
        if scale.formula == "quantile":
            ends = {"SCORES": scale.scores, "KNOTS": scale.knots}
            drawn = [self.arrays.literal(f"TARGET{place}_{name}", numpy.asarray(each)) for name, each in ends.items()]
            found = self.call("from_scores", found, *drawn)
        elif inverse := INVERSES[scale.formula]:
            found = self.call(inverse, found)
        if scale.low is None and scale.high is None:
            return found
        return self.call("within", found, repr(scale.low), repr(scale.high))


def _keywords(constants: dict[str, str]) -> list[str]:
    return [value if value.startswith("**") else f"{name}={value}" for name, value in constants.items()]
