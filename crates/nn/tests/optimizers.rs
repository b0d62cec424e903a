//! Every update rule against PyTorch's, or its paper's where PyTorch has another: forty steps of a
//! small network in f64. `golden/optimizers.txt` was printed by `golden/optimizers.py`.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod common;

use chainrule_nn::{
    AdaGrad, AdaMax, Adadelta, Adam, AdamW, AmsGrad, Error, Model, Momentum, Nadam, Nesterov,
    Network, Optimizer, Penalty, RmsProp, Rule, Sgd,
};
use common::{Golden, assert_near};
use ndarray::{Array2, array, s};
use proptest::prelude::*;

const STEPS: usize = 40;
const BATCH: usize = 6;

fn golden() -> Golden {
    Golden::read(include_str!("golden/optimizers.txt"))
}

fn start(golden: &Golden) -> Network<f64> {
    let model = Model::input(3).dense(4).tanh().dense(3).softmax();
    let mut network = model.build_f64(1).unwrap();
    let names: Vec<_> = network
        .parameters()
        .iter()
        .map(|p| p.name.clone())
        .collect();
    for name in names {
        let value = golden.array(&format!("start.{name}")).clone();
        network.set_parameter(&name, value).unwrap();
    }
    network
}

fn follows<O: Optimizer<f64>>(case: &str, make: impl Fn(f64) -> Result<O, Error>) {
    follows_with(case, None, make);
}

fn follows_with<O: Optimizer<f64>>(
    case: &str,
    penalty: Option<Penalty>,
    make: impl Fn(f64) -> Result<O, Error>,
) {
    let golden = golden();
    let mut network = start(&golden);
    let (x, labels) = (golden.rows("x"), golden.labels("labels"));
    let rate = golden.number(&format!("{case}.rate"));
    let mut optimizer = make(rate).unwrap();
    for step in 1..=STEPS {
        if step == STEPS / 2 + 1 {
            optimizer.set_learning_rate(rate / 10.0).unwrap();
        }
        let rows = (step - 1) * BATCH..step * BATCH;
        let batch = x.slice(s![rows.clone(), ..]).to_owned();
        let mut gradients = network.gradients(&batch, &labels[rows]).unwrap();
        if let Some(penalty) = penalty {
            gradients.add_penalty(&network, penalty).unwrap();
        }
        optimizer.step(&mut network, &gradients).unwrap();
        if [2, STEPS].contains(&step) {
            for parameter in network.parameters() {
                let place = format!("{case}.{step}.{}", parameter.name);
                assert_near(&parameter.value, golden.array(&place), &place);
            }
        }
    }
}

#[test]
fn rules_that_pytorch_has_follow_pytorch() {
    follows("sgd", Sgd::new);
    follows("momentum", Momentum::new);
    follows("nesterov", |rate| Nesterov::new(rate)?.momentum(0.8));
    follows("adagrad", AdaGrad::new);
    follows("adadelta", Adadelta::new);
    follows("rmsprop", RmsProp::new);
    follows("rmsprop_centred", |rate| {
        Ok(RmsProp::new(rate)?.epsilon(1e-6)?.centred())
    });
    follows("adam", Adam::new);
    follows("adam_other", |rate| {
        Adam::new(rate)?.betas(0.8, 0.95)?.epsilon(1e-4)
    });
    follows("adamax", AdaMax::new);
    follows("nadam", Nadam::new);
    follows("amsgrad", |rate| AmsGrad::new(rate)?.betas(0.9, 0.9));
    follows("adamw", |rate| AdamW::new(rate)?.weight_decay(0.1));
}

#[test]
fn the_l2_penalty_of_all_parameters_is_pytorchs_weight_decay() {
    let penalty = Some(Penalty::l2(0.01).on_all());
    follows_with("sgd_l2", penalty, Sgd::new);
    follows_with("adam_l2", penalty, Adam::new);
}

#[test]
fn forms_that_pytorch_lacks_follow_their_papers() {
    follows("momentum_classical", |rate| {
        Ok(Momentum::new(rate)?.classical())
    });
    follows("nesterov_classical", |rate| {
        Ok(Nesterov::new(rate)?.classical())
    });
    follows("rmsprop_inside", |rate| {
        Ok(RmsProp::new(rate)?.epsilon(1e-4)?.epsilon_inside())
    });
    follows("rmsprop_graves", |rate| {
        let graves = RmsProp::new(rate)?.alpha(0.95)?.epsilon(1e-4)?;
        Ok(graves.centred().epsilon_inside())
    });
    follows("nadam_constant", |rate| {
        Ok(Nadam::new(rate)?.constant_momentum())
    });
    follows("amsgrad_paper", |rate| {
        Ok(AmsGrad::new(rate)?.betas(0.9, 0.99)?.without_correction())
    });
    follows("adamax_paper", |rate| AdaMax::new(rate)?.epsilon(0.0));
}

#[test]
fn a_rule_as_a_value_takes_the_same_steps() {
    struct Boxed(Box<dyn Optimizer<f64>>);
    impl Optimizer<f64> for Boxed {
        fn step(
            &mut self,
            network: &mut Network<f64>,
            gradients: &chainrule_nn::Gradients<f64>,
        ) -> Result<(), Error> {
            self.0.step(network, gradients)
        }
        fn set_learning_rate(&mut self, rate: f64) -> Result<(), Error> {
            self.0.set_learning_rate(rate)
        }
    }
    let rules = [
        ("sgd", Rule::sgd()),
        ("momentum", Rule::momentum()),
        ("adagrad", Rule::adagrad()),
        ("adadelta", Rule::adadelta()),
        ("rmsprop", Rule::rmsprop()),
        ("adam", Rule::adam()),
        ("adamax", Rule::adamax()),
        ("nadam", Rule::nadam()),
    ];
    for (case, rule) in rules {
        follows(case, |rate| rule.optimizer(rate).map(Boxed));
    }
}

fn one_weight(seed: u64) -> (Network<f64>, Array2<f64>) {
    let model = Model::input(2).dense(1).half_squared_error();
    (
        model.build_f64(seed).unwrap(),
        array![[1.0, 0.0], [0.0, 2.0]],
    )
}

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
    /// its size make f32's rounding visible.
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
            for (a, b) in single.parameters().iter().zip(double.parameters()) {
                let near = a.value.iter().zip(&b.value).all(|(&a, b)| (f64::from(a) - b).abs() < 1e-3);
                prop_assert!(near, "{rule}: {a:?} {b:?}");
            }
        }
    }
}

#[test]
fn what_is_remembered_can_be_seen_by_name() {
    let (mut network, x) = one_weight(3);
    let mut adam = Adam::new(0.1).unwrap();
    let unknown = adam.state("dense_1.weight").unwrap_err().to_string();
    assert!(unknown.contains("has not taken a step yet"), "{unknown}");
    let gradients = network.gradients(&x, &array![[1.0], [2.0]]).unwrap();
    adam.step(&mut network, &gradients).unwrap();
    let slope = gradients.get("dense_1.weight").unwrap();
    let state = adam.state("dense_1.weight").unwrap();
    assert_eq!((state.steps, adam.steps()), (1, 1));
    assert_near(state.get("m").unwrap(), &(slope * 0.1), "m");
    assert_near(state.get("v").unwrap(), &(slope * slope * 0.001), "v");
    let error = state.get("u").unwrap_err().to_string();
    assert!(error.contains("one of m, v"), "{error}");
    let error = adam.state("dense_7.weight").unwrap_err().to_string();
    assert!(
        error.contains("one of dense_1.weight, dense_1.bias"),
        "{error}"
    );
    let copy = adam.clone();
    adam.step(&mut network, &gradients).unwrap();
    assert_eq!(
        copy.state("dense_1.weight").unwrap(),
        state,
        "a clone keeps its own"
    );
    assert!(
        state
            .to_string()
            .starts_with("dense_1.weight after 1 steps\nm [2, 1]"),
        "{state}"
    );
}

#[test]
fn another_network_is_refused_and_a_clone_is_not() {
    let ((mut network, x), (mut other, _)) = (one_weight(3), one_weight(3));
    let mut adam = Adam::new(0.1).unwrap();
    let gradients = network.gradients(&x, &array![[1.0], [2.0]]).unwrap();
    adam.step(&mut network, &gradients).unwrap();
    let before = other.clone();
    let error = adam.step(&mut other, &gradients).unwrap_err().to_string();
    assert!(
        error.starts_with("this optimizer remembers another network"),
        "{error}"
    );
    assert_eq!((other.parameters(), adam.steps()), (before.parameters(), 1));
    adam.step(&mut network.clone(), &gradients).unwrap();
    adam.reset();
    adam.step(&mut other, &gradients).unwrap();
    assert_eq!(adam.steps(), 1);

    let wide = Model::input(3)
        .dense(1)
        .half_squared_error()
        .build_f64(1)
        .unwrap();
    let wrong = wide
        .gradients(&array![[1.0, 2.0, 3.0]], &array![[1.0]])
        .unwrap();
    let error = adam.step(&mut other, &wrong).unwrap_err().to_string();
    assert!(
        error.contains("not the gradients of this network"),
        "{error}"
    );
    assert_eq!(adam.steps(), 1, "a step that failed was not one");

    let mut single = Model::input(2)
        .dense(1)
        .half_squared_error()
        .build(3)
        .unwrap();
    let slope = single
        .gradients(&array![[1.0, 2.0]], &array![[1.0]])
        .unwrap();
    assert!(adam.step(&mut single, &slope).is_err());
}

#[test]
fn settings_out_of_range_are_named() {
    let complaint = |result: Result<Rule, Error>| result.unwrap_err().to_string();
    for beta in [-0.1, 1.0, f64::NAN, f64::INFINITY] {
        let text = complaint(
            Adam::new(0.1)
                .unwrap()
                .betas(0.9, beta)
                .map(|adam| adam.rule()),
        );
        assert!(
            text.starts_with("Adam: β₂ (beta2) is out of range"),
            "{text}"
        );
        assert!(
            text.contains("0 to below 1") && text.contains(&beta.to_string()),
            "{text}"
        );
    }
    let rules = [
        (
            Rule::Momentum {
                momentum: 1.0,
                classical: false,
            },
            "momentum: μ",
        ),
        (
            Rule::Nesterov {
                momentum: -1.0,
                classical: true,
            },
            "Nesterov momentum: μ",
        ),
        (Rule::AdaGrad { epsilon: 0.0 }, "AdaGrad: ε"),
        (
            Rule::Adadelta {
                rho: 2.0,
                epsilon: 1e-6,
            },
            "Adadelta: ρ",
        ),
        (
            Rule::Adadelta {
                rho: 0.9,
                epsilon: f64::NAN,
            },
            "Adadelta: ε",
        ),
        (
            Rule::RmsProp {
                alpha: 1.0,
                epsilon: 1e-8,
                centred: true,
                epsilon_inside: false,
            },
            "centred RMSProp: α",
        ),
        (
            Rule::AdaMax {
                beta1: 1.0,
                beta2: 0.9,
                epsilon: 0.0,
            },
            "AdaMax: β₁",
        ),
        (
            Rule::Nadam {
                beta1: 0.9,
                beta2: 0.9,
                epsilon: 1e-8,
                momentum_decay: Some(-1.0),
            },
            "Nadam: ψ",
        ),
        (
            Rule::AmsGrad {
                beta1: 0.9,
                beta2: 0.9,
                epsilon: -1e-8,
                correction: true,
            },
            "AMSGrad: ε",
        ),
        (
            Rule::AdamW {
                beta1: 0.9,
                beta2: 0.9,
                epsilon: 1e-8,
                weight_decay: -0.1,
            },
            "AdamW: λ",
        ),
    ];
    for (rule, begin) in rules {
        let text = complaint(rule.checked());
        assert!(text.starts_with(begin), "{text}");
        assert!(rule.optimizer::<f32>(0.1).is_err());
    }
    for rule in Rule::all() {
        assert_eq!(rule.checked().unwrap(), rule);
    }
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        for rule in Rule::all() {
            assert!(rule.optimizer::<f64>(rate).is_err(), "{rule} {rate}");
        }
    }
    let mut adam = Adam::new(0.1).unwrap();
    assert!(adam.set_learning_rate(0.0).is_ok() && adam.set_learning_rate(-1.0).is_err());
    assert!(Sgd::new(0.1).unwrap().set_learning_rate(f64::NAN).is_err());
}

#[test]
fn a_gradient_that_is_not_a_number_is_not_hidden() {
    for rule in Rule::all() {
        let (mut network, x) = one_weight(1);
        let mut gradients = network.gradients(&x, &array![[1.0], [2.0]]).unwrap();
        let mut optimizer = rule.optimizer(0.1).unwrap();
        optimizer.step(&mut network, &gradients).unwrap();
        gradients.entries[0].value[[0, 0]] = f64::NAN;
        optimizer.step(&mut network, &gradients).unwrap();
        let weight = network.parameter("dense_1.weight").unwrap();
        assert!(
            weight[[0, 0]].is_nan() && weight[[1, 0]].is_finite(),
            "{rule}"
        );
        gradients.entries[0].value[[0, 0]] = 1.0;
        optimizer.step(&mut network, &gradients).unwrap();
        assert!(
            network.parameter("dense_1.weight").unwrap()[[0, 0]].is_nan(),
            "{rule}"
        );
    }
}

#[test]
fn rules_that_differ_are_called_differently() {
    let texts = [
        (Rule::sgd().with_rate(0.5), "SGD, learning rate 0.5"),
        (Rule::adam().with_rate(0.001), "Adam, learning rate 0.001"),
        (
            Momentum::new(0.1).unwrap().classical().to_string(),
            "momentum, learning rate 0.1, classical",
        ),
        (
            AmsGrad::new(0.1)
                .unwrap()
                .without_correction()
                .rule()
                .to_string(),
            "AMSGrad, without correction",
        ),
        (
            Adam::new(0.1)
                .unwrap()
                .epsilon(1e-4)
                .unwrap()
                .rule()
                .to_string(),
            "Adam, ε 0.0001",
        ),
        (Sgd::new(0.1).unwrap().to_string(), "SGD, learning rate 0.1"),
        (
            format!("{:?}", Nadam::new(0.1).unwrap()),
            "Nadam, learning rate 0.1, after 0 steps",
        ),
    ];
    for (text, expected) in texts {
        assert_eq!(text, expected);
    }
}
