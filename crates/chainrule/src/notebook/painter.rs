//! A display that changes while a cell runs: how often it may, and where it goes.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::live;

/// Nothing is shown before: what is over sooner needs no progress.
const PATIENCE: Duration = Duration::from_millis(300);
/// At least this long from one update to the next.
const SHORTEST: Duration = Duration::from_millis(100);
/// At least this long until a bar moves by itself, without a new picture.
const MOVE: Duration = Duration::from_millis(250);
/// A picture that took so long to draw is followed by so many times that without drawing: it costs
/// one part in twenty.
const REST: u32 = 20;

/// Where events go; standard output but for tests.
pub(super) type Emit = Box<dyn FnMut(&Value) + Send>;
/// What time it is; the system's but for tests.
pub(super) type Clock = Box<dyn Fn() -> Instant + Send>;

pub(super) struct Painter {
    emit: Emit,
    clock: Clock,
    id: String,
    /// Whether the kernel takes the display away when another one follows in the cell.
    provisional: bool,
    began: Instant,
    /// When it was last shown, if it was.
    told: Option<Instant>,
    /// When a picture may be drawn again.
    rested: Instant,
}

/// What may be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Nothing,
    /// Show what is known, with the picture drawn last.
    Words,
    /// Draw a picture.
    Picture,
}

impl Painter {
    pub(super) fn new(provisional: bool) -> Self {
        Self::with(provisional, Box::new(live::emit), Box::new(Instant::now))
    }

    pub(super) fn with(provisional: bool, emit: Emit, clock: Clock) -> Self {
        let began = clock();
        Self {
            emit,
            clock,
            id: live::new_id(),
            provisional,
            began,
            told: None,
            rested: began,
        }
    }

    /// Begins a display of its own, provisional or not.
    pub(super) fn restart(&mut self, provisional: bool) {
        self.provisional = provisional;
        self.began = self.now();
        (self.id, self.told, self.rested) = (live::new_id(), None, self.began);
    }

    pub(super) fn now(&self) -> Instant {
        (self.clock)()
    }

    /// Whether anything was shown.
    pub(super) fn has_shown(&self) -> bool {
        self.told.is_some()
    }

    /// What may be done now, if the picture would be another one than before or not.
    pub(super) fn turn(&self, now: Instant, new_picture: bool) -> Turn {
        let since = |then| now.saturating_duration_since(then);
        let waited = match self.told {
            Some(told) if since(told) < SHORTEST => return Turn::Nothing,
            Some(told) => since(told),
            None if since(self.began) < PATIENCE => return Turn::Nothing,
            None => MOVE,
        };
        if new_picture && now >= self.rested {
            Turn::Picture
        } else if waited >= MOVE {
            Turn::Words
        } else {
            Turn::Nothing
        }
    }

    /// Notes that a picture has been drawn, to know when the next one may be.
    pub(super) fn drew_since(&mut self, began: Instant) {
        let now = self.now();
        self.rested = now + REST * now.saturating_duration_since(began);
    }

    /// Shows contents in the display's place.
    pub(super) fn show(&mut self, data: Value) {
        let mut event = json!({ "event": "update", "id": self.id, "data": data, "metadata": {} });
        if self.told.is_none() {
            event["event"] = "display".into();
            if self.provisional {
                event["live"] = true.into();
            }
        }
        (self.emit)(&event);
        self.told = Some(self.now());
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// A clock that the test turns, and the events with the time of each.
    #[derive(Clone)]
    pub(in crate::notebook) struct Bench {
        pub(in crate::notebook) start: Instant,
        pub(in crate::notebook) passed: Arc<Mutex<Duration>>,
        pub(in crate::notebook) events: Arc<Mutex<Vec<(Duration, Value)>>>,
        /// What each look at the clock takes.
        pub(in crate::notebook) look: Duration,
    }

    impl Bench {
        pub(in crate::notebook) fn new(look: Duration) -> Self {
            Self {
                start: Instant::now(),
                passed: Arc::default(),
                events: Arc::default(),
                look,
            }
        }

        pub(in crate::notebook) fn painter(&self, provisional: bool) -> Painter {
            let (out, clock) = (self.clone(), self.clone());
            let emit = move |event: &Value| {
                let at = *out.passed.lock().unwrap();
                out.events.lock().unwrap().push((at, event.clone()));
            };
            let clock = move || {
                let mut passed = clock.passed.lock().unwrap();
                *passed += clock.look;
                clock.start + *passed
            };
            Painter::with(provisional, Box::new(emit), Box::new(clock))
        }

        pub(in crate::notebook) fn pass(&self, time: Duration) {
            *self.passed.lock().unwrap() += time;
        }

        pub(in crate::notebook) fn events(&self) -> Vec<Value> {
            let events = self.events.lock().unwrap();
            events.iter().map(|(_, event)| event.clone()).collect()
        }
    }

    #[test]
    fn nothing_comes_too_soon_and_pictures_rest_twenty_times_their_drawing() {
        let bench = Bench::new(Duration::ZERO);
        let mut painter = bench.painter(true);
        let step = Duration::from_millis(10);
        let mut pictures = Vec::new();
        for i in 0..1_000 {
            bench.pass(step);
            match painter.turn(painter.now(), true) {
                Turn::Nothing => {}
                Turn::Words => painter.show(json!({ "text/plain": "words" })),
                Turn::Picture => {
                    let began = painter.now();
                    bench.pass(Duration::from_millis(50));
                    painter.drew_since(began);
                    painter.show(json!({ "text/plain": i.to_string() }));
                    pictures.push(*bench.passed.lock().unwrap());
                }
            }
        }
        let events = bench.events.lock().unwrap();
        assert!(events[0].0 >= PATIENCE, "{:?}", events[0].0);
        assert_eq!(events[0].1["event"], "display");
        assert_eq!(events[0].1["live"], true);
        let id = &events[0].1["id"];
        for pair in events.windows(2) {
            assert!(pair[1].0 - pair[0].0 >= SHORTEST);
            assert_eq!(
                (&pair[1].1["id"], &pair[1].1["event"]),
                (id, &json!("update"))
            );
        }
        assert!((9..=11).contains(&pictures.len()), "{}", pictures.len());
        // The bar moves between the pictures.
        assert!(events.len() > 3 * pictures.len(), "{}", events.len());
    }
}
