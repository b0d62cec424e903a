"""NumPy's side of beside_numpy.rs: reads the number of a row, draws, prints the seconds."""

import sys
import time

try:
    import numpy as np
except ImportError:
    sys.exit("this Python has no NumPy; get it with: python3 -m venv venv && venv/bin/pip install numpy, "
             "then run again with PYTHON=venv/bin/python")

print(np.__version__, flush=True)
N = 1_000_000
old = np.random.RandomState(1)
new = np.random.default_rng(1)
items = np.arange(N)
rows = np.zeros((N // 10, 10))
p = np.full(100, 0.01)

DRAWS = [eval("lambda: " + call) for call in sys.stdin.readline().rstrip("\n").split("\x1f")]
for line in sys.stdin:
    draw = DRAWS[int(line)]
    start = time.perf_counter()
    drawn = draw()
    print(time.perf_counter() - start, flush=True)
    del drawn
