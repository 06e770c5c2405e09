"""What our plugins make of a case, bound as the engine binds them: plain, or by their compiled variants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy
from caviar.engine.training.bind import bind
from caviar.engine.training.variants import VariantChoice, compiled, plain
from caviar.plugin import Array, Inputs, ModelContext, Streams, Views, lay_out, size_of
from caviar_plugins import L2, SoftmaxCrossEntropy

from tests.truth.cases import EPOCHS, TRAINED

FORMS: dict[str, VariantChoice] = {"plain": plain, "compiled": compiled}


def bound(plugin: Any, form: VariantChoice, dtype: str = "float64") -> Any:
    return bind([plugin], dtype, lambda array: array, form)


def normalizer(parts: Mapping[str, Any], arrays: Mapping[str, Array], form: VariantChoice = plain) -> dict[str, Array]:
    plugin, z = parts["plugin"], arrays["z"]
    bound_plugin, units = bound(plugin, form, z.dtype.name), z.shape[-1]
    layout, running = lay_out(plugin.slots(units)), lay_out(plugin.statistics(units))
    parameters, gradients, statistics = (
        Views(numpy.empty((1, size_of(each)), z.dtype), each) for each in (layout, layout, running)
    )
    for name in ("gamma", "beta"):
        parameters[name][...] = arrays[name]
    for slot in running:
        statistics[slot.name][...] = slot.initial.size
    for batch in z:
        output, cache = bound_plugin.forward(batch[None], parameters, statistics, True)
    dz = bound_plugin.backward(arrays["gradient"][None], cache, parameters, gradients)
    prediction, _ = bound_plugin.forward(z[0][None], parameters, statistics, False)
    rows = {"output": output, "dz": dz, "prediction": prediction}
    columns = {**statistics} | {f"d_{name}": each for name, each in gradients.items()}
    return {name: each[0] for name, each in rows.items()} | {name: each[0, 0] for name, each in columns.items()}


def activation(parts: Mapping[str, Any], arrays: Mapping[str, Array], form: VariantChoice = plain) -> dict[str, Array]:
    plugin = bound(parts["plugin"], form)
    output, cache = plugin.forward(arrays["z"][None, None])
    return {"output": output[0, 0], "dz": plugin.backward(arrays["gradient"][None, None], cache)[0, 0]}


def loss(parts: Mapping[str, Any], arrays: Mapping[str, Array], form: VariantChoice = plain) -> dict[str, Array]:
    plugin = bound(parts["plugin"], form)
    values, cache = plugin.forward(arrays["output"][None], arrays["target"])
    weights = plugin.weigh(arrays["target"])
    value = numpy.average(values[0], weights=weights)
    return {"value": numpy.asarray(value), "gradient": plugin.backward(cache)[0]}


def schedule(parts: Mapping[str, Any], arrays: Mapping[str, Array], form: VariantChoice = plain) -> dict[str, Array]:
    plugin = bound(parts["plugin"], form)
    factors = [plugin.factor(numpy.full((1, 1), float(epoch)), EPOCHS)[0, 0] for epoch in range(EPOCHS)]
    return {"factors": numpy.asarray(factors)}


def optimizer(parts: Mapping[str, Any], arrays: Mapping[str, Array], form: VariantChoice = plain) -> dict[str, Array]:
    plugin, parameters = bound(parts["plugin"], form), arrays["start"][None].copy()
    state, path = plugin.init(parameters, TRAINED), []
    for step, gradients in enumerate(arrays["gradients"], start=1):
        plugin.update(parameters, gradients[None].copy(), state, numpy.full((1, 1), float(step)), TRAINED)
        path.append(parameters[0].copy())
    return {"path": numpy.stack(path)}


def embedding(parts: Mapping[str, Any], arrays: Mapping[str, Array], form: VariantChoice = plain) -> dict[str, Array]:
    plugin, inputs = bound(parts["plugin"], form), Inputs.block(arrays["x"].shape[1])
    layout = lay_out(plugin.layout(inputs)[0])
    own, filled = (Views(numpy.empty((1, size_of(layout))), layout) for _ in range(2))
    for name, view in own.items():
        view[...] = arrays[name]
    output, cache = plugin.forward(own, arrays["x"][None], inputs)
    plugin.backward(arrays["gradient"][None], cache, own, filled)
    return {"output": output[0]} | {f"d_{name}": each[0] for name, each in filled.items()}


def network(parts: Mapping[str, Any], arrays: Mapping[str, Array], form: VariantChoice = plain) -> dict[str, Array]:
    model, normalizer, optimizer = (bound(parts[name], form) for name in ("model", "normalizer", "optimizer"))
    penalty, loss = bound(L2(parts["strength"]), form), bound(SoftmaxCrossEntropy(), form)
    inputs = Inputs.block(arrays["x"].shape[1])
    layout, running = (lay_out(each) for each in model.layout(inputs, 3, normalizer))
    parameters, statistics = (Views(numpy.empty((1, size_of(each))), each) for each in (layout, running))
    for slot in (*layout, *running):
        view = parameters[slot.name] if slot.role != "statistic" else statistics[slot.name]
        view[...] = arrays[f"start.{slot.name}"] if slot.role == "weight" else slot.initial.size
    gradients = Views(numpy.empty_like(parameters.buffer), layout)
    state = optimizer.init(parameters.buffer, layout)
    context = ModelContext(True, normalizer, model.activation, Streams(numpy.zeros(1, numpy.uint64)), inputs=inputs)
    for step, rows in enumerate(arrays["batches"], start=1):
        output, cache = model.forward(parameters, statistics, arrays["x"][rows][None], context)
        kept = loss.forward(output, arrays["y"][rows])[1]
        model.backward(loss.backward(kept), cache, parameters, gradients, context)
        penalty.add(parameters.buffer, gradients.buffer, layout)
        optimizer.update(parameters.buffer, gradients.buffer, state, numpy.full((1, 1), float(step)), layout)
    predicting = ModelContext(False, normalizer, model.activation, inputs=inputs)
    output, _ = model.forward(parameters, statistics, arrays["x"][None], predicting)
    return {name: view[0] for name, view in {**parameters, **statistics}.items()} | {"output": output[0]}
