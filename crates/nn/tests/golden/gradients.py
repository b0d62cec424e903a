"""Prints gradients.txt: losses and gradients of two small networks, computed with NumPy in f64.

The networks are the homework's third and fourth models made small. Nothing here is shared with the
Rust code: the convolution is written as plain loops, and its gradients follow from the definition.

    python3 -m venv venv && venv/bin/pip install numpy==2.4.6
    venv/bin/python gradients.py > gradients.txt
"""

import numpy as np


def show(name, array):
    array = np.asarray(array, dtype=np.float64)
    shape = "x".join(str(extent) for extent in array.shape) or "1"
    print(name, shape, " ".join(repr(float(value)) for value in array.ravel()))


def softmax(scores):
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def cross_entropy(scores, labels):
    """The loss of every sample, and the gradient of their sum."""
    probabilities = softmax(scores)
    rows = np.arange(len(labels))
    delta = probabilities.copy()
    delta[rows, labels] -= 1
    return -np.log(probabilities[rows, labels]), delta


def dense(rng, batch=5):
    sizes = [6, 5, 4, 3]
    weights = [rng.uniform(-1, 1, pair) for pair in zip(sizes, sizes[1:])]
    biases = [rng.uniform(-1, 1, size) for size in sizes[1:]]
    x, labels = rng.uniform(-1, 1, (batch, sizes[0])), rng.integers(0, sizes[-1], batch)
    outputs = [x]
    for i, (w, b) in enumerate(zip(weights, biases)):
        z = outputs[-1] @ w + b
        outputs.append(z if i == 2 else np.maximum(z, 0))
    losses, delta = cross_entropy(outputs[-1], labels)
    delta /= batch
    show("dense.x", x)
    show("dense.labels", labels)
    show("dense.loss", losses.mean())
    for i in (2, 1, 0):
        if i < 2:
            delta = delta * (outputs[i + 1] > 0)
        show(f"dense.dense_{i + 1}.weight", weights[i])
        show(f"dense.dense_{i + 1}.bias", biases[i])
        show(f"dense.d.dense_{i + 1}.weight", outputs[i].T @ delta)
        show(f"dense.d.dense_{i + 1}.bias", delta.sum(axis=0))
        delta = delta @ weights[i].T


def convolve(x, w, b):
    samples, _, height, width = x.shape
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    y = np.empty((samples, len(w), height, width))
    for n, f, i, j in np.ndindex(y.shape):
        y[n, f, i, j] = (w[f] * padded[n, :, i : i + 3, j : j + 3]).sum() + b[f]
    return y


def convolve_backward(dy, x, w):
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    dw, dpadded = np.zeros_like(w), np.zeros_like(padded)
    for n, f, i, j in np.ndindex(dy.shape):
        dw[f] += dy[n, f, i, j] * padded[n, :, i : i + 3, j : j + 3]
        dpadded[n, :, i : i + 3, j : j + 3] += dy[n, f, i, j] * w[f]
    return dw, dy.sum(axis=(0, 2, 3)), dpadded[:, :, 1:-1, 1:-1]


def pool(x):
    samples, channels, height, width = x.shape
    squares = x.reshape(samples, channels, height // 2, 2, width // 2, 2)
    return squares.max(axis=(3, 5))


def pool_backward(dy, x, y):
    def spread(values):
        return values.repeat(2, axis=2).repeat(2, axis=3)

    return spread(dy) * (spread(y) == x)


def convolutional(rng, batch=3):
    w1, b1 = rng.uniform(-1, 1, (2, 1, 3, 3)), rng.uniform(-1, 1, 2)
    w2, b2 = rng.uniform(-1, 1, (3, 2, 3, 3)), rng.uniform(-1, 1, 3)
    w3, b3 = rng.uniform(-1, 1, (12, 3)), rng.uniform(-1, 1, 3)
    x, labels = rng.uniform(0, 1, (batch, 1, 8, 8)), rng.integers(0, 3, batch)
    y1 = convolve(x, w1, b1)
    p1 = pool(y1)
    y2 = convolve(p1, w2, b2)
    p2 = pool(y2)
    flat = p2.reshape(batch, -1)
    losses, delta = cross_entropy(flat @ w3 + b3, labels)
    dp2 = (delta @ w3.T).reshape(p2.shape)
    dw2, db2, dp1 = convolve_backward(pool_backward(dp2, y2, p2), p1, w2)
    dw1, db1, _ = convolve_backward(pool_backward(dp1, y1, p1), x, w1)
    show("conv.x", x.reshape(batch, -1))
    show("conv.labels", labels)
    show("conv.loss", losses.sum())
    for name, value in [
        ("conv2d_1.weight", w1), ("conv2d_1.bias", b1), ("d.conv2d_1.weight", dw1),
        ("d.conv2d_1.bias", db1), ("conv2d_2.weight", w2), ("conv2d_2.bias", b2),
        ("d.conv2d_2.weight", dw2), ("d.conv2d_2.bias", db2), ("dense_1.weight", w3),
        ("dense_1.bias", b3), ("d.dense_1.weight", flat.T @ delta),
        ("d.dense_1.bias", delta.sum(axis=0)),
    ]:
        show(f"conv.{name}", value)


if __name__ == "__main__":
    print(f"# gradients.py, NumPy {np.__version__}; decimals that read back to the same bits")
    dense(np.random.default_rng(1))
    convolutional(np.random.default_rng(2))
