"""torch: one readable file of Python with a torch.nn.Module that predicts and needs PyTorch alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from caviar.plugin import Constant, Exporter, MemberDescription, ModelDescription, write_atomically

from caviar_plugins.exporters.numpy import head, imports
from caviar_plugins.exporters.parts import check_known, preparations
from caviar_plugins.exporters.python_source import functions, imported
from caviar_plugins.exporters.python_steps import Steps

_FORMULAS = Path(__file__).with_name("torch_formulas.py")


class TorchFile(Exporter, interface=1):
    """`Model()` is a module with its trained weights: `model.predict(rows)` gives a list of classes or numbers,
    `model(rows)` a tensor of probabilities (rows, classes) or targets (rows, targets), with gradients.

    `rows` are columns by name: a dict of lists, arrays or tensors, or a data frame. `model.members[0](x)` takes
    prepared inputs, `inputs0(table(rows))`, and gives what the last layer does, to train on from there.
    """

    suffix: ClassVar[str] = "_torch.py"

    def export(self, model: ModelDescription, path: Path) -> None:
        check_known(model, "torch")
        write_atomically(path, ("\n".join(_file(model)) + "\n").encode())

    def usage(self, model: ModelDescription, path: Path) -> str:
        call = "Model().predict(rows)  # columns by name: a dict of lists, or a data frame"
        return f"{imported(path, 'Model')}\n{call}"


def _file(model: ModelDescription) -> Iterator[str]:
    steps, task = Steps(), model.task
    own, places = preparations(model)
    body = [*_model(model, places), "", "", *steps.table(model)]
    for place, each in enumerate(own):
        body += ["", "", *steps.preparation(place, each)]
    for place, member in enumerate(model.members):
        body += ["", "", *_member(place, member, steps)]
    yield from head(model, "PyTorch", "Model().predict({...})")
    yield "import base64"
    dated = bool({"dates", "moments"} & steps.formulas)
    yield from ["from datetime import datetime, timezone"] if dated else []
    yield from (*imports(steps), "from typing import Any", "", "import torch", "from torch import Tensor, nn", "")
    yield from ["UTC = timezone.utc"] if dated else []
    yield from (f"COLUMNS = {tuple(column.name for column in model.columns)!r}", f"TARGETS = {task.targets!r}")
    yield from (*([f"CLASSES = {task.classes!r}"] if task.classes else []), "", "")
    yield from body
    for formula in functions(_FORMULAS, steps.formulas):
        yield from ("", "", formula)
    yield from ("", "", *steps.arrays.source())


def _model(model: ModelDescription, places: Sequence[int]) -> Iterator[str]:
    """The class that a user creates."""
    task = model.task
    calls = [f"self.members[{number}].answer(x[{place}])" for number, place in enumerate(places)]
    kind = "Probabilities (rows, classes)" if task.classes else "Targets (rows, targets)"
    yield from ("class Model(nn.Module):", f'    """{kind} of columns by name."""', "")
    yield from ("    def __init__(self):", "        super().__init__()")
    yield f"        self.members = nn.ModuleList([{', '.join(f'Member{number}()' for number in range(len(places)))}])"
    yield from ("", "    def forward(self, rows):")
    yield from ("        columns, device = table(rows), next(self.parameters()).device",)
    made = ", ".join(f"inputs{place}(columns).to(device)" for place in sorted(set(places)))
    yield f"        x = [{made}]"
    if len(calls) == 1:
        yield f"        return {calls[0]}"
    else:
        counts = [member.count for member in model.members]
        dtype = "float64" if any(member.dtype == "float64" for member in model.members) else "float32"
        yield f"        answers = [{', '.join(calls)}]"
        yield f"        summed = sum(n * answer.double() for n, answer in zip({counts}, answers))"
        mean = f"summed / {sum(counts)}"
        yield f"        return {f'({mean}).to(torch.{dtype})' if task.classes else mean}"
    yield from ("", "    @torch.no_grad()", "    def predict(self, rows):")
    if not task.classes:
        yield '        """A number for each row, or a list of several."""'
        yield f"        return self(rows){'[:, 0]' if len(task.targets) == 1 else ''}.tolist()"
        return
    yield from ('        """The class of each row."""', "        p = self(rows)")
    if task.threshold is None:
        yield "        return [CLASSES[code] for code in p.argmax(dim=1).tolist()]"
    else:
        limit = f"torch.tensor({task.threshold!r}, dtype=p.dtype, device=p.device)"
        yield f"        return [CLASSES[code] for code in (p[:, 1] >= {limit}).int().tolist()]"


def _member(place: int, member: MemberDescription, steps: Steps) -> Iterator[str]:
    layers, calls = list[str](), list[str]()
    for number, each in enumerate(member.layers):
        constants, name = steps.constants(f"M{place}_{number}", each), f"layer{number}"
        arrays = {key: text for key, text in constants.items() if _is_array(each.constants[key]) and key != "columns"}
        others = {key: text for key, text in constants.items() if key not in arrays}
        if each.name == "dense":
            layers.append(f"self.{name} = {steps.call('linear', arrays['weight'], arrays['bias'])}")
            calls.append(f"a = self.{name}(a)")
            continue
        if arrays:
            given = [f"{key}={text}" for key, text in arrays.items()]
            layers.append(f"self.{name} = {steps.call('learned', *given)}")
            held = {"alpha": f'self.{name}["alpha"]'} if "alpha" in arrays else {"": f"**self.{name}"}
            others = held | others
        calls.append(steps.layer(each, others))
    yield f"class Member{place}(nn.Module):"
    what = f"what its last layer gives for inputs (rows, {member.inputs.width})"
    yield f'    """The network of trial {member.trial}: {what}."""'
    yield from ("", "    def __init__(self):", "        super().__init__()", *(f"        {line}" for line in layers))
    yield from ("", "    def forward(self, a):", *(f"        {line}" for line in calls), "        return a")
    what = "Targets in their units" if member.scales else "Probabilities"
    yield from ("", "    def answer(self, inputs):", f'        """{what}."""', "        o = self(inputs)")
    yield f"        return {steps.answer(member, 'o')}"


def _is_array(constant: Constant) -> bool:
    return getattr(constant, "ndim", 0) > 0
