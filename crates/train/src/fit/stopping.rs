//! Callbacks that end training: when nothing becomes better, and when a number is none.

use chainrule_error::Result;

use super::{
    callback::{Callback, Control, End, Epoch, Start},
    ending::Ending,
    lines,
};
use crate::{EarlyStopping, Mode, Number, early_stopping::Seen};

impl<F: Number> Callback<F> for EarlyStopping {
    fn monitor(&self) -> Option<(String, Mode)> {
        Some((self.monitor.clone(), self.mode))
    }

    fn on_start(&mut self, start: &Start) -> Result<()> {
        self.seen = Seen::default();
        self.check_numbers()?;
        start.needs(&self.monitor)
    }

    fn on_epoch_end(&mut self, epoch: &mut Epoch<'_, F>) -> Result<Control> {
        let value = epoch.metric(&self.monitor)?;
        let verdict = self.note(epoch.number, value);
        if verdict.best && self.restore_best_weights {
            epoch.keep_only();
        }
        Ok(if verdict.stop {
            Control::Stop(self.reason())
        } else {
            Control::Continue
        })
    }

    fn on_end(&mut self, end: &mut End<'_, F>) -> Result<()> {
        // Who presses stop gets what training had come to.
        match end.ending {
            Ending::Interrupted => end.forget(),
            _ => end.restore(),
        }
        Ok(())
    }
}

impl EarlyStopping {
    /// `val_loss has not been better than 0.3512 of epoch 5 for 2 epochs`
    fn reason(&self) -> String {
        let Self {
            monitor, patience, ..
        } = self;
        let epochs = if *patience == 1 { "epoch" } else { "epochs" };
        let best = match (self.baseline, self.seen.best) {
            (Some(baseline), Some((_, best)))
                if !self.mode.better(monitor, best, baseline, self.min_change) =>
            {
                format!("the baseline {baseline}")
            }
            (_, Some((epoch, best))) => format!("{} of epoch {epoch}", lines::number(best)),
            (_, None) => "nothing".to_owned(),
        };
        format!("{monitor} has not been better than {best} for {patience} {epochs}")
    }
}

/// Ends training when a metric of an epoch is NaN or infinite.
///
/// The loss of the batches is always looked at: a [`Fit`](crate::Fit) ends when it is no number any
/// more. This looks at everything else that was measured, such as a validation loss that is
/// infinite while the training loss is not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TerminateOnNaN;

impl<F: Number> Callback<F> for TerminateOnNaN {
    fn on_epoch_end(&mut self, epoch: &mut Epoch<'_, F>) -> Result<Control> {
        let lost = epoch.metrics().iter().find(|(_, value)| !value.is_finite());
        Ok(match lost {
            Some((name, value)) => Control::stop(format!("{name} is {value}")),
            None => Control::Continue,
        })
    }
}
