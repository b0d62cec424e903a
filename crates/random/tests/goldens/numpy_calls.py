"""What the calls of the golden files mean to NumPy.

A session is a list of lines. `RandomState SEED` or `default_rng SEED` makes the generator, the
lines after it draw from it in turn. `tests/common/mod.rs` reads the same lines for our side.

    floats      their 64 bits in hexadecimal
    shapes      2x3, `scalar` for (), `one` for a single number
    ranges      both ends included
    results     the shape, then integers in decimal and floats as their bits; of more than eight
                numbers the first 12 digits of the SHA-256 of their little-endian bytes, after a #
"""

import hashlib
import struct

import numpy as np

DTYPES = {
    "bool": np.bool_, "i8": np.int8, "u8": np.uint8, "i16": np.int16, "u16": np.uint16,
    "i32": np.int32, "u32": np.uint32, "i64": np.int64, "u64": np.uint64,
}
SHORT = 8


def bits(number):
    return f"{struct.unpack('<Q', struct.pack('<d', number))[0]:016x}"


def floats(text):
    return [struct.unpack("<d", struct.pack("<Q", int(word, 16)))[0] for word in text.split(",")]


def digest(data):
    return hashlib.sha256(data).hexdigest()[:12]


def shown(result):
    array = np.asarray(result)
    shape = "x".join(map(str, array.shape)) or "scalar"
    flat = np.ascontiguousarray(array).ravel()
    if flat.size > SHORT:
        return f"{shape} #{digest(flat.astype(flat.dtype.newbyteorder('<')).tobytes())}"
    if flat.dtype == np.float64:
        numbers = [f"{word:016x}" for word in flat.view(np.uint64)]
    elif flat.dtype == np.float32:
        numbers = [f"{word:08x}" for word in flat.view(np.uint32)]
    else:
        numbers = [str(int(number)) for number in flat]
    return " ".join([shape, *numbers])


def seed_of(text):
    if text.startswith("["):
        return [int(number) for number in text.strip("[]").split(",") if number]
    return int(text)


def shape_of(text):
    if text == "one":
        return None
    return () if text == "scalar" else tuple(int(length) for length in text.split("x"))


def counted(shape):
    return np.arange(np.prod(shape, dtype=int), dtype=np.int64).reshape(shape)


class Session:
    """Draws as the lines say; a refusal is the word `refused`."""

    def __init__(self):
        self.rng = None

    def call(self, line):
        name, *rest = line.split()
        try:
            return getattr(self, name)(*rest)
        except (ValueError, OverflowError, TypeError):
            return "refused"

    def RandomState(self, seed):
        self.rng = np.random.RandomState(seed_of(seed))
        return "made"

    def default_rng(self, seed):
        self.rng = np.random.default_rng(seed_of(seed))
        return "made"

    def random_sample(self, shape):
        return shown(self.rng.random_sample(shape_of(shape)))

    def randn(self, shape):
        return shown(self.rng.standard_normal(shape_of(shape)))

    def random(self, dtype, shape):
        dtype = np.float32 if dtype == "f32" else np.float64
        return shown(np.asarray(self.rng.random(shape_of(shape), dtype=dtype), dtype=dtype))

    def standard_normal(self, dtype, shape):
        dtype = np.float32 if dtype == "f32" else np.float64
        return shown(np.asarray(self.rng.standard_normal(shape_of(shape), dtype=dtype), dtype=dtype))

    def uniform(self, low, high, shape):
        return shown(self.rng.uniform(*floats(low), *floats(high), shape_of(shape)))

    def normal(self, mean, sd, shape):
        return shown(self.rng.normal(*floats(mean), *floats(sd), shape_of(shape)))

    def exponential(self, scale, shape):
        return shown(self.rng.exponential(*floats(scale), shape_of(shape)))

    def standard_gamma(self, alpha, shape):
        return shown(self.rng.standard_gamma(*floats(alpha), shape_of(shape)))

    def beta(self, a, b, shape):
        return shown(self.rng.beta(*floats(a), *floats(b), shape_of(shape)))

    def binomial(self, n, p, shape):
        return shown(self.rng.binomial(int(n), *floats(p), shape_of(shape)))

    def randint(self, dtype, low, high, shape):
        return shown(self.rng.randint(int(low), int(high) + 1, shape_of(shape), DTYPES[dtype]))

    def integers(self, dtype, low, high, shape):
        drawn = self.rng.integers(int(low), int(high), shape_of(shape), DTYPES[dtype], endpoint=True)
        return shown(drawn)

    def permutation(self, shape):
        shape = shape_of(shape)
        what = shape[0] if len(shape) == 1 else counted(shape)
        return shown(np.asarray(self.rng.permutation(what), dtype=np.int64))

    def shuffle(self, shape):
        array = counted(shape_of(shape))
        self.rng.shuffle(array)
        return shown(array)

    def choice(self, count, shape, replace, shuffle, p):
        options = {} if isinstance(self.rng, np.random.RandomState) else {"shuffle": shuffle == "shuffled"}
        p = None if p == "-" else np.array(floats(p))
        drawn = self.rng.choice(int(count), shape_of(shape), replace == "replaced", p, **options)
        return shown(np.asarray(drawn, dtype=np.int64))

    def spawn(self, count, index):
        self.rng = self.rng.spawn(int(count))[int(index)] if index != "-" else (self.rng.spawn(int(count)), self.rng)[1]
        return "made"

    def sequence(self, seed, key, words):
        key = () if key == "-" else tuple(int(number) for number in key.split(","))
        sequence = np.random.SeedSequence(seed_of(seed), spawn_key=key)
        wide = sequence.generate_state(int(words), np.uint64)
        return shown(np.concatenate([sequence.generate_state(int(words)).astype(np.uint64), wide]))

    def state(self):
        if isinstance(self.rng, np.random.RandomState):
            name, key, position, kept, gauss = self.rng.get_state()
            return f"{name} {position} {int(kept)} {bits(gauss)} {digest(key.astype('<u4').tobytes())}"
        state = self.rng.bit_generator.state
        words = state["state"]
        return f"PCG64 {words['state']} {words['inc']} {state['has_uint32']} {state['uinteger'] if state['has_uint32'] else 0}"
