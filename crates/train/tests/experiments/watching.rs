//! What observers see.

use chainrule_nn::Init;
use chainrule_train::{Event, Observer, ProgressLines, Setting};

use super::{
    common::Shared,
    task::{experiment, model},
};

/// Counts events, to see that all of them come and in order.
#[derive(Default)]
struct Watch {
    began: usize,
    logged: usize,
    ended: usize,
    finished: bool,
}

impl Observer for Watch {
    fn observe(&mut self, event: &Event<'_>) {
        assert!(!self.finished, "nothing comes after the end");
        match event {
            Event::Began { .. } => self.began += 1,
            Event::Logged { .. } => self.logged += 1,
            Event::Ended { .. } => self.ended += 1,
            Event::Finished => self.finished = true,
            _ => {}
        }
    }
}

#[test]
fn observers_see_every_run() {
    let mut watch = Watch::default();
    experiment()
        .settings(&[(1, 0.1), (2, 0.1)])
        .run_observed(&mut watch)
        .unwrap();
    assert_eq!(
        (watch.began, watch.logged, watch.ended, watch.finished),
        (2, 2 + 4, 2, true)
    );
}

#[test]
fn progress_comes_in_whole_lines_and_names_a_divergence() {
    let out = Shared::default();
    let wild = Setting::new(1, 0.1)
        .model(&model().weights(Init::Constant(1e30)))
        .named("wild");
    let mut lines = ProgressLines::to(Box::new(out.clone()));
    experiment()
        .settings(&[Setting::new(1, 0.1), wild])
        .threads(1)
        .run_observed(&mut lines)
        .unwrap();
    assert_eq!(
        out.text(),
        "[100 %] Halves: wild diverged at step 1: loss NaN, first in dense_1\n"
    );
}
