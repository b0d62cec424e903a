"""The optimizer homework's AdaMax run in NumPy, from seeds of one's own.

The homework published one run: 0.9682 on the test images after 47 epochs, and no seed. This is its network
(784-100-30-10, sigmoid, weights normal with variance 6 / (inputs + outputs), biases 0), its batches (100 of a
new permutation each epoch) and its rule, in f64: what other seeds reach says how far from that number a right
implementation may end.

    .lab/bench/numpy/bin/python tests/numpy/adamax.py 1 2 3

The Python is that of `cargo lab bench --peers numpy`; a seed takes about a minute on one processor.
"""

import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benches/peers"))
import common  # noqa: E402

SIZES = (784, 100, 30, 10)
EPOCHS, BATCH, RATE, BETA1, BETA2, EPSILON = 47, 100, 0.05, 0.9, 0.99, 1e-8


def sigmoid(z):
    return 1 / (1 + np.exp(-np.clip(z, -500, 500)))


def activations(parameters, x):
    layers = [x]
    for i, (w, b) in enumerate(parameters):
        z = layers[-1] @ w + b
        layers.append(z if i == len(parameters) - 1 else sigmoid(z))
    return layers


def gradients(parameters, x, labels):
    layers = activations(parameters, x)
    scores = layers[-1] - layers[-1].max(axis=1, keepdims=True)
    slope = np.exp(scores)
    slope /= slope.sum(axis=1, keepdims=True)
    slope[np.arange(len(labels)), labels] -= 1
    slope /= len(labels)
    for i in reversed(range(len(parameters))):
        yield i, (layers[i].T @ slope, slope.sum(axis=0))
        if i > 0:
            slope = (slope @ parameters[i][0].T) * layers[i] * (1 - layers[i])


def run(seed, train, test):
    rng = np.random.default_rng(seed)
    pairs = list(zip(SIZES, SIZES[1:]))
    parameters = [[rng.normal(0, np.sqrt(6 / (a + b)), (a, b)), np.zeros(b)] for a, b in pairs]
    memory = [[(np.zeros_like(p), np.zeros_like(p)) for p in layer] for layer in parameters]
    (x, y), (x_test, y_test) = train, test
    steps = 0
    for _ in range(EPOCHS):
        order = rng.permutation(len(y))
        for start in range(0, len(y) - BATCH + 1, BATCH):
            chosen = order[start : start + BATCH]
            steps += 1
            for i, parts in list(gradients(parameters, x[chosen], y[chosen])):
                for parameter, gradient, (m, u) in zip(parameters[i], parts, memory[i]):
                    m *= BETA1
                    m += (1 - BETA1) * gradient
                    np.maximum(BETA2 * u, np.abs(gradient), out=u)
                    parameter -= RATE / (1 - BETA1**steps) * m / (u + EPSILON)
    return (activations(parameters, x_test)[-1].argmax(axis=1) == y_test).mean()


if __name__ == "__main__":
    data = common.load(ROOT / "crates/data/datasets", {"data": "mnist", "standardized": False}, np.float64)
    for word in sys.argv[1:] or ["1", "2", "3"]:
        print(f"seed {word}: {run(int(word), data[:2], data[2:]):.4f}", flush=True)
