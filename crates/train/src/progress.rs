//! Progress as lines of text, which any notebook and any terminal shows.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use crate::{Event, Observer, Tally, fit::lines, results};

/// At least this long from one line to the next.
const SHORTEST: Duration = Duration::from_millis(400);
/// At most this long.
const LONGEST: Duration = Duration::from_secs(10);

/// Prints whole lines such as
///
/// ```text
/// [ 40 %] Model 3: 1 of 3 runs done, 12 s gone, about 18 s left
/// ```
///
/// A line comes when a tenth more is done or ten seconds have passed, never more than three a
/// second, and whenever a run diverges or is interrupted; and in the end one if runs were
/// [remembered](crate::Experiment#remembered-runs).
///
/// Of a [`Fit`](crate::Fit) it prints two lines for each epoch, as Keras does:
///
/// ```text
/// Epoch 1/20
///  - 1.2s - loss: 1.3460 - acc: 0.5547 - val_loss: 0.8014 - val_acc: 0.7407
/// ```
pub struct ProgressLines {
    out: Box<dyn Write + Send>,
    told: Instant,
    told_tenth: usize,
    tally: Tally,
    /// Whether it is a fit, which is told by its epochs.
    fitting: bool,
}

impl ProgressLines {
    /// Lines on standard output.
    pub fn new() -> Self {
        Self::to(Box::new(std::io::stdout()))
    }

    /// Lines to somewhere else.
    pub fn to(out: Box<dyn Write + Send>) -> Self {
        let now = Instant::now();
        Self {
            out,
            told: now,
            told_tenth: 0,
            tally: Tally::new(now),
            fitting: false,
        }
    }

    fn tenth(&self) -> usize {
        (self.tally.share() * 10.0) as usize
    }

    fn line(&mut self, text: &str) {
        let percent = (self.tally.share() * 100.0).floor();
        let name = self.tally.name();
        // Progress that cannot be shown is no reason to stop training.
        let _ = writeln!(self.out, "[{percent:>3.0} %] {name}: {text}");
        let _ = self.out.flush();
        self.told = Instant::now();
        self.told_tenth = self.tenth();
    }

    fn plain(&mut self, text: &str) {
        let _ = writeln!(self.out, "{text}");
        let _ = self.out.flush();
    }

    fn tell(&mut self) {
        let waited = self.told.elapsed();
        if waited < SHORTEST || (self.tenth() <= self.told_tenth && waited < LONGEST) {
            return;
        }
        self.line(&self.tally.words(Instant::now()));
    }
}

impl Default for ProgressLines {
    fn default() -> Self {
        Self::new()
    }
}

impl Observer for ProgressLines {
    fn observe(&mut self, event: &Event<'_>) {
        let now = Instant::now();
        self.tally.note(event, now);
        match *event {
            Event::Started { .. } => {
                (self.told, self.told_tenth, self.fitting) = (now, 0, false);
            }
            Event::Fitting { words, .. } => {
                self.fitting = true;
                self.plain(words);
            }
            Event::EpochBegan { epoch, epochs, .. } => {
                self.plain(&lines::epoch_head(epoch, epochs));
            }
            Event::EpochEnded {
                seconds, metrics, ..
            } => self.plain(&lines::epoch_line(seconds, metrics)),
            Event::Remarked { text, .. } => self.plain(text),
            _ if self.fitting => {}
            Event::Advanced { .. } => self.tell(),
            Event::Ended {
                run,
                divergence,
                interrupted,
                samples,
                ..
            } => match results::remark(divergence, interrupted, samples) {
                Some(remark) => {
                    let setting = self.tally.settings().get(run).cloned().unwrap_or_default();
                    self.line(&format!("{setting} {remark}"));
                }
                None => self.tell(),
            },
            Event::Finished => {
                if let Some(words) = self.tally.remembered() {
                    self.line(&words);
                }
            }
            Event::Began { .. } | Event::Logged { .. } | Event::Remembered { .. } => {}
        }
    }
}
