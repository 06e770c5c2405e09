# A Keras model whose every epoch is a yield. `pipe run keras_digits.py` searches it.
import os

os.environ.setdefault("KERAS_BACKEND", "torch")  # or "jax", "tensorflow"
import caviar
import keras
import numpy
from caviar_plugins import Log, LogInt
from sklearn.datasets import load_digits

images, labels = load_digits(return_X_y=True)
images = (images / 16).astype("float32")


@caviar.trial(metric="accuracy", goal="maximize", epochs=9)
def train(learning_rate=Log(1e-4, 1e-1), units=LogInt(16, 128), *, seed, state=None):
    keras.utils.set_random_seed(seed)
    dense = keras.layers.Dense
    model = keras.Sequential([keras.Input((64,)), dense(units, activation="relu"), dense(10, activation="softmax")])
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.optimizer.build(model.trainable_variables)
    variables, epoch = model.variables + model.optimizer.variables, 0
    if state:
        epoch = state["epoch"]
        for variable, value in zip(variables, state["variables"], strict=True):
            variable.assign(value)
    while True:
        epoch += 1
        order = numpy.random.default_rng([seed, epoch]).permutation(1400)
        model.fit(images[order], labels[order], shuffle=False, verbose=0)
        loss, accuracy = model.evaluate(images[1400:], labels[1400:], verbose=0)
        values = [keras.ops.convert_to_numpy(variable) for variable in variables]
        yield {"accuracy": accuracy, "loss": loss}, {"epoch": epoch, "variables": values}
