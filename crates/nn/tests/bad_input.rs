//! What a student gets wrong, and what the error says.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use chainrule_nn::{Dropout, ErrorKind, Init, Model, Targets};
use ndarray::{Array2, array};

/// The text of the error that a model has.
fn complaint(model: &Model) -> String {
    let error = model.summary().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Model);
    assert_eq!(model.build(1).unwrap_err().to_string(), error.to_string());
    error.to_string()
}

#[test]
fn a_model_without_layers() {
    assert_eq!(
        complaint(&Model::input(784).softmax()),
        "a model without layers cannot learn\n  \
         expected  at least one layer\n  \
         got       none\n  \
         try       for example Model::input(784).dense(10).softmax()"
    );
}

#[test]
fn a_dense_layer_on_an_image() {
    assert_eq!(
        complaint(&Model::input([1, 28, 28]).conv2d(8, 3).dense(10).softmax()),
        "layer 2 (dense 6272 → 10) does not fit what comes before it\n  \
         expected  a row of features, [features]\n  \
         got       an image, [8, 28, 28]\n  \
         try       put .flatten() before the first dense layer"
    );
}

#[test]
fn a_convolution_on_a_row() {
    let text = complaint(&Model::input(784).conv2d(8, 3).flatten().dense(10).softmax());
    assert!(
        text.starts_with("layer 1 (conv2d 3 × 3, 8 filters) does not fit"),
        "{text}"
    );
    assert!(text.contains("Model::input([1, 28, 28])"), "{text}");
}

#[test]
fn losses_and_settings_that_do_not_fit() {
    let dense = || Model::input(4).dense(2);
    assert!(complaint(&dense()).contains(".softmax()"));
    assert!(complaint(&dense().softmax().squared_error()).contains("one loss"));
    assert!(complaint(&Model::input(4).dense(0).softmax()).contains("at least one unit"));
    assert!(complaint(&Model::input(0).dense(2).softmax()).contains("at least one feature"));
    assert!(complaint(&Model::input([1, 4, 4]).conv2d(2, 3).softmax()).contains("flatten"));
    assert!(
        complaint(&Model::input([1, 4, 4]).max_pool2d(0).flatten().softmax()).contains("1 × 1")
    );
    for rate in [-0.1, 1.0, f64::NAN] {
        let text = complaint(&Model::input(4).dense(3).dropout(rate).dense(2).softmax());
        assert!(
            text.starts_with(&format!("layer 2 (dropout {rate})")),
            "{text}"
        );
        assert!(text.contains("0 to below 1"), "{text}");
    }
    let misplaced = Model::input(4).without_bias().dense(2).softmax();
    assert!(complaint(&misplaced).contains("without_bias() has no layer"));
    let misplaced = Model::input(4).with_weights(Init::Zeros).dense(2).softmax();
    assert!(complaint(&misplaced).contains("with_weights(zeros) has no layer"));
    let wrong = dense().softmax().weights(Init::Uniform(f64::NAN));
    let error = wrong.build(1).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("layer 1 (dense 4 → 2): an initializer"),
        "{error}"
    );
}

#[test]
fn inputs_of_another_width() {
    let network = Model::input(784)
        .dense(32)
        .relu()
        .dense(10)
        .softmax()
        .build(1)
        .unwrap();
    let error = network.forward(&Array2::zeros((100, 785))).unwrap_err();
    assert_eq!(
        error.to_string(),
        "shape mismatch in layer 1 (dense 784 → 32), forward pass\n  \
         expected  [batch, 784]\n  \
         got       [100, 785]\n  \
         why       one column too many, perhaps a bias column; layers hold their own bias\n  \
         try       build the model with Model::input(785)"
    );
    let images = Model::input([1, 28, 28])
        .conv2d(8, 3)
        .flatten()
        .dense(10)
        .softmax();
    let images = images.build(1).unwrap();
    let error = images.forward(&Array2::zeros((28, 28))).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("try       give each image [1, 28, 28] as one row of 784 numbers"),
        "{error}"
    );
    let error = network.predict(&Array2::zeros((0, 784))).unwrap_err();
    assert!(error.to_string().contains("at least one row"), "{error}");
    assert!(
        network
            .workspace(0)
            .unwrap_err()
            .to_string()
            .contains("batch size of at least 1")
    );
}

#[test]
fn numbers_that_are_none() {
    let mut network = Model::input(2).dense(2).softmax().build(1).unwrap();
    let error = network
        .forward(&array![[0.0, 1.0], [f32::NAN, 0.0]])
        .unwrap_err();
    assert!(
        error.to_string().contains("NaN in row 1, column 0"),
        "{error}"
    );
    let x = array![[0.0, 1.0]];
    let error = network
        .gradients(&x, &array![[0.0, f32::INFINITY]])
        .unwrap_err();
    assert!(
        error.to_string().contains("inf in row 0, column 1"),
        "{error}"
    );
    network
        .set_parameter("dense_1.bias", array![f32::NAN, 0.0].into_dyn())
        .unwrap();
    let error = network.predict(&x).unwrap_err();
    assert!(error.to_string().contains("diverged"), "{error}");
}

#[test]
fn targets_that_do_not_fit() {
    let network = Model::input(2).dense(3).softmax().build(1).unwrap();
    let x = array![[0.0, 1.0], [1.0, 0.0]];
    let error = network.gradients(&x, &[0, 3]).unwrap_err().to_string();
    assert!(
        error.contains("labels from 0 to 2") && error.contains("label 3 at sample 1"),
        "{error}"
    );
    let error = network.gradients(&x, &[0]).unwrap_err().to_string();
    assert!(
        error.contains("2 targets") && error.contains("1 targets"),
        "{error}"
    );
    let error = network
        .gradients(&x, &array![[1.0, 0.0], [0.0, 1.0]])
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("[2, 3]") && error.contains("[2, 2]"),
        "{error}"
    );
}

#[test]
fn parameters_that_are_not_there() {
    let mut network = Model::input(2).dense(3).softmax().build(1).unwrap();
    let error = network.parameter("dense_2.weight").unwrap_err().to_string();
    assert!(
        error.contains("one of dense_1.weight, dense_1.bias"),
        "{error}"
    );
    let error = network.set_parameter("dense_1.bias", Array2::zeros((1, 3)).into_dyn());
    assert!(error.unwrap_err().to_string().contains("[1, 3]"));
}

#[test]
fn dropout_masks_that_do_not_fit() {
    let model = Model::input(2)
        .dense(3)
        .relu()
        .dropout(0.5)
        .dense(2)
        .softmax();
    let network = model.build_f64(1).unwrap();
    let (x, y) = (array![[0.0, 1.0], [1.0, 0.0]], [0, 1]);
    let unsaid = network.gradients(&x, &y).unwrap_err();
    assert_eq!(
        unsaid.to_string(),
        "a network with dropout has a gradient for each mask\n  \
         expected  where the mask comes from\n  \
         got       nothing that says it, for layer 3 (dropout 0.5)\n  \
         try       network.gradients_with(&x, &y, Dropout::Seed(step)), with another seed for \
         each step; Dropout::Off for the gradient without dropout"
    );
    let complaint = |masks: &[Array2<f64>]| {
        let error = network.gradients_with(&x, &y, Dropout::Masks(masks));
        error.unwrap_err().to_string()
    };
    assert!(complaint(&[]).contains("1 mask, one for each dropout layer"));
    assert!(complaint(&[Array2::ones((2, 4))]).contains("expected  [2, 3]"));
    assert!(complaint(&[Array2::from_elem((2, 3), 2.0)]).contains("2 in row 0, column 0"));
    assert!(complaint(&[Array2::from_elem((2, 3), f64::NAN)]).contains("NaN in row 0"));
    assert!(complaint(&[Array2::ones((3, 3))]).contains("expected  1 to 2 samples"));
    assert!(complaint(&[Array2::ones((1, 3))]).contains("a batch of 1, as the masks have rows"));

    let mut workspace = network.workspace(2).unwrap();
    let error = network.loss_in(&mut workspace, Targets::Classes(&[2]));
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("label 2 at sample 0")
    );
    let error = network.loss_in(&mut workspace, Targets::Classes(&[0, 1, 1]));
    assert!(error.unwrap_err().to_string().contains("1 to 2 samples"));
}
