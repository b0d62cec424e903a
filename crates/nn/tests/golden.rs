//! Losses and gradients against NumPy's, for networks like the homework's third and fourth.
//!
//! `golden/gradients.txt` was printed by `golden/gradients.py`, which shares nothing with this crate.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::collections::HashMap;

use chainrule_nn::{Model, Reduction};
use ndarray::{Array2, ArrayD, Ix2};

/// The arrays of one network, by name.
fn golden(network: &str) -> HashMap<String, ArrayD<f64>> {
    let lines = include_str!("golden/gradients.txt").lines();
    let array = |line: &str| {
        let mut words = line.split(' ');
        let name = words
            .next()?
            .strip_prefix(network)?
            .strip_prefix('.')?
            .to_owned();
        let shape: Vec<usize> = words
            .next()?
            .split('x')
            .map(|n| n.parse().unwrap())
            .collect();
        let values = words.map(|word| word.parse().unwrap()).collect();
        Some((name, ArrayD::from_shape_vec(shape, values).unwrap()))
    };
    lines.filter_map(array).collect()
}

/// Gives a model the golden parameters, and holds its loss and gradients against the golden ones.
fn agrees(name: &str, model: &Model) {
    let golden = golden(name);
    let mut network = model.build_f64(0).unwrap();
    let names: Vec<_> = network
        .parameters()
        .iter()
        .map(|p| p.name.clone())
        .collect();
    for name in &names {
        network.set_parameter(name, golden[name].clone()).unwrap();
    }
    let x: Array2<f64> = golden["x"].clone().into_dimensionality::<Ix2>().unwrap();
    let labels: Vec<u8> = golden["labels"].iter().map(|&label| label as u8).collect();
    let gradients = network.gradients(&x, &labels).unwrap();
    let near = |a: f64, b: f64| (a - b).abs() <= 1e-13 * (1.0 + b.abs());
    assert!(
        near(gradients.loss, golden["loss"][0]),
        "{}",
        gradients.loss
    );
    // Every array of the file was used: x, labels, loss, and two for each parameter.
    assert_eq!(golden.len(), 3 + 2 * names.len());
    for name in &names {
        let expected = &golden[&format!("d.{name}")];
        let got = gradients.get(name).unwrap();
        assert_eq!(got.shape(), expected.shape());
        assert!(
            got.iter().zip(expected).all(|(&a, &b)| near(a, b)),
            "{name}: {got} {expected}"
        );
    }
}

#[test]
fn dense_layers_agree_with_numpy() {
    agrees(
        "dense",
        &Model::input(6)
            .dense(5)
            .relu()
            .dense(4)
            .relu()
            .dense(3)
            .softmax(),
    );
}

#[test]
fn convolutions_and_pooling_agree_with_numpy() {
    let model = Model::input([1, 8, 8])
        .conv2d(2, 3)
        .max_pool2d(2)
        .conv2d(3, 3)
        .max_pool2d(2)
        .flatten()
        .dense(3)
        .softmax()
        .reduction(Reduction::Sum);
    agrees("conv", &model);
}
