"""JAX: a whole step of 16 models under jit and vmap, buffers donated."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import pairwise
from typing import Any

os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import jax
import jax.numpy as jnp
import numpy

from benchmarks.training.shapes import Shape


def vmapped(shape: Shape, members: int) -> Callable[[], int]:
    x, y = (jnp.asarray(each) for each in shape.data())
    widths = (shape.inputs, shape.units, shape.units, shape.classes)
    random = numpy.random.default_rng(0)
    parameters: list[Any] = []
    for inputs, outputs in pairwise(widths):
        weight = random.standard_normal((members, inputs, outputs)).astype("f4") * (2 / inputs) ** 0.5
        parameters.append((jnp.asarray(weight), jnp.ones((members, outputs)), jnp.zeros((members, outputs))))
    running = [(jnp.zeros((members, shape.units)), jnp.ones((members, shape.units))) for _ in range(2)]
    zeros = jax.tree.map(jnp.zeros_like, parameters)

    def loss_of(own: Any, statistics: Any, rows: Any, truth: Any) -> Any:
        a, new = rows, []
        for (w, gamma, beta), (mean, variance) in zip(own[:-1], statistics, strict=True):
            z = a @ w
            now, spread = z.mean(0), z.var(0)
            new.append((0.9 * mean + 0.1 * now, 0.9 * variance + 0.1 * spread * len(rows) / (len(rows) - 1)))
            a = jax.nn.relu(gamma * (z - now) / jnp.sqrt(spread + 1e-5) + beta)
        w, _, bias = own[-1]
        log_p = jax.nn.log_softmax(a @ w + bias)
        return -jnp.take_along_axis(log_p, truth[:, None], axis=1).mean(), new

    def step(own: Any, m: Any, v: Any, statistics: Any, count: Any, rows: Any, truth: Any) -> Any:
        (loss, new), g = jax.value_and_grad(loss_of, has_aux=True)(own, statistics, rows, truth)
        m = jax.tree.map(lambda old, each: 0.9 * old + 0.1 * each, m, g)
        v = jax.tree.map(lambda old, each: 0.999 * old + 0.001 * each * each, v, g)
        left1, left2 = 1 - 0.9**count, 1 - 0.999**count
        own = jax.tree.map(lambda p, a, b: p - 1e-3 * (a / left1) / (jnp.sqrt(b / left2) + 1e-8), own, m, v)
        return own, m, v, new, loss

    many = jax.vmap(step, in_axes=(0, 0, 0, 0, None, None, None))

    shuffled = jax.jit(lambda key: jax.random.permutation(key, shape.rows))

    def whole(own: Any, m: Any, v: Any, statistics: Any, count: Any, rows: Any) -> Any:
        return many(own, m, v, statistics, count, x[rows], y[rows])

    compiled = jax.jit(whole, donate_argnums=(0, 1, 2, 3))
    held: list[Any] = [parameters, zeros, jax.tree.map(jnp.zeros_like, parameters), running]
    counted = [0]

    def run() -> int:
        order = shuffled(jax.random.PRNGKey(counted[0]))
        for start in range(0, shape.rows, shape.batch):
            counted[0] += 1
            *held[:], loss = compiled(*held, jnp.float32(counted[0]), order[start : start + shape.batch])
        loss.block_until_ready()
        return shape.steps * members

    return run
