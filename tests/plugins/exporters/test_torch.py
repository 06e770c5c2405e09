"""torch: one file with a module that predicts, and that can be trained further."""

from __future__ import annotations

import runpy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar.plugin import Array
from caviar.testing import ExporterContract, prediction_of
from caviar_plugins import TorchFile

from tests.plugins.exporters.whole_vocabulary import models, rows

torch: Any = pytest.importorskip("torch", reason="the files are PyTorch's: install '.[peers]'")
pytestmark = pytest.mark.peers
MODELS = list(models())


def outputs(model: Any, columns: Mapping[str, Array]) -> Array:
    found: Array = model({name: each.tolist() for name, each in columns.items()}).detach().numpy()
    return found


class TestTorchFile(ExporterContract):
    exporter = TorchFile()
    suffix = ".py"

    def predicted(self, path: Path, columns: Mapping[str, Array]) -> Any:
        return outputs(runpy.run_path(str(path))["Model"](), columns)


@pytest.mark.parametrize("number", range(len(MODELS)))
def test_every_operation_computes_what_the_description_says(number: int, tmp_path: Path) -> None:
    model, columns = MODELS[number], rows()
    TorchFile().export(model, tmp_path / "model.py")
    module = runpy.run_path(str(tmp_path / "model.py"))["Model"]()
    expected = prediction_of(model, columns)
    numpy.testing.assert_allclose(outputs(module, columns), expected, rtol=1e-5, atol=1e-6)
    if model.task.classes:
        decided = model.task.decided(expected.astype(numpy.float32))
        assert module.predict(columns) == [model.task.classes[code] for code in decided]


def test_dates_are_read_as_datetimes_too(tmp_path: Path) -> None:
    model, columns = MODELS[0], rows(30)
    TorchFile().export(model, tmp_path / "model.py")
    module = runpy.run_path(str(tmp_path / "model.py"))["Model"]()
    whole = numpy.nan_to_num(columns["when"]).astype(numpy.int64).astype("datetime64[s]")
    when = numpy.where(numpy.isnan(columns["when"]), numpy.datetime64("NaT", "s"), whole)
    texts = [str(each) for each in when]
    for given in (when, texts, ["" if each == "NaT" else each for each in texts]):
        found = module({**columns, "when": given}).detach().numpy()
        numpy.testing.assert_array_equal(found, outputs(module, columns))


def test_the_module_can_be_trained_on(tmp_path: Path) -> None:
    TorchFile().export(MODELS[0], tmp_path / "model.py")
    names, columns = runpy.run_path(str(tmp_path / "model.py")), rows(40)
    module = names["Model"]()
    truth = torch.arange(40) % 3
    optimizer = torch.optim.Adam(module.parameters(), lr=0.01)
    losses = []
    for _ in range(30):
        loss = -torch.log(module(columns)[torch.arange(40), truth]).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.9 * losses[0]
    assert all(each.grad is not None for each in module.parameters())
    again = names["Model"]()
    assert not torch.equal(again.members[0].layer3.weight, module.members[0].layer3.weight)
    again.load_state_dict(module.state_dict())
    torch.testing.assert_close(again(columns), module(columns))
