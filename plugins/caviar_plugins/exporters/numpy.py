"""numpy: one readable file of Python that predicts and needs NumPy alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from caviar.plugin import Exporter, MemberDescription, ModelDescription, write_atomically

from caviar_plugins.exporters.parts import check_known, preparations
from caviar_plugins.exporters.python_source import columns_told, docstring, functions, imported
from caviar_plugins.exporters.python_steps import Steps

_FORMULAS = Path(__file__).with_name("numpy_formulas.py")


class NumPyFile(Exporter, interface=1):
    """`predict(rows)` gives classes or numbers, `probabilities(rows)` those of the classes.

    `rows` are columns by name: a dict of lists or arrays, or a data frame; a dict of single cells is one row. Missing
    cells may be None or NaN. A cell that is no number where the model expects one, and one that is still missing or
    infinite after the transforms, is a ValueError that names the column.
    """

    suffix: ClassVar[str] = "_numpy.py"

    def export(self, model: ModelDescription, path: Path) -> None:
        check_known(model, "numpy")
        write_atomically(path, ("\n".join(_file(model)) + "\n").encode())

    def usage(self, model: ModelDescription, path: Path) -> str:
        return f"{imported(path, 'predict')}\npredict(rows)  # columns by name: a dict of lists, or a data frame"


def _file(model: ModelDescription) -> Iterator[str]:
    steps, task = Steps(), model.task
    own, places = preparations(model)
    body = [*_answers(model, places, steps), "", "", *steps.table(model)]
    for place, each in enumerate(own):
        body += ["", "", *steps.preparation(place, each)]
    for place, member in enumerate(model.members):
        body += ["", "", *_member(place, member, steps)]
    yield from head(model, "NumPy", "predict({...})")
    yield from ("import base64", *imports(steps), "from typing import Any", "", "import numpy as np", "")
    yield from ("Array = np.ndarray", f"COLUMNS = {tuple(column.name for column in model.columns)!r}")
    yield from (f"TARGETS = {task.targets!r}", *([f"CLASSES = {task.classes!r}"] if task.classes else []), "", "")
    yield from body
    for formula in functions(_FORMULAS, steps.formulas):
        yield from ("", "", formula)
    yield from ("", "", *steps.arrays.source())


def head(model: ModelDescription, library: str, call: str) -> Iterator[str]:
    """The text at the head of a file of Python."""
    trials = ", ".join(str(trial) for trial in dict.fromkeys(member.trial for member in model.members))
    several = f"the mean of {len(model.members)} networks, trials {trials}"
    made = several if len(model.members) > 1 else f"the network of trial {trials}"
    targets = " and ".join(map(repr, model.task.targets))
    lines = (
        f"Predicts {targets}: {made}. Written by Caviar; needs {library} alone.",
        "",
        f"{call} wants these columns, in any order; others are ignored:",
        "",
        *columns_told(model),
    )
    yield from docstring(lines)
    yield ""


def imports(steps: Steps) -> list[str]:
    """What only some formulas need."""
    return ["from statistics import NormalDist"] if "normal_scores" in steps.formulas else []


def _answers(model: ModelDescription, places: Sequence[int], steps: Steps) -> Iterator[str]:
    """The functions that a user calls."""
    task = model.task
    calls = [f"member{number}(x[{place}])" for number, place in enumerate(places)]
    if task.classes:
        yield from ("def predict(rows):", '    """The class of each row."""', "    p = probabilities(rows)")
        if task.threshold is None:
            yield "    return np.array(CLASSES)[p.argmax(axis=1)]"
        else:
            yield f"    return np.array(CLASSES)[(p[:, 1] >= p.dtype.type({task.threshold!r})).astype(int)]"
        yield from ("", "", "def probabilities(rows):", '    """(rows, classes), in the order of CLASSES."""')
    else:
        what = "A number for each row." if len(task.targets) == 1 else "(rows, targets), in the order of TARGETS."
        yield from ("def predict(rows):", f'    """{what}"""')
    yield "    columns = table(rows)"
    yield f"    x = [{', '.join(f'inputs{place}(columns)' for place in sorted(set(places)))}]"
    if len(calls) == 1:
        found = calls[0]
    else:
        yield f"    answers = [{', '.join(calls)}]"
        yield f"    weights = {[member.count for member in model.members]}"
        yield "    mean = np.average([answer.astype(np.float64) for answer in answers], axis=0, weights=weights)"
        found = "mean.astype(np.result_type(*answers))"
    yield f"    return {found}{'' if task.classes or len(task.targets) > 1 else '[:, 0]'}"


def _member(place: int, member: MemberDescription, steps: Steps) -> Iterator[str]:
    yield f"def member{place}(a):"
    what = "Targets" if member.scales else "Probabilities"
    yield f'    """{what} of inputs (rows, {member.inputs.width}): the network of trial {member.trial}."""'
    for number, each in enumerate(member.layers):
        constants = steps.constants(f"M{place}_{number}", each)
        if each.name == "dense":
            yield f"    a = a @ {constants['weight']} + {constants['bias']}"
        else:
            yield f"    {steps.layer(each, constants)}"
    yield f"    return {steps.answer(member, 'a')}"
