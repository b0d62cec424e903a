//! Stopping training: what is kept, how soon it ends, who is told.
//!
//! The flag is the process's own, so these tests take turns.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod common;

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use chainrule_data::{Dataset, Splits};
use chainrule_nn::Model;
use chainrule_train::{
    Event, Experiment, Observer, ProgressLines, Results, Silent, interrupt, set_default_observer,
};
use common::Shared;
use ndarray::Array2;

static TURN: Mutex<()> = Mutex::new(());

/// One test at a time, beginning and ending with the flag lowered.
struct Turn(#[allow(dead_code, reason = "it is held")] MutexGuard<'static, ()>);

impl Turn {
    fn new() -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        interrupt::clear();
        Self(turn)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        interrupt::clear();
        set_default_observer(None);
    }
}

fn noise(samples: usize, side: usize) -> Dataset {
    let pixels = (0..samples * side * side).map(|i| (i * 7_919 % 251) as u8);
    let pixels = Array2::from_shape_vec((samples, side * side), pixels.collect()).unwrap();
    let labels = (0..samples).map(|i| (i % 2) as u8).collect();
    Dataset::from_arrays("noise", pixels, labels, [1, side, side], ["even", "odd"]).unwrap()
}

fn data(samples: usize, side: usize) -> Splits {
    Splits::new("noise", noise(samples, side), None, noise(500, side)).unwrap()
}

fn endless(model: &Model) -> Experiment {
    Experiment::new("Endless", model, &data(2_000, 4))
        .settings(&[(1_000_000, 0.01), (2_000_000, 0.02), (1_000_000, 0.03)])
        .log_every(1_000)
        .threads(1)
        .fresh()
}

fn small() -> Model {
    Model::input(16).dense(4).relu().dense(2).softmax()
}

/// Runs, with the flag raised from another thread; and how long it took from then.
fn stopped(experiment: &Experiment, after: Duration) -> (Results, Duration) {
    interrupt::clear();
    let raised = std::thread::spawn(move || {
        std::thread::sleep(after);
        assert!(interrupt::is_listening(), "training says that it listens");
        interrupt::request();
        Instant::now()
    });
    let results = experiment.run_observed(&mut Silent).unwrap();
    let ended = Instant::now();
    (results, ended.duration_since(raised.join().unwrap()))
}

#[test]
fn a_run_keeps_what_it_has_and_later_ones_are_kept_empty() {
    let _turn = Turn::new();
    let (results, _) = stopped(&endless(&small()), Duration::from_millis(300));
    assert!(results.interrupted() && results.runs.len() == 3);
    // The longest begins first: with one thread, the second setting is the one that ran.
    let run = &results.runs[1];
    assert!(run.interrupted && run.samples > 1_000);
    let last = run.curve.last().unwrap();
    assert!(last.samples <= run.samples);
    assert_eq!(run.final_test_accuracy, Some(last.test_accuracy));
    let image = Array2::zeros((1, 16));
    assert_eq!(run.network.predict(&image).unwrap().len(), 1);
    assert!(
        run.outcome().ends_with(" (interrupted)"),
        "{}",
        run.outcome()
    );
    for run in [&results.runs[0], &results.runs[2]] {
        assert!(run.interrupted && run.curve.is_empty() && !run.diverged());
        assert_eq!((run.samples, run.final_test_accuracy), (0, None));
        assert_eq!(run.samples_per_second(), 0.0);
        assert_eq!(run.outcome(), "interrupted");
        assert_eq!(run.network.predict(&image).unwrap().len(), 1);
    }
    let text = results.to_string();
    assert_eq!(
        text.matches("interrupted before its first step").count(),
        2,
        "{text}"
    );
    let samples = chainrule_train::grouped(results.runs[1].samples);
    assert!(
        text.contains(&format!("  interrupted after {samples} samples")),
        "{text}"
    );
    assert!(!interrupt::is_listening());
}

#[test]
fn a_convolution_and_a_long_measurement_end_within_a_tenth_of_a_second() {
    let _turn = Turn::new();
    let conv = Model::input([1, 28, 28])
        .conv2d(8, 3)
        .max_pool2d(2)
        .flatten()
        .dense(2)
        .softmax();
    let experiment = |train: usize, every: usize| {
        Experiment::new("Conv", &conv, &data(train, 28))
            .settings(&[(1_000, 1e-6)])
            .train_part(1.0)
            .log_every(every)
            .threads(1)
    };
    // The first is found in a batch, the second while it measures: that is nearly all it does.
    for (train, every) in [(2_000, 1_000_000), (60_000, 100)] {
        let (results, late) = stopped(&experiment(train, every), Duration::from_millis(400));
        assert!(results.runs[0].interrupted);
        assert!(late < Duration::from_millis(100), "{late:?}");
    }
}

#[test]
fn an_interrupt_that_came_before_leaves_every_run_at_its_start() {
    let _turn = Turn::new();
    interrupt::request();
    let results = endless(&small()).run_observed(&mut Silent).unwrap();
    assert!(results.runs.iter().all(|run| run.interrupted));
    let fresh = endless(&small()).seed(1).run_observed(&mut Silent).unwrap();
    assert_eq!(
        fresh.runs[0].network.parameters(),
        results.runs[0].network.parameters()
    );
}

#[test]
fn a_loop_by_hand_listens_while_it_looks() {
    let _turn = Turn::new();
    assert!(!interrupt::poll() && interrupt::is_listening());
    interrupt::clear();
    assert!(!interrupt::is_listening(), "a new cell has not looked yet");
    interrupt::request();
    assert!(interrupt::poll());
}

#[test]
fn progress_lines_say_which_run_was_interrupted() {
    let _turn = Turn::new();
    interrupt::request();
    let out = Shared::default();
    let mut lines = ProgressLines::to(Box::new(out.clone()));
    endless(&small()).run_observed(&mut lines).unwrap();
    let text = out.text();
    assert_eq!(text.lines().count(), 3);
    assert!(
        text.ends_with("Learning rate: 0.03 interrupted before its first step\n"),
        "{text}"
    );
}

static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Names;

impl Observer for Names {
    fn observe(&mut self, event: &Event<'_>) {
        if let Event::Started { experiment, .. } = event {
            SEEN.lock().unwrap().push((*experiment).to_owned());
        }
    }
}

#[test]
fn a_front_ends_observer_watches_experiments_that_name_none() {
    let _turn = Turn::new();
    interrupt::request();
    set_default_observer(Some(|| Box::new(Names)));
    endless(&small()).run().unwrap();
    endless(&small()).quiet().run().unwrap();
    set_default_observer(None);
    endless(&small()).quiet().run_f64().unwrap();
    assert_eq!(*SEEN.lock().unwrap(), ["Endless"]);
}

#[test]
fn only_runs_that_came_to_their_end_are_remembered() {
    /// Presses stop when a run has ended.
    struct Stop;
    impl Observer for Stop {
        fn observe(&mut self, event: &Event<'_>) {
            if let Event::Ended { .. } = event {
                interrupt::request();
            }
        }
    }
    let _turn = Turn::new();
    let experiment = Experiment::new("Two", &small(), &data(300, 4))
        .settings(&[(3, 0.01), (2, 0.02)])
        .threads(1)
        .quiet();
    // The longer one is first; the other is interrupted before its first step.
    let stopped = experiment.run_observed(&mut Stop).unwrap();
    assert!(!stopped.runs[0].interrupted && stopped.runs[1].interrupted);
    interrupt::clear();
    let again = experiment.run().unwrap();
    assert!(again.runs[0].remembered && !again.runs[1].remembered);
    assert!(!again.interrupted());
    // With the flag raised, what is known comes all the same.
    interrupt::request();
    assert!(!experiment.run().unwrap().interrupted());
    assert!(experiment.clone().fresh().run().unwrap().interrupted());
}
