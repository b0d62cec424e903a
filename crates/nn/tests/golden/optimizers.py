"""Prints optimizers.txt: forty steps of every update rule on a small network, in f64.

Rules that PyTorch has are PyTorch's. Rules and forms that it does not have are written out below
in NumPy from their papers, with gradients that are written out too. Half way the learning rate is
divided by ten, as a schedule would, so that forms that agree at a constant rate are told apart. One
input is always 0: the gradients of its weights are exactly 0 all the time.

    python3 -m venv venv && venv/bin/pip install numpy==2.4.6 torch==2.15.0
    venv/bin/python optimizers.py > optimizers.txt
"""

import numpy as np
import torch

# PyTorch keeps NAdam's product of momenta in the default type, whatever the parameters' is: in f32
# it is off by 1e-9 after two steps.
torch.set_default_dtype(torch.float64)

STEPS, BATCH, SIZES = 40, 6, (3, 4, 3)
NAMES = ["dense_1.weight", "dense_1.bias", "dense_2.weight", "dense_2.bias"]


def show(name, array):
    array = np.asarray(array, dtype=np.float64)
    shape = "x".join(str(extent) for extent in array.shape) or "1"
    print(name, shape, " ".join(repr(float(value)) for value in array.ravel()))


def problem():
    rng = np.random.default_rng(7)
    start = []
    for inputs, units in zip(SIZES, SIZES[1:]):
        start += [rng.uniform(-1, 1, (inputs, units)), rng.uniform(-1, 1, units)]
    x = rng.uniform(-1, 1, (STEPS, BATCH, SIZES[0]))
    x[:, :, 2] = 0.0
    return start, x, rng.integers(0, SIZES[-1], (STEPS, BATCH))


def gradients(parameters, x, labels):
    """Softmax with cross-entropy on a tanh layer, averaged over the batch."""
    w1, b1, w2, b2 = parameters
    hidden = np.tanh(x @ w1 + b1)
    scores = hidden @ w2 + b2
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    delta = exponentials / exponentials.sum(axis=1, keepdims=True)
    delta[np.arange(len(labels)), labels] -= 1
    delta /= len(labels)
    below = delta @ w2.T * (1 - hidden**2)
    return [x.T @ below, below.sum(axis=0), hidden.T @ delta, delta.sum(axis=0)]


def rate_at(rate, step):
    return rate if step <= STEPS // 2 else rate / 10


def with_torch(make, rate):
    start, x, labels = problem()
    parameters = [torch.tensor(p, requires_grad=True) for p in start]
    optimizer = make(parameters, rate)
    for step in range(1, STEPS + 1):
        for group in optimizer.param_groups:
            group["lr"] = rate_at(rate, step)
        optimizer.zero_grad()
        w1, b1, w2, b2 = parameters
        scores = torch.tanh(torch.tensor(x[step - 1]) @ w1 + b1) @ w2 + b2
        torch.nn.functional.cross_entropy(scores, torch.tensor(labels[step - 1])).backward()
        optimizer.step()
        yield step, [p.detach().numpy().copy() for p in parameters]


def with_numpy(rule, rate):
    parameters, x, labels = problem()
    memories = [{} for _ in parameters]
    for step in range(1, STEPS + 1):
        slopes = gradients(parameters, x[step - 1], labels[step - 1])
        parameters = [
            p + rule(g, memory, step, rate_at(rate, step))
            for p, g, memory in zip(parameters, slopes, memories)
        ]
        yield step, parameters


def sgd(g, memory, t, rate):
    return -rate * g


def classical_momentum(g, memory, t, rate, mu=0.9):
    memory["v"] = mu * memory.get("v", 0.0) - rate * g
    return memory["v"]


def classical_nesterov(g, memory, t, rate, mu=0.9):
    """Sutskever's: his gradient is taken at look-ahead = theta + mu v. What is followed here is
    the look-ahead itself: its step is the step of theta plus mu times the change of v."""
    before = memory.get("v", 0.0)
    memory["v"] = mu * before - rate * g
    return memory["v"] + mu * memory["v"] - mu * before


def rmsprop_inside(g, memory, t, rate, alpha=0.9, epsilon=1e-4):
    memory["s"] = alpha * memory.get("s", 0.0) + (1 - alpha) * g**2
    return -rate * g / np.sqrt(memory["s"] + epsilon)


def graves(g, memory, t, rate, alpha=0.95, epsilon=1e-4):
    """Graves 2013, equations 38 to 41, without his momentum."""
    memory["n"] = alpha * memory.get("n", 0.0) + (1 - alpha) * g**2
    memory["g"] = alpha * memory.get("g", 0.0) + (1 - alpha) * g
    return -rate * g / np.sqrt(memory["n"] - memory["g"] ** 2 + epsilon)


def nadam_constant(g, memory, t, rate, mu=0.9, nu=0.999, epsilon=1e-8):
    """Dozat 2016, algorithm 8 with one momentum."""
    memory["m"] = mu * memory.get("m", 0.0) + (1 - mu) * g
    memory["n"] = nu * memory.get("n", 0.0) + (1 - nu) * g**2
    m = mu * memory["m"] / (1 - mu ** (t + 1)) + (1 - mu) * g / (1 - mu**t)
    return -rate * m / (np.sqrt(memory["n"] / (1 - nu**t)) + epsilon)


def amsgrad_paper(g, memory, t, rate, beta1=0.9, beta2=0.99, epsilon=1e-8):
    """Reddi 2018, algorithm 2; an epsilon, since one gradient is always 0."""
    memory["m"] = beta1 * memory.get("m", 0.0) + (1 - beta1) * g
    memory["v"] = beta2 * memory.get("v", 0.0) + (1 - beta2) * g**2
    memory["w"] = np.maximum(memory.get("w", 0.0), memory["v"])
    return -rate * memory["m"] / (np.sqrt(memory["w"]) + epsilon)


def adamax_paper(g, memory, t, rate, beta1=0.9, beta2=0.999):
    """Kingma and Ba 2015, algorithm 2; 0/0 counts as 0."""
    memory["m"] = beta1 * memory.get("m", 0.0) + (1 - beta1) * g
    memory["u"] = np.maximum(beta2 * memory.get("u", 0.0), np.abs(g))
    with np.errstate(invalid="ignore"):
        step = memory["m"] / memory["u"]
    return -rate / (1 - beta1**t) * np.where(memory["u"] == 0, 0.0, step)


OF_TORCH = {
    "sgd": (lambda p, lr: torch.optim.SGD(p, lr), 0.5),
    "momentum": (lambda p, lr: torch.optim.SGD(p, lr, momentum=0.9), 0.1),
    "nesterov": (lambda p, lr: torch.optim.SGD(p, lr, momentum=0.8, nesterov=True), 0.1),
    "adagrad": (lambda p, lr: torch.optim.Adagrad(p, lr), 0.1),
    "adadelta": (lambda p, lr: torch.optim.Adadelta(p, lr, rho=0.95, eps=1e-6), 1.0),
    "rmsprop": (lambda p, lr: torch.optim.RMSprop(p, lr, alpha=0.9, eps=1e-8), 0.01),
    "rmsprop_centred": (
        lambda p, lr: torch.optim.RMSprop(p, lr, alpha=0.9, eps=1e-6, centered=True), 0.01),
    "rmsprop_centred_usual": (
        lambda p, lr: torch.optim.RMSprop(p, lr, alpha=0.9, eps=1e-8, centered=True), 0.01),
    "adam": (lambda p, lr: torch.optim.Adam(p, lr), 0.02),
    "adam_other": (lambda p, lr: torch.optim.Adam(p, lr, betas=(0.8, 0.95), eps=1e-4), 0.02),
    "adamax": (lambda p, lr: torch.optim.Adamax(p, lr), 0.02),
    "nadam": (lambda p, lr: torch.optim.NAdam(p, lr), 0.02),
    "amsgrad": (lambda p, lr: torch.optim.Adam(p, lr, betas=(0.9, 0.9), amsgrad=True), 0.02),
    "adamw": (lambda p, lr: torch.optim.AdamW(p, lr, weight_decay=0.1), 0.02),
    "sgd_l2": (lambda p, lr: torch.optim.SGD(p, lr, weight_decay=0.01), 0.5),
    "adam_l2": (lambda p, lr: torch.optim.Adam(p, lr, weight_decay=0.01), 0.02),
}
OF_PAPERS = {
    "momentum_classical": (classical_momentum, 0.1),
    "nesterov_classical": (classical_nesterov, 0.1),
    "rmsprop_inside": (rmsprop_inside, 0.01),
    "rmsprop_graves": (graves, 0.01),
    "nadam_constant": (nadam_constant, 0.02),
    "amsgrad_paper": (amsgrad_paper, 0.02),
    "adamax_paper": (adamax_paper, 0.02),
}

if __name__ == "__main__":
    print(f"# optimizers.py, PyTorch {torch.__version__}, NumPy {np.__version__}; "
          "decimals that read back to the same bits")
    start, x, labels = problem()
    for name, array in zip(NAMES, start):
        show(f"start.{name}", array)
    show("x", x.reshape(STEPS * BATCH, -1))
    show("labels", labels.ravel())
    # The two sources of gradients are the same.
    torch_sgd = list(with_torch(*OF_TORCH["sgd"]))
    for (_, a), (_, b) in zip(torch_sgd, with_numpy(sgd, OF_TORCH["sgd"][1])):
        assert all(np.allclose(p, q, rtol=0, atol=1e-14) for p, q in zip(a, b))
    for cases, follow in [(OF_TORCH, with_torch), (OF_PAPERS, with_numpy)]:
        for case, (rule, rate) in cases.items():
            show(f"{case}.rate", rate)
            for step, parameters in follow(rule, rate):
                if step in (2, STEPS):
                    for name, array in zip(NAMES, parameters):
                        show(f"{case}.{step}.{name}", array)
