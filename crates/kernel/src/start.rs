//! The process behind the cells: waiting for its start, noticing its end.

use std::time::Duration;

use chainrule_jupyter::{Failure, Output};

use crate::engine::{Report, Start};
use crate::failure::stopped_early;
use crate::kernel::Kernel;
use crate::screen::Screen;
use crate::settings::START;
use crate::stage::Happening;
use crate::words;

/// A start that takes no longer is not worth a word.
const SHORT: Duration = Duration::from_millis(400);

impl Kernel {
    /// The first cell of a session may come before the libraries are loaded.
    pub(crate) fn wait_for_start(&self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let mut state = self.engine.started(SHORT);
        if state == Start::Waiting {
            let text = "Starting Rust: the libraries are being loaded …\n";
            screen.show_passing(text.to_owned());
            let mut told = 0;
            while state == Start::Waiting {
                let compiled = self.link.compiled();
                for what in &compiled[told..] {
                    screen.show_passing(format!("Sources have changed: compiling {what} …\n"));
                }
                told = compiled.len();
                if self.stop.pressed() {
                    return Err(stopped_early(None));
                }
                state = self.engine.started(Duration::from_millis(100));
            }
            screen.end_passing();
        }
        if let Start::Failed(why) = state {
            return Err(words::cannot_start(&why));
        }
        let compiled = self.link.compiled();
        self.link.forget_compiled();
        if let Some(text) = words::compiled_at_start(&compiled) {
            screen.show(Output::Stderr(text));
        }
        Ok(())
    }

    /// The process was ended while evcxr had no need of it, and would be missed in the next cell: it
    /// is asked for something now.
    pub(crate) fn notice_the_end(&self, report: &mut Report) {
        let happenings = self.stage.open();
        self.engine.run(START.to_owned());
        for happening in happenings {
            if let Happening::Finished(noticed) = happening {
                if noticed.has_ended() {
                    *report = *noticed;
                }
                break;
            }
        }
        self.stage.close();
    }
}
