//! The fast paths against products of whole arrays.

use ndarray::{Array2, ArrayD, Axis, Ix1, Ix2, s};

use crate::{Dropout, Gradients, Model, Reduction};

/// One sample's fast path against the products that a batch takes, here of the sample twice.
#[test]
fn one_sample_is_computed_as_a_batch_is() {
    for has_bias in [true, false] {
        let layer = |model: Model| {
            if has_bias {
                model
            } else {
                model.without_bias()
            }
        };
        let model = layer(layer(Model::input(9).dense(7)).tanh().dense(4)).half_squared_error();
        let network = model.build_f64(3).unwrap();
        let mut x = Array2::from_shape_fn((2, 9), |(_, j)| (j as f64 * 0.7).sin());
        x.slice_mut(s![.., 2..6]).fill(0.0);
        let y = Array2::from_elem((2, 4), 0.3);
        let first = |a: &Array2<f64>| a.row(0).insert_axis(Axis(0)).to_owned();
        let one = network.gradients(&first(&x), &first(&y)).unwrap();
        let two = network.gradients(&x, &y).unwrap();
        let near = |a: &Gradients<f64>, b: &Gradients<f64>| {
            let entries = a.entries.iter().zip(&b.entries);
            entries.fold(0.0_f64, |worst, (a, b)| {
                (&a.value - &b.value).fold(worst, |worst, d| worst.max(d.abs()))
            })
        };
        assert!(near(&one, &two) < 1e-15);
        assert!((one.loss - two.loss).abs() < 1e-15);
    }
}

/// A pass that is recorded asks for the gradient of the data, too.
#[test]
fn a_large_layer_of_data_gives_the_gradient_of_its_input() {
    let model = Model::input(700).dense(200).half_squared_error();
    let model = model.reduction(Reduction::Sum);
    let network = model.build_f64(5).unwrap();
    let x = Array2::from_shape_fn((2, 700), |(i, j)| ((i * 31 + j) as f64 * 0.37).sin());
    let target = Array2::from_elem((2, 200), 0.1);
    let record = network.record(&x, &target, Dropout::Off).unwrap();
    let weight = network.parameter("dense_1.weight").unwrap().clone();
    let weight = weight.into_dimensionality::<Ix2>().unwrap();
    let expected = record.layers[0].d_output.dot(&weight.t());
    let off = &record.layers[0].d_input - &expected;
    assert!(off.iter().all(|d| d.abs() < 1e-12));
}

/// Weights that are shared out by columns against products of whole matrices: in the larger batch about half
/// of what ReLU gives, and of its gradient, is zero, and is left out.
#[test]
fn large_layers_agree_with_products_of_arrays() {
    for samples in [13, 70] {
        large_layers_agree(samples);
    }
}

fn large_layers_agree(samples: usize) {
    let model = Model::input(270).dense(300).relu().dense(290).relu();
    let model = model.half_squared_error().reduction(Reduction::Sum);
    let network = model.build_f64(5).unwrap();
    let number = |i: usize, j: usize| ((i * 31 + j) as f64 * 0.37).sin();
    let x = Array2::from_shape_fn((samples, 270), |(i, j)| number(i, j));
    let target = Array2::from_shape_fn((samples, 290), |(i, j)| number(j, i));
    let matrix = |name: &str| {
        let value = network.parameter(name).unwrap().clone();
        value.into_dimensionality::<Ix2>().unwrap()
    };
    let row = |name: &str| {
        let value = network.parameter(name).unwrap().clone();
        value.into_dimensionality::<Ix1>().unwrap()
    };
    let [w1, w2] = ["dense_1.weight", "dense_2.weight"].map(matrix);
    let relu = |z: Array2<f64>| z.mapv(|z| z.max(0.0));
    let hidden = relu(x.dot(&w1) + row("dense_1.bias"));
    let y = relu(hidden.dot(&w2) + row("dense_2.bias"));
    let slope = |a: &Array2<f64>| a.mapv(|a| f64::from(a > 0.0));
    let dy = (&y - &target) * slope(&y);
    let zeros = dy.iter().filter(|d| **d == 0.0).count();
    assert!((0.4..0.6).contains(&(zeros as f64 / dy.len() as f64)));
    let d_hidden = dy.dot(&w2.t()) * slope(&hidden);
    let expected = [
        x.t().dot(&d_hidden).into_dyn(),
        d_hidden.sum_axis(Axis(0)).into_dyn(),
        hidden.t().dot(&dy).into_dyn(),
        dy.sum_axis(Axis(0)).into_dyn(),
    ];
    let near = |a: &ArrayD<f64>, b: &ArrayD<f64>| (a - b).iter().all(|d| d.abs() < 1e-11);
    assert!(near(
        &network.forward(&x).unwrap().into_dyn(),
        &y.into_dyn()
    ));
    let gradients = network.gradients(&x, &target).unwrap();
    for (got, expected) in gradients.entries.iter().zip(&expected) {
        assert!(near(&got.value, expected), "{}", got.name);
    }
}
