//! What the tests share: the homework's network, and networks drawn at random.

#![allow(dead_code, reason = "each test uses some of it")]

use chainrule_nn::{Model, Network};
use ndarray::{Array2, array};

/// The 2-2-2-1 net of the fifth homework's Problem 2, with its input and target. The network
/// stores weights by input first: the transposes of the lecture's.
pub(crate) fn homework() -> (Network<f64>, Array2<f64>, Array2<f64>) {
    let model = Model::input(2)
        .dense(2)
        .relu()
        .dense(2)
        .relu()
        .dense(1)
        .sigmoid();
    let mut network = model.half_squared_error().build_f64(0).unwrap();
    for (name, value) in [
        (
            "dense_1.weight",
            array![[0.25, -0.2], [0.1, 0.9]].into_dyn(),
        ),
        ("dense_1.bias", array![0.1, -0.2].into_dyn()),
        ("dense_2.weight", array![[0.5, 0.3], [0.8, 0.7]].into_dyn()),
        ("dense_2.bias", array![-0.3, 0.1].into_dyn()),
        ("dense_3.weight", array![[0.1], [-0.2]].into_dyn()),
        ("dense_3.bias", array![0.3].into_dyn()),
    ] {
        network.set_parameter(name, value).unwrap();
    }
    (network, array![[1.0, -1.0]], array![[1.0]])
}
