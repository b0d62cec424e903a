//! Grids: which settings they come to, in which order, what they are called, what they refuse.

use chainrule_data::Splits;
use chainrule_nn::{Clipping, Model, Penalty, Rule, Schedule};
use chainrule_train::{EarlyStopping, Experiment, Setting};
use proptest::prelude::*;

use super::task::{data, experiment, model, task};

pub(crate) fn labels(experiment: &Experiment) -> Vec<String> {
    experiment.run().unwrap().labels()
}

#[test]
fn every_combination_is_run_and_the_last_field_varies_fastest() {
    let experiment = experiment()
        .settings(&[(1, 0.5)])
        .grid("learning_rate", [0.1, 0.2])
        .unwrap()
        .grid("batch_size", [50, 115])
        .unwrap()
        .grid("optimizer", [Rule::sgd(), Rule::momentum()])
        .unwrap();
    let results = experiment.run().unwrap();
    let settings: Vec<_> = results.runs.iter().map(|run| &run.setting).collect();
    let values: Vec<_> = settings
        .iter()
        .map(|s| (s.learning_rate, s.batch_size, s.optimizer == Rule::Sgd))
        .collect();
    assert_eq!(
        values,
        [
            (0.1, 50, true),
            (0.1, 50, false),
            (0.1, 115, true),
            (0.1, 115, false),
            (0.2, 50, true),
            (0.2, 50, false),
            (0.2, 115, true),
            (0.2, 115, false),
        ]
    );
    let labels = results.labels();
    assert_eq!(labels[1], "momentum, Learning rate: 0.1, Batch size: 50");
    // Each run is the one that its setting alone would have been.
    let alone = super::task::experiment()
        .settings(&[settings[5].clone()])
        .run()
        .unwrap();
    assert_eq!(alone.runs[0].curve, results.runs[5].curve);
}

#[test]
fn any_field_can_vary() {
    let wide = Model::input(4).dense(9).relu().dense(2).softmax();
    let data = Splits::new("halves", task(230), Some(task(40)), task(50)).unwrap();
    let base = || Experiment::new("Halves", &model(), &data).fresh().quiet();
    let one = |experiment: chainrule_train::Result<Experiment>| labels(&experiment.unwrap());
    let rule = |rule| base().settings(&[Setting::new(2, 0.1).optimizer(rule)]);
    let sgd = || rule(Rule::sgd());
    assert_eq!(
        one(sgd().grid("epochs", [1, 3])),
        ["Epochs: 1", "Epochs: 3"]
    );
    assert_eq!(
        one(rule(Rule::momentum()).grid("momentum", [0.5, 0.9])),
        ["momentum, μ 0.5", "momentum"]
    );
    assert_eq!(
        one(rule(Rule::adam()).grid("beta1", [0.8, 0.9])),
        ["Adam, β₁ 0.8", "Adam"]
    );
    assert_eq!(
        one(rule(Rule::adamw()).grid("beta2", [0.9])),
        ["Epochs: 2, Learning rate: 0.1, AdamW, β₂ 0.9"]
    );
    assert_eq!(
        one(rule(Rule::adadelta()).grid("rho", [0.9, 0.95]))[0],
        "Adadelta, ρ 0.9"
    );
    assert_eq!(
        one(rule(Rule::rmsprop()).grid("alpha", [0.5, 0.9]))[0],
        "RMSProp, α 0.5"
    );
    assert_eq!(
        one(rule(Rule::adagrad()).grid("epsilon", [0.1, 0.2])),
        ["AdaGrad, ε 0.1", "AdaGrad, ε 0.2"]
    );
    assert_eq!(
        one(rule(Rule::nadam()).grid("momentum_decay", [None, Some(0.004)])),
        ["Nadam, constant momentum", "Nadam"]
    );
    assert_eq!(
        one(sgd().grid("schedule", [None, Some(Schedule::exponential(0.5))])),
        ["No schedule", "Schedule: × 0.5 each epoch"]
    );
    let clipped = one(sgd().grid("clipping", [None, Some(Clipping::Norm(0.5))]));
    assert_eq!(
        clipped,
        ["No clipping", "Clipping: gradient norm at most 0.5"]
    );
    let penalties = [
        vec![],
        vec![Penalty::l1(0.1)],
        vec![Penalty::l1(0.1), Penalty::l2(0.1)],
    ];
    let penalized = one(sgd().grid("penalty", penalties));
    assert_eq!(penalized[0], "No penalty");
    assert!(
        penalized[2].starts_with(&format!("{}, Penalty: ", penalized[1])),
        "{penalized:?}"
    );
    assert_eq!(
        one(sgd().grid("weight_decay", [0.0, 0.1])),
        ["No weight decay", "Weight decay: 0.1"]
    );
    assert_eq!(
        one(sgd().grid("patience", [1, 2]))[1],
        "Early stopping: patience 2 by validation loss"
    );
    let monitors = ["val_loss", "val_acc"].map(|m| EarlyStopping::patience(9).monitor(m));
    let stopping = sgd()
        .grid("patience", [1, 2])
        .and_then(|grid| grid.grid("early_stopping", monitors));
    assert_eq!(
        one(stopping)[1],
        "Early stopping: patience 1 by validation accuracy"
    );
    let stopping = [None, Some(EarlyStopping::patience(3))];
    assert_eq!(
        one(sgd().grid("early_stopping", stopping))[0],
        "No early stopping"
    );
    assert_eq!(one(sgd().grid("seed", [3, 4])), ["Seed: 3", "Seed: 4"]);
    assert_eq!(
        one(sgd().grid("model", [("narrow", model()), ("wide", wide.clone())])),
        ["narrow", "wide"]
    );
    assert_eq!(
        one(sgd()
            .grid("model", [("narrow", &model()), ("wide", &wide)])
            .and_then(|grid| grid.grid("learning_rate", [1, 2]))),
        [
            "narrow, Learning rate: 1",
            "narrow, Learning rate: 2",
            "wide, Learning rate: 1",
            "wide, Learning rate: 2"
        ]
    );
}

#[test]
fn values_may_have_names_and_settings_keep_theirs() {
    let rules = [("plain", Rule::sgd()), ("heavy ball", Rule::momentum())];
    let named = experiment()
        .settings(&[
            Setting::new(1, 0.1).named("slow"),
            Setting::new(1, 0.9).named("fast"),
        ])
        .grid("optimizer", rules)
        .unwrap();
    assert_eq!(
        labels(&named),
        [
            "slow, plain",
            "slow, heavy ball",
            "fast, plain",
            "fast, heavy ball"
        ]
    );
}

#[test]
fn a_grid_without_settings_needs_epochs_and_takes_the_usual_rates() {
    let rules = [Rule::sgd(), Rule::adam()];
    let grid = || experiment().grid("optimizer", rules).unwrap();
    let results = grid().grid("epochs", [1]).unwrap().run().unwrap();
    assert_eq!(
        results.labels(),
        ["SGD, Learning rate: 0.1", "Adam, Learning rate: 0.001"]
    );
    let error = grid().run().unwrap_err().to_string();
    assert!(
        error.contains("Halves: the grid does not say how long to train"),
        "{error}"
    );
}

#[test]
fn an_unknown_field_is_told_the_nearest_and_all() {
    for (name, near) in [
        ("lerning_rate", "learning_rate"),
        ("lr", "learning_rate"),
        ("batchsize", "batch_size"),
        ("beta_1", "beta1"),
        ("optimiser", "optimizer"),
        ("Patience", "patience"),
    ] {
        let error = experiment().grid(name, [1]).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("Halves: a setting has no field “{name}”")),
            "{error}"
        );
        assert!(
            error.contains("one of epochs, learning_rate, optimizer, "),
            "{error}"
        );
        assert!(error.contains(&format!("got       {name}")), "{error}");
        assert!(error.ends_with(&format!("try       “{near}”")), "{error}");
    }
}

#[test]
fn values_that_do_not_fit_are_refused_at_once() {
    let refused = |field: &str, value: chainrule_train::Choice| {
        let error = experiment().settings(&[(1, 0.1)]).grid(field, [value]);
        error.unwrap_err().to_string()
    };
    // The field, the range, what came.
    for (field, value, range, got) in [
        (
            "learning_rate",
            (-0.1).into(),
            "a finite number above 0",
            "-0.1",
        ),
        (
            "learning_rate",
            f64::NAN.into(),
            "a finite number above 0",
            "NaN",
        ),
        ("epochs", 0.into(), "at least 1 epoch", "0"),
        ("epochs", (-3).into(), "whole numbers, at least 1", "-3"),
        ("epochs", 2.5.into(), "whole numbers, at least 1", "2.5"),
        ("batch_size", 231.into(), "1 to 230 samples", "231"),
        ("momentum", 1.0.into(), "0 to below 1", "1"),
        ("beta1", (-0.1).into(), "0 to below 1", "-0.1"),
        ("beta2", 1.5.into(), "0 to below 1", "1.5"),
        (
            "epsilon",
            (-1).into(),
            "a finite number, not negative",
            "-1",
        ),
        (
            "weight_decay",
            (-1).into(),
            "a finite number, not negative",
            "-1",
        ),
        ("seed", (-1).into(), "whole numbers, not negative", "-1"),
        ("patience", 0.into(), "at least 1 epoch", "0"),
        ("patience", 2.into(), "data with a validation part", "none"),
        (
            "penalty",
            Penalty::l2(-0.5).into(),
            "a finite number, not negative",
            "-0.5",
        ),
        (
            "schedule",
            Schedule::exponential(0.0).into(),
            "above 0, at most 1",
            "0",
        ),
        (
            "clipping",
            Clipping::Value(0.0).into(),
            "a finite number above 0",
            "0",
        ),
        (
            "optimizer",
            0.1.into(),
            "rules: Rule::sgd(), Rule::adam()",
            "0.1",
        ),
        (
            "learning_rate",
            Rule::adam().into(),
            "numbers above 0",
            "a rule: Adam",
        ),
        (
            "model",
            model().into(),
            "a name and the model",
            "a model without a name",
        ),
    ] {
        let text = refused(field, value);
        assert!(
            text.starts_with(&format!("Halves: grid, field “{field}”: ")),
            "{text}"
        );
        assert!(text.contains(&format!("expected  {range}")), "{text}");
        assert!(text.contains(&format!("got       {got}")), "{text}");
    }
    let none = experiment()
        .grid("epochs", [] as [i32; 0])
        .unwrap_err()
        .to_string();
    assert!(
        none.contains("at least one") && none.contains("got       none"),
        "{none}"
    );
    let twice = experiment()
        .grid("epochs", [1])
        .unwrap()
        .grid("epochs", [2]);
    assert!(twice.unwrap_err().to_string().contains("was given before"));
}

#[test]
fn equal_settings_and_equal_labels_are_refused() {
    let twice = experiment()
        .settings(&[(1, 0.1)])
        .grid("learning_rate", [0.1, 0.2, 0.1]);
    let error = twice.unwrap().run().unwrap_err().to_string();
    assert!(
        error.starts_with("Halves: settings 1 and 3 are both called “Learning rate: 0.1”"),
        "{error}"
    );
    let wide = Model::input(4).dense(9).dense(2).softmax();
    let settings = [Setting::new(1, 0.1), Setting::new(1, 0.1).model(&wide)];
    let error = experiment()
        .settings(&settings)
        .run()
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("they differ in what their labels do not tell"),
        "{error}"
    );
}

#[test]
fn a_grid_that_nobody_can_mean_is_refused_before_it_is_laid_out() {
    let rates: Vec<_> = (1..=2_000).map(|i| f64::from(i) * 1e-3).collect();
    let sizes: Vec<_> = (1..=200).collect();
    let grid = experiment()
        .settings(&[(1, 0.1)])
        .grid("learning_rate", rates)
        .unwrap()
        .grid("batch_size", sizes)
        .unwrap();
    let error = grid.run().unwrap_err().to_string();
    assert!(
        error.contains("at most 10000 runs") && error.contains("400000 settings"),
        "{error}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn size_and_order_are_those_of_nested_loops(rates in 1_usize..4, sizes in 1_usize..4, seeds in 1_usize..3) {
        let rates: Vec<_> = (0..rates).map(|i| 0.1 + 0.1 * i as f64).collect();
        let sizes: Vec<_> = (0..sizes).map(|i| 115 + i).collect();
        let results = Experiment::new("Halves", &model(), &data())
            .settings(&[(1, 0.5)])
            .grid("learning_rate", rates.clone()).unwrap()
            .grid("batch_size", sizes.clone()).unwrap()
            .repeats(seeds)
            .seed(7)
            .quiet()
            .run()
            .unwrap();
        let mut expected = Vec::new();
        for &rate in &rates {
            for &size in &sizes {
                for seed in 0..seeds as u64 {
                    expected.push((rate, size, 7 + seed));
                }
            }
        }
        let got: Vec<_> = results
            .runs
            .iter()
            .map(|run| (run.setting.learning_rate, run.setting.batch_size, run.seed))
            .collect();
        prop_assert_eq!(got, expected);
        prop_assert_eq!(results.labels().len(), rates.len() * sizes.len());
    }
}
