//! The 2-2-2-1 net of the fifth homework, in full, in both notations.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod common;

use chainrule_trace::{Notation, Traceable};
use common::homework;
use ndarray::{ArrayD, array};

/// Computed by hand with a pocket calculator from the homework's text.
#[test]
fn every_value_is_that_of_the_calculation_by_hand() {
    let (network, x, y) = homework();
    let trace = network.trace(&x, &y).unwrap();
    let near = |name: &str, expected: ArrayD<f64>| {
        let value = trace.value(name).unwrap();
        assert_eq!(value.shape(), expected.shape(), "{name}");
        let far = (&value - &expected).mapv(f64::abs);
        assert!(far.iter().all(|far| *far < 5e-7), "{name}: {value}");
    };
    near("z1", array![[0.25], [-1.3]].into_dyn());
    near("a1", array![[0.25], [0.0]].into_dyn());
    near("s'(z1)", array![[1.0], [0.0]].into_dyn());
    near("z2", array![[-0.175], [0.175]].into_dyn());
    near("a2", array![[0.0], [0.175]].into_dyn());
    near("s'(z2)", array![[0.0], [1.0]].into_dyn());
    near("z3", array![[0.265]].into_dyn());
    near("a3", array![[0.565_865]].into_dyn());
    near("s'(z3)", array![[0.245_662]].into_dyn());
    near("da3", array![[-0.434_135]].into_dyn());
    near("delta3", array![[-0.106_650]].into_dyn());
    near("dW3", array![[0.0, -0.018_664]].into_dyn());
    near("db3", array![[-0.106_650]].into_dyn());
    near("da2", array![[-0.010_665], [0.021_330]].into_dyn());
    near("delta2", array![[0.0], [0.021_330]].into_dyn());
    near("dW2", array![[0.0, 0.0], [0.005_332_5, 0.0]].into_dyn());
    near("db2", array![[0.0], [0.021_330]].into_dyn());
    near("da1", array![[0.006_399], [0.014_931]].into_dyn());
    near("delta1", array![[0.006_399], [0.0]].into_dyn());
    near(
        "dW1",
        array![[0.006_399, -0.006_399], [0.0, 0.0]].into_dyn(),
    );
    near("db1", array![[0.006_399], [0.0]].into_dyn());
    assert!((trace.cost() - 0.094_236_6).abs() < 5e-8);
}

#[test]
fn reads_in_the_lectures_notation() {
    let (network, x, y) = homework();
    let trace = network.trace(&x, &y).unwrap();
    insta::assert_snapshot!("lecture", trace);
    insta::assert_snapshot!("lecture_markdown", trace.markdown());
    insta::assert_snapshot!("lecture_table", trace.table());
    insta::assert_snapshot!("lecture_table_markdown", trace.table().markdown());
}

#[test]
fn reads_in_numpys_notation() {
    let (network, x, y) = homework();
    let trace = network.trace(&x, &y).unwrap().in_notation(Notation::Numpy);
    insta::assert_snapshot!("numpy", trace);
    insta::assert_snapshot!("numpy_markdown", trace.markdown());
}

/// A batch of three, softmax, dropout: what one sample does not show.
#[test]
fn reads_for_a_batch() {
    let model = chainrule_nn::Model::input(2)
        .dense(3)
        .tanh()
        .dropout(0.5)
        .dense(3)
        .softmax();
    let network = model.build_f64(4).unwrap();
    let x = array![[1.0, -1.0], [0.5, 2.0], [-0.25, 0.75]];
    let mask = array![[1.0, 0.0, 1.0], [1.0, 1.0, 0.0], [0.0, 1.0, 1.0]];
    let dropout = chainrule_nn::Dropout::Masks(std::slice::from_ref(&mask));
    let trace = network.trace_with(&x, &[0, 2, 1], dropout).unwrap();
    insta::assert_snapshot!("batch_lecture", trace.digits(3));
    let numpy = trace.in_notation(Notation::Numpy).digits(3);
    insta::assert_snapshot!("batch_numpy", numpy);
}

/// A convolution, pooling and flattening of a small image with two channels.
#[test]
fn reads_for_an_image() {
    let model = chainrule_nn::Model::input([2, 3, 3])
        .conv2d(2, 2)
        .relu()
        .max_pool2d(2);
    let network = model.flatten().dense(2).softmax().build_f64(4).unwrap();
    let x = ndarray::Array2::from_shape_fn((1, 18), |(_, j)| ((j * 7) % 10) as f64 / 10.0);
    let trace = network.trace(&x, &[1]).unwrap().digits(3).largest(9);
    insta::assert_snapshot!("image", trace.with_input_gradient());
}

/// Batch normalization, whose numbers come from the whole batch.
#[test]
fn reads_for_a_normalized_batch() {
    let model = chainrule_nn::Model::input(2)
        .dense(2)
        .batch_norm()
        .relu()
        .dense(1);
    let network = model.half_squared_error().build_f64(4).unwrap();
    let x = array![[1.0, -1.0], [0.5, 2.0], [-0.25, 0.75]];
    let trace = network
        .trace(&x, &array![[1.0], [0.0], [0.5]])
        .unwrap()
        .digits(4);
    insta::assert_snapshot!("normalized", without_rounding(&trace.to_string()));
    insta::assert_snapshot!("normalized_markdown", without_rounding(&trace.markdown()));
    let numpy = trace.in_notation(Notation::Numpy);
    insta::assert_snapshot!(
        "normalized_numpy",
        without_rounding(&numpy.backward().to_string())
    );
}

/// What is left of a sum that would be 0 is another number on every processor.
fn without_rounding(text: &str) -> String {
    let is_number = |c: char| c.is_ascii_digit() || "-.e".contains(c);
    let plain_exponent =
        |text: String, n: i32| text.replace(&format!("\\cdot 10^{{-{n}}}"), &format!("e-{n}"));
    let text = (16..20).fold(text.to_owned(), plain_exponent);
    let mut plain = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find(is_number) {
        let (before, from) = rest.split_at(at);
        let (number, after) = from.split_at(from.find(|c| !is_number(c)).unwrap_or(from.len()));
        let is_left = |n: f64| n != 0.0 && n.abs() < 1e-15;
        if number.parse().is_ok_and(is_left) {
            plain += before.trim_end_matches(' ');
            plain += " ≈0";
        } else {
            plain += before;
            plain += number;
        }
        rest = after;
    }
    plain + rest
}
