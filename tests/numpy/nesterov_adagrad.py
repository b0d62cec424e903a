"""The optimizer homework's Nesterov and AdaGrad runs in NumPy, from seeds of one's own.

The homework published 0.9466 and 0.9430 on the test images after 11 epochs, in cells without a number and without
a seed. These are its rules as they stand there, AdaGrad with its epsilon inside the root, on its network and its
batches (see adamax.py).

    .lab/bench/numpy/bin/python tests/numpy/nesterov_adagrad.py 1 2 3

A seed takes about a minute on one processor.
"""

import sys

import numpy as np

from adamax import BATCH, EPSILON, RATE, ROOT, SIZES, activations, common, gradients

EPOCHS, MU = 11, 0.9


def nesterov(parameters, memory, x, labels):
    ahead = [[p - MU * v for p, v in zip(*layers)] for layers in zip(parameters, memory)]
    for i, parts in list(gradients(ahead, x, labels)):
        for parameter, gradient, v in zip(parameters[i], parts, memory[i]):
            v *= MU
            v += RATE * gradient
            parameter -= v


def adagrad(parameters, memory, x, labels):
    for i, parts in list(gradients(parameters, x, labels)):
        for parameter, gradient, s in zip(parameters[i], parts, memory[i]):
            s += gradient * gradient
            parameter -= RATE * gradient / np.sqrt(s + EPSILON)


def run(step, seed, train, test):
    rng = np.random.default_rng(seed)
    pairs = list(zip(SIZES, SIZES[1:]))
    parameters = [[rng.normal(0, np.sqrt(6 / (a + b)), (a, b)), np.zeros(b)] for a, b in pairs]
    memory = [[np.zeros_like(p) for p in layer] for layer in parameters]
    (x, y), (x_test, y_test) = train, test
    for _ in range(EPOCHS):
        order = rng.permutation(len(y))
        for start in range(0, len(y) - BATCH + 1, BATCH):
            chosen = order[start : start + BATCH]
            step(parameters, memory, x[chosen], y[chosen])
    return (activations(parameters, x_test)[-1].argmax(axis=1) == y_test).mean()


if __name__ == "__main__":
    data = common.load(ROOT / "crates/data/datasets", {"data": "mnist", "standardized": False}, np.float64)
    for word in sys.argv[1:] or ["1", "2", "3"]:
        for step in (nesterov, adagrad):
            print(f"{step.__name__}, seed {word}: {run(step, int(word), data[:2], data[2:]):.4f}", flush=True)
