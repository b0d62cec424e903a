//! Layers and losses against PyTorch's, over thirty steps in f64: `golden/layers.txt` was printed by
//! `golden/layers.py`.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod common;

use chainrule_nn::{Dropout, Model, Optimizer, Reduction, Sgd, Targets};
use common::{Golden, assert_near};
use ndarray::{Array2, s};

const STEPS: usize = 30;
const BATCH: usize = 5;

fn follows(case: &str, model: &Model, one_hot: bool) {
    let golden = Golden::read(include_str!("golden/layers.txt"));
    let mut network = model.build_f64(1).unwrap();
    let names = |parameters: &[chainrule_nn::Parameter<f64>]| {
        let names = parameters.iter().map(|parameter| parameter.name.clone());
        names.collect::<Vec<_>>()
    };
    let (learned, kept) = (names(network.parameters()), names(network.statistics()));
    for name in &learned {
        let value = golden.array(&format!("{case}.start.{name}")).clone();
        network.set_parameter(name, value).unwrap();
    }
    for name in &kept {
        let value = golden.array(&format!("{case}.start.{name}")).clone();
        assert_eq!(
            network
                .statistics()
                .iter()
                .find(|s| &s.name == name)
                .unwrap()
                .value,
            value
        );
        network.set_statistics(name, value).unwrap();
    }
    let of = match case {
        "conv" | "pool" => case,
        _ => "dense",
    };
    let x = golden.rows(&format!("{of}.x"));
    let labels = golden.labels(&format!("{of}.labels"));
    let masks = (case == "dropout").then(|| golden.rows("dropout.masks"));
    let mut sgd = Sgd::new(0.2).unwrap();
    let mut losses = Vec::new();
    for step in 0..STEPS {
        let rows = step * BATCH..(step + 1) * BATCH;
        let batch = x.slice(s![rows.clone(), ..]).to_owned();
        let classes = &labels[rows.clone()];
        let values = Array2::from_shape_fn((BATCH, 3), |(i, j)| f64::from(classes[i] == j as u8));
        let targets = if one_hot {
            Targets::from(&values)
        } else {
            Targets::from(classes)
        };
        let gradients = match &masks {
            None => network.gradients(&batch, targets),
            Some(masks) => {
                let mask = masks.slice(s![rows, ..]).to_owned();
                network.gradients_with(&batch, targets, Dropout::Masks(&[mask]))
            }
        };
        let gradients = gradients.unwrap();
        losses.push(gradients.loss);
        sgd.step(&mut network, &gradients).unwrap();
    }
    assert_near(&losses, &golden.values(&format!("{case}.losses")), case);
    for parameter in network.parameters().iter().chain(network.statistics()) {
        let place = format!("{case}.end.{}", parameter.name);
        assert_near(&parameter.value, golden.array(&place), &place);
    }
    // As it predicts: nothing dropped, and the running statistics.
    let last = x.slice(s![(STEPS - 1) * BATCH.., ..]).to_owned();
    let place = format!("{case}.scores");
    assert_near(
        &network.forward(&last).unwrap(),
        golden.array(&place),
        &place,
    );
}

#[test]
fn batch_normalization_of_features_follows_pytorch() {
    let model = Model::input(4).dense(6).batch_norm().tanh().dense(5);
    let model = model.batch_norm_with(0.3, 1e-3).tanh().dense(3).softmax();
    follows("dense", &model, false);
}

#[test]
fn batch_normalization_of_channels_follows_pytorch() {
    let model = Model::input([1, 4, 3]).conv2d(2, 3).batch_norm().tanh();
    follows("conv", &model.flatten().dense(3).softmax(), false);
}

#[test]
fn relu_follows_pytorch() {
    let model = Model::input(4).dense(6).relu().dense(3).softmax();
    follows("relu", &model, false);
}

#[test]
fn max_pooling_follows_pytorch() {
    let model = Model::input([1, 4, 6]).conv2d(3, 3).max_pool2d(2).relu();
    follows("pool", &model.flatten().dense(3).softmax(), false);
}

#[test]
fn dropout_by_given_masks_follows_pytorch() {
    let model = Model::input(4).dense(6).tanh().dropout(0.4).dense(3);
    follows("dropout", &model.softmax(), false);
}

#[test]
fn losses_follow_pytorch() {
    let model = || Model::input(4).dense(5).sigmoid().dense(3);
    follows("cross_entropy", &model().softmax(), false);
    follows(
        "cross_entropy_sum",
        &model().softmax().reduction(Reduction::Sum),
        true,
    );
    follows("smoothed", &model().softmax().label_smoothing(0.1), false);
    follows(
        "smoothed_rows",
        &model().softmax().label_smoothing(0.3),
        true,
    );
    follows("mean_squared", &model().mean_squared_error(), true);
    follows("squared", &model().squared_error(), false);
    follows(
        "half_squared_sum",
        &model().half_squared_error().reduction(Reduction::Sum),
        true,
    );
}
