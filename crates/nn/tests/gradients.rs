//! Every layer's and every loss's gradient against central differences, in f64, on models, inputs
//! and targets that are drawn anew: a property, not an example.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use chainrule_nn::{Dropout, Init, Model, Network, Reduction, Targets};
use ndarray::Array2;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

const TOLERANCE: f64 = 1e-6;

/// From the widest to the narrowest. A kink of ReLU or of max pooling that lies within a step spoils
/// the difference; a narrower step leaves it out. A wrong gradient agrees with none of them.
const STEPS: [f64; 3] = [1e-5, 1e-6, 1e-7];

/// The worst relative error of any parameter's gradient, with its name and index.
fn worst(
    network: &Network<f64>,
    x: &Array2<f64>,
    y: Targets<'_, f64>,
    dropout: Dropout<'_, f64>,
) -> (f64, String) {
    let gradients = network.gradients_with(x, y, dropout).unwrap();
    let mut worst = (0.0, String::from("nothing"));
    for parameter in network.parameters() {
        let analytic = gradients.get(&parameter.name).unwrap();
        for (index, &g) in analytic.iter().enumerate() {
            let at = |shift: f64| {
                let mut moved = network.clone();
                let mut value = parameter.value.clone();
                value.as_slice_mut().unwrap()[index] += shift;
                moved.set_parameter(&parameter.name, value).unwrap();
                match dropout {
                    // A loss is one of prediction: batch normalization has another in training.
                    Dropout::Off if network.statistics().is_empty() => moved.loss(x, y).unwrap(),
                    dropout => moved.gradients_with(x, y, dropout).unwrap().loss,
                }
            };
            let (mut error, mut numeric) = (f64::INFINITY, f64::NAN);
            for step in STEPS {
                numeric = (at(step) - at(-step)) / (2.0 * step);
                error = error.min((g - numeric).abs() / (1e-3 + g.abs() + numeric.abs()));
                if error < TOLERANCE {
                    break;
                }
            }
            if error > worst.0 {
                worst = (
                    error,
                    format!("{}[{index}]: {g} against {numeric}", parameter.name),
                );
            }
        }
    }
    worst
}

fn inputs(batch: usize, features: usize, seed: u64) -> Array2<f64> {
    let mut rng = Pcg64::seed_from_u64(seed);
    Array2::from_shape_simple_fn((batch, features), || rng.random_range(-1.0..1.0))
}

/// Draws parameters, inputs and targets, and holds the worst error against the tolerance.
fn check(model: &Model, batch: usize, seed: u64, one_hot: bool) -> Result<(), TestCaseError> {
    check_with(model, batch, seed, one_hot, Dropout::Off)
}

fn check_with(
    model: &Model,
    batch: usize,
    seed: u64,
    one_hot: bool,
    dropout: Dropout<'_, f64>,
) -> Result<(), TestCaseError> {
    let model = model.clone().biases(Init::Uniform(0.5));
    let network = model.build_f64(seed).unwrap();
    let features = network.model().summary().unwrap().input.features();
    let x = inputs(batch, features, seed ^ 0x5eed);
    let outputs = network.outputs();
    let labels: Vec<u8> = (0..batch)
        .map(|i| ((i as u64 + seed) % outputs as u64) as u8)
        .collect();
    let values = Array2::from_shape_fn((batch, outputs), |(i, j)| {
        ((i * 3 + j * 5) % 7) as f64 / 7.0
    });
    let targets = if one_hot {
        Targets::from(&labels)
    } else {
        Targets::from(&values)
    };
    let (error, place) = worst(&network, &x, targets, dropout);
    prop_assert!(
        error < TOLERANCE,
        "relative error {error:e} at {place}\n{network}"
    );
    Ok(())
}

fn reductions() -> impl Strategy<Value = Reduction> {
    prop_oneof![Just(Reduction::Mean), Just(Reduction::Sum)]
}

fn dressed(model: Model, loss: usize) -> Model {
    match loss {
        0 => model.softmax(),
        1 => model.squared_error(),
        2 => model.half_squared_error(),
        _ => model.mean_squared_error(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn dense(inputs in 1_usize..6, units in 1_usize..6, batch in 1_usize..5, loss in 0_usize..4,
             bias: bool, one_hot: bool, reduction in reductions(), seed in 0_u64..1000) {
        let model = Model::input(inputs).dense(units);
        let model = if bias { model } else { model.without_bias() };
        check(&dressed(model, loss).reduction(reduction), batch, seed, one_hot)?;
    }

    #[test]
    fn label_smoothing(share in 0.0..0.9, batch in 1_usize..5, one_hot: bool,
                       reduction in reductions(), seed in 0_u64..1000) {
        let model = Model::input(3).dense(4).tanh().dense(3).softmax().label_smoothing(share);
        check(&model.reduction(reduction), batch, seed, one_hot)?;
    }

    #[test]
    fn dropout(rate in 0.0..0.9, batch in 1_usize..5, loss in 0_usize..4, from in 0_u64..100,
               seed in 0_u64..1000) {
        let model = Model::input(3).dense(6).relu().dropout(rate).dense(5).tanh()
            .dropout(rate / 2.0).dense(3);
        check_with(&dressed(model, loss), batch, seed, true, Dropout::Seed(from))?;
    }

    #[test]
    fn dropout_by_given_masks(bits in 0_u32..256, loss in 0_usize..4, seed in 0_u64..1000) {
        let mask = Array2::from_shape_fn((2, 4), |(i, j)| f64::from(bits >> (4 * i + j) & 1));
        let model = dressed(Model::input(3).dense(4).tanh().dropout(0.5).dense(2), loss);
        check_with(&model, 2, seed, true, Dropout::Masks(&[mask]))?;
    }

    #[test]
    fn activations(which in 0_usize..3, units in 1_usize..6, batch in 1_usize..5, loss in 0_usize..4,
                   one_hot: bool, seed in 0_u64..1000) {
        let model = Model::input(3).dense(units);
        let model = match which { 0 => model.relu(), 1 => model.sigmoid(), _ => model.tanh() };
        check(&dressed(model.dense(4), loss), batch, seed, one_hot)?;
    }

    #[test]
    fn activations_as_the_last_layer(which in 0_usize..3, loss in 0_usize..4, seed in 0_u64..1000) {
        let model = Model::input(3).dense(4);
        let model = match which { 0 => model.relu(), 1 => model.sigmoid(), _ => model.tanh() };
        check(&dressed(model, loss), 3, seed, false)?;
    }

    #[test]
    fn convolution(bias: bool, channels in 1_usize..4, height in 1_usize..6, width in 1_usize..6,
                   kernel in 1_usize..5, filters in 1_usize..4, batch in 1_usize..4,
                   reduction in reductions(), seed in 0_u64..1000) {
        let model = Model::input([channels, height, width])
            .conv2d(filters, kernel)
            .tanh()
            .conv2d(2, kernel);
        let model = if bias { model } else { model.without_bias() };
        let model = model
            .flatten()
            .dense(3)
            .softmax()
            .reduction(reduction);
        check(&model, batch, seed, true)?;
    }

    #[test]
    fn max_pooling(height in 1_usize..7, width in 1_usize..7, size in 1_usize..4,
                   batch in 1_usize..4, seed in 0_u64..1000) {
        let model = Model::input([2, height, width])
            .conv2d(2, 3)
            .max_pool2d(size)
            .flatten()
            .dense(3)
            .softmax();
        check(&model, batch, seed, true)?;
    }

    #[test]
    fn batch_normalization_of_features(units in 1_usize..5, batch in 3_usize..7, loss in 0_usize..4,
                                       reduction in reductions(), seed in 0_u64..1000) {
        let model = Model::input(3).dense(units).batch_norm().tanh().dense(4).batch_norm_with(0.5, 0.1)
            .sigmoid().dense(3);
        check(&dressed(model, loss).reduction(reduction), batch, seed, true)?;
    }

    #[test]
    fn batch_normalization_of_channels(channels in 1_usize..3, height in 1_usize..4,
                                       width in 2_usize..4, batch in 2_usize..5, seed in 0_u64..1000) {
        let model = Model::input([channels, height, width]).batch_norm().conv2d(3, 3).batch_norm()
            .relu().flatten().dense(3).softmax();
        check(&model, batch, seed, false)?;
    }

    #[test]
    fn batch_normalization_with_dropout(batch in 2_usize..6, from in 0_u64..100, seed in 0_u64..1000) {
        let model = Model::input(3).dense(6).batch_norm_with(0.1, 0.01).tanh().dropout(0.3).dense(3);
        check_with(&model.softmax(), batch, seed, true, Dropout::Seed(from))?;
    }

    /// The homework's fourth model, on smaller images.
    #[test]
    fn model_four(batch in 1_usize..3, seed in 0_u64..1000) {
        let model = Model::input([1, 8, 8])
            .conv2d(3, 3)
            .max_pool2d(2)
            .conv2d(3, 3)
            .max_pool2d(2)
            .flatten()
            .dense(6)
            .relu()
            .dense(4)
            .softmax()
            .reduction(Reduction::Sum);
        check(&model, batch, seed, true)?;
    }

    /// f32 draws the same numbers as f64 and computes the same to its own precision.
    #[test]
    fn single_precision_follows_double(seed in 0_u64..1000) {
        let model = Model::input([1, 6, 6]).conv2d(3, 3).max_pool2d(2).flatten().dense(8).relu()
            .dense(4).softmax();
        let (single, double) = (model.build(seed).unwrap(), model.build_f64(seed).unwrap());
        let x = inputs(5, 36, seed);
        let labels = [0, 1, 2, 3, 0];
        let a = single.gradients(&x.mapv(|v| v as f32), &labels).unwrap();
        let b = double.gradients(&x, &labels).unwrap();
        prop_assert!((a.loss - b.loss).abs() < 1e-5);
        for (a, b) in a.entries.iter().zip(&b.entries) {
            let close = a.value.iter().zip(&b.value).all(|(&a, b)| (f64::from(a) - b).abs() < 1e-5);
            prop_assert!(close, "{}", a.name);
        }
    }

    /// A batch's gradient is the mean of its samples' gradients, or the sum.
    #[test]
    fn batches_are_means_or_sums_of_samples(batch in 1_usize..6, seed in 0_u64..1000) {
        let model = Model::input(4).dense(5).tanh().dense(3).softmax();
        let x = inputs(batch, 4, seed);
        let labels: Vec<u8> = (0..batch).map(|i| (i % 3) as u8).collect();
        for reduction in [Reduction::Mean, Reduction::Sum] {
            let network = model.clone().reduction(reduction).build_f64(seed).unwrap();
            let whole = network.gradients(&x, &labels).unwrap();
            let mut sums: Vec<_> = whole.entries.iter().map(|entry| &entry.value * 0.0).collect();
            for i in 0..batch {
                let row = x.row(i).insert_axis(ndarray::Axis(0)).to_owned();
                let one = network.gradients(&row, &labels[i..=i]).unwrap();
                sums.iter_mut().zip(&one.entries).for_each(|(sum, entry)| *sum += &entry.value);
            }
            let scale = if reduction == Reduction::Mean { 1.0 / batch as f64 } else { 1.0 };
            for (sum, entry) in sums.iter().zip(&whole.entries) {
                let difference = &entry.value - &(sum * scale);
                prop_assert!(difference.iter().all(|d| d.abs() < 1e-12), "{}", entry.name);
            }
        }
    }
}
