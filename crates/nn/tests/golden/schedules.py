"""Prints schedules.txt: PyTorch's learning rates, tick by tick, and clipped gradients, in f64.

    python3 -m venv venv && venv/bin/pip install numpy==2.4.6 torch==2.15.0
    venv/bin/python schedules.py > schedules.txt
"""

import numpy as np
import torch
from torch.optim import lr_scheduler as of

torch.set_default_dtype(torch.float64)
RATE, TICKS = 0.3, 60


def show(name, array):
    array = np.asarray(array, dtype=np.float64)
    shape = "x".join(str(extent) for extent in array.shape) or "1"
    print(name, shape, " ".join(repr(float(value)) for value in array.ravel()))


def rates(make, ticks=TICKS, losses=None):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], RATE)
    scheduler = make(optimizer)
    for tick in range(ticks):
        yield optimizer.param_groups[0]["lr"]
        optimizer.step()
        scheduler.step() if losses is None else scheduler.step(losses[tick])


def warm_up(optimizer, length, then):
    first = of.LinearLR(optimizer, start_factor=1 / (length + 1), total_iters=length)
    return of.SequentialLR(optimizer, [first, then], milestones=[length])


if __name__ == "__main__":
    print(f"# schedules.py, PyTorch {torch.__version__}, NumPy {np.__version__}; "
          "decimals that read back to the same bits")
    show("step", list(rates(lambda o: of.StepLR(o, 7, 0.5))))
    show("exponential", list(rates(lambda o: of.ExponentialLR(o, 0.9))))
    show("cosine", list(rates(lambda o: of.CosineAnnealingLR(o, 40), 41)))
    show("cosine_to", list(rates(lambda o: of.CosineAnnealingLR(o, 40, 0.1 * RATE), 41)))
    show("warm_up_exponential",
         list(rates(lambda o: warm_up(o, 9, of.ExponentialLR(o, 0.95)), 40)))
    show("warm_up_step", list(rates(lambda o: warm_up(o, 5, of.StepLR(o, 10, 0.3)), 40)))
    rng = np.random.default_rng(3)
    losses = 1 / (1 + np.arange(TICKS)) ** 0.3 + rng.uniform(0, 0.1, TICKS)
    losses[30:] = np.round(losses[30:], 1)  # equal losses are no improvement
    show("losses", losses)
    show("plateau", list(rates(lambda o: of.ReduceLROnPlateau(o, factor=0.5, patience=3, eps=0),
                               losses=losses)))
    show("plateau_of_none", list(rates(
        lambda o: of.ReduceLROnPlateau(o, factor=0.8, patience=0, threshold=0.05, eps=0),
        losses=losses)))
    # A linear layer under a squared error, with large gradients.
    w, b = rng.uniform(-1, 1, (3, 2)), rng.uniform(-1, 1, 2)
    x, y = rng.uniform(-9, 9, (4, 3)), rng.uniform(-9, 9, (4, 2))
    for name, array in [("weight", w), ("bias", b), ("x", x), ("y", y)]:
        show(f"clip.{name}", array)
    for case, clip in [("norm", torch.nn.utils.clip_grad_norm_),
                       ("value", torch.nn.utils.clip_grad_value_)]:
        parameters = [torch.tensor(p, requires_grad=True) for p in (w, b)]
        scores = torch.tensor(x) @ parameters[0] + parameters[1]
        (((scores - torch.tensor(y)) ** 2).sum() / len(x)).backward()
        before = [p.grad.numpy().copy() for p in parameters]
        norm = np.sqrt(sum((g**2).sum() for g in before))
        returned = clip(parameters, 2.5)
        if case == "norm":
            assert abs(returned.item() - norm) < 1e-12 * norm
            show("clip.norm_before", norm)
            # The paper's, without PyTorch's 1e-6.
            for name, g, p in zip(["weight", "bias"], before, parameters):
                show(f"clip.paper.{name}", g * (2.5 / norm))
        for name, p in zip(["weight", "bias"], parameters):
            show(f"clip.{case}.{name}", p.grad.numpy())
