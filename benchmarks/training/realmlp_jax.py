"""The network of `realmlp.py` in JAX: a whole step of all members under jit and vmap, buffers donated."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import pairwise
from math import pi
from typing import Any

os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import jax
import jax.numpy as jnp
import numpy

from benchmarks.training.realmlp import BATCH, CLASSES, FREQUENCIES, NUMBERS, ROWS, SIGMA, UNITS, WIDTH, data, rate

_EMBEDDING = ("frequency", "phase", "mixing", "shift")


def vmapped(activation: str, members: int) -> Callable[[], int]:
    """All members in one compiled step, on the same mini-batches."""
    x, y = (jnp.asarray(each) for each in data())
    activate = {"SELU": jax.nn.selu, "Mish": jax.nn.mish}[activation]
    parameters = _parameters(members)
    rates = {name: rate(_role(name)) for name in parameters}

    def loss_of(own: Any, rows: Any, truth: Any) -> Any:
        waves = jnp.cos(2 * pi * rows[:, :, None] * own["frequency"] + own["phase"])
        mixed = jnp.einsum("rnf,nfw->rnw", waves, own["mixing"]) + own["shift"]
        a = jnp.concatenate([mixed.reshape(len(rows), -1), rows], axis=1) * own["scale"]
        for layer in range(3):
            a = activate(a @ own[f"weight{layer}"] + own[f"bias{layer}"])
        log_p = jax.nn.log_softmax(a @ own["weight3"] + own["bias3"])
        return -jnp.take_along_axis(log_p, truth[:, None], axis=1).mean()

    def step(own: Any, m: Any, v: Any, count: Any, rows: Any, truth: Any) -> Any:
        loss, g = jax.value_and_grad(loss_of)(own, rows, truth)
        m = jax.tree.map(lambda old, each: 0.9 * old + 0.1 * each, m, g)
        v = jax.tree.map(lambda old, each: 0.999 * old + 0.001 * each * each, v, g)
        left1, left2 = 1 - 0.9**count, 1 - 0.999**count
        own = jax.tree.map(lambda p, a, b, lr: p - lr * (a / left1) / (jnp.sqrt(b / left2) + 1e-8), own, m, v, rates)
        return own, m, v, loss

    many = jax.vmap(step, in_axes=(0, 0, 0, None, None, None))
    shuffled = jax.jit(lambda key: jax.random.permutation(key, ROWS))

    def whole(own: Any, m: Any, v: Any, count: Any, rows: Any) -> Any:
        return many(own, m, v, count, x[rows], y[rows])

    compiled = jax.jit(whole, donate_argnums=(0, 1, 2))
    held: list[Any] = [parameters, *(jax.tree.map(jnp.zeros_like, parameters) for _ in range(2))]
    count = 0

    def run() -> int:
        nonlocal count
        order = shuffled(jax.random.PRNGKey(count))
        for start in range(0, ROWS, BATCH):
            count += 1
            *held[:], loss = compiled(*held, jnp.float32(count), order[start : start + BATCH])
        loss.block_until_ready()
        return ROWS // BATCH * members

    return run


def _role(name: str) -> str:
    """Of "bias0" it is "bias"."""
    return "embedding" if name in _EMBEDDING else name.rstrip("0123456789")


def _parameters(members: int) -> dict[str, Any]:
    """Of all members, stacked."""
    random = numpy.random.default_rng(0)
    found = {
        "frequency": SIGMA * random.standard_normal((members, NUMBERS, FREQUENCIES)),
        "phase": random.uniform(-pi, pi, (members, NUMBERS, FREQUENCIES)),
        "mixing": random.uniform(-1, 1, (members, NUMBERS, FREQUENCIES, WIDTH - 1)) / FREQUENCIES**0.5,
        "shift": random.uniform(-1, 1, (members, NUMBERS, WIDTH - 1)) / FREQUENCIES**0.5,
        "scale": numpy.ones((members, NUMBERS * WIDTH)),
    }
    for layer, (inputs, outputs) in enumerate(pairwise((NUMBERS * WIDTH, UNITS, UNITS, UNITS, CLASSES))):
        found[f"weight{layer}"] = random.standard_normal((members, inputs, outputs)) / inputs**0.5
        found[f"bias{layer}"] = numpy.zeros((members, outputs))
    return {name: jnp.asarray(each, jnp.float32) for name, each in found.items()}
