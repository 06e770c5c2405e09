# Your own training: a network in NumPy, each of whose epochs is a yield. `pipe run function.py` searches it.
import caviar
import numpy
from caviar_plugins import Choice, Log, LogInt


def moons(random, rows):
    """Two classes of points that no line separates: half circles, one inside the other's opening, with noise."""
    side = random.integers(0, 2, rows)
    angle = random.uniform(0, numpy.pi, rows)
    circle = numpy.stack([numpy.cos(angle), numpy.sin(angle)], axis=1)
    points = numpy.where(side[:, None] == 0, circle, numpy.array([1.0, 0.5]) - circle)
    return points + random.normal(0, 0.15, points.shape), side


@caviar.trial(metric="accuracy", goal="maximize", epochs=20)
def train(
    learning_rate=Log(1e-3, 1.0),
    units=LogInt(4, 64),
    activation=Choice(["tanh", "relu"]),
    momentum=0.9,
    *,
    seed,
    state=None,
):
    x, y = moons(numpy.random.default_rng(0), 600)
    new_x, new_y = moons(numpy.random.default_rng(1), 400)
    if state is None:
        random = numpy.random.default_rng(seed)
        weights = [random.normal(0, 1, (2, units)), numpy.zeros(units), random.normal(0, 0.1, units), numpy.zeros(1)]
        state = {"epoch": 0, "weights": weights, "speed": [numpy.zeros_like(each) for each in weights]}
    weights, speed = state["weights"], state["speed"]
    bend = numpy.tanh if activation == "tanh" else lambda z: numpy.maximum(z, 0)
    slope = (lambda h: 1 - h**2) if activation == "tanh" else (lambda h: h > 0)

    def predict(points):
        hidden = bend(points @ weights[0] + weights[1])
        return hidden, 1 / (1 + numpy.exp(-(hidden @ weights[2] + weights[3])))

    while True:
        state["epoch"] += 1
        order = numpy.random.default_rng([seed, state["epoch"]]).permutation(len(x))
        for rows in numpy.split(order, 20):
            hidden, probability = predict(x[rows])
            error = (probability - y[rows]) / len(rows)
            back = error[:, None] * weights[2] * slope(hidden)
            gradients = [x[rows].T @ back, back.sum(axis=0), hidden.T @ error, error.sum(keepdims=True)]
            for weight, step, gradient in zip(weights, speed, gradients, strict=True):
                step *= momentum
                step -= learning_rate * gradient
                weight += step
        probability = predict(new_x)[1]
        loss = -numpy.log(numpy.where(new_y, probability, 1 - probability) + 1e-12).mean()
        yield {"accuracy": ((probability > 0.5) == new_y).mean(), "loss": loss}, state
