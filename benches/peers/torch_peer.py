"""Networks in PyTorch: eager, f32, all threads, the images as one tensor in memory.

Batches are rows of that tensor in a shuffled order: a DataLoader would collate image by image.

    python torch_peer.py DATASETS
"""

import sys
import tempfile
from pathlib import Path

import torch
from torch import nn

import common


def layer(words, shape):
    """A layer for inputs of a shape, and the shape of what it gives."""
    kind, *words = words
    if kind == "dense":
        dense = nn.Linear(shape[0], int(words[0]), bias="nobias" not in words)
        return dense, (int(words[0]),)
    if kind == "conv":
        return nn.Conv2d(shape[0], int(words[0]), int(words[1]), padding="same"), (int(words[0]), *shape[1:])
    if kind == "pool":
        return nn.MaxPool2d(int(words[0])), (shape[0], *(side // int(words[0]) for side in shape[1:]))
    if kind == "flatten":
        return nn.Flatten(), (torch.Size(shape).numel(),)
    if kind == "relu":
        return nn.ReLU(inplace=True), shape
    if kind == "dropout":
        return nn.Dropout(float(words[0])), shape
    if kind == "batchnorm":
        return nn.BatchNorm1d(shape[0], eps=1e-5, momentum=0.1), shape
    raise ValueError(f"no layer {kind}")


class TorchPeer(common.Peer):
    def __init__(self, datasets):
        torch.set_num_threads(common.processors())
        detail = f"PyTorch {torch.__version__}, eager, f32, {torch.get_num_threads()} threads"
        super().__init__("PyTorch", detail, datasets)

    def load(self, workload):
        self.workload = workload
        x, y, x_test, y_test = map(torch.from_numpy, common.load(self.datasets, workload))
        if workload["layers"][0].startswith("conv"):
            # Channels last took less than half the time of PyTorch's usual order.
            x, x_test = [part.view(-1, 1, 28, 28).to(memory_format=torch.channels_last) for part in (x, x_test)]
        self.x, self.x_test, self.labels, self.test_labels = x, x_test, y, y_test
        reduction, rate = workload["reduction"], workload["rate"]
        if workload["loss"] == "cross-entropy":
            self.y, self.loss = y, nn.CrossEntropyLoss(reduction=reduction)
        else:
            # nn.MSELoss averages over the outputs too, and is not halved.
            self.y, self.loss = nn.functional.one_hot(y, 10).float(), nn.MSELoss(reduction=reduction)
            rate *= 10 / 2 if reduction == "mean" else 1 / 2
        parameters = {"sgd": {}, "momentum": {"momentum": 0.9}, "adam": {}}[workload["rule"]]
        # Fused was faster for every rule and size.
        rule = torch.optim.Adam if workload["rule"] == "adam" else torch.optim.SGD
        self.rule = lambda model: rule(model.parameters(), lr=rate, fused=True, **parameters)
        self.reset(1)

    def reset(self, seed):
        torch.manual_seed(seed)
        made, shape = [], tuple(self.x.shape[1:])
        for words in common.layers(self.workload):
            one, shape = layer(words, shape)
            made.append(one)
        self.model = nn.Sequential(*made)
        if self.x.dim() == 4:
            self.model = self.model.to(memory_format=torch.channels_last)
        for parameter in self.model.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)
        for one in made:
            if getattr(one, "bias", None) is not None:
                nn.init.zeros_(one.bias)
        self.optimizer = self.rule(self.model)

    def epoch_steps(self):
        self.model.train()
        batch = self.workload["batch"]
        for chosen in torch.randperm(len(self.y)).split(batch):
            self.optimizer.zero_grad()
            self.loss(self.model(self.x[chosen]), self.y[chosen]).backward()
            self.optimizer.step()
            yield len(chosen)

    def right(self, x, y):
        self.model.eval()
        with torch.inference_mode():
            pieces = zip(x.split(1000), y.split(1000))
            return sum((self.model(a).argmax(1) == b).sum().item() for a, b in pieces) / len(y)

    def accuracy(self):
        return self.right(self.x_test, self.test_labels)

    def right_of_training(self):
        return self.right(self.x, self.labels)

    def mnist(self):
        """torchvision's data set from raw files, as its own download leaves them, then as one tensor."""
        from torchvision.datasets import MNIST

        with tempfile.TemporaryDirectory() as root:
            raw = Path(root) / "MNIST/raw"
            raw.mkdir(parents=True)
            for name in sum(common.FILES.values(), ()):
                packed = Path(self.datasets) / "mnist" / name
                (raw / packed.stem).write_bytes(common.gzip.decompress(packed.read_bytes()))

            def ready():
                parts = [MNIST(root, train=train) for train in (True, False)]
                return [(part.data.view(-1, 784).float().div_(255), part.targets) for part in parts]

            return {"seconds": common.timed(ready)[1]}


if __name__ == "__main__":
    TorchPeer(sys.argv[1]).serve()
