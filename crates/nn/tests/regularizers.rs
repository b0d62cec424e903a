//! Penalties, decay and noise: what they add, and what they leave alone.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod common;

use chainrule_nn::{Adam, AdamW, GradientNoise, Init, Model, Network, Optimizer, Penalty};
use common::assert_near;
use ndarray::array;
use proptest::prelude::*;

fn network(seed: u64) -> Network<f64> {
    let model = Model::input(3)
        .dense(4)
        .batch_norm()
        .tanh()
        .dense(2)
        .softmax();
    model.biases(Init::Uniform(0.5)).build_f64(seed).unwrap()
}

fn gradients(network: &Network<f64>) -> chainrule_nn::Gradients<f64> {
    let x = array![[0.5, -1.0, 2.0], [1.0, 0.25, -0.5], [0.0, 1.0, 1.0]];
    network.gradients(&x, &[0, 1, 1]).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is added is the gradient of the value, by central differences, and only where it is due.
    #[test]
    fn penalties_add_the_gradient_of_their_value(which in 0_usize..3, strength in 0.0..0.5,
                                                 all: bool, seed in 0_u64..1000) {
        let penalty = [Penalty::l2, Penalty::l1, Penalty::thresholded_l1][which](strength);
        let penalty = if all { penalty.on_all() } else { penalty };
        let network = network(seed);
        let plain = gradients(&network);
        let mut penalized = plain.clone();
        penalized.add_penalty(&network, penalty).unwrap();
        prop_assert_eq!(penalized.loss, plain.loss);
        for (entry, parameter) in plain.entries.iter().zip(network.parameters()) {
            let added = penalized.get(&entry.name).unwrap() - &entry.value;
            if !all && !entry.name.ends_with(".weight") {
                prop_assert!(added.iter().all(|&d| d == 0.0), "{}", entry.name);
                continue;
            }
            for (i, &added) in added.iter().enumerate() {
                let w = parameter.value.as_slice().unwrap()[i];
                // Away from the kinks: at 0, and at the threshold.
                if w.abs() < 1e-4 || (w.abs() - strength).abs() < 1e-4 {
                    continue;
                }
                let at = |shift: f64| {
                    let (mut moved, mut value) = (network.clone(), parameter.value.clone());
                    value.as_slice_mut().unwrap()[i] += shift;
                    moved.set_parameter(&parameter.name, value).unwrap();
                    penalty.value(&moved).unwrap()
                };
                let numeric = (at(1e-5) - at(-1e-5)) / 2e-5;
                prop_assert!((added - numeric).abs() < 1e-8, "{penalty}: {added} {numeric}");
            }
        }
    }

    /// Both arithmetics get the same noise, with the deviation of its formula.
    #[test]
    fn noise_has_the_deviation_of_its_step(seed in 0_u64..1000, step in 0_u64..5) {
        let model = Model::input(100).dense(100).squared_error();
        let (single, double) = (model.build(1).unwrap(), model.build_f64(1).unwrap());
        let x = ndarray::Array2::zeros((1, 100));
        let zero = double.gradients(&x, &double.forward(&x).unwrap()).unwrap();
        let x = ndarray::Array2::zeros((1, 100));
        let single = single.gradients(&x, &single.forward(&x).unwrap()).unwrap();
        let noise = GradientNoise::new(0.3);
        let mut source = noise.source(seed).unwrap();
        let mut other = noise.source(seed).unwrap();
        let (mut a, mut b) = (zero.clone(), single.clone());
        for _ in 0..=step {
            (a, b) = (zero.clone(), single.clone());
            source.add_to(&mut a);
            other.add_to(&mut b);
        }
        let values = &a.entries[0].value;
        let deviation = (0.3 / (1.0 + step as f64).powf(0.55)).sqrt();
        prop_assert!((noise.deviation(step) - deviation).abs() < 1e-15);
        let measured = values.mapv(|v| v * v).mean().unwrap().sqrt();
        // 10 000 numbers: a standard error of 0.7 %.
        prop_assert!((measured / deviation - 1.0).abs() < 0.04, "{measured} {deviation}");
        prop_assert!(values.mean().unwrap().abs() < 0.05 * deviation);
        let same = values.iter().zip(&b.entries[0].value);
        prop_assert!(same.into_iter().all(|(a, &b)| (a - f64::from(b)).abs() < 1e-6));
    }
}

#[test]
fn the_homeworks_noise_is_a_setting() {
    let noise = GradientNoise::new(0.05 * 0.05).fading(20.0);
    for step in [0, 1, 2] {
        let expected = 0.05 / (1.0 + step as f64).powi(10);
        assert!((noise.deviation(step) / expected - 1.0).abs() < 1e-12);
    }
}

#[test]
fn signs_and_thresholds_are_as_they_are_said() {
    let mut network = Model::input(4)
        .dense(1)
        .without_bias()
        .squared_error()
        .build_f64(1)
        .unwrap();
    let weight = array![[0.0], [0.05], [-0.3], [2.0]].into_dyn();
    network.set_parameter("dense_1.weight", weight).unwrap();
    let zero = network
        .gradients(&ndarray::Array2::zeros((1, 4)), &array![[0.0]])
        .unwrap();
    let added = |penalty| {
        let mut gradients = zero.clone();
        gradients.add_penalty(&network, penalty).unwrap();
        gradients.entries[0]
            .value
            .iter()
            .copied()
            .collect::<Vec<_>>()
    };
    assert_eq!(added(Penalty::l1(0.1)), [0.0, 0.1, -0.1, 0.1]);
    assert_eq!(added(Penalty::thresholded_l1(0.1)), [0.0, 0.0, -0.1, 0.1]);
    assert_near(&added(Penalty::l2(0.1)), &[0.0, 0.005, -0.03, 0.2], "l2");
    assert!(
        (Penalty::l2(0.1).value(&network).unwrap() - 0.05 * (0.0025 + 0.09 + 4.0)).abs() < 1e-15
    );
    assert!((Penalty::l1(0.1).value(&network).unwrap() - 0.235).abs() < 1e-15);
}

#[test]
fn decoupled_decay_beside_adam_is_adamw() {
    let model = Model::input(3)
        .dense(4)
        .without_bias()
        .tanh()
        .dense(2)
        .without_bias()
        .softmax();
    let (mut a, mut b) = (model.build_f64(1).unwrap(), model.build_f64(1).unwrap());
    let mut adam = Adam::new(0.05).unwrap();
    let mut adamw = AdamW::new(0.05).unwrap().weight_decay(0.2).unwrap();
    for _ in 0..10 {
        let slope = gradients(&a);
        a.decay_weights(0.05 * 0.2).unwrap();
        adam.step(&mut a, &slope).unwrap();
        let slope = gradients(&b);
        adamw.step(&mut b, &slope).unwrap();
    }
    for (a, b) in a.parameters().iter().zip(b.parameters()) {
        assert_near(&a.value, &b.value, &a.name);
    }
    let mut network = network(1);
    let before = network.clone();
    network.decay_weights(0.25).unwrap();
    for (after, before) in network.parameters().iter().zip(before.parameters()) {
        let keep = if after.name.ends_with(".weight") {
            0.75
        } else {
            1.0
        };
        assert_eq!(after.value, &before.value * keep, "{}", after.name);
    }
}

#[test]
fn strengths_out_of_range_are_named() {
    let mut network = network(1);
    let mut gradients = gradients(&network);
    for strength in [-0.1, f64::NAN, f64::INFINITY] {
        let error = gradients
            .add_penalty(&network, Penalty::l1(strength))
            .unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("the strength λ of L1 is out of range"),
            "{error}"
        );
        assert!(Penalty::l2(strength).value(&network).is_err());
        assert!(network.decay_weights(strength).is_err());
        let error = GradientNoise::new(strength)
            .source(1)
            .unwrap_err()
            .to_string();
        assert!(error.contains("variance η"), "{error}");
        assert!(GradientNoise::new(0.1).fading(strength).source(1).is_err());
    }
    assert!(network.decay_weights(1.0).is_err());
    let other = Model::input(3).dense(9).softmax().build_f64(1).unwrap();
    assert!(gradients.add_penalty(&other, Penalty::l1(0.1)).is_err());
    assert_eq!(
        Penalty::l2(0.5).on_all().to_string(),
        "L2 0.5 on all parameters"
    );
    assert_eq!(
        GradientNoise::new(0.3).to_string(),
        "variance 0.3 / (1 + t)^0.55"
    );

    let smoothed = |share| Model::input(2).dense(2).softmax().label_smoothing(share);
    for share in [-0.1, 1.0, f64::NAN] {
        let text = smoothed(share).summary().unwrap_err().to_string();
        assert!(text.contains("0 to below 1"), "{text}");
    }
    let text = smoothed(0.1).to_string();
    assert!(
        text.ends_with("softmax with cross-entropy, label smoothing 0.1, averaged over the batch")
    );
    let squared = Model::input(2)
        .dense(2)
        .squared_error()
        .label_smoothing(0.1);
    assert!(
        squared
            .summary()
            .unwrap_err()
            .to_string()
            .contains(".softmax()")
    );
}
