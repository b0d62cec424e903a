//! What every rule does, whatever the numbers.

use chainrule_nn::{Model, Rule};
use ndarray::array;
use proptest::prelude::*;

use crate::{common::assert_near, one_weight};

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// A convex bowl, stretched one to four: every rule comes down it.
    #[test]
    fn every_rule_comes_down_a_quadratic(a in -2.0..2.0, b in -2.0..2.0, seed in 0_u64..1000) {
        for rule in Rule::all() {
            let (mut network, x) = one_weight(seed);
            let y = array![[a], [b]];
            let (rate, steps) = match rule {
                Rule::Sgd => (0.3, 400),
                Rule::Momentum { .. } | Rule::Nesterov { .. } => (0.1, 400),
                Rule::AdaGrad { .. } => (0.5, 4_000),
                // Its first steps are a thousandth long, whatever the gradient.
                Rule::Adadelta { .. } => (1.0, 30_000),
                _ => (0.01, 4_000),
            };
            let mut optimizer = rule.optimizer(rate).unwrap();
            for step in 0..steps {
                optimizer.set_learning_rate(rate * (1.0 - step as f64 / steps as f64)).unwrap();
                let gradients = network.gradients(&x, &y).unwrap();
                optimizer.step(&mut network, &gradients).unwrap();
            }
            let loss = network.loss(&x, &y).unwrap();
            // AdamW's decay moves the lowest place a little.
            let fine = if matches!(rule, Rule::AdamW { .. }) { 1e-3 } else { 1e-5 };
            prop_assert!(loss < fine, "{rule}: {loss}");
        }
    }

    /// Without a slope nothing moves but what still has momentum; AdamW decays.
    #[test]
    fn a_zero_gradient_moves_nothing(seed in 0_u64..1000) {
        for rule in Rule::all() {
            let (mut network, x) = one_weight(seed);
            let before = network.clone();
            let exact = network.forward(&x).unwrap();
            let mut optimizer = rule.optimizer(0.1).unwrap();
            let flat = network.gradients(&x, &exact).unwrap();
            prop_assert_eq!(flat.norm(), 0.0);
            for _ in 0..3 {
                optimizer.step(&mut network, &flat).unwrap();
            }
            if matches!(rule, Rule::AdamW { .. }) {
                let shrunk = (1.0_f64 - 0.1 * 0.01).powi(3);
                let pairs = network.parameters().iter().zip(before.parameters());
                for (after, before) in pairs {
                    assert_near(&after.value, &(&before.value * shrunk), "AdamW");
                }
            } else {
                prop_assert_eq!(network.parameters(), before.parameters(), "{}", rule);
            }
            // After a slope, what keeps a mean of gradients goes on, and the others stop.
            let slope = before.gradients(&x, &(exact + 1.0)).unwrap();
            let mut optimizer = rule.optimizer(0.1).unwrap();
            let mut network = before.clone();
            optimizer.step(&mut network, &slope).unwrap();
            let after = network.clone();
            optimizer.step(&mut network, &flat).unwrap();
            let goes_on = rule.slots().iter().any(|slot| ["velocity", "m"].contains(slot));
            prop_assert_eq!(network.parameters() != after.parameters(), goes_on, "{}", rule);
        }
    }

    /// Both arithmetics take the same steps; where a gradient is nearly 0, rules that divide by
    /// its size make f32's rounding visible in one weight or another.
    #[test]
    fn single_precision_follows_double(seed in 0_u64..1000) {
        for rule in Rule::all() {
            let model = Model::input(2).dense(4).tanh().dense(2).softmax();
            let (mut single, mut double) = (model.build(seed).unwrap(), model.build_f64(seed).unwrap());
            let (mut a, mut b) = (rule.optimizer(0.01).unwrap(), rule.optimizer(0.01).unwrap());
            for _ in 0..20 {
                let x = array![[0.5, -1.0], [1.0, 0.25]];
                let slope = single.gradients(&x.mapv(|v: f64| v as f32), &[0, 1]).unwrap();
                a.step(&mut single, &slope).unwrap();
                let slope = double.gradients(&x, &[0, 1]).unwrap();
                b.step(&mut double, &slope).unwrap();
            }
            let pairs = single.parameters().iter().zip(double.parameters());
            let far: Vec<f64> = pairs
                .flat_map(|(a, b)| a.value.iter().zip(&b.value))
                .map(|(&a, b)| (f64::from(a) - b).abs())
                .collect();
            let mean = far.iter().sum::<f64>() / far.len() as f64;
            prop_assert!(mean < 1e-3 && far.iter().all(|far| *far < 1e-2), "{rule}: {far:?}");
        }
    }
}
