"""MLP: fully connected layers, each with its normalizer and activation, and a linear output."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from math import sqrt
from typing import Any, ClassVar, Literal, cast

from caviar.plugin import (
    Activation,
    Array,
    Each,
    Embedding,
    Initial,
    Inputs,
    Loss,
    Many,
    Model,
    ModelContext,
    Normalizer,
    Operation,
    Sampler,
    Slot,
    Tunable,
    Views,
    namespace,
    setting,
    tunable,
    uniforms,
)
from pydantic import model_validator

from caviar_plugins.activations.relu import ReLU
from caviar_plugins.models.description import described
from caviar_plugins.models.folded import folded
from caviar_plugins.models.front import front_backward, front_described, front_forward, front_layout
from caviar_plugins.models.plain_because import plain_because
from caviar_plugins.samplers.int_ import Int
from caviar_plugins.samplers.log_int import LogInt
from caviar_plugins.samplers.uniform import Uniform


class MLP(Model, interface=2):
    """z = a W + b, normalized before the activation (or a after it), for each hidden layer; then a linear output.

    `units` is one width for all hidden layers or a list with one for each. 0 layers make a linear model. The output
    layer has a bias and no normalizer. Dropout (Srivastava et al. 2014) follows each hidden layer and divides by the
    share that is kept, so that prediction needs no factor.

    `embedding` lists what replaces columns of the input before the first layer, and `front_scale` multiplies each value
    that reaches it by a learned number. With `parametrization = "ntk"` weights begin normal with variance 1 / inputs,
    biases normal with variance 1, and the optimizer's steps of weights are divided by sqrt(inputs): the same as weights
    of variance 1 in z = a W / sqrt(inputs) + b (Jacot et al. 2018, arXiv:1806.07572). Scale, parametrization and
    `bias_rate` are those of RealMLP (Holzmüller et al. 2024, arXiv:2407.04491); its initial weights and biases that
    depend on the data are left out, in their place are those of its simplified form, RealMLP-TD-S.

    With `residual`, a hidden layer behind one of its own width adds that one's output to its own, after dropout (He et
    al. 2015, arXiv:1512.03385). The first layer adds nothing, however wide its input happens to be.
    """

    variants: ClassVar[Mapping[str, str]] = {
        "numpy": "caviar_plugins.models.mlp_kernel:CompiledMLP",
        "cupy": "caviar_plugins.models.mlp_gpu:CUDAMLP",
    }

    layers: Tunable[int] = tunable(
        default=2, ge=0, search=Int(1, 3), tier=3, also=("depth", "n_layers", "num_layers", "hidden_layers")
    )
    units: Tunable[int | Many[Each[int]]] = tunable(
        default=64, ge=1, search=LogInt(32, 256), tier=2, also=("hidden_layer_sizes", "hidden_units", "width", "n_h")
    )
    activation: Tunable[Activation] = tunable(default=ReLU(), also=("nonlinearity",))
    dropout: Tunable[float] = tunable(
        default=0.0, ge=0, lt=1, search=Uniform(0.0, 0.5), tier=3, also=("dropout_rate", "keep_prob")
    )
    embedding: Many[Each[Embedding]] = setting(default=(), also=("num_emb_type", "embeddings", "num_embeddings"))
    front_scale: Tunable[bool] = tunable(default=False, also=("add_front_scale",))
    parametrization: Tunable[Literal["standard", "ntk"]] = tunable(default="standard", also=("weight_param",))
    residual: Tunable[bool] = tunable(default=False, also=("skip_connections", "skip", "resnet"))
    bias_rate: float = setting(default=1.0, gt=0, also=("bias_lr_factor",))
    """The optimizer's steps of biases are multiplied by it."""

    @model_validator(mode="before")
    @classmethod
    def _count_layers(cls, fields: Any) -> Any:
        units = fields.get("units")
        if isinstance(units, (list, tuple)):
            layers = fields.setdefault("layers", len(units))
            if isinstance(layers, Sampler) or layers != len(units):
                raise ValueError(f"units lists {len(units)} layers; leave out 'layers', or give one number of units")
        return fields

    def layout(self, inputs: Inputs, outputs: int, normalizer: Normalizer) -> tuple[tuple[Slot, ...], tuple[Slot, ...]]:
        front, below = front_layout(self._embeddings, self.front_scale, inputs)
        slots: list[Slot] = list(front)
        statistics: list[Slot] = []
        first_biases = Initial("normal", 1.0) if self._ntk else Initial("constant", 0.0)
        for layer, width in enumerate(self._widths(), start=1):
            slots.append(self._weight(f"layer{layer}", below, width, layer, self.activation.initial(below, width)))
            if _has_bias(normalizer):
                slots.append(self._bias(f"layer{layer}", width, layer, first_biases))
            slots.extend(_inside(slot, layer) for slot in normalizer.slots(width))
            statistics.extend(_inside(slot, layer) for slot in normalizer.statistics(width))
            slots.extend(_inside(slot, layer) for slot in self.activation.slots(width))
            below = width
        last = len(self._widths()) + 1
        glorot = Activation.initial(self.activation, below, outputs)
        slots.append(self._weight("output", below, outputs, last, glorot))
        slots.append(self._bias("output", outputs, last, Initial("constant", 0.0)))
        return tuple(slots), tuple(statistics)

    def forward(self, parameters: Views, statistics: Views, x: Array, context: ModelContext) -> tuple[Array, Any]:
        caches = []
        a, front = self._front(parameters, x, context)
        for layer in range(1, len(self._widths()) + 1):
            own, running = parameters.part(f"layer{layer}"), statistics.part(f"layer{layer}")
            h, kept = self._inner(self._linear(a, own), own, running, context)
            h, mask = self._drop(h, layer, context)
            caches.append((a, kept, mask))
            a = h + a if self._adds(layer) else h
        return self._linear(a, parameters.part("output")), (caches, a, front)

    def backward(self, gradient: Array, cache: Any, parameters: Views, gradients: Views, context: ModelContext) -> None:
        caches, a, front = cache
        own, filled = parameters.part("output"), gradients.part("output")
        d = self._linear_backward(gradient, a, own, filled, needs_input=bool(caches) or front is not None)
        for layer in range(len(caches), 0, -1):
            own, filled = parameters.part(f"layer{layer}"), gradients.part(f"layer{layer}")
            a, kept, mask = caches[layer - 1]
            around = d
            if mask is not None:
                d = d * mask
            d = self._inner_backward(d, kept, own, filled, context)
            d = self._linear_backward(d, a, own, filled, needs_input=layer > 1 or front is not None)
            if self._adds(layer):
                d = d + around
        if front is not None:
            front_backward(self._embeddings, d, front, parameters, gradients)

    def folded(
        self, parameters: Views, statistics: Views, normalizer: Normalizer, loss: Loss
    ) -> Callable[[Array], Array] | None:
        # Which columns an embedding takes is not known here.
        if self.embedding:
            return None
        return folded(parameters, statistics, normalizer, self.activation, loss, self._residual)

    def front_description(self, parameters: Views, inputs: Inputs) -> tuple[Operation, ...]:
        return front_described(self._embeddings, parameters, inputs)

    def description(self, parameters: Views, statistics: Views, normalizer: Normalizer) -> tuple[Operation, ...]:
        return described(parameters, statistics, normalizer, self.activation, self._residual)

    def plain_because(self, normalizer: Normalizer, loss: Loss | None) -> str | None:
        return plain_because(self, normalizer)

    def _widths(self) -> tuple[int, ...]:
        units: Any = self.units  # bound, so that no sampler is left in it
        return units if isinstance(units, tuple) else (units,) * self.layers

    def _adds(self, layer: int) -> bool:
        """Whether a hidden layer, counted from 1, adds its input to its output."""
        widths = self._widths()
        return self._residual and layer > 1 and widths[layer - 2] == widths[layer - 1]

    @property
    def _residual(self) -> bool:
        return bool(self.residual)  # bound, so that no sampler is left in it

    @property
    def _ntk(self) -> bool:
        return self.parametrization == "ntk"

    def _weight(self, prefix: str, inputs: int, width: int, layer: int, initial: Initial) -> Slot:
        if not self._ntk:
            return Slot(f"{prefix}.weight", (inputs, width), "weight", initial, layer)
        shorter = 1 / sqrt(inputs)
        initial = Initial("normal", shorter)
        # Decay is relative, so it is the same for a weight of variance 1 and is not shortened.
        return Slot(f"{prefix}.weight", (inputs, width), "weight", initial, layer, rate=shorter, decay=1 / shorter)

    def _bias(self, prefix: str, width: int, layer: int, initial: Initial) -> Slot:
        return Slot(f"{prefix}.bias", (1, width), "bias", initial, layer, rate=self.bias_rate)

    @property
    def _embeddings(self) -> tuple[Embedding, ...]:
        return cast("tuple[Embedding, ...]", self.embedding)  # bound, so that no sampler is left in it

    @property
    def _has_front(self) -> bool:
        return bool(self.embedding) or self.front_scale

    def _front(self, parameters: Views, x: Array, context: ModelContext) -> tuple[Array, Any]:
        """The first layer's inputs, and the cache for the front's backward pass; None where there is no front."""
        if not self._has_front:
            return x, None
        return front_forward(self._embeddings, parameters, x, context.inputs)

    def _linear(self, a: Array, own: Views) -> Array:
        z: Array = a @ own["weight"]
        if "bias" in own:
            z += own["bias"]
        return z

    def _linear_backward(self, d: Array, a: Array, own: Views, filled: Views, needs_input: bool) -> Array:
        xp = namespace(d)
        xp.matmul(a.swapaxes(1, 2), d, out=filled["weight"])
        if "bias" in own:
            filled["bias"][...] = d.sum(axis=1, keepdims=True)
        return xp.matmul(d, own["weight"].swapaxes(1, 2)) if needs_input else d

    def _inner(self, z: Array, own: Views, running: Views, context: ModelContext) -> tuple[Array, Any]:
        """Applies normalizer and activation, in the normalizer's order."""
        if context.normalizer.place == "before-activation":
            z, normal = context.normalizer.forward(z, own, running, context.training)
            h, active = context.activation.forward_with(z, own)
        else:
            z, active = context.activation.forward_with(z, own)
            h, normal = context.normalizer.forward(z, own, running, context.training)
        return h, (normal, active)

    def _inner_backward(self, d: Array, kept: Any, own: Views, filled: Views, context: ModelContext) -> Array:
        normal, active = kept
        if context.normalizer.place == "before-activation":
            d = context.activation.backward_with(d, active, own, filled)
            return context.normalizer.backward(d, normal, own, filled)
        return context.activation.backward_with(
            context.normalizer.backward(d, normal, own, filled), active, own, filled
        )

    def _drop(self, h: Array, layer: int, context: ModelContext) -> tuple[Array, Array | None]:
        """h with its units dropped out, and the mask."""
        # A rate of 0 gives a mask of ones, so leaving it out where all rates are 0 changes no member's bits.
        if not context.training or not self._drops:
            return h, None
        mask = self._mask(h, layer, context)
        return h * mask, mask

    @cached_property
    def _drops(self) -> bool:
        """Whether any rate is above 0; evaluated once, because it synchronizes with a device."""
        rate: Any = self.dropout
        return bool(rate.any())

    def _mask(self, h: Array, layer: int, context: ModelContext) -> Array:
        assert context.streams is not None, "training passes have streams"
        rate: Any = self.dropout
        keys = namespace(h).asarray(context.streams.child("dropout", layer).drawn())
        drawn = uniforms(keys, h.shape[1] * h.shape[2], h.dtype).reshape(h.shape)
        mask: Array = (drawn >= rate) / (1 - rate)
        return mask.astype(h.dtype)


def _has_bias(normalizer: Normalizer) -> bool:
    return not (normalizer.cancels_bias and normalizer.place == "before-activation")


def _inside(slot: Slot, layer: int) -> Slot:
    return Slot(f"layer{layer}.{slot.name}", slot.shape, slot.role, slot.initial, layer, rate=slot.rate)
