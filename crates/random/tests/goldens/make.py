"""Prints what NumPy draws, for the tests of chainrule-random.

    python3 -m venv venv && venv/bin/pip install numpy==2.4.6
    venv/bin/python make.py

writes legacy.txt and generator.txt beside this file: each line a call, a tab, and what came.
"""

import pathlib
import platform

import numpy as np

from numpy_calls import DTYPES, Session, bits

HERE = pathlib.Path(__file__).parent
SHAPES = ["one", "scalar", "1", "5", "2x3", "1x40", "0", "3x0x2", "2x3x4", "1x1x1x7"]
LONG_SHAPES = ["623", "624", "1000", "784x40", "100001"]


def write(name, sessions):
    lines = [f"# NumPy {np.__version__} on {platform.machine()}, by make.py"]
    for calls in sessions:
        session = Session()
        lines += [f"{call}\t{session.call(call)}" for call in calls]
    (HERE / name).write_text("\n".join(lines) + "\n")
    print(name, len(lines), "lines,", (HERE / name).stat().st_size, "bytes")


def ranges(dtype):
    """Both ends included: spans of 0, 1, all, and around the powers of two."""
    if dtype == "bool":
        return [(0, 0), (1, 1), (0, 1)]
    info = np.iinfo(DTYPES[dtype])
    least, most, width = int(info.min), int(info.max), info.bits
    spans = {0, 1, 2, 5, 9, 99, 2**width - 1, 2**width - 2}
    spans |= {2**k + d for k in (7, 8, 15, 16, 31, 32, 63) for d in (-2, -1, 0)}
    found = set()
    for span in (span for span in spans if 0 <= span < 2**width):
        found.add((least, least + span))
        if span <= most:
            found.add((0, span))
        if span < 10:
            found.add((most - span, most))
    return sorted(found)


def legacy():
    seeds = [0, 1, 2, 42, 12345, 2**31 - 1, 2**31, 2**32 - 1]
    seeds = [str(seed) for seed in seeds] + ["[0]", "[1,2,3]", f"[{2**32 - 1},0,7]"]
    seeds.append(str(list(range(700))).replace(" ", ""))
    for seed in seeds:
        new = f"RandomState {seed}"
        yield [new, *(f"random_sample {shape}" for shape in SHAPES + LONG_SHAPES), "state"]
        yield [new, *(f"randn {shape}" for shape in SHAPES + LONG_SHAPES), "state"]
        yield [new, *(f"permutation {n}" for n in (0, 1, 2, 5, 10, 1000, 60_000)), "state"]
    for seed in seeds[:3]:
        new = f"RandomState {seed}"
        uniform = [(-1.0, 1.0), (0.0, 0.0), (5.0, -3.0), (1e300, 1.5e308), (1e-310, 2e-310)]
        yield [new, *(f"uniform {bits(low)} {bits(high)} {shape}"
                      for low, high in uniform for shape in ("one", "7", "1000"))]
        normal = [(0.0, 1.0), (3.5, 0.01), (-1e10, 0.0)]
        yield [new, *(f"normal {bits(mean)} {bits(sd)} {shape}"
                      for mean, sd in normal for shape in ("one", "7", "9999"))]
    for dtype in DTYPES:
        calls = ["RandomState 1"]
        for low, high in ranges(dtype):
            calls += [f"randint {dtype} {low} {high} {shape}" for shape in ("one", "5", "1001")]
            calls += ["random_sample one"]
        yield [*calls, f"randint {dtype} 0 1 3x0", "state"]


if __name__ == "__main__":
    write("legacy.txt", legacy())
