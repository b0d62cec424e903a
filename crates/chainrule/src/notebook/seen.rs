//! What is known of an experiment's runs while they are computed, and what is drawn of them: each
//! run, or the mean of each setting where runs repeat.

use chainrule_error::Result;
use chainrule_plot::Figure;
use chainrule_train::{Event, Point, Setting, remark};

use crate::figures::{self, Curve};

/// What is known of a run.
#[derive(Clone, Debug, Default)]
struct Seen {
    points: Vec<Point>,
    note: Option<String>,
    interrupted: bool,
}

/// The runs of an experiment.
#[derive(Clone, Debug, Default)]
pub(super) struct Runs {
    runs: Vec<Seen>,
    /// The settings, each once.
    settings: Vec<Setting>,
    /// Which setting each run has.
    places: Vec<usize>,
}

impl Runs {
    /// The runs of an experiment that begins.
    pub(super) fn of(settings: &[Setting]) -> Self {
        let mut known: Vec<Setting> = Vec::new();
        let mut places = Vec::with_capacity(settings.len());
        for setting in settings {
            let place = known.iter().position(|other| other == setting);
            places.push(place.unwrap_or(known.len()));
            if place.is_none() {
                known.push(setting.clone());
            }
        }
        Self {
            runs: vec![Seen::default(); settings.len()],
            settings: known,
            places,
        }
    }

    /// Takes note of a run's event; tells whether the picture changes.
    pub(super) fn note(&mut self, event: &Event<'_>) -> bool {
        match *event {
            Event::Logged { run, point } => match self.runs.get_mut(run) {
                Some(seen) => {
                    seen.points.push(point);
                    true
                }
                None => false,
            },
            Event::Ended {
                run,
                samples,
                divergence,
                interrupted,
                ..
            } => match self.runs.get_mut(run) {
                Some(seen) => {
                    seen.note = remark(divergence, interrupted, samples);
                    seen.interrupted = interrupted;
                    seen.note.is_some() && !seen.points.is_empty()
                }
                None => false,
            },
            _ => false,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.runs.len()
    }

    pub(super) fn interrupted(&self) -> usize {
        self.runs.iter().filter(|seen| seen.interrupted).count()
    }

    pub(super) fn figure(&self, name: &str) -> Result<Figure> {
        let means: Vec<_> = (0..self.settings.len()).map(|i| self.mean(i)).collect();
        let curves: Vec<_> = self
            .settings
            .iter()
            .zip(&means)
            .map(|(setting, (points, note))| Curve {
                setting: setting.to_string(),
                points,
                note: note.clone(),
            })
            .collect();
        figures::learning_curves(name, &curves)
    }

    /// The mean of what the runs of a setting have measured until now, each as far as it has come.
    fn mean(&self, place: usize) -> (Vec<Point>, Option<String>) {
        let runs = self.runs.iter().zip(&self.places);
        let runs: Vec<_> = runs
            .filter(|(_, at)| **at == place)
            .map(|(r, _)| r)
            .collect();
        if let [only] = runs[..] {
            return (only.points.clone(), only.note.clone());
        }
        let longest = runs.iter().map(|seen| seen.points.len()).max();
        let points = (0..longest.unwrap_or(0)).filter_map(|i| {
            let at: Vec<_> = runs.iter().filter_map(|seen| seen.points.get(i)).collect();
            let mean =
                |of: fn(&Point) -> f64| at.iter().map(|p| of(p)).sum::<f64>() / at.len() as f64;
            Some(Point {
                loss: mean(|point| point.loss),
                train_loss: mean(|point| point.train_loss),
                test_loss: mean(|point| point.test_loss),
                train_accuracy: mean(|point| point.train_accuracy),
                test_accuracy: mean(|point| point.test_accuracy),
                ..**at.first()?
            })
        });
        let lost = runs.iter().filter(|seen| seen.note.is_some()).count();
        let note = format!("{lost} of {} runs without an end", runs.len());
        (points.collect(), (lost > 0).then_some(note))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(samples: usize, accuracy: f64) -> Point {
        Point {
            samples,
            step: samples,
            loss: 1.0,
            train_loss: 1.0,
            test_loss: 1.0,
            train_accuracy: accuracy,
            test_accuracy: accuracy,
        }
    }

    #[test]
    fn repeated_runs_are_drawn_as_their_mean_until_now() {
        let settings = [(1, 0.1), (1, 0.1), (1, 0.2), (1, 0.2)].map(Setting::from);
        let mut runs = Runs::of(&settings);
        for (run, point) in [
            (0, point(100, 0.5)),
            (1, point(100, 0.7)),
            (0, point(200, 0.8)),
        ] {
            assert!(runs.note(&Event::Logged { run, point }));
        }
        let ended = Event::Ended {
            run: 1,
            samples: 150,
            divergence: None,
            interrupted: true,
            seconds: 1.0,
        };
        assert!(runs.note(&ended));
        let (points, note) = runs.mean(0);
        let accuracies: Vec<_> = points.iter().map(|point| point.test_accuracy).collect();
        assert!((accuracies[0] - 0.6).abs() < 1e-12 && accuracies[1] == 0.8);
        assert_eq!(note.as_deref(), Some("1 of 2 runs without an end"));
        assert_eq!(runs.mean(1), (Vec::new(), None));
        let described = runs.figure("Rates").unwrap().description().to_owned();
        assert!(described.contains("columns: 2, rows: 1"), "{described}");
        assert_eq!((runs.len(), runs.interrupted()), (4, 1));
    }
}
