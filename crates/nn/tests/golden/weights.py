"""Makes the golden files of weights: NumPy writes weights_numpy*.npz, and reads what chainrule wrote.

weights_chainrule.npz is what `Network::save_weights` gives; the Rust test holds it byte by byte, and makes
it anew where it is missing. The network is input 2, dense 3, batch_norm, relu, dense 2, softmax; an entry of the array that is number k in
the file, at place i, is (k + 1) + i / 8: exact in f32 and f64.

    python3 -m venv venv && venv/bin/pip install numpy==2.4.6
    venv/bin/python weights.py
"""

from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
SHAPES = {
    "dense_1.weight": (2, 3),
    "dense_1.bias": (3,),
    "batch_norm_1.gamma": (3,),
    "batch_norm_1.beta": (3,),
    "dense_2.weight": (3, 2),
    "dense_2.bias": (2,),
    "batch_norm_1.mean": (3,),
    "batch_norm_1.variance": (3,),
}


def arrays(dtype):
    count = lambda shape: np.arange(np.prod(shape), dtype=dtype).reshape(shape)  # noqa: E731
    return {name: k + 1 + count(shape) / 8 for k, (name, shape) in enumerate(SHAPES.items())}


np.savez(HERE / "weights_numpy32.npz", **arrays(np.float32))
# Column by column and compressed, as NumPy may do it.
columns = {name: np.asfortranarray(array) for name, array in arrays(np.float64).items()}
np.savez_compressed(HERE / "weights_numpy64.npz", **columns)
np.savez(HERE / "weights_integers.npz", **{name: array.astype(np.int64) for name, array in arrays(float).items()})

with np.load(HERE / "weights_chainrule.npz") as ours:
    assert list(ours) == list(SHAPES), list(ours)
    for name, expected in arrays(np.float32).items():
        assert ours[name].dtype == np.float32, name
        np.testing.assert_array_equal(ours[name], expected)
print("NumPy", np.__version__, "reads weights_chainrule.npz")
