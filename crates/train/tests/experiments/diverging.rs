//! Runs that diverge are kept as that.

use chainrule_nn::Init;
use chainrule_train::Setting;

use super::task::{experiment, model};

#[test]
fn a_run_that_diverges_is_kept_and_the_others_go_on() {
    let wild = model().weights(Init::Constant(1e30));
    let settings = [
        Setting::new(2, 0.1),
        Setting::new(2, 0.1).model(&wild).named("wild"),
    ];
    let results = experiment().settings(&settings).run().unwrap();
    let divergence = results.runs[1].divergence.as_ref().unwrap();
    assert_eq!((divergence.step, divergence.layer.as_str()), (1, "dense_1"));
    assert_eq!(results.runs[1].outcome(), "diverged");
    assert_eq!(results.runs[1].final_test_accuracy, None);
    assert!(results.runs[0].final_test_accuracy.is_some());
    let text = results.to_string();
    assert!(
        text.contains("wild") && text.contains("diverged at step 1: loss NaN, first in dense_1"),
        "{text}"
    );
}

#[test]
fn an_explosion_without_a_nan_is_a_divergence_too() {
    let wild = model().weights(Init::Constant(1e10));
    let setting = Setting::new(20, 1e9).model(&wild).batch_size(10);
    let results = experiment().settings(&[setting]).run_f64().unwrap();
    let divergence = results.runs[0].divergence.as_ref().unwrap();
    assert!(
        divergence.loss.is_finite() && divergence.loss > 1e6,
        "{divergence:?}"
    );
    assert_eq!(divergence.layer, "dense_1");
    assert!(
        results.to_string().contains("diverged at step"),
        "{results}"
    );
}

#[test]
fn a_last_step_that_diverges_is_seen_although_no_loss_follows_it() {
    // One batch, one step: the rate makes every weight infinite or NaN after the only loss.
    let setting = || Setting::new(1, 1e300).batch_size(230);
    for log_every in [100, 1_000] {
        let experiment = experiment().settings(&[setting()]).log_every(log_every);
        let results = experiment.run().unwrap();
        let run = &results.runs[0];
        let divergence = run.divergence.as_ref().unwrap();
        assert_eq!((divergence.step, divergence.layer.as_str()), (1, "dense_1"));
        assert!(divergence.loss.is_nan());
        assert_eq!(
            (run.final_test_accuracy, run.outcome().as_str()),
            (None, "diverged")
        );
        assert!(run.curve.is_empty(), "{:?}", run.curve);
    }
}
