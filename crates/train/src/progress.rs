//! Progress as lines of text, which any notebook and any terminal shows.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use crate::{Event, Observer};

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
/// second, and whenever a run diverges.
pub struct ProgressLines {
    out: Box<dyn Write + Send>,
    started: Instant,
    told: Instant,
    told_tenth: usize,
    name: String,
    settings: Vec<String>,
    runs: Vec<Progress>,
    threads: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    samples: usize,
    all: usize,
    ended: bool,
    /// When it began, to know its own speed.
    began: Option<Instant>,
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
            started: now,
            told: now,
            told_tenth: 0,
            name: String::new(),
            settings: Vec::new(),
            runs: Vec::new(),
            threads: 1,
        }
    }

    /// What share of all samples is done. A run that ended early is done.
    fn share(&self) -> f64 {
        let all: usize = self.runs.iter().map(|run| run.all).sum();
        let left: usize = self.runs.iter().map(Progress::left).sum();
        1.0 - left as f64 / all.max(1) as f64
    }

    /// Seconds that are left: the runs that are computed end no sooner than the longest of them,
    /// and all of them no sooner than the threads can share the work.
    fn seconds_left(&self) -> Option<f64> {
        let now = Instant::now();
        let rate = |run: &Progress| {
            let seconds = now.duration_since(run.began?).as_secs_f64();
            (run.samples > 0 && seconds > 0.0).then(|| run.samples as f64 / seconds)
        };
        let rates: Vec<_> = self.runs.iter().filter_map(rate).collect();
        let mean = rates.iter().sum::<f64>() / rates.len() as f64;
        let seconds = |run: &Progress| run.left() as f64 / rate(run).unwrap_or(mean);
        let longest = self.runs.iter().map(seconds).fold(0.0, f64::max);
        let shared = self.runs.iter().map(seconds).sum::<f64>() / self.threads as f64;
        let left = longest.max(shared);
        left.is_finite().then_some(left)
    }

    fn line(&mut self, text: &str) {
        let percent = (self.share() * 100.0).floor();
        // Progress that cannot be shown is no reason to stop training.
        let _ = writeln!(self.out, "[{percent:>3.0} %] {}: {text}", self.name);
        let _ = self.out.flush();
        self.told = Instant::now();
        self.told_tenth = (self.share() * 10.0) as usize;
    }

    fn tell(&mut self) {
        let waited = self.told.elapsed();
        let tenth = (self.share() * 10.0) as usize;
        if waited < SHORTEST || (tenth <= self.told_tenth && waited < LONGEST) {
            return;
        }
        let (ended, all) = (
            self.runs.iter().filter(|run| run.ended).count(),
            self.runs.len(),
        );
        let gone = seconds(self.started.elapsed().as_secs_f64());
        let left = self
            .seconds_left()
            .map_or(String::new(), |s| format!(", about {} left", seconds(s)));
        self.line(&format!("{ended} of {all} runs done, {gone} gone{left}"));
    }
}

impl Default for ProgressLines {
    fn default() -> Self {
        Self::new()
    }
}

impl Progress {
    fn left(&self) -> usize {
        if self.ended {
            0
        } else {
            self.all.saturating_sub(self.samples)
        }
    }
}

/// 75.2 as `1 min 15 s`.
fn seconds(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match (whole / 60, whole % 60) {
        (0, seconds) => format!("{seconds} s"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}

impl Observer for ProgressLines {
    fn observe(&mut self, event: &Event<'_>) {
        match *event {
            Event::Started {
                experiment,
                settings,
                samples,
                threads,
            } => {
                self.started = Instant::now();
                (self.told, self.told_tenth) = (self.started, 0);
                experiment.clone_into(&mut self.name);
                self.settings = settings.iter().map(ToString::to_string).collect();
                self.runs = samples
                    .iter()
                    .map(|&all| Progress {
                        all,
                        ..Progress::default()
                    })
                    .collect();
                self.threads = threads;
            }
            Event::Began { run } => self.runs[run].began = Some(Instant::now()),
            Event::Advanced { run, samples } => {
                self.runs[run].samples = samples;
                self.tell();
            }
            Event::Ended {
                run, divergence, ..
            } => {
                self.runs[run].ended = true;
                match divergence {
                    Some(divergence) => {
                        let text = format!("{} {divergence}", self.settings[run]);
                        self.line(&text);
                    }
                    None => self.tell(),
                }
            }
            Event::Logged { .. } | Event::Finished => {}
        }
    }
}
