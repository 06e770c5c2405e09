"""64 stacked modules against PyTorch's own loop, one module after the other."""

from __future__ import annotations

import numpy
import pytest
from caviar.plugin import Inputs, ModelContext, Random, Streams, Views, lay_out, size_of
from caviar.testing import bound
from caviar_plugins import NoNormalizer, SoftmaxCrossEntropy

pytestmark = pytest.mark.peers
torch = pytest.importorskip("torch", reason="networks are of PyTorch: install '.[torch]'")

from tests.plugins.models.networks import layers  # noqa: E402

MEMBERS, STEPS, ROWS, CLASSES = 64, 8, 16, 3


def test_64_members_with_rates_of_their_own_are_pytorchs_solo_trainings() -> None:
    inputs, random = Inputs.block(6), numpy.random.default_rng(0)
    x = random.normal(size=(STEPS, ROWS, 6)).astype("float32")
    y = random.integers(CLASSES, size=(STEPS, ROWS))
    rates = numpy.geomspace(0.01, 0.5, MEMBERS).astype("float32")
    model, loss = bound([layers(units=16, dropout=0.0)] * MEMBERS, "float32"), bound([SoftmaxCrossEntropy()], "float32")
    layouts = [lay_out(slots) for slots in model.layout(inputs, CLASSES, NoNormalizer())]
    begins = model.initial(inputs, CLASSES, tuple(Random(7).child("trial", each) for each in range(MEMBERS)))
    parameters, statistics = (Views(numpy.empty((MEMBERS, size_of(each)), "float32"), each) for each in layouts)
    for views in (parameters, statistics):
        for name, view in views.items():
            view[...] = begins[name]
    gradients = Views(numpy.empty_like(parameters.buffer), layouts[0])
    streams = Streams.of(Random(member) for member in range(MEMBERS))
    context = ModelContext(True, NoNormalizer(), model.activation, streams, inputs=inputs)
    for rows, truth in zip(x, y, strict=True):
        model.differentiate(parameters, statistics, rows[None], truth[:, None], loss, gradients, context)
        parameters.buffer[...] -= rates[:, None] * gradients.buffer
    for member in range(MEMBERS):
        alone = layers.factory(6, CLASSES, units=16, dropout=0.0)  # type: ignore[attr-defined]
        own = {name: torch.tensor(array[member]) for name, array in begins.items()}
        alone.load_state_dict({name: own[name].reshape_as(held) for name, held in alone.state_dict().items()})
        optimizer = torch.optim.SGD(alone.parameters(), lr=float(rates[member]))
        for rows, truth in zip(x, y, strict=True):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(alone(torch.tensor(rows)), torch.tensor(truth)).backward()
            optimizer.step()
        for name, held in alone.state_dict().items():
            views = parameters if name in parameters else statistics
            numpy.testing.assert_allclose(views[name][member].ravel(), held.numpy().ravel(), atol=1e-5, err_msg=name)
