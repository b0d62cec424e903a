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
    # Of which one word in a few hundred is rejected.
    spans |= {3 * 2**54 + 7, 5 * 2**53}
    found = set()
    for span in (span for span in spans if 0 <= span < 2**width):
        found.add((least, least + span))
        if span <= most:
            found.add((0, span))
        if span < 10:
            found.add((most - span, most))
    return sorted(found)


SEEDS = [0, 1, 2, 42, 12345, 2**31 - 1, 2**31, 2**32 - 1]
SEEDS = [str(seed) for seed in SEEDS] + ["[0]", "[1,2,3]", f"[{2**32 - 1},0,7]"]
SEEDS.append(str(list(range(700))).replace(" ", ""))
PERMUTED = ["0", "1", "2", "5", "10", "1000", "60000", "3x4", "5x0", "100x28", "4x2x3"]
UNIFORM = [(-1.0, 1.0), (0.0, 0.0), (5.0, -3.0), (1e300, 1.5e308), (-1e308, 1e308), (0.0, float("inf")),
           (float("nan"), 1.0)]
NORMAL = [(0.0, 1.0), (3.5, 0.01), (-1e10, 0.0), (0.0, -1.0), (0.0, -0.0), (0.0, float("nan"))]
EVEN = ",".join([bits(0.1)] * 10)
SKEW = ",".join(map(bits, [0.5, 0.0, 0.25, 0.125, 0.125]))
WRONG = [[0.5, 0.4], [0.5, 0.5 + 2e-8], [1.5, -0.5], [float("nan"), 0.5], [1.0], [0.2, 0.3, 0.5]]
NEARLY = ",".join(map(bits, [0.5, 0.5 + 1e-8]))


def integer_calls(name, dtype):
    for low, high in ranges(dtype):
        yield from (f"{name} {dtype} {low} {high} {shape}" for shape in ("one", "5", "3001"))
        yield "random_sample one" if name == "randint" else "random f32 one"
    yield from (f"{name} {dtype} 0 1 3x0", f"{name} {dtype} 1 0 0", "state")
    yield from (f"{name} {dtype} 1 0 {shape}" for shape in ("one", "5"))


def choice_calls():
    for shuffle in ("shuffled", "unshuffled"):
        for count, shapes in [
            (0, ["one", "1", "0"]), (1, ["one", "3"]), (10, ["one", "scalar", "0", "10", "11", "2x5"]),
            (10_000, ["200", "201", "9999", "10000"]), (10_001, ["200", "201", "500", "501", "10001"]),
            (1_000_000, ["7", "20001", "50001"]),
        ]:
            for shape in shapes:
                yield f"choice {count} {shape} replaced {shuffle} -"
                yield f"choice {count} {shape} unreplaced {shuffle} -"
        yield "state"
    for replace in ("replaced", "unreplaced"):
        for shape in ("one", "scalar", "0", "4", "5", "2x3", "10", "11"):
            yield f"choice 10 {shape} {replace} shuffled {EVEN}"
            yield f"choice 5 {shape} {replace} shuffled {SKEW}"
        for wrong in WRONG:
            yield f"choice 2 1 {replace} shuffled {','.join(map(bits, wrong))}"
        yield f"choice 2 1 {replace} shuffled {NEARLY}"
        yield "state"
    yield f"choice 5 1000 replaced shuffled {SKEW}"


def legacy():
    for seed in ["-1", "4294967296", "[]", "[-1]", "[4294967296]", "[1,2,-3]"]:
        yield [f"RandomState {seed}"]
    for i, seed in enumerate(SEEDS):
        new = f"RandomState {seed}"
        shapes = SHAPES + LONG_SHAPES if i < 3 else ["one", "2x3", "1000"]
        yield [new, *(f"random_sample {shape}" for shape in shapes), "state"]
        yield [new, *(f"randn {shape}" for shape in shapes), "state"]
        yield [new, *(f"{call} {shape}" for shape in PERMUTED for call in ("permutation", "shuffle")
                      if call == "permutation" or shape != "scalar"), "state"]
    for seed in SEEDS[:3]:
        new = f"RandomState {seed}"
        yield [new, *(f"uniform {bits(low)} {bits(high)} {shape}"
                      for low, high in UNIFORM for shape in ("one", "7", "1000"))]
        yield [new, *(f"normal {bits(mean)} {bits(sd)} {shape}"
                      for mean, sd in NORMAL for shape in ("one", "7", "9999"))]
        yield [new, *(f"exponential {bits(scale)} {shape}"
                      for scale in (1.0, 0.0, 1e-3, -1.0, -0.0) for shape in ("one", "7", "9999"))]
        yield [new, *(f"standard_gamma {bits(alpha)} {shape}"
                      for alpha in (0.0, 1e-3, 0.5, 1.0, 1.5, 100.0, -1.0) for shape in ("one", "7", "9999"))]
        yield [new, *(f"beta {bits(a)} {bits(b)} {shape}"
                      for a, b in [(0.5, 0.5), (1e-3, 1e-3), (1.0, 1.0), (2.0, 5.0), (1.0, 3.0), (0.0, 1.0), (1.0, -1.0)]
                      for shape in ("one", "7", "9999")), "state"]
        yield [new, *(f"binomial {n} {bits(p)} {shape}"
                      for n, p in [(0, 0.5), (1, 0.5), (10, 0.0), (10, 1.0), (60, 0.5), (61, 0.5), (100, 0.9),
                                   (1000, 0.3), (10**6, 0.7), (10**9, 1e-9), (10**12, 0.4), (2**62, 0.5),
                                   (-1, 0.5), (5, -0.1), (5, 1.1), (5, float("nan"))]
                      for shape in ("one", "7", "9999")), "state"]
    for dtype in DTYPES:
        yield ["RandomState 1", *integer_calls("randint", dtype)]
    yield ["RandomState 1", *choice_calls()]
    yield ["RandomState 7", "random_sample 5000000", "randn 2000000", "randint i64 0 999 5000000", "state"]
    # So many that the misprints of the legacy method show.
    yield ["RandomState 7", f"binomial 400 {bits(0.5)} 10000000", "state"]


def generator():
    for seed in ["-1", "[-1]", "[1,-2]"]:
        yield [f"default_rng {seed}"]
    wide = [str(2**64), str(2**96 + 5), str(2**127 - 1), "[]", f"[{2**64},1]", f"[0,0,0,0,0,{2**100}]"]
    for i, seed in enumerate(SEEDS + wide):
        new = f"default_rng {seed}"
        shapes = SHAPES + LONG_SHAPES if i < 3 else ["one", "2x3", "1000"]
        if len(seed) < 100:
            yield [f"sequence {seed} {key} {words}" for key in ("-", "0", "1,2,4294967295") for words in (1, 9)]
        for dtype in ("f64", "f32"):
            yield [new, *(f"random {dtype} {shape}" for shape in shapes), "state"]
            yield [new, *(f"standard_normal {dtype} {shape}" for shape in shapes), "state"]
        yield [new, *(f"permutation {shape}" for shape in PERMUTED),
               *(f"shuffle {shape}" for shape in PERMUTED), "state"]
        yield [new, "spawn 3 -", "spawn 2 1", "random f64 3", "spawn 1 0", "random f64 3", "state"]
    yield ["default_rng 7", "standard_normal f64 10000000", "standard_normal f32 10000000", "state"]
    for seed in SEEDS[:3]:
        new = f"default_rng {seed}"
        yield [new, *(f"uniform {bits(low)} {bits(high)} {shape}"
                      for low, high in UNIFORM for shape in ("one", "7", "1000"))]
        yield [new, *(f"normal {bits(mean)} {bits(sd)} {shape}"
                      for mean, sd in NORMAL for shape in ("one", "7", "9999"))]
    for dtype in DTYPES:
        yield ["default_rng 1", *integer_calls("integers", dtype)]
    yield ["default_rng 1", *choice_calls()]


if __name__ == "__main__":
    write("legacy.txt", legacy())
    write("generator.txt", generator())
