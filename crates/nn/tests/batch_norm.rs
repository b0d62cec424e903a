//! What batch normalization does to a batch, to the running statistics and to bad input.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use chainrule_nn::{Model, Optimizer, Rule, Sgd, Targets};
use ndarray::{Array2, Axis, array};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

fn inputs(batch: usize, features: usize, seed: u64) -> Array2<f64> {
    let mut rng = Pcg64::seed_from_u64(seed);
    Array2::from_shape_simple_fn((batch, features), || rng.random_range(-3.0..5.0))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    /// With the momentum 1 the running statistics are those of the last batch, by definition.
    #[test]
    fn statistics_are_the_mean_and_the_unbiased_variance(batch in 2_usize..9, seed in 0_u64..1000) {
        let mut network = Model::input(3).batch_norm_with(1.0, 1e-5).squared_error().build_f64(1).unwrap();
        let x = inputs(batch, 3, seed);
        let gradients = network.gradients(&x, &x).unwrap();
        let before = network.clone();
        Sgd::new(0.1).unwrap().step(&mut network, &gradients).unwrap();
        let [mean, variance] = network.statistics() else { panic!("two") };
        for feature in 0..3 {
            let column = x.column(feature);
            prop_assert!((mean.value[feature] - column.mean().unwrap()).abs() < 1e-12);
            prop_assert!((variance.value[feature] - column.var(1.0)).abs() < 1e-12);
        }
        // Computing gradients changes nothing; a clone keeps its own.
        prop_assert_eq!(&before.statistics()[0].value, &array![0.0, 0.0, 0.0].into_dyn());
        prop_assert_eq!(&before.statistics()[1].value, &array![1.0, 1.0, 1.0].into_dyn());
    }

    /// The loss of a batch does not depend on where its features lie and how wide they are.
    #[test]
    fn shift_and_scale_of_a_feature_do_not_matter(seed in 0_u64..1000, shift in -50.0..50.0, scale in 1.0..9.0) {
        let model = Model::input(3).batch_norm_with(0.1, 1e-12).dense(2).softmax();
        let network = model.build_f64(seed).unwrap();
        let x = inputs(6, 3, seed);
        let y = [0, 1, 1, 0, 1, 0];
        let loss = network.gradients(&x, &y).unwrap().loss;
        let other = network.gradients(&(x * scale + shift), &y).unwrap().loss;
        prop_assert!((loss - other).abs() < 1e-8, "{loss} {other}");
    }
}

/// Pieces of a batch that agree upon its statistics give what all of it gives at once: whatever comes
/// before and after, and whatever is left over in the last piece.
#[test]
fn pieces_agree_upon_what_the_whole_batch_is_like() {
    let images = || {
        Model::input([1, 6, 6])
            .conv2d(3, 3)
            .batch_norm()
            .relu()
            .max_pool2d(2)
    };
    let models = [
        Model::input(9)
            .batch_norm()
            .dense(5)
            .batch_norm()
            .relu()
            .dense(4)
            .softmax(),
        Model::input(9)
            .dense(6)
            .batch_norm()
            .batch_norm()
            .sigmoid()
            .dense(4)
            .batch_norm()
            .softmax(),
        // A layer that takes whole batches itself, before and after.
        Model::input(9)
            .batch_norm()
            .dense(300)
            .batch_norm()
            .dense(260)
            .batch_norm()
            .relu()
            .dense(4)
            .softmax(),
        images().flatten().dense(4).softmax(),
    ];
    for (number, model) in models.iter().enumerate() {
        let network = model.build_f64(3).unwrap();
        let features = network.model().summary().unwrap().input.features();
        for batch in [2, 5, 37, 100] {
            let x = inputs(batch, features, batch as u64);
            let labels: Vec<u8> = (0..batch).map(|i| (i % 4) as u8).collect();
            let whole = network.gradients(&x, &labels).unwrap();
            let mut workspace = network.workspace(100).unwrap();
            let flat = x.as_slice().unwrap();
            workspace.input_mut(batch).copy_from_slice(flat);
            let targets = Targets::Classes(&labels);
            let loss = network
                .forward_backward_in(&mut workspace, batch, targets)
                .unwrap();
            let what = format!("model {number}, batch of {batch}");
            assert!((loss - whole.loss).abs() < 1e-12, "{what}");
            let pieces = workspace.gradients();
            let entries = pieces.entries.iter().chain(&pieces.statistics);
            for (got, expected) in entries.zip(whole.entries.iter().chain(&whole.statistics)) {
                let off = (&got.value - &expected.value)
                    .iter()
                    .fold(0.0, |a: f64, d| a.max(d.abs()));
                assert!(off < 1e-11, "{} by {off:.1e}, {what}", got.name);
            }
        }
    }
}

#[test]
fn a_step_of_any_optimizer_moves_the_running_statistics() {
    for rule in Rule::all() {
        let model = Model::input(2).dense(3).batch_norm().dense(2).softmax();
        let mut network = model.build(1).unwrap();
        let x = array![[1.0, 2.0], [3.0, 5.0], [0.0, 1.0]];
        let gradients = network.gradients(&x, &[0, 1, 1]).unwrap();
        rule.optimizer(0.1)
            .unwrap()
            .step(&mut network, &gradients)
            .unwrap();
        for (running, batch) in network.statistics().iter().zip(&gradients.statistics) {
            let start = if running.name.ends_with("mean") {
                0.0
            } else {
                1.0
            };
            for (&running, &batch) in running.value.iter().zip(&batch.value) {
                assert!(
                    (running - (0.9 * start + 0.1 * batch)).abs() < 1e-6,
                    "{rule}"
                );
            }
        }
    }
}

#[test]
fn predictions_do_not_depend_on_the_batch() {
    let model = Model::input([1, 2, 2])
        .conv2d(2, 3)
        .batch_norm()
        .flatten()
        .dense(2)
        .softmax();
    let mut network = model.build_f64(1).unwrap();
    let x = inputs(6, 4, 2);
    let gradients = network.gradients(&x, &[0, 1, 1, 0, 1, 0]).unwrap();
    Sgd::new(0.5)
        .unwrap()
        .step(&mut network, &gradients)
        .unwrap();
    let all = network.forward(&x).unwrap();
    for (row, scores) in x.axis_iter(Axis(0)).zip(all.axis_iter(Axis(0))) {
        let alone = network
            .forward(&row.insert_axis(Axis(0)).to_owned())
            .unwrap();
        assert!((&alone.row(0) - &scores).iter().all(|d| d.abs() < 1e-12));
    }
}

#[test]
fn a_batch_of_one_is_refused_where_it_has_no_variance() {
    let network = Model::input(2)
        .dense(3)
        .batch_norm()
        .dense(2)
        .softmax()
        .build(1)
        .unwrap();
    assert_eq!(network.least_batch(), 2);
    let text = network
        .gradients(&array![[1.0, 2.0]], &[0])
        .unwrap_err()
        .to_string();
    assert!(
        text.starts_with("layer 2 (batch_norm of 3) cannot learn from a batch of 1"),
        "{text}"
    );
    assert!(text.contains("at least 2 samples"), "{text}");
    assert!(network.loss(&array![[1.0, 2.0]], &[0]).is_ok());
    // Channels of an image have many numbers even in a batch of one.
    let model = Model::input([1, 2, 2])
        .batch_norm()
        .flatten()
        .dense(2)
        .softmax();
    let network = model.build(1).unwrap();
    assert!(
        network
            .gradients(&array![[1.0, 2.0, 3.0, 4.0]], &[0])
            .is_ok()
    );
}

#[test]
fn a_constant_feature_is_0_and_a_nan_stays_one() {
    let network = Model::input(2)
        .batch_norm()
        .squared_error()
        .build_f64(1)
        .unwrap();
    let gradients = network.gradients(&array![[7.0, 1.0], [7.0, 3.0]], &Array2::zeros((2, 2)));
    let gradients = gradients.unwrap();
    assert!(gradients.loss.is_finite() && gradients.statistics[1].value[0] == 0.0);
    let mut workspace = network.workspace(2).unwrap();
    workspace
        .input_mut(2)
        .copy_from_slice(&[f64::NAN, 1.0, 7.0, 3.0]);
    let targets = [0, 1];
    let targets = Targets::from(&targets);
    assert!(
        network
            .forward_backward_in(&mut workspace, 2, targets)
            .unwrap()
            .is_nan()
    );
    assert!(workspace.gradients().entries[0].value[0].is_nan());
    assert!(workspace.gradients().statistics[0].value[0].is_nan());
}

#[test]
fn settings_and_statistics_that_make_no_sense_are_refused() {
    let complaint = |momentum, epsilon| {
        let model = Model::input(2)
            .batch_norm_with(momentum, epsilon)
            .squared_error();
        model.summary().unwrap_err().to_string()
    };
    for momentum in [0.0, -0.1, 1.1, f64::NAN] {
        let text = complaint(momentum, 1e-5);
        assert!(
            text.contains("momentum above 0, at most 1") && text.contains("batch_norm"),
            "{text}"
        );
    }
    for epsilon in [0.0, -1e-5, f64::NAN, f64::INFINITY] {
        assert!(complaint(0.1, epsilon).contains("ε"), "{epsilon}");
    }
    let mut network = Model::input(2)
        .batch_norm()
        .squared_error()
        .build_f64(1)
        .unwrap();
    let mut set = |name: &str, values: [f64; 2]| {
        network.set_statistics(name, array![values[0], values[1]].into_dyn())
    };
    assert!(set("batch_norm_1.mean", [-3.0, 2.0]).is_ok());
    let error = set("batch_norm_1.variance", [-3.0, 2.0])
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("not negative") && error.contains("-3"),
        "{error}"
    );
    let error = set("batch_norm_2.mean", [0.0, 0.0])
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("one of batch_norm_1.mean, batch_norm_1.variance"),
        "{error}"
    );
    assert!(
        network
            .set_statistics("batch_norm_1.mean", array![1.0].into_dyn())
            .is_err()
    );
    assert_eq!(
        network.parameters().len(),
        2,
        "statistics are no parameters"
    );
    assert_eq!(network.model().summary().unwrap().total, 4);

    let other = Model::input(2)
        .batch_norm()
        .batch_norm()
        .squared_error()
        .build_f64(1)
        .unwrap();
    let x = array![[1.0, 2.0], [3.0, 5.0]];
    let mut mixed = network.gradients(&x, &x).unwrap();
    mixed.statistics = other.gradients(&x, &x).unwrap().statistics;
    let error = Sgd::new(0.1)
        .unwrap()
        .step(&mut network, &mixed)
        .unwrap_err()
        .to_string();
    assert!(error.contains("not the statistics"), "{error}");
}
