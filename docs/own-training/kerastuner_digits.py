# The model of keras_digits.py, searched by KerasTuner 1.4.
import os

os.environ.setdefault("KERAS_BACKEND", "torch")  # or "jax", "tensorflow"
import keras
import keras_tuner
from sklearn.datasets import load_digits

images, labels = load_digits(return_X_y=True)
images = (images / 16).astype("float32")


def build(hp):
    units = hp.Int("units", 16, 128, sampling="log")
    dense = keras.layers.Dense
    model = keras.Sequential([keras.Input((64,)), dense(units, activation="relu"), dense(10, activation="softmax")])
    learning_rate = hp.Float("learning_rate", 1e-4, 1e-1, sampling="log")
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


tuner = keras_tuner.Hyperband(
    build, objective="val_accuracy", max_epochs=9, directory="runs", project_name="digits", overwrite=False
)
tuner.search(images[:1400], labels[:1400], validation_data=(images[1400:], labels[1400:]), verbose=0)
print(tuner.get_best_hyperparameters()[0].values)
