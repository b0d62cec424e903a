"""Networks in Keras on TensorFlow: compiled `fit`, which shuffles by itself.

    python keras_peer.py DATASETS
"""

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

import common  # noqa: E402

# Steps that one call of the compiled function takes. Keras's own 1 was two to three times as slow on
# small networks, and never faster; without XLA (jit_compile=False) all of them were slower still.
STEPS = 32


def layer(words):
    kind, *words = words
    if kind == "dense":
        return keras.layers.Dense(int(words[0]), use_bias="nobias" not in words)
    if kind == "conv":
        return keras.layers.Conv2D(int(words[0]), int(words[1]), padding="same")
    if kind == "pool":
        return keras.layers.MaxPooling2D(int(words[0]))
    if kind == "flatten":
        return keras.layers.Flatten()
    if kind == "relu":
        return keras.layers.ReLU()
    if kind == "dropout":
        return keras.layers.Dropout(float(words[0]))
    if kind == "batchnorm":
        return keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5)
    raise ValueError(f"no layer {kind}")


class KerasPeer(common.Peer):
    def __init__(self, datasets):
        detail = f"Keras {keras.__version__} on TensorFlow {tf.__version__}, compiled fit, f32"
        super().__init__("Keras", detail, datasets)

    def load(self, workload):
        self.workload = workload
        self.x, self.labels, self.x_test, self.test_labels = common.load(self.datasets, workload)
        shape = (784,)
        if workload["layers"][0].startswith("conv"):
            shape = (28, 28, 1)
            self.x, self.x_test = [x.reshape(-1, *shape) for x in (self.x, self.x_test)]
        rate, reduction = workload["rate"], workload["reduction"]
        # Keras calls the mean over a batch so.
        reduction = {"mean": "sum_over_batch_size", "sum": "sum"}[reduction]
        if workload["loss"] == "cross-entropy":
            self.y = self.labels.astype(np.int32)
            loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction=reduction)
        else:
            # Averaged over the outputs too, and not halved.
            self.y = np.eye(10, dtype=np.float32)[self.labels]
            loss, rate = keras.losses.MeanSquaredError(reduction=reduction), rate * 10 / 2
        keras.backend.clear_session()
        keras.utils.set_random_seed(1)
        self.model = keras.Sequential([keras.Input(shape), *map(layer, common.layers(workload))])
        rules = {
            "sgd": lambda: keras.optimizers.SGD(rate),
            "momentum": lambda: keras.optimizers.SGD(rate, momentum=0.9),
            "adam": lambda: keras.optimizers.Adam(rate),
        }
        optimizer = rules[workload["rule"]]()
        self.model.compile(optimizer=optimizer, loss=loss, steps_per_execution=STEPS, jit_compile="auto")
        optimizer.build(self.model.trainable_variables)
        self.speed = None

    def reset(self, seed):
        """The same compiled functions with new weights and an optimizer without memory."""
        keras.utils.set_random_seed(seed)
        drawn = keras.initializers.GlorotUniform(seed)
        for variable in self.model.weights:
            starts = {"kernel": drawn, "gamma": keras.initializers.Ones(), "moving_variance": keras.initializers.Ones()}
            if "seed" not in variable.name:
                start = starts.get(variable.name, keras.initializers.Zeros())
                variable.assign(start(variable.shape, variable.dtype))
        for variable in self.model.optimizer.variables:
            if variable.path.split("/")[-1] != "learning_rate":
                variable.assign(np.zeros(variable.shape, variable.dtype))

    def fit(self, count, epochs):
        self.model.fit(
            self.x[:count], self.y[:count], batch_size=self.workload["batch"], epochs=epochs, verbose=0
        )

    def steps(self, seconds):
        """As many whole steps as fill the time at the speed that was measured last."""
        batch = self.workload["batch"]
        if self.speed is None:
            self.fit(4 * STEPS * batch, 1)
            trial = min(20 * STEPS * batch, len(self.y))
            self.speed = trial / common.timed(lambda: self.fit(trial, 1))[1]
        wanted = self.speed * seconds
        epochs = max(1, round(wanted / len(self.y)))
        steps = max(STEPS, int(wanted / epochs / batch) // STEPS * STEPS)
        count = min(steps * batch, len(self.y))
        _, taken = common.timed(lambda: self.fit(count, epochs))
        self.speed = count * epochs / taken
        return {"samples": count * epochs, "seconds": taken}

    def whole_epoch(self):
        self.fit(len(self.y), 1)

    def right(self, x, y):
        return float((self.model.predict(x, batch_size=1000, verbose=0).argmax(1) == y).mean())

    def accuracy(self):
        return self.right(self.x_test, self.test_labels)

    def right_of_training(self):
        return self.right(self.x, self.labels)

    def mnist(self):
        """keras.datasets.mnist from a file in its cache, then f32 between 0 and 1.

        The file is made here, so its checksum is not the one that Keras knows: the same check is made
        with its own.
        """
        from keras.src.datasets import mnist
        from keras.src.utils import file_utils

        workload = {"data": "mnist", "standardized": False}
        x, y, x_test, y_test = common.load(self.datasets, workload)
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "mnist.npz")
            images = [np.rint(part * 255).astype(np.uint8).reshape(-1, 28, 28) for part in (x, x_test)]
            labels = [part.astype(np.uint8) for part in (y, y_test)]
            np.savez_compressed(path, x_train=images[0], y_train=labels[0], x_test=images[1], y_test=labels[1])
            checksum = file_utils.hash_file(path)

            def from_cache(fname=None, origin=None, file_hash=None):
                if not file_utils.validate_file(path, checksum):
                    raise ValueError("the cached file is damaged")
                return path

            mnist.get_file = from_cache

            def ready():
                parts = mnist.load_data()
                return [(x.reshape(-1, 784).astype(np.float32) / 255, y) for x, y in parts]

            return {"seconds": common.timed(ready)[1]}


if __name__ == "__main__":
    KerasPeer(sys.argv[1]).serve()
