//! How it ends when nobody asked for it: divergence, weights that are no numbers, the stop button.

use chainrule_nn::Model;
use chainrule_train::{
    Callback, Control, EarlyStopping, Ending, Epoch, Fit, Result, TerminateOnNaN,
};

use crate::{
    common::{data, turn},
    fit, weights,
};

#[test]
fn divergence_ends_it_with_its_reason_and_explosions_may_be_allowed() {
    let _turn = turn();
    let wild = Model::input(6).dense(2).squared_error();
    let fit = || {
        Fit::new_f64(&wild, &data(true))
            .learning_rate(0.9)
            .batch_size(60)
            .quiet()
    };
    let history = fit().epochs(50).run().unwrap();
    let Ending::Diverged(divergence) = &history.ending else {
        panic!("{:?}", history.ending)
    };
    assert!(divergence.loss.is_finite() && divergence.loss > 1e6);
    assert_eq!(
        (history.epochs(), history.network_epoch),
        (divergence.step - 1, None)
    );
    assert!(history.remark().unwrap().starts_with("diverged at step"));
    let further = fit().until_nan().epochs(50).run().unwrap();
    assert_eq!(further.epochs(), 50);
    let stopped = fit()
        .epochs(50)
        .callback(EarlyStopping::patience(45))
        .run()
        .unwrap();
    assert_eq!(stopped.network_epoch, stopped.best_epoch());
    assert!(
        stopped
            .remark()
            .unwrap()
            .ends_with("has the weights of epoch 1"),
        "{stopped}"
    );
    // Far enough, even f64 ends.
    let lost = fit().until_nan().epochs(5_000).run().unwrap();
    let Ending::Diverged(divergence) = &lost.ending else {
        panic!("{:?}", lost.ending)
    };
    assert!(!divergence.loss.is_finite());
    let fit = fit().until_nan().epochs(5_000);
    let watched = fit.callback(TerminateOnNaN).run().unwrap();
    assert!(watched.epochs() <= lost.epochs());
}

#[test]
fn weights_that_are_no_numbers_have_no_metrics() {
    let _turn = turn();
    // One batch, one step: the rate makes weights NaN after the only loss.
    let wild = Model::input(6).dense(3).dense(2).softmax();
    let history = Fit::new_f64(&wild, &data(true))
        .batch_size(60)
        .learning_rate(1e300)
        .quiet()
        .run()
        .unwrap();
    assert!(matches!(history.ending, Ending::Diverged(_)));
    assert_eq!((history.epochs(), history.best_epoch()), (0, None));
    assert!(
        history.to_string().contains("diverged at step 1"),
        "{history}"
    );
    assert_eq!(
        history.csv(),
        "epoch,seconds,loss,acc,val_loss,val_acc,lr\n"
    );
}

/// Interrupts after so many epochs.
struct Stop(usize);

impl Callback<f64> for Stop {
    fn on_epoch_end(&mut self, epoch: &mut Epoch<'_, f64>) -> Result<Control> {
        if epoch.number == self.0 {
            chainrule_train::interrupt::request();
        }
        Ok(Control::Continue)
    }
}

#[test]
fn the_stop_button_ends_at_the_next_batch_and_keeps_everything() {
    let _turn = turn();
    let history = fit(true)
        .callback(EarlyStopping::patience(100))
        .callback(Stop(2))
        .epochs(100)
        .run();
    chainrule_train::interrupt::clear();
    let history = history.unwrap();
    assert_eq!(
        (history.ending.clone(), history.epochs()),
        (Ending::Interrupted, 2)
    );
    assert_eq!((history.samples, history.network_epoch), (120, None));
    let two = fit(true).epochs(2).run().unwrap();
    assert_eq!(weights(&history.network), weights(&two.network));
    assert!(
        history
            .remark()
            .unwrap()
            .starts_with("interrupted after 120 samples")
    );
}
