"""Prints layers.txt: PyTorch's layers and losses in training, in f64.

    python3 -m venv venv && venv/bin/pip install numpy==2.4.6 torch==2.15.0
    venv/bin/python layers.py > layers.txt
"""

import numpy as np
import torch
from torch import nn

torch.set_default_dtype(torch.float64)
STEPS, BATCH, RATE = 30, 5, 0.2


def show(name, array):
    array = np.asarray(array, dtype=np.float64)
    shape = "x".join(str(extent) for extent in array.shape) or "1"
    print(name, shape, " ".join(repr(float(value)) for value in array.ravel()))


def named(module, names):
    """Ours: a dense weight is [inputs, units]; batch normalization learns gamma and beta."""
    for name, layer in names.items():
        what = ("gamma", "beta") if name.startswith("batch_norm") else ("weight", "bias")
        for ours, parameter in zip(what, (layer.weight, layer.bias)):
            value = parameter.detach().numpy()
            yield f"{name}.{ours}", value.T if isinstance(layer, nn.Linear) else value
        if name.startswith("batch_norm"):
            yield f"{name}.mean", layer.running_mean.numpy()
            yield f"{name}.variance", layer.running_var.numpy()


def follow(case, module, names, shape, loss=nn.functional.cross_entropy, masks=None, targets=None):
    """Trains by SGD and shows where it starts, every batch, and what it comes to."""
    rng = np.random.default_rng(11)
    x = rng.uniform(-1, 1, (STEPS, BATCH, *shape))
    labels = rng.integers(0, 3, (STEPS, BATCH))
    if case == "pool":
        x = np.round(x, 2)  # 3600 numbers: short ones keep the file small
    if case in ("dense", "conv", "pool"):  # the others' batches are those of dense
        show(f"{case}.x", x.reshape(STEPS * BATCH, -1))
        show(f"{case}.labels", labels.ravel())
    for name, value in named(module, names):
        show(f"{case}.start.{name}", value)
    optimizer = torch.optim.SGD(module.parameters(), RATE)
    losses = []
    module.train()
    for step in range(STEPS):
        optimizer.zero_grad()
        y = torch.tensor(labels[step])
        if targets is not None:
            y = targets(y)
        scores = module(torch.tensor(x[step])) if masks is None else module(torch.tensor(x[step]), masks[step])
        value = loss(scores, y)
        losses.append(value.item())
        value.backward()
        optimizer.step()
    show(f"{case}.losses", losses)
    for name, value in named(module, names):
        show(f"{case}.end.{name}", value)
    module.eval()
    with torch.no_grad():
        last = torch.tensor(x[-1])
        show(f"{case}.scores", module(last) if masks is None else module(last, None))


class Dropped(nn.Module):
    """Dropout with masks that are given: what is kept is multiplied by 1 / (1 - rate)."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(4, 6), nn.Linear(6, 3)

    def forward(self, x, mask):
        hidden = torch.tanh(self.a(x))
        return self.b(hidden if mask is None else hidden * mask / (1 - 0.4))


def gaps(module):
    """Numbers that are not the usual start, so that none of them hides."""
    generator = torch.Generator().manual_seed(5)
    for layer in module.modules():
        if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
            with torch.no_grad():
                layer.weight.uniform_(0.5, 1.5, generator=generator)
                layer.bias.uniform_(-0.5, 0.5, generator=generator)
    return module


if __name__ == "__main__":
    print(f"# layers.py, PyTorch {torch.__version__}, NumPy {np.__version__}; "
          "decimals that read back to the same bits")
    torch.manual_seed(3)
    dense = gaps(nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.Tanh(), nn.Linear(6, 5),
                               nn.BatchNorm1d(5, momentum=0.3, eps=1e-3), nn.Tanh(), nn.Linear(5, 3)))
    follow("dense", dense, {"dense_1": dense[0], "batch_norm_1": dense[1], "dense_2": dense[3],
                            "batch_norm_2": dense[4], "dense_3": dense[6]}, (4,))
    conv = gaps(nn.Sequential(nn.Conv2d(1, 2, 3, padding="same"), nn.BatchNorm2d(2), nn.Tanh(),
                              nn.Flatten(), nn.Linear(24, 3)))
    follow("conv", conv, {"conv2d_1": conv[0], "batch_norm_1": conv[1], "dense_1": conv[4]},
           (1, 4, 3))
    dropped = Dropped()
    kept = np.random.default_rng(2).integers(0, 2, (STEPS, BATCH, 6)).astype(float)
    show("dropout.masks", kept.reshape(STEPS * BATCH, 6))
    follow("dropout", dropped, {"dense_1": dropped.a, "dense_2": dropped.b}, (4,),
           masks=torch.tensor(kept))

    one_hot = lambda y: nn.functional.one_hot(y, 3).to(torch.float64)
    losses = {
        "cross_entropy": (nn.CrossEntropyLoss(), None),
        "cross_entropy_sum": (nn.CrossEntropyLoss(reduction="sum"), None),
        "smoothed": (nn.CrossEntropyLoss(label_smoothing=0.1), None),
        "smoothed_rows": (nn.CrossEntropyLoss(label_smoothing=0.3), one_hot),
        "mean_squared": (nn.MSELoss(), one_hot),
        "squared": (lambda z, t: nn.MSELoss(reduction="sum")(z, t) / BATCH, one_hot),
        "half_squared_sum": (lambda z, t: nn.MSELoss(reduction="sum")(z, t) / 2, one_hot),
    }
    for case, (loss, targets) in losses.items():
        net = nn.Sequential(nn.Linear(4, 5), nn.Sigmoid(), nn.Linear(5, 3))
        follow(case, net, {"dense_1": net[0], "dense_2": net[2]}, (4,), loss, targets=targets)

    relu = nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 3))
    follow("relu", relu, {"dense_1": relu[0], "dense_2": relu[2]}, (4,))
    pool = nn.Sequential(nn.Conv2d(1, 3, 3, padding="same"), nn.MaxPool2d(2), nn.ReLU(),
                         nn.Flatten(), nn.Linear(18, 3))
    follow("pool", pool, {"conv2d_1": pool[0], "dense_1": pool[4]}, (1, 4, 6))
