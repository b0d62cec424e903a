//! What an experiment shows while it trains: a bar and its learning curves, moving.
//!
//! The display is provisional. Results that the cell shows afterwards take its place; if there are
//! none, the curves as they were in the end stay.
//!
//! Of a fit its epochs' lines are shown too. They stay in the end, and the curves go: the history
//! that a cell ends with draws them.

use chainrule_error::Result;
use chainrule_plot::Figure;
use chainrule_train::{Event, Observer, Tally, duration, grouped};

use super::{
    Bundle,
    epochs::Epochs,
    live, page,
    painter::{Painter, Turn},
    seen::Runs,
};

/// Watches an experiment for the chainrule kernel.
pub(super) struct LiveTraining {
    painter: Painter,
    tally: Tally,
    runs: Runs,
    /// The picture drawn last.
    picture: String,
    /// Whether the curves have changed since.
    changed: bool,
    running: bool,
    /// The epochs, if it is a fit.
    fit: Option<Epochs>,
}

impl LiveTraining {
    pub(super) fn new() -> Self {
        Self::with(Painter::new(true))
    }

    fn with(painter: Painter) -> Self {
        let tally = Tally::new(painter.now());
        Self {
            painter,
            tally,
            runs: Runs::default(),
            picture: String::new(),
            changed: false,
            running: false,
            fit: None,
        }
    }

    fn note(&mut self, event: &Event<'_>) {
        match *event {
            Event::Started { settings, .. } => {
                self.painter.restart(true);
                self.fit = None;
                self.runs = Runs::of(settings);
                self.picture.clear();
                (self.changed, self.running) = (false, true);
            }
            Event::Logged { .. } | Event::Ended { .. } => self.changed |= self.runs.note(event),
            Event::Fitting { words, .. } => self.fit = Some(Epochs::new(words)),
            _ => {
                if let Some(fit) = &mut self.fit {
                    self.changed |= fit.note(event);
                }
            }
        }
    }

    fn figure(&self) -> Result<Figure> {
        if let Some(fit) = &self.fit {
            return fit.figure(self.tally.name());
        }
        self.runs.figure(self.tally.name())
    }

    fn tick(&mut self) {
        let now = self.painter.now();
        match self.painter.turn(now, self.changed) {
            Turn::Nothing => return,
            Turn::Words => {}
            Turn::Picture => self.draw(),
        }
        let now = self.painter.now();
        let (tally, share) = (&self.tally, self.tally.share());
        let rate = tally.samples_per_second(now);
        let rate = match rate > 0.0 {
            true => format!(", {} samples/s", grouped(rate.round() as usize)),
            false => String::new(),
        };
        let mut words = format!("{}{rate}", tally.words(now));
        if let Some(fit) = &self.fit {
            words = format!("{} · {words}", fit.last());
        }
        let percent = (share * 100.0).floor();
        let text = format!("[{percent:>3} %] {}: {words}", tally.name());
        let html = page::bar(tally.name(), share, &words) + &self.picture;
        self.painter.show(Bundle::text(text).html(html).data());
    }

    fn draw(&mut self) {
        self.changed = false;
        let began = self.painter.now();
        let drawn = self.figure();
        // What cannot be drawn, such as a thousand settings side by side, leaves the bar alone.
        self.picture = drawn.as_ref().map_or(String::new(), page::picture);
        self.painter.drew_since(began);
    }

    /// The last picture, which stays if nothing follows it.
    fn finish(&mut self) {
        if !std::mem::take(&mut self.running) {
            return;
        }
        if let Some(fit) = &self.fit {
            // As text, which stays when a display takes the place of the curves.
            live::write_lines(&fit.lines());
        }
        if let Some(words) = self.tally.remembered() {
            live::write_lines(&format!("{}: {words}", self.tally.name()));
        }
        if !self.painter.has_shown() {
            return;
        }
        let figure = self.figure();
        let stopped = self.runs.interrupted() > 0;
        let bundle = if stopped {
            let words = self.stopped();
            let picture = figure.as_ref().map_or(String::new(), page::picture);
            let html = page::line(&words) + &picture;
            let described = figure.as_ref().map_or("", |figure| figure.description());
            Bundle::text(format!("{words}\n{described}").trim_end()).html(html)
        } else {
            let described = figure.as_ref().map_or("", |figure| figure.description());
            Bundle::text(described).figure(figure)
        };
        self.painter.show(bundle.data());
    }

    /// `Model 3: stopped by you after 12 s and 24 600 of 300 000 samples, 1 of 3 runs complete`
    fn stopped(&self) -> String {
        let gone = duration(self.tally.gone(self.painter.now()).as_secs_f64());
        let (done, all) = self.tally.samples();
        let complete = self.runs.len() - self.runs.interrupted();
        format!(
            "{}: stopped by you after {gone} and {} of {} samples, {complete} of {} runs complete",
            self.tally.name(),
            grouped(done),
            grouped(all),
            self.runs.len(),
        )
    }
}

impl Observer for LiveTraining {
    fn observe(&mut self, event: &Event<'_>) {
        self.note(event);
        let now = self.painter.now();
        self.tally.note(event, now);
        match event {
            Event::Finished => self.finish(),
            _ => self.tick(),
        }
    }
}

impl Drop for LiveTraining {
    /// A panic in a layer ends training without its last event.
    fn drop(&mut self) {
        self.finish();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chainrule_train::{Point, Setting};
    use serde_json::Value;

    use super::{super::painter::tests::Bench, *};

    const SECOND: Duration = Duration::from_secs(1);

    fn point(samples: usize) -> Point {
        let accuracy = 1.0 - 1.0 / (1.0 + samples as f64 / 1_000.0);
        Point {
            samples,
            step: samples / 100,
            loss: 1.0 - accuracy,
            train_loss: 1.0 - accuracy,
            test_loss: 1.1 - accuracy,
            train_accuracy: accuracy,
            test_accuracy: accuracy - 0.02,
        }
    }

    fn ended(run: usize, samples: usize, interrupted: bool) -> Event<'static> {
        Event::Ended {
            run,
            samples,
            divergence: None,
            interrupted,
            seconds: 1.0,
        }
    }

    /// Two runs of 60 000 samples on one thread, each taking so long; the second may be stopped.
    fn watch(bench: &Bench, each: Duration, stopped: bool) -> LiveTraining {
        let mut live = LiveTraining::with(bench.painter(true));
        let settings = [(1, 0.005), (1, 0.1)].map(Setting::from);
        live.observe(&Event::Started {
            experiment: "Model <1>",
            settings: &settings,
            samples: &[60_000, 60_000],
            threads: 1,
        });
        for run in 0..2 {
            live.observe(&Event::Began { run });
            for samples in (1_000..=60_000).step_by(1_000) {
                bench.pass(each / 60);
                live.observe(&Event::Advanced { run, samples });
                if samples % 20_000 == 0 {
                    let point = point(samples);
                    live.observe(&Event::Logged { run, point });
                }
                if stopped && run == 1 && samples == 30_000 {
                    live.observe(&ended(run, samples, true));
                    return live;
                }
            }
            live.observe(&ended(run, 60_000, false));
        }
        live
    }

    fn data<'a>(event: &'a Value, mime: &str) -> &'a str {
        event["data"][mime].as_str().unwrap_or_default()
    }

    #[test]
    fn a_bar_moves_and_the_last_picture_is_that_of_the_results() {
        let bench = Bench::new(Duration::from_micros(100));
        let mut live = watch(&bench, 6 * SECOND, false);
        live.observe(&Event::Finished);
        let before = bench.events();
        drop(live);
        let events = bench.events();
        assert_eq!(before.len(), events.len(), "the end comes once");
        let [first, .., last] = &events[..] else {
            panic!("{events:?}")
        };
        assert_eq!(
            (&first["event"], &first["live"]),
            (&"display".into(), &true.into())
        );
        let times: Vec<_> = bench.events.lock().unwrap().iter().map(|e| e.0).collect();
        let moving = &times[..times.len() - 1];
        assert!(
            moving
                .windows(2)
                .all(|pair| pair[1] - pair[0] >= SECOND / 10)
        );
        assert!((35..=100).contains(&events.len()), "{}", events.len());
        let html = data(&events[events.len() / 2], "text/html");
        assert!(
            html.contains("Model &lt;1&gt;") && html.contains("<img "),
            "{html:.200}"
        );
        let text = data(&events[events.len() / 2], "text/plain");
        assert!(
            text.starts_with("[ ") && text.contains(" samples/s"),
            "{text}"
        );
        // What stays is what `plot_learning_curves` draws.
        assert!(data(last, "text/html").is_empty() && !data(last, "image/png").is_empty());
        let text = data(last, "text/plain");
        assert!(text.contains("Model <1>: learning curves"), "{text}");
        assert!(text.contains("has 3 points, from (20000, "), "{text}");
    }

    #[test]
    fn who_presses_stop_is_told_what_there_is() {
        let bench = Bench::new(Duration::ZERO);
        // Dropped without an end, as when a layer panics: the last picture comes all the same.
        drop(watch(&bench, 6 * SECOND, true));
        let events = bench.events();
        let text = data(events.last().unwrap(), "text/plain").replace('\u{202f}', " ");
        assert!(
            text.starts_with(
                "Model <1>: stopped by you after 9 s and 90 000 of 120 000 samples, \
                 1 of 2 runs complete\nGrid of learning curves"
            ),
            "{text}"
        );
        assert!(
            text.contains("Note: interrupted after 30 000 samples."),
            "{text}"
        );
        let html = data(events.last().unwrap(), "text/html");
        assert!(html.contains("stopped by you") && html.contains("<img "));
    }

    #[test]
    fn what_is_over_at_once_shows_nothing() {
        let bench = Bench::new(Duration::ZERO);
        let mut live = watch(&bench, Duration::from_millis(140), false);
        live.observe(&Event::Finished);
        drop(live);
        assert!(bench.events().is_empty());
    }

    #[test]
    fn an_experiment_after_another_has_a_display_of_its_own() {
        let bench = Bench::new(Duration::ZERO);
        let mut live = watch(&bench, SECOND, false);
        live.observe(&Event::Finished);
        let one = bench.events().len();
        live.observe(&Event::Started {
            experiment: "Next",
            settings: &[Setting::new(1, 0.1)],
            samples: &[100],
            threads: 1,
        });
        bench.pass(SECOND);
        live.observe(&Event::Advanced {
            run: 0,
            samples: 50,
        });
        let events = bench.events();
        assert_eq!(events[one]["event"], "display");
        assert_ne!(events[one]["id"], events[0]["id"]);
        assert!(!data(&events[one], "text/html").contains("<img "));
        live.observe(&Event::Finished);
    }

    #[test]
    fn a_fit_shows_moving_curves_and_leaves_the_last_ones() {
        let bench = Bench::new(Duration::ZERO);
        let mut live = LiveTraining::with(bench.painter(true));
        live.observe(&Event::Started {
            experiment: "Fit",
            settings: &[Setting::new(3, 0.1)],
            samples: &[300],
            threads: 1,
        });
        live.observe(&Event::Fitting {
            run: 0,
            words: "Train on 100 samples",
        });
        live.observe(&Event::Began { run: 0 });
        for epoch in 1..=3 {
            live.observe(&Event::EpochBegan {
                run: 0,
                epoch,
                epochs: 3,
            });
            bench.pass(SECOND);
            live.observe(&Event::Advanced {
                run: 0,
                samples: 100 * epoch,
            });
            live.observe(&Event::EpochEnded {
                run: 0,
                epoch,
                seconds: 1.0,
                metrics: &[("loss".to_owned(), 0.5), ("val_loss".to_owned(), 0.6)],
            });
            bench.pass(SECOND);
        }
        live.observe(&ended(0, 300, false));
        live.observe(&Event::Finished);
        let events = bench.events();
        assert_eq!(
            events[0]["live"], true,
            "what the cell ends in takes its place"
        );
        let middle = &events[events.len() - 2];
        let html = data(middle, "text/html");
        assert!(
            html.contains("<img ") && html.contains("Epoch 3/3 - 1.0s"),
            "{html:.300}"
        );
        let last = events.last().unwrap();
        assert!(data(last, "text/html").is_empty() && !data(last, "image/png").is_empty());
        assert!(data(last, "text/plain").contains("\"loss\" has 3 points"));
    }
}
