"""What every peer shares: the protocol, the data sets, the clock.

A peer is a process that reads one request a line from standard input and writes one answer a line to
standard output, both JSON; `../README.md` lists them. A peer's class has `load(workload)`, `reset(seed)`,
`batches(seconds)`, `accuracy()` and whatever else it can do; what it lacks is answered with an error.
"""

import gzip
import json
import os
import sys
import time
from pathlib import Path

import numpy as np

FILES = {
    "train": ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
    "test": ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
}


def idx(path):
    """The bytes of a gzipped IDX file, in its own shape."""
    content = gzip.decompress(Path(path).read_bytes())
    dimensions = content[3]
    shape = np.frombuffer(content, ">u4", dimensions, 4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def load(folder, workload, dtype=np.float32):
    """Training and test images [n, 784] between 0 and 1 or standardised, and their labels [n]."""
    folder = Path(folder) / {"mnist": "mnist", "fashion": "fashion-mnist"}[workload["data"]]
    (x, y), (x_test, y_test) = [[idx(folder / name) for name in FILES[part]] for part in ("train", "test")]
    images = [part.reshape(len(part), -1).astype(dtype) / dtype(255) for part in (x, x_test)]
    if workload["standardized"]:
        mean, deviation = images[0].mean(axis=0, dtype=np.float64), images[0].std(axis=0, dtype=np.float64)
        deviation[deviation == 0] = 1
        images = [((part - mean) / deviation).astype(dtype) for part in images]
    count = workload.get("samples") or len(y)
    return images[0][:count], y[:count].astype(np.int64), images[1], y_test.astype(np.int64)


def layers(workload):
    """The layers as lists of words: ["dense", "100", "nobias"]."""
    return [layer.split() for layer in workload["layers"]]


def processors():
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def timed(work):
    """What a piece of work gives, and the seconds that it took."""
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


class Peer:
    """Answers requests. A subclass says how."""

    def __init__(self, name, detail, datasets):
        self.hello = {"name": name, "detail": detail}
        self.datasets = datasets

    def train(self, seconds):
        """Whole steps on shuffled batches for about so many seconds, from the same start each time."""
        self.reset(1)
        return self.steps(seconds)

    def steps(self, seconds):
        """Steps one by one until the time is over."""
        samples, start = 0, time.perf_counter()
        while True:
            for count in self.epoch_steps():
                samples += count
                passed = time.perf_counter() - start
                if passed >= seconds:
                    return {"samples": samples, "seconds": passed}

    def whole_epoch(self):
        """Every sample once."""
        for _ in self.epoch_steps():
            pass

    def epoch(self, seed):
        """A network from the seed after one epoch: its accuracy on the test images."""
        self.reset(seed)
        _, seconds = timed(self.whole_epoch)
        return {"accuracy": self.accuracy(), "seconds": seconds}

    def evaluate(self):
        """The share of training images that the network classifies rightly."""
        right, seconds = timed(self.right_of_training)
        return {"accuracy": right, "seconds": seconds}

    def answer(self, request):
        arguments = {key: value for key, value in request.items() if key != "do"}
        work = getattr(self, request["do"], None)
        if work is None:
            return {"error": f"{self.hello['name']} does not do {request['do']}"}
        return work(**arguments) or {}

    def serve(self):
        """Answers until there are no more requests."""
        # Whatever a library prints must not be taken for an answer.
        answers, sys.stdout = sys.stdout, sys.stderr
        print(json.dumps(self.hello), file=answers, flush=True)
        for line in sys.stdin:
            try:
                answer = self.answer(json.loads(line))
            except Exception as error:  # The driver names the peer and goes on without it.
                answer = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps(answer), file=answers, flush=True)
