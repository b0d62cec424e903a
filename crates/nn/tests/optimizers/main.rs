//! Every update rule against PyTorch's, or its paper's where PyTorch has another: forty steps of a
//! small network in f64. `golden/optimizers.txt` was printed by `golden/optimizers.py`.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

#[path = "../common/mod.rs"]
mod common;
mod memory;
mod properties;
mod words;

use chainrule_nn::{
    AdaGrad, AdaMax, Adadelta, Adam, AdamW, AmsGrad, Error, Model, Momentum, Nadam, Nesterov,
    Network, Optimizer, Penalty, RmsProp, Rule, Sgd,
};
use common::{Golden, assert_near};
use ndarray::{Array2, array, s};

const STEPS: usize = 40;
const BATCH: usize = 6;

fn golden() -> Golden {
    Golden::read(include_str!("../golden/optimizers.txt"))
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
    follows("rmsprop_centred_usual", |rate| {
        Ok(RmsProp::new(rate)?.centred())
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
