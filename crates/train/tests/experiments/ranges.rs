//! Bad values of every kind: an error that names the field, its range and what came.

use chainrule_data::Splits;
use chainrule_nn::{
    Adadelta, Adam, Clipping, GradientNoise, Model, Penalty, RmsProp, Rule, Schedule,
};
use chainrule_train::{EarlyStopping, Event, Experiment, Observer, Setting};

use super::task::{data, experiment, model, task};

/// The error of an experiment, or what is wrong with there being none.
fn refused(experiment: &Experiment) -> String {
    match experiment.run() {
        Ok(results) => panic!("not refused: {results}"),
        Err(error) => error.to_string(),
    }
}

/// The parts of an error: where, what was expected, what came.
fn names(text: &str, field: &str, range: &str, got: &str) {
    let first = text.lines().next().unwrap();
    assert!(first.contains(field), "“{field}” in {text}");
    assert!(
        text.contains(&format!("expected  {range}")),
        "“{range}” in {text}"
    );
    assert!(
        text.contains(&format!("got       {got}")),
        "“{got}” in {text}"
    );
}

#[test]
fn settings_out_of_range() {
    let base = || Setting::new(1, 0.1);
    let rule = |rule| base().optimizer(rule);
    let adam = |beta1, beta2, epsilon| {
        rule(Rule::Adam {
            beta1,
            beta2,
            epsilon,
        })
    };
    let above = "a finite number above 0";
    let decay = "0 to below 1";
    let not_negative = "a finite number, not negative";
    for (setting, field, range, got) in [
        (Setting::new(0, 0.1), "epochs", "at least 1 epoch", "0"),
        (Setting::new(1, 0.0), "learning rate", above, "0"),
        (Setting::new(1, -0.5), "learning rate", above, "-0.5"),
        (Setting::new(1, f64::NAN), "learning rate", above, "NaN"),
        (
            Setting::new(1, f64::INFINITY),
            "learning rate",
            above,
            "inf",
        ),
        (base().batch_size(0), "batch size", "1 to 230 samples", "0"),
        (
            base().batch_size(231),
            "batch size",
            "1 to 230 samples",
            "231",
        ),
        (adam(1.0, 0.9, 1e-8), "β₁ (beta1)", decay, "1"),
        (adam(0.9, -0.1, 1e-8), "β₂ (beta2)", decay, "-0.1"),
        (adam(0.9, f64::NAN, 1e-8), "β₂ (beta2)", decay, "NaN"),
        (adam(0.9, 0.9, 0.0), "ε (epsilon)", above, "0"),
        (adam(0.9, 0.9, -1e-8), "ε (epsilon)", above, "-0.00000001"),
        (
            rule(Rule::Momentum {
                momentum: 1.0,
                classical: false,
            }),
            "μ (momentum)",
            decay,
            "1",
        ),
        (
            rule(Rule::Nesterov {
                momentum: -1.0,
                classical: true,
            }),
            "μ (momentum)",
            decay,
            "-1",
        ),
        (
            rule(Rule::AdaGrad { epsilon: 0.0 }),
            "ε (epsilon)",
            above,
            "0",
        ),
        (
            rule(Rule::Adadelta {
                rho: 1.0,
                epsilon: 1e-6,
            }),
            "ρ (rho)",
            decay,
            "1",
        ),
        (
            base().weight_decay(-0.1),
            "weight decay",
            not_negative,
            "-0.1",
        ),
        (
            base().weight_decay(20.0),
            "weight decay λ is out of range for the learning rate",
            "learning rate · λ from 0 to below 1",
            "0.1 · 20 = 2",
        ),
        (
            rule(Rule::AdamW {
                beta1: 0.9,
                beta2: 0.999,
                epsilon: 1e-8,
                weight_decay: 10.0,
            }),
            "weight decay λ is out of range for the learning rate",
            "learning rate · λ from 0 to below 1",
            "0.1 · 10 = 1",
        ),
        (
            base().penalty(Penalty::l2(-1.0)),
            "the strength λ of L2",
            not_negative,
            "-1",
        ),
        (
            base().penalty(Penalty::l1(f64::NAN)),
            "the strength λ of L1",
            not_negative,
            "NaN",
        ),
        (
            base().clip(Clipping::Norm(0.0)),
            "the greatest norm of gradients",
            above,
            "0",
        ),
        (
            base().clip(Clipping::Value(-1.0)),
            "the greatest gradient",
            above,
            "-1",
        ),
        (
            base().gradient_noise(GradientNoise::new(-0.1)),
            "the variance η of gradient noise",
            not_negative,
            "-0.1",
        ),
        (
            base().schedule(Schedule::exponential(1.5)),
            "learning rate schedule",
            "above 0, at most 1",
            "1.5",
        ),
        (
            base().schedule(Schedule::step(0, 0.5)),
            "learning rate schedule",
            "at least 1",
            "0",
        ),
        (
            base().early_stopping(EarlyStopping::patience(2)),
            "early stopping needs validation data",
            "data with a validation part",
            "none",
        ),
    ] {
        names(
            &refused(&experiment().settings(&[setting])),
            field,
            range,
            got,
        );
    }
}

#[test]
fn too_much_weight_decay_is_refused_before_any_run_begins() {
    let settings = [
        Setting::new(1, 0.1),
        Setting::new(1, 0.1).weight_decay(20.0),
    ];
    struct Begun(usize);
    impl Observer for Begun {
        fn observe(&mut self, event: &Event<'_>) {
            self.0 += usize::from(matches!(event, Event::Began { .. }));
        }
    }
    let mut begun = Begun(0);
    let experiment = experiment().settings(&settings);
    let error = experiment.run_observed(&mut begun).unwrap_err();
    assert_eq!(begun.0, 0, "{error}");
    assert!(error.to_string().contains("setting “"), "{error}");
    // What is too much depends on the rate.
    let slow = super::task::experiment().settings(&[Setting::new(1, 0.001).weight_decay(20.0)]);
    assert!(slow.run().is_ok());
    let grid = super::task::experiment()
        .settings(&[Setting::new(1, 0.001)])
        .grid("weight_decay", [20.0]);
    assert!(grid.is_ok());
}

#[test]
fn patience_out_of_range() {
    let data = Splits::new("halves", task(230), Some(task(40)), task(50)).unwrap();
    let stopping = EarlyStopping::patience(0);
    let setting = Setting::new(1, 0.1).early_stopping(stopping);
    let experiment = Experiment::new("Halves", &model(), &data).settings(&[setting]);
    names(
        &refused(&experiment.quiet()),
        "patience",
        "at least 1 epoch",
        "0",
    );
}

#[test]
fn optimizers_of_ones_own_out_of_range() {
    let text = |error: chainrule_train::Error| error.to_string();
    let decay = "0 to below 1";
    names(
        &text(Adam::new(-1.0).unwrap_err()),
        "learning rate",
        "a finite number above 0",
        "-1",
    );
    let adam = Adam::new(0.1).unwrap();
    names(
        &text(adam.betas(0.9, 1.0).unwrap_err()),
        "β₂ (beta2)",
        decay,
        "1",
    );
    let error = RmsProp::new(0.1).unwrap().alpha(1.0).unwrap_err();
    names(&text(error), "α (alpha)", decay, "1");
    let error = Adadelta::new(1.0).unwrap().rho(-0.5).unwrap_err();
    names(&text(error), "ρ (rho)", decay, "-0.5");
}

#[test]
fn probabilities_of_layers_and_losses_out_of_range() {
    let layers = || Model::input(4).dense(8).relu();
    let of = |model: &Model| {
        let experiment = Experiment::new("Halves", model, &data()).settings(&[(1, 0.1)]);
        refused(&experiment.quiet())
    };
    for (rate, got) in [(1.0, "1"), (-0.1, "-0.1"), (1.5, "1.5"), (f64::NAN, "NaN")] {
        let text = of(&layers().dropout(rate).dense(2).softmax());
        let range = "a share of units to drop, from 0 to below 1";
        names(
            &text,
            &format!("(dropout {got}) is out of range"),
            range,
            got,
        );
    }
    for (share, got) in [(1.5, "1.5"), (-0.1, "-0.1"), (f64::NAN, "NaN")] {
        let text = of(&layers().dense(2).softmax().label_smoothing(share));
        names(&text, "label smoothing", "0 to below 1", got);
    }
    let normalized = |momentum, epsilon| {
        of(&layers()
            .batch_norm_with(momentum, epsilon)
            .dense(2)
            .softmax())
    };
    for (momentum, got) in [(0.0, "0"), (1.1, "1.1"), (f64::NAN, "NaN")] {
        names(
            &normalized(momentum, 1e-5),
            "(batch_norm of 8) is out of range",
            "a momentum above 0, at most 1",
            got,
        );
    }
    for (epsilon, got) in [(0.0, "0.0"), (-1.0, "-1.0"), (1e-50, "1e-50")] {
        names(
            &normalized(0.1, epsilon),
            "(batch_norm of 8) is out of range",
            "an ε that is a finite number above 0",
            got,
        );
    }
}

#[test]
fn a_batch_of_one_under_batch_normalization() {
    let model = Model::input(4)
        .dense(3)
        .batch_norm()
        .relu()
        .dense(2)
        .softmax();
    let refused = |size| {
        let setting = Setting::new(1, 0.1).batch_size(size);
        let experiment = Experiment::new("Halves", &model, &data()).settings(&[setting]);
        refused(&experiment.quiet())
    };
    names(
        &refused(1),
        "batch normalization",
        "at least 2 samples in every batch",
        "230 samples in batches of 1: the last has 1",
    );
    // 229 and one more.
    names(
        &refused(229),
        "the last batch of an epoch",
        "at least 2 samples in every batch",
        "230 samples in batches of 229: the last has 1",
    );
    let network = model.build_f64(1).unwrap();
    let x = ndarray::Array2::from_elem((1, 4), 0.5);
    let text = network.gradients(&x, &[1]).unwrap_err().to_string();
    names(&text, "batch", "at least 2", "1");
    assert!(network.predict(&x).is_ok(), "a prediction may be of one");
}
