"""Draws at random with NumPy and with chainrule-random, and compares.

    cargo build --release -p chainrule-random --example replay
    venv/bin/python differential.py REPLAY [SESSIONS [SEED]]

REPLAY is the program that was built, target/release/examples/replay. Each session seeds a generator
and makes up to 60 calls on it in random order, refused ones among them; the first call that differs
is printed with what led to it.
"""

import random
import subprocess
import sys
import warnings

import numpy as np

from numpy_calls import DTYPES, Session, bits

warnings.simplefilter("ignore")


def shape(dice):
    if dice.random() < 0.25:
        return "one"
    if dice.random() < 0.1:
        return dice.choice(["scalar", "0", "2x0", "0x3"])
    sizes = [1, 2, 3, 5, 8, 17, 100, 311, 312, 313, 623, 624, 625, 1250]
    return "x".join(str(dice.choice(sizes if i == 0 else [1, 2, 3])) for i in range(dice.randint(1, 3)))


def number(dice, *, positive=False):
    kind = dice.random()
    if kind < 0.03:
        return bits(dice.choice([0.0, -0.0, float("nan"), float("inf"), -1.0, 1e308, -1e308, 5e-324]))
    value = dice.choice([dice.uniform(0, 1), dice.uniform(0, 10), dice.expovariate(1e-3), 10 ** dice.uniform(-9, 9)])
    return bits(value if positive or dice.random() < 0.5 else -value)


def integers(dice, name):
    dtype = dice.choice(list(DTYPES))
    if dtype == "bool":
        least, most = 0, 1
    else:
        info = np.iinfo(DTYPES[dtype])
        least, most = int(info.min), int(info.max)
    width = (most - least).bit_length()
    span = min(most - least, max(0, 2 ** dice.randint(0, width) + dice.choice([-2, -1, 0, 1, dice.randint(0, 99)])))
    low = dice.choice([least, most - span, dice.randint(least, most - span), min(max(0, least), most - span)])
    high = low + span if dice.random() > 0.02 or low == least else low - 1
    return f"{name} {dtype} {low} {high} {shape(dice)}"


def probabilities(dice, count):
    weights = [dice.choice([0.0, dice.random(), dice.random() ** 9]) for _ in range(count)]
    total = sum(weights) or 1.0
    weights = [weight / total for weight in weights]
    if dice.random() < 0.1:
        weights[dice.randrange(count)] += dice.choice([1e-9, 1e-7, -0.2, float("nan")])
    return ",".join(map(bits, weights))


def choice(dice):
    count = dice.choice([1, 2, 5, 10, 100, 1000, 9_999, 10_000, 10_001, 60_000])
    size = shape(dice) if dice.random() < 0.5 else str(dice.randint(0, count + 1))
    p = probabilities(dice, min(count, 100)) if dice.random() < 0.4 else "-"
    count = min(count, 100) if p != "-" else count
    replace = dice.choice(["replaced", "unreplaced"])
    return f"choice {count} {size} {replace} {dice.choice(['shuffled', 'unshuffled'])} {p}"


def permuted(dice):
    size = dice.choice(["0", "1", "2", "7", "100", "1000", "3x4", "5x0", "0x2", "70x3x2", str(dice.randint(0, 3000))])
    return f"{dice.choice(['permutation', 'shuffle'])} {size}"


def shared(dice):
    return dice.choice([
        lambda: f"uniform {number(dice)} {number(dice)} {shape(dice)}",
        lambda: f"normal {number(dice)} {number(dice, positive=True)} {shape(dice)}",
        lambda: choice(dice),
        lambda: permuted(dice),
        lambda: "state",
    ])()


def legacy(dice):
    return dice.choice([
        lambda: f"random_sample {shape(dice)}",
        lambda: f"randn {shape(dice)}",
        lambda: integers(dice, "randint"),
        lambda: integers(dice, "randint"),
        lambda: f"exponential {number(dice, positive=True)} {shape(dice)}",
        lambda: f"standard_gamma {number(dice, positive=True)} {shape(dice)}",
        lambda: f"beta {number(dice, positive=True)} {number(dice, positive=True)} {shape(dice)}",
        lambda: f"binomial {dice.choice([0, 1, 10, 40, 100, 1000, 10**6, 10**9, 10**15, -1])} "
                f"{bits(dice.choice([0.0, 1.0, 0.5, dice.random(), dice.random() ** 20, 1.5]))} {shape(dice)}",
        lambda: shared(dice),
        lambda: shared(dice),
    ])()


def newer(dice):
    return dice.choice([
        lambda: f"random {dice.choice(['f32', 'f64'])} {shape(dice)}",
        lambda: f"standard_normal {dice.choice(['f32', 'f64'])} {shape(dice)}",
        lambda: integers(dice, "integers"),
        lambda: integers(dice, "integers"),
        lambda: f"spawn {dice.randint(1, 3)} {dice.choice(['-', '0'])}",
        lambda: shared(dice),
        lambda: shared(dice),
    ])()


def seed(dice, most):
    if dice.random() < 0.5:
        return str(dice.choice([dice.randint(0, 100), dice.randint(0, most)]))
    numbers = [dice.choice([0, 1, dice.randint(0, most)]) for _ in range(dice.choice([1, 2, 3, 5, 9, 624, 1000]))]
    return str(numbers).replace(" ", "")


def sessions(dice, count):
    for _ in range(count):
        if dice.random() < 0.5:
            new, call = f"RandomState {seed(dice, 2**32 - 1)}", legacy
        else:
            new, call = f"default_rng {seed(dice, 2**dice.choice([32, 64, 126]))}", newer
        yield [new, *(call(dice) for _ in range(dice.randint(1, 60))), "state"]


def main():
    replay, count, start = sys.argv[1], int((sys.argv[2:] or ["2000"])[0]), int((sys.argv[3:] or ["1"])[0])
    dice = random.Random(start)
    every = list(sessions(dice, count))
    lines = [line for session in every for line in session]
    ours = subprocess.run([replay], input="\n".join(lines), capture_output=True, text=True)
    answers = iter(ours.stdout.splitlines())
    refused, kinds = 0, {}
    for session in every:
        numpy = Session()
        for at, line in enumerate(session):
            expected = numpy.call(line)
            got = next(answers, "nothing: " + ours.stderr[-800:])
            refused += expected == "refused"
            kinds[line.split()[0]] = kinds.get(line.split()[0], 0) + 1
            if expected != got:
                print("\n".join(text[:300] for text in session[:at + 1]))
                sys.exit(f"NumPy: {expected}\nours:  {got}")
    print(f"NumPy {np.__version__}: {len(lines)} calls in {count} sessions agree, {refused} of them refused")
    print(", ".join(f"{name} {count}" for name, count in sorted(kinds.items())))


if __name__ == "__main__":
    main()
