"""Networks in NumPy, as a careful user writes them: whole batches, in place, products by its BLAS.

    python numpy_peer.py DATASETS float32
"""

import sys

import numpy as np

import common


class Dense:
    def __init__(self, rng, inputs, units, bias, dtype):
        limit = np.sqrt(6 / (inputs + units))
        self.parameters = [rng.uniform(-limit, limit, (inputs, units)).astype(dtype)]
        if bias:
            self.parameters.append(np.zeros(units, dtype))

    def forward(self, x, training):
        self.x = x
        z = x @ self.parameters[0]
        if len(self.parameters) > 1:
            z += self.parameters[1]
        return z

    def backward(self, slope, needed):
        self.gradients = [self.x.T @ slope]
        if len(self.parameters) > 1:
            self.gradients.append(slope.sum(axis=0))
        return slope @ self.parameters[0].T if needed else None


class Relu:
    parameters = ()

    def forward(self, z, training):
        self.a = np.maximum(z, 0, out=z)
        return self.a

    def backward(self, slope, needed):
        slope *= self.a > 0
        return slope


class Dropout:
    parameters = ()

    def __init__(self, rng, rate):
        self.rng, self.rate = rng, rate

    def forward(self, a, training):
        if not training:
            return a
        self.mask = (self.rng.random(a.shape, np.float32) >= self.rate) * a.dtype.type(1 / (1 - self.rate))
        return a * self.mask

    def backward(self, slope, needed):
        slope *= self.mask
        return slope


class BatchNorm:
    def __init__(self, features, dtype):
        self.parameters = [np.ones(features, dtype), np.zeros(features, dtype)]
        self.mean, self.variance = np.zeros(features, dtype), np.ones(features, dtype)

    def forward(self, z, training):
        gamma, beta = self.parameters
        if not training:
            return (z - self.mean) * (gamma / np.sqrt(self.variance + 1e-5).astype(z.dtype)) + beta
        mean = z.mean(axis=0)
        z -= mean
        variance = np.einsum("ij,ij->j", z, z) / z.dtype.type(len(z))
        self.inverse = 1 / np.sqrt(variance + z.dtype.type(1e-5))
        z *= self.inverse
        self.normalized = z
        self.mean += z.dtype.type(0.1) * (mean - self.mean)
        self.variance += z.dtype.type(0.1) * (variance - self.variance)
        return z * gamma + beta

    def backward(self, slope, needed):
        count = slope.dtype.type(len(slope))
        of_gamma, of_beta = np.einsum("ij,ij->j", slope, self.normalized), slope.sum(axis=0)
        self.gradients = [of_gamma, of_beta]
        slope -= of_beta / count
        slope -= self.normalized * (of_gamma / count)
        slope *= self.parameters[0] * self.inverse
        return slope


class Conv:
    """Patches as rows (im2col), one product; channels last, so that patches are copied in runs."""

    def __init__(self, rng, channels, filters, size, dtype):
        self.size, self.channels = size, channels
        limit = np.sqrt(6 / (size * size * (channels + filters)))
        weights = rng.uniform(-limit, limit, (size * size * channels, filters)).astype(dtype)
        self.parameters = [weights, np.zeros(filters, dtype)]

    def windows(self, padded, height, width):
        for i in range(self.size):
            for j in range(self.size):
                yield i * self.size + j, padded[:, i : i + height, j : j + width]

    def forward(self, x, training):
        n, height, width, channels = x.shape
        pad = self.size // 2
        self.padded_shape = (n, height + 2 * pad, width + 2 * pad, channels)
        padded = np.zeros(self.padded_shape, x.dtype)
        padded[:, pad:-pad, pad:-pad] = x
        columns = np.empty((n, height, width, self.size**2, channels), x.dtype)
        for k, window in self.windows(padded, height, width):
            columns[:, :, :, k] = window
        self.columns = columns.reshape(-1, self.size**2 * channels)
        z = self.columns @ self.parameters[0]
        z += self.parameters[1]
        return z.reshape(n, height, width, -1)

    def backward(self, slope, needed):
        n, height, width, filters = slope.shape
        flat = slope.reshape(-1, filters)
        self.gradients = [self.columns.T @ flat, flat.sum(axis=0)]
        if not needed:
            return None
        columns = (flat @ self.parameters[0].T).reshape(n, height, width, self.size**2, -1)
        padded = np.zeros(self.padded_shape, slope.dtype)
        for k, window in self.windows(padded, height, width):
            window += columns[:, :, :, k]
        pad = self.size // 2
        return padded[:, pad:-pad, pad:-pad]


class Pool:
    """The greatest of two by two; the first of them where several are."""

    parameters = ()

    def quarters(self, x):
        return [x[:, i::2, j::2] for i in (0, 1) for j in (0, 1)]

    def forward(self, x, training):
        self.x = x
        a, b, c, d = self.quarters(x)
        self.greatest = np.maximum(np.maximum(a, b), np.maximum(c, d))
        return self.greatest

    def backward(self, slope, needed):
        back = np.empty_like(self.x)
        free = np.ones(slope.shape, bool)
        for quarter, target in zip(self.quarters(self.x), self.quarters(back)):
            chosen = (quarter == self.greatest) & free
            free &= ~chosen
            np.multiply(slope, chosen, out=target)
        return back


class Flatten:
    parameters = ()

    def forward(self, x, training):
        self.shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, slope, needed):
        return slope.reshape(self.shape)


class Sgd:
    def __init__(self, rate, momentum=0.0):
        self.rate, self.momentum, self.velocities = rate, momentum, {}

    def step(self, key, parameter, gradient):
        if self.momentum:
            velocity = self.velocities.setdefault(key, np.zeros_like(parameter))
            velocity *= self.momentum
            velocity += gradient
            gradient = velocity * parameter.dtype.type(self.rate)
        else:
            gradient *= self.rate
        parameter -= gradient


class Adam:
    def __init__(self, rate):
        self.rate, self.moments, self.steps = rate, {}, {}

    def step(self, key, parameter, gradient):
        m, v = self.moments.setdefault(key, [np.zeros_like(parameter) for _ in range(2)])
        t = self.steps[key] = self.steps.get(key, 0) + 1
        m *= 0.9
        m += 0.1 * gradient
        np.square(gradient, out=gradient)
        gradient *= 0.001
        v *= 0.999
        v += gradient
        np.divide(v, 1 - 0.999**t, out=gradient)
        np.sqrt(gradient, out=gradient)
        gradient += 1e-8
        np.divide(m, gradient, out=gradient)
        gradient *= self.rate / (1 - 0.9**t)
        parameter -= gradient


class NumpyPeer(common.Peer):
    def __init__(self, datasets, dtype):
        name = {"float32": "NumPy f32", "float64": "NumPy f64"}[dtype]
        super().__init__(name, f"NumPy {np.__version__}, {dtype}, vectorised", datasets)
        self.dtype = np.dtype(dtype).type

    def load(self, workload):
        self.workload = workload
        self.x, self.y, self.x_test, self.y_test = common.load(self.datasets, workload, self.dtype)
        self.with_channels = workload["layers"][0].startswith("conv")
        if self.with_channels:
            self.x, self.x_test = [x.reshape(-1, 28, 28, 1) for x in (self.x, self.x_test)]
        self.reset(1)

    def reset(self, seed):
        self.rng = rng = np.random.default_rng(seed)
        self.layers, shape = [], self.x.shape[1:]
        for kind, *words in common.layers(self.workload):
            if kind == "dense":
                units = int(words[0])
                self.layers.append(Dense(rng, shape[0], units, "nobias" not in words, self.dtype))
                shape = (units,)
            elif kind == "conv":
                self.layers.append(Conv(rng, shape[2], int(words[0]), int(words[1]), self.dtype))
                shape = (*shape[:2], int(words[0]))
            elif kind == "pool":
                self.layers.append(Pool())
                shape = (shape[0] // 2, shape[1] // 2, shape[2])
            elif kind == "flatten":
                self.layers.append(Flatten())
                shape = (int(np.prod(shape)),)
            elif kind == "relu":
                self.layers.append(Relu())
            elif kind == "dropout":
                self.layers.append(Dropout(rng, float(words[0])))
            elif kind == "batchnorm":
                self.layers.append(BatchNorm(shape[0], self.dtype))
            else:
                raise ValueError(f"no layer {kind}")
        rate = self.workload["rate"]
        rules = {"sgd": lambda: Sgd(rate), "momentum": lambda: Sgd(rate, 0.9), "adam": lambda: Adam(rate)}
        self.rule = rules[self.workload["rule"]]()

    def forward(self, x, training):
        for layer in self.layers:
            x = layer.forward(x, training)
        return x

    def slope(self, z, labels):
        """Of the loss by the scores: softmax with cross-entropy, or half the squared error."""
        if self.workload["loss"] == "cross-entropy":
            z -= z.max(axis=1, keepdims=True)
            np.exp(z, out=z)
            z /= z.sum(axis=1, keepdims=True)
        z[np.arange(len(z)), labels] -= 1
        if self.workload["reduction"] == "mean":
            z /= len(z)
        return z

    def step(self, chosen):
        slope = self.slope(self.forward(self.x[chosen], True), self.y[chosen])
        for i in reversed(range(len(self.layers))):
            slope = self.layers[i].backward(slope, i > 0)
        for i, layer in enumerate(self.layers):
            for k, parameter in enumerate(layer.parameters):
                self.rule.step((i, k), parameter, layer.gradients[k])

    def epoch_steps(self):
        order, batch = self.rng.permutation(len(self.y)), self.workload["batch"]
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            self.step(chosen)
            yield len(chosen)

    def right(self, x, y):
        pieces = range(0, len(y), 1000)
        right = [(self.forward(x[i : i + 1000], False).argmax(axis=1) == y[i : i + 1000]).sum() for i in pieces]
        return float(sum(right) / len(y))

    def accuracy(self):
        return self.right(self.x_test, self.y_test)

    def right_of_training(self):
        return self.right(self.x, self.y)

    def mnist(self):
        """MNIST from its own files, ready to be trained on."""
        workload = {"data": "mnist", "standardized": False}
        return {"seconds": common.timed(lambda: common.load(self.datasets, workload, self.dtype))[1]}


if __name__ == "__main__":
    NumpyPeer(sys.argv[1], sys.argv[2]).serve()
