"""Keras beside chainrule on the same Fashion-MNIST runs, in turn, seed by seed.

784-20-40-20-10, standardised pixels, Adam with rate 0.001, batches of 128, at most 20 epochs, patience 2
on the loss over the test set, once with ReLU and once with sigmoid. Glorot's initialization and shuffled
epochs on both sides. Pixels are standardised by the training part on both sides. Prints a line for each
run and the ratios of the times.

    python3 -m venv venv && venv/bin/pip install keras==3.15.1 tensorflow-cpu==2.21.0
    cargo build --release -p chainrule --example beside_keras
    venv/bin/python tests/keras/fashion.py --ours target/release/examples/beside_keras --seeds 3
"""

import argparse
import gzip
import json
import os
import subprocess
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402

ROOT = Path(__file__).parents[2]
DATA = ROOT / "crates/data/datasets/fashion-mnist"


def idx(name, header):
    content = gzip.decompress((DATA / f"{name}.gz").read_bytes())
    return np.frombuffer(content, np.uint8, offset=header)


def load():
    """Standardised pixels, by mean and deviation of the training part, and labels."""
    train = idx("train-images-idx3-ubyte", 16).reshape(-1, 784).astype(np.float32) / 255
    test = idx("t10k-images-idx3-ubyte", 16).reshape(-1, 784).astype(np.float32) / 255
    mean, deviation = train.mean(axis=0, dtype=np.float64), train.std(axis=0, dtype=np.float64)
    deviation[deviation == 0] = 1
    scaled = [((x - mean) / deviation).astype(np.float32) for x in (train, test)]
    labels = [idx("train-labels-idx1-ubyte", 8), idx("t10k-labels-idx1-ubyte", 8)]
    return scaled, [y.astype(np.int32) for y in labels]


class FixedWeights(keras.callbacks.Callback):
    """Training accuracy with the weights after each epoch, outside the epochs' time."""

    def __init__(self, x, y):
        super().__init__()
        self.data, self.accuracies, self.seconds = (x, y), [], 0.0

    def on_epoch_end(self, epoch, logs=None):
        start = time.perf_counter()
        _, accuracy = self.model.evaluate(*self.data, batch_size=1000, verbose=0)
        self.accuracies.append(accuracy)
        self.seconds += time.perf_counter() - start


def by_keras(activation, seed, data):
    (x, x_test), (y, y_test) = data
    keras.utils.set_random_seed(seed)
    hidden = [keras.layers.Dense(units, activation=activation) for units in (20, 40, 20)]
    output = keras.layers.Dense(10, activation="softmax")
    model = keras.Sequential([keras.Input((784,)), *hidden, output])
    model.compile(
        optimizer=keras.optimizers.Adam(0.001),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    fixed = FixedWeights(x, y)
    start = time.perf_counter()
    history = model.fit(
        x,
        y,
        batch_size=128,
        epochs=20,
        verbose=0,
        validation_data=(x_test, y_test),
        callbacks=[keras.callbacks.EarlyStopping("val_loss", patience=2), fixed],
    ).history
    seconds = time.perf_counter() - start - fixed.seconds
    return {
        "by": "keras",
        "activation": activation,
        "seed": seed,
        "epochs": len(history["loss"]),
        "seconds": seconds,
        "running_acc": max(history["accuracy"]),
        "acc": max(fixed.accuracies),
        "val_acc": max(history["val_accuracy"]),
        "last_acc": fixed.accuracies[-1],
        "last_val_acc": history["val_accuracy"][-1],
        "val_loss": min(history["val_loss"]),
    }


def by_ours(program, activation, seed):
    told = subprocess.run([program, activation, str(seed)], check=True, capture_output=True, text=True, cwd=ROOT)
    return json.loads(told.stdout)


def line(run):
    print(
        f"{run['by']:<9} {run['activation']:<8} seed {run['seed']}  {run['epochs']:>2} epochs "
        f"{run['seconds']:>6.1f} s  running acc {run['running_acc']:.4f}  acc {run['acc']:.4f}  "
        f"val_acc {run['val_acc']:.4f}  last acc {run['last_acc']:.4f}  "
        f"last val_acc {run['last_val_acc']:.4f}  val_loss {run['val_loss']:.4f}",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ours", help="the built example beside_keras")
    parser.add_argument("--seeds", type=int, default=3)
    chosen = parser.parse_args()
    data = load()
    print(f"keras {keras.__version__} on {keras.backend.backend()}, numpy {np.__version__}")
    for seed in range(1, chosen.seeds + 1):
        for activation in ("relu", "sigmoid"):
            theirs = by_keras(activation, seed, data)
            line(theirs)
            if chosen.ours:
                ours = by_ours(chosen.ours, activation, seed)
                line(ours)
                each = [run["seconds"] / run["epochs"] for run in (theirs, ours)]
                print(f"{'':9} an epoch of Keras takes {each[0] / each[1]:.1f} times as long")


if __name__ == "__main__":
    main()
