# A network in JAX with Optax; its state is the list of arrays of its parameters and its optimizer.
import caviar
import jax
import jax.numpy as jnp
import optax
from caviar_plugins import Log, LogInt
from sklearn.datasets import load_digits

images, labels = load_digits(return_X_y=True)
images = (images / 16).astype("float32")


def network(parameters, x):
    return jnp.tanh(x @ parameters["inner"] + parameters["bias"]) @ parameters["outer"]


@caviar.trial(metric="accuracy", goal="maximize", epochs=9)
def train(learning_rate=Log(1e-4, 1e-1), units=LogInt(16, 128), *, seed, state=None):
    optimizer = optax.adam(learning_rate)
    key = jax.random.key(seed)
    inner, outer = jax.random.normal(key, (64, units)) / 8, jnp.zeros((units, 10))
    parameters = {"inner": inner, "bias": jnp.zeros(units), "outer": outer}
    training, epoch = (parameters, optimizer.init(parameters)), 0
    if state:
        epoch = state["epoch"]
        training = jax.tree.unflatten(jax.tree.structure(training), state["leaves"])

    def cost(parameters, x, y):
        return optax.softmax_cross_entropy_with_integer_labels(network(parameters, x), y).mean()

    @jax.jit
    def step(training, rows):
        parameters, buffers = training
        gradients = jax.grad(cost)(parameters, jnp.asarray(images)[rows], jnp.asarray(labels)[rows])
        updates, buffers = optimizer.update(gradients, buffers)
        return optax.apply_updates(parameters, updates), buffers

    while True:
        epoch += 1
        for rows in jax.random.permutation(jax.random.fold_in(key, epoch), 1400).reshape(-1, 50):
            training = step(training, rows)
        output = network(training[0], images[1400:])
        accuracy = (output.argmax(1) == labels[1400:]).mean()
        yield {"accuracy": accuracy}, {"epoch": epoch, "leaves": jax.tree.leaves(training)}
