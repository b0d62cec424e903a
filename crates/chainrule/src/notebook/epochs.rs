//! The epochs of a fit while it runs: their lines and their curves.

use chainrule_error::Result;
use chainrule_plot::Figure;
use chainrule_train::{Event, epoch_head, epoch_line};

use crate::figures::{FitCurves, fit_curves};

/// What is known of a fit.
pub(super) struct Epochs {
    lines: Vec<String>,
    metrics: Vec<(String, Vec<f64>)>,
}

impl Epochs {
    /// Begins with the line that says what it is trained on.
    pub(super) fn new(words: &str) -> Self {
        Self {
            lines: vec![words.to_owned()],
            metrics: Vec::new(),
        }
    }

    /// Takes note of an event; whether the curves are others now.
    pub(super) fn note(&mut self, event: &Event<'_>) -> bool {
        match *event {
            Event::EpochBegan { epoch, epochs, .. } => self.lines.push(epoch_head(epoch, epochs)),
            Event::EpochEnded {
                seconds, metrics, ..
            } => {
                self.lines.push(epoch_line(seconds, metrics));
                for (name, value) in metrics {
                    match self.metrics.iter_mut().find(|(known, _)| known == name) {
                        Some((_, values)) => values.push(*value),
                        None => self.metrics.push((name.clone(), vec![*value])),
                    }
                }
                return true;
            }
            Event::Remarked { text, .. } => self.lines.push(text.to_owned()),
            _ => {}
        }
        false
    }

    /// All lines: what `ProgressLines` prints.
    pub(super) fn lines(&self) -> String {
        self.lines.join("\n")
    }

    /// The last epoch that ended, in one line; the one that runs if none has.
    pub(super) fn last(&self) -> String {
        let lines = self.lines.iter().rev();
        let mut ended = lines.clone().zip(lines.skip(1));
        let pair = ended.find(|(line, _)| line.starts_with(" - "));
        match (pair, self.lines.last()) {
            (Some((line, head)), _) => format!("{head}{line}"),
            (None, Some(line)) => line.clone(),
            (None, None) => String::new(),
        }
    }

    pub(super) fn figure(&self, name: &str) -> Result<Figure> {
        fit_curves(&FitCurves {
            name,
            metrics: &self.metrics,
            best: None,
            monitor: "",
            note: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_in_order_and_the_last_epoch_is_told() {
        let mut epochs = Epochs::new("Train on 60 samples");
        assert_eq!(epochs.last(), "Train on 60 samples");
        for epoch in 1..=2 {
            let (run, total) = (0, 5);
            assert!(!epochs.note(&Event::EpochBegan {
                run,
                epoch,
                epochs: total
            }));
            let metrics = [("loss".to_owned(), 1.0 / epoch as f64)];
            let seconds = 0.2;
            assert!(epochs.note(&Event::EpochEnded {
                run,
                epoch,
                seconds,
                metrics: &metrics
            }));
        }
        epochs.note(&Event::EpochBegan {
            run: 0,
            epoch: 3,
            epochs: 5,
        });
        assert_eq!(epochs.last(), "Epoch 2/5 - 0.2s - loss: 0.5000");
        epochs.note(&Event::Remarked {
            run: 0,
            text: "stopped",
        });
        assert_eq!(
            epochs.lines(),
            "Train on 60 samples\nEpoch 1/5\n - 0.2s - loss: 1.0000\nEpoch 2/5\n \
             - 0.2s - loss: 0.5000\nEpoch 3/5\nstopped"
        );
        assert_eq!(epochs.metrics[0].1, [1.0, 0.5]);
        assert!(
            epochs
                .figure("Fit")
                .unwrap()
                .description()
                .contains("\"loss\" has 2 points")
        );
    }
}
