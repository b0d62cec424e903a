//! What an optimizer remembers, of which network, and that it does not forget a NaN.

use chainrule_nn::{Adam, Model, Momentum, Nesterov, Optimizer, RmsProp, Rule};
use ndarray::array;

use crate::{common::assert_near, one_weight};

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
fn another_form_does_not_go_on_with_what_the_old_one_remembers() {
    fn changed<O: Optimizer<f64>>(name: &str, mut old: O, change: impl Fn(O) -> O, mut new: O) {
        let (mut network, x) = one_weight(3);
        let gradients = network.gradients(&x, &array![[1.0], [2.0]]).unwrap();
        old.step(&mut network, &gradients).unwrap();
        let mut fresh = network.clone();
        new.step(&mut fresh, &gradients).unwrap();
        change(old).step(&mut network, &gradients).unwrap();
        assert_eq!(network.parameters(), fresh.parameters(), "{name}");
    }
    let momentum = || Momentum::new(0.1).unwrap();
    let new = momentum().classical();
    changed("momentum", momentum(), Momentum::classical, new);
    let nesterov = || Nesterov::new(0.1).unwrap();
    let new = nesterov().classical();
    changed("Nesterov", nesterov(), Nesterov::classical, new);
    let rmsprop = || RmsProp::new(0.1).unwrap();
    let new = rmsprop().centred();
    changed("RMSProp", rmsprop(), RmsProp::centred, new);
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
