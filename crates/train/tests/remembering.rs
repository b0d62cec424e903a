//! Runs that were finished are there at once, say so, and are trained anew when anything changed.
//!
//! What is remembered is the process's own: these tests take turns, in a process without others.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod common;
#[path = "experiments/task.rs"]
#[allow(dead_code, reason = "not every test file needs all of it")]
mod task;

use std::sync::{Mutex, MutexGuard, PoisonError};

use chainrule_data::Splits;
use chainrule_nn::{Init, Model, Momentum, Optimizer, Rule};
use chainrule_train::{Event, Experiment, Observer, ProgressLines, Setting, forget_runs};

use common::Shared;
use task::{data, model, task};

static TURN: Mutex<()> = Mutex::new(());

fn turn() -> MutexGuard<'static, ()> {
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    forget_runs();
    turn
}

fn experiment() -> Experiment {
    Experiment::new("Halves", &model(), &data())
        .settings(&[(2, 0.1), (1, 0.3)])
        .seed(1_000)
        .log_every(100)
        .quiet()
}

fn remembered(experiment: &Experiment) -> Vec<bool> {
    let results = experiment.run().unwrap();
    results.runs.iter().map(|run| run.remembered).collect()
}

#[test]
fn the_same_again_is_the_same_result_at_once() {
    let _turn = turn();
    let (first, second) = (experiment().run().unwrap(), experiment().run().unwrap());
    for (a, b) in first.runs.iter().zip(&second.runs) {
        assert!(!a.remembered && b.remembered);
        assert_eq!(a.curve, b.curve);
        assert_eq!(a.network.parameters(), b.network.parameters());
        assert_eq!(
            (a.seconds, a.samples, a.seed),
            (b.seconds, b.samples, b.seed)
        );
        assert_eq!(a.setting, b.setting);
    }
    let text = second.to_string();
    assert!(
        text.ends_with(
            "2 of 2 runs remembered, with the times of their first training; .fresh() trains anew"
        ),
        "{text}"
    );
    assert!(!first.to_string().contains("remembered"));
    let summary = second.summary();
    assert_eq!(summary.rows[0].remembered, 1);
    assert!(summary.to_string().contains("2 of 2 runs remembered"));
}

#[test]
fn networks_are_copies_of_their_own() {
    let _turn = turn();
    let mut first = experiment().run().unwrap();
    let weights = first.runs[0].network.parameters().to_vec();
    first.runs[0]
        .network
        .set_parameter(
            "dense_1.weight",
            ndarray::ArrayD::zeros(ndarray::IxDyn(&[4, 3])),
        )
        .unwrap();
    let second = experiment().run().unwrap();
    assert_eq!(second.runs[0].network.parameters(), weights);
}

#[test]
fn an_optimizer_takes_a_remembered_network_for_another_one() {
    let _turn = turn();
    let mut networks = [(); 2].map(|()| experiment().run().unwrap().runs.remove(0).network);
    let mut momentum = Momentum::new(0.1).unwrap();
    let (x, labels) = (task(10).pixels(), task(10).labels().to_vec());
    let gradients = networks[0].gradients(&x, &labels).unwrap();
    momentum.step(&mut networks[0], &gradients).unwrap();
    let error = momentum.step(&mut networks[1], &gradients).unwrap_err();
    assert!(error.to_string().contains("another network"), "{error}");
}

#[test]
fn fresh_and_forgetting_train_anew() {
    let _turn = turn();
    assert_eq!(remembered(&experiment()), [false, false]);
    assert_eq!(remembered(&experiment().fresh()), [false, false]);
    assert_eq!(remembered(&experiment()), [true, true]);
    forget_runs();
    assert_eq!(remembered(&experiment()), [false, false]);
    // What is trained freshly takes the place of what was known.
    let fresh = experiment().fresh().run().unwrap();
    assert_eq!(
        experiment().run().unwrap().runs[0].seconds,
        fresh.runs[0].seconds
    );
}

#[test]
fn whatever_changes_trains_anew() {
    let _turn = turn();
    let base = Setting::new(1, 0.1);
    let run = |experiment: Experiment| experiment.seed(1_000).log_every(100).quiet();
    let with = |setting: Setting| run(Experiment::new("x", &model(), &data()).settings(&[setting]));
    let of = |model: Model, data: Splits| {
        run(Experiment::new("x", &model, &data).settings(std::slice::from_ref(&base)))
    };
    assert_eq!(remembered(&with(base.clone())), [false]);
    let other_data = |train, validation: Option<usize>, test| {
        Splits::new("halves", task(train), validation.map(task), task(test)).unwrap()
    };
    for (what, changed) in [
        ("epochs", with(Setting::new(2, 0.1))),
        ("rate", with(Setting::new(1, 0.2))),
        ("batch size", with(base.clone().batch_size(50))),
        ("rule", with(base.clone().optimizer(Rule::momentum()))),
        ("decay", with(base.clone().weight_decay(0.1))),
        ("its own seed", with(base.clone().seed(1_001))),
        ("seed", with(base.clone()).seed(1_002)),
        (
            "units",
            of(Model::input(4).dense(4).relu().dense(2).softmax(), data()),
        ),
        (
            "function",
            of(Model::input(4).dense(3).tanh().dense(2).softmax(), data()),
        ),
        ("weights", of(model().weights(Init::HeNormal), data())),
        ("loss", of(model().label_smoothing(0.1), data())),
        ("training data", of(model(), other_data(229, None, 50))),
        ("test data", of(model(), other_data(230, None, 49))),
        (
            "validation data",
            of(model(), other_data(230, Some(40), 50)),
        ),
        ("scaling", of(model(), data().standardized())),
        ("measurements", with(base.clone()).log_every(50)),
        ("measured part", with(base.clone()).train_part(0.5)),
    ] {
        assert_eq!(remembered(&changed), [false], "another {what}");
        assert_eq!(remembered(&changed), [true], "the same {what} again");
    }
    assert!(
        !with(base.clone()).run_f64().unwrap().runs[0].remembered,
        "another precision"
    );
    // What the numbers do not depend on.
    for (what, same) in [
        ("name of the setting", with(base.clone().named("first"))),
        ("number of threads", with(base.clone()).threads(1)),
        ("way to say the seed", with(base.clone().seed(1_000))),
        (
            "way to say the model",
            with(base.clone().model(&model()).named("own")),
        ),
        ("copy of the data", of(model(), data())),
    ] {
        assert_eq!(remembered(&same), [true], "another {what}");
    }
    let named = with(base.named("first")).run().unwrap();
    assert_eq!(named.runs[0].setting.to_string(), "first");
}

#[test]
fn what_is_new_among_the_known_is_trained_and_all_keep_their_order() {
    let _turn = turn();
    remembered(&experiment());
    let more = experiment().settings(&[(1, 0.7)]).repeats(2);
    let results = more.run().unwrap();
    let known: Vec<_> = results.runs.iter().map(|run| run.remembered).collect();
    assert_eq!(known, [true, false, true, false, false, false]);
    let fresh = more.clone().fresh().run().unwrap();
    for (a, b) in results.runs.iter().zip(&fresh.runs) {
        assert_eq!(
            (a.seed, &a.setting, &a.curve),
            (b.seed, &b.setting, &b.curve)
        );
    }
}

#[test]
fn a_run_that_diverged_is_remembered() {
    let _turn = turn();
    let wild = model().weights(Init::Constant(1e30));
    let diverging = || {
        Experiment::new("x", &wild, &data())
            .settings(&[(1, 0.1)])
            .quiet()
    };
    assert_eq!(remembered(&diverging()), [false]);
    let again = diverging().run().unwrap();
    assert!(again.runs[0].remembered && again.runs[0].diverged());
}

/// Writes down which events come.
#[derive(Default)]
struct Diary(Vec<String>);

impl Observer for Diary {
    fn observe(&mut self, event: &Event<'_>) {
        self.0.push(match event {
            Event::Started {
                samples, threads, ..
            } => format!("started {samples:?} {threads}"),
            Event::Began { run } => format!("began {run}"),
            Event::Remembered { run } => format!("remembered {run}"),
            Event::Logged { run, point } => format!("logged {run} {}", point.samples),
            Event::Ended { run, samples, .. } => format!("ended {run} {samples}"),
            Event::Finished => "finished".to_owned(),
            _ => return,
        });
    }
}

#[test]
fn an_observer_sees_a_sensible_course() {
    let _turn = turn();
    let experiment = experiment().threads(1);
    let (mut first, mut second) = (Diary::default(), Diary::default());
    experiment.run_observed(&mut first).unwrap();
    experiment.run_observed(&mut second).unwrap();
    assert_eq!(
        second.0,
        [
            "started [460, 230] 1",
            "began 0",
            "remembered 0",
            "logged 0 100",
            "logged 0 200",
            "logged 0 330",
            "logged 0 430",
            "ended 0 460",
            "began 1",
            "remembered 1",
            "logged 1 100",
            "logged 1 200",
            "ended 1 230",
            "finished"
        ]
    );
    second.0.retain(|line| !line.starts_with("remembered"));
    assert_eq!(first.0, second.0);
}

#[test]
fn progress_says_it() {
    let _turn = turn();
    remembered(&experiment());
    let out = Shared::default();
    let mut lines = ProgressLines::to(Box::new(out.clone()));
    experiment().run_observed(&mut lines).unwrap();
    assert_eq!(
        out.text(),
        "[100 %] Halves: 2 of 2 runs remembered, with the times of their first training; \
         .fresh() trains anew\n"
    );
}
