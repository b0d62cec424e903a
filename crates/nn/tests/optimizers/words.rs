//! What is said: settings out of range, the table of rules, names.

use chainrule_nn::{Adam, AmsGrad, Error, Model, Momentum, Nadam, Rule, Sgd};
use ndarray::array;

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
fn an_epsilon_that_is_0_in_f32_is_refused_where_0_is() {
    let with = |rule: Rule, value: f64| {
        let mut rule = rule;
        match &mut rule {
            Rule::AdaGrad { epsilon }
            | Rule::Adadelta { epsilon, .. }
            | Rule::RmsProp { epsilon, .. }
            | Rule::Adam { epsilon, .. }
            | Rule::AdaMax { epsilon, .. }
            | Rule::Nadam { epsilon, .. }
            | Rule::AmsGrad { epsilon, .. }
            | Rule::AdamW { epsilon, .. } => *epsilon = value,
            _ => return None,
        }
        Some(rule)
    };
    for rule in Rule::all() {
        let (Some(none), Some(tiny), Some(least)) =
            (with(rule, 0.0), with(rule, 1e-46), with(rule, 1e-45))
        else {
            continue;
        };
        assert!(least.checked().is_ok(), "{rule}");
        let refused = tiny.checked();
        assert_eq!(refused.is_err(), none.checked().is_err(), "{rule}");
        if let Err(error) = refused {
            let text = error.to_string();
            assert!(text.contains("ε (epsilon) is out of range"), "{text}");
            assert!(text.contains("in f32 too: at least 1e-45"), "{text}");
            assert!(text.contains("got       1e-46"), "{text}");
        }
        // Where nothing was learned there is no 0/0.
        let mut descent = least.optimizer::<f32>(0.1).unwrap();
        let model = Model::input(1).dense(1).half_squared_error();
        let mut network = model.build(1).unwrap();
        let before = network.parameters().to_vec();
        let (x, y) = (array![[0.0_f32]], array![[0.0_f32]]);
        let mut gradients = network.gradients(&x, &y).unwrap();
        for entry in &mut gradients.entries {
            entry.value.fill(0.0);
        }
        descent.step(&mut network, &gradients).unwrap();
        let moved = network.parameters().iter().zip(&before);
        for (now, before) in moved {
            assert!(now.value.iter().all(|value| value.is_finite()), "{rule}");
            if !matches!(rule, Rule::AdamW { .. }) {
                assert_eq!(now.value, before.value, "{rule}");
            }
        }
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
