//! How far an experiment is, and how long it will still take.

use std::time::{Duration, Instant};

use crate::{Event, labels, results::remembered_words, text::duration};

/// Counts what an experiment's events tell, for observers that show progress.
///
/// The clock is the caller's, so that what an observer shows can be tested.
#[derive(Clone, Debug)]
pub struct Tally {
    name: String,
    settings: Vec<String>,
    runs: Vec<Progress>,
    threads: usize,
    started: Instant,
}

#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    samples: usize,
    all: usize,
    ended: bool,
    /// Whether it was computed before: then it has no speed.
    remembered: bool,
    /// When it began, to know its own speed.
    began: Option<Instant>,
}

impl Progress {
    fn left(&self) -> usize {
        if self.ended {
            0
        } else {
            self.all.saturating_sub(self.samples)
        }
    }

    /// Samples a second since it began.
    fn rate(&self, now: Instant) -> Option<f64> {
        if self.remembered {
            return None;
        }
        let seconds = now.saturating_duration_since(self.began?).as_secs_f64();
        (self.samples > 0 && seconds > 0.0).then(|| self.samples as f64 / seconds)
    }
}

impl Tally {
    /// A tally before the experiment's first event.
    pub fn new(now: Instant) -> Self {
        Self {
            name: String::new(),
            settings: Vec::new(),
            runs: Vec::new(),
            threads: 1,
            started: now,
        }
    }

    /// Takes note of an event that came at this time.
    pub fn note(&mut self, event: &Event<'_>, now: Instant) {
        match *event {
            Event::Started {
                experiment,
                settings,
                samples,
                threads,
            } => {
                let progress = |&all| Progress {
                    all,
                    ..Progress::default()
                };
                *self = Self {
                    name: experiment.to_owned(),
                    settings: labels::of_runs(settings),
                    runs: samples.iter().map(progress).collect(),
                    threads,
                    started: now,
                };
            }
            Event::Began { run } => {
                if let Some(run) = self.runs.get_mut(run) {
                    run.began = Some(now);
                }
            }
            Event::Remembered { run } => {
                if let Some(run) = self.runs.get_mut(run) {
                    run.remembered = true;
                }
            }
            Event::Advanced { run, samples } => {
                if let Some(run) = self.runs.get_mut(run) {
                    run.samples = samples;
                }
            }
            Event::Ended { run, samples, .. } => {
                if let Some(run) = self.runs.get_mut(run) {
                    (run.samples, run.ended) = (samples, true);
                }
            }
            _ => {}
        }
    }

    /// The experiment's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the runs are called: their settings.
    pub fn settings(&self) -> &[String] {
        &self.settings
    }

    /// How many runs have ended.
    pub fn ended(&self) -> usize {
        self.runs.iter().filter(|run| run.ended).count()
    }

    /// How many runs are remembered, in words; none if none is.
    pub fn remembered(&self) -> Option<String> {
        let count = self.runs.iter().filter(|run| run.remembered).count();
        (count > 0).then(|| remembered_words(count, self.runs()))
    }

    /// How many runs there are.
    pub fn runs(&self) -> usize {
        self.runs.len()
    }

    /// Samples that all runs together have gone through, and that they will go through.
    pub fn samples(&self) -> (usize, usize) {
        let sum = |of: fn(&Progress) -> usize| self.runs.iter().map(of).sum();
        (sum(|run| run.samples), sum(|run| run.all))
    }

    /// What share of all samples is done, 0 to 1. A run that ended early is done.
    pub fn share(&self) -> f64 {
        let all: usize = self.runs.iter().map(|run| run.all).sum();
        let left: usize = self.runs.iter().map(Progress::left).sum();
        1.0 - left as f64 / all.max(1) as f64
    }

    /// How long the experiment has been running.
    pub fn gone(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.started)
    }

    /// Samples a second of the runs that are computed now, together.
    pub fn samples_per_second(&self, now: Instant) -> f64 {
        let running = self.runs.iter().filter(|run| !run.ended);
        running.filter_map(|run| run.rate(now)).sum()
    }

    /// Seconds that are left: the runs that are computed end no sooner than the longest of them,
    /// and all of them no sooner than the threads can share the work.
    pub fn seconds_left(&self, now: Instant) -> Option<f64> {
        let rates: Vec<_> = self.runs.iter().filter_map(|run| run.rate(now)).collect();
        if rates.is_empty() {
            return None;
        }
        let mean = rates.iter().sum::<f64>() / rates.len() as f64;
        let seconds = |run: &Progress| run.left() as f64 / run.rate(now).unwrap_or(mean);
        let longest = self.runs.iter().map(seconds).fold(0.0, f64::max);
        let shared = self.runs.iter().map(seconds).sum::<f64>() / self.threads as f64;
        Some(longest.max(shared))
    }

    /// `1 of 3 runs done, 12 s gone, about 18 s left`
    pub fn words(&self, now: Instant) -> String {
        let (ended, all) = (self.ended(), self.runs());
        let gone = duration(self.gone(now).as_secs_f64());
        let left = self
            .seconds_left(now)
            .map_or(String::new(), |s| format!(", about {} left", duration(s)));
        format!("{ended} of {all} runs done, {gone} gone{left}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Setting;

    #[test]
    fn two_threads_share_three_runs() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let settings = [(1, 0.1), (1, 0.2), (2, 0.1)].map(Setting::from);
        let mut tally = Tally::new(start);
        let begun = Event::Started {
            experiment: "Halves",
            settings: &settings,
            samples: &[100, 100, 200],
            threads: 2,
        };
        tally.note(&begun, start);
        assert_eq!((tally.seconds_left(at(1)), tally.share()), (None, 0.0));
        tally.note(&Event::Began { run: 2 }, start);
        tally.note(&Event::Began { run: 0 }, start);
        for (run, samples) in [(2, 50), (0, 50)] {
            tally.note(&Event::Advanced { run, samples }, at(5));
        }
        // 10 samples a second each: 150, 50 and 100 are left, on two threads.
        assert_eq!(tally.samples_per_second(at(5)), 20.0);
        assert_eq!(tally.seconds_left(at(5)), Some(15.0));
        assert_eq!(tally.share(), 0.25);
        let ended = Event::Ended {
            run: 0,
            samples: 60,
            divergence: None,
            interrupted: true,
            seconds: 6.0,
        };
        tally.note(&ended, at(6));
        assert_eq!((tally.ended(), tally.samples()), (1, (110, 400)));
        assert_eq!(tally.share(), 0.375);
        assert!(
            tally
                .words(at(6))
                .starts_with("1 of 3 runs done, 6 s gone, about ")
        );
    }
}
