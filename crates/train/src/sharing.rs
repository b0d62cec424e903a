//! Whether the steps of a training are shared between its threads: while that is faster.
//!
//! A step has two or three places where threads meet, and changes weights that the other threads read
//! in the next. Where that takes long, small steps are faster on one thread: on virtual machines whose
//! processors are far apart, which may change from one second to the next. So both ways are tried
//! now and then, and the faster one is kept. The numbers are the same.

use std::time::Instant;

use chainrule_nn::compute_alone;

/// At least so many steps and seconds each way is tried before its steps are counted: what they read
/// is still with the other threads, and those have to wake up.
const WARMING: Least = Least {
    steps: 3,
    seconds: 5e-4,
};

/// At least so many of them are then counted.
const COUNTED: Least = Least {
    steps: 5,
    seconds: 5e-4,
};

/// It is over sooner if the first few that count each took so many times as long as the other way.
const FEW: usize = 3;
const HOPELESS: f64 = 1.25;

/// The other way is tried again after so many times as long as the trial took. The next trial comes
/// soon, each that finds the same as the one before doubles the pause: a training that has just begun
/// may have its threads on one processor for some thousandths of a second, until the system moves one.
const SOON: u32 = 8;
const LATE: u32 = 64;

/// How much faster another way has to be.
const BETTER: f64 = 0.97;

/// Decides for one step after the other.
#[derive(Debug)]
pub(crate) struct Sharing {
    alone: bool,
    state: State,
    /// After how many times as long as the last trial took the next one comes.
    pause: u32,
    /// When the step began that is being taken.
    begun: Option<Instant>,
}

/// So many steps, of so many seconds together.
#[derive(Clone, Copy, Debug, Default)]
struct Least {
    steps: usize,
    seconds: f64,
}

impl Least {
    fn add(&mut self, seconds: f64) {
        self.steps += 1;
        self.seconds += seconds;
    }

    fn has(self, least: Self) -> bool {
        self.steps >= least.steps && self.seconds >= least.seconds
    }
}

#[derive(Debug)]
enum State {
    /// There is nobody to share with, or it is not known yet.
    Unknown,
    /// Steps are taken one way and timed.
    Trying(Trial),
    /// Until then the way is kept.
    Kept(Instant),
}

/// How long steps take one way.
#[derive(Debug)]
struct Trial {
    warmed: Least,
    counted: Least,
    /// Seconds for a sample of each step that counts.
    times: Vec<f64>,
    /// How long the other way took, if it was tried before.
    before: Option<f64>,
    since: Instant,
}

impl Trial {
    fn begun(before: Option<f64>, since: Instant) -> State {
        State::Trying(Self {
            warmed: Least::default(),
            counted: Least::default(),
            times: Vec::new(),
            before,
            since,
        })
    }

    /// How long a sample takes, once so many steps were seen: this one took so many seconds.
    fn note(&mut self, seconds: f64, samples: usize) -> Option<f64> {
        if !self.warmed.has(WARMING) {
            self.warmed.add(seconds);
            return None;
        }
        self.counted.add(seconds);
        self.times.push(seconds / samples.max(1) as f64);
        let is_hopeless = self.times.len() >= FEW
            && self
                .before
                .is_some_and(|before| self.times.iter().all(|&time| time > before * HOPELESS));
        let is_over = self.counted.has(COUNTED) || is_hopeless;
        is_over.then(|| median(&mut self.times))
    }
}

impl Default for Sharing {
    fn default() -> Self {
        Self {
            alone: false,
            state: State::Unknown,
            pause: SOON / 2,
            begun: None,
        }
    }
}

impl Sharing {
    /// Before a step.
    pub(crate) fn begin(&mut self) {
        if !compute_alone(self.alone) {
            return;
        }
        let now = Instant::now();
        match self.state {
            State::Unknown => self.state = Trial::begun(None, now),
            State::Kept(until) if now >= until => self.state = Trial::begun(None, now),
            _ => {}
        }
        self.begun = Some(now);
    }

    /// After a step of so many samples.
    pub(crate) fn end(&mut self, samples: usize) {
        if let Some(begun) = self.begun.take() {
            self.note(begun.elapsed().as_secs_f64(), samples);
        }
    }

    /// A step of so many samples took so many seconds.
    fn note(&mut self, seconds: f64, samples: usize) {
        let State::Trying(trial) = &mut self.state else {
            return;
        };
        let Some(time) = trial.note(seconds, samples) else {
            return;
        };
        let (before, since) = (trial.before, trial.since);
        match before {
            None => {
                self.alone = !self.alone;
                self.state = Trial::begun(Some(time), since);
            }
            Some(before) => {
                self.pause = if time > before * BETTER {
                    self.alone = !self.alone;
                    LATE.min(2 * self.pause)
                } else {
                    SOON
                };
                let now = Instant::now();
                self.state = State::Kept(now + (now - since) * self.pause);
            }
        }
    }
}

impl Drop for Sharing {
    fn drop(&mut self) {
        compute_alone(false);
    }
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::team::Team;

    /// Which way is kept after the trials, and after how many steps of a thousand samples, if a sample
    /// takes so long alone and shared, and a step so much longer while the other threads wake up.
    fn kept(alone: f64, shared: f64, waking: f64) -> (bool, usize) {
        let mut sharing = Sharing {
            state: Trial::begun(None, Instant::now()),
            ..Sharing::default()
        };
        let (mut steps, mut seconds) = (0, 0.0);
        while let State::Trying(_) = sharing.state {
            let sample = if sharing.alone { alone } else { shared };
            let is_waking = !sharing.alone && seconds < 4e-4;
            let waking = if is_waking { waking } else { 0.0 };
            let was_alone = sharing.alone;
            let step = sample * 1_000.0 + waking;
            sharing.note(step, 1_000);
            seconds = if sharing.alone == was_alone {
                seconds + step
            } else {
                0.0
            };
            steps += 1;
        }
        (sharing.alone, steps)
    }

    #[test]
    fn the_faster_way_is_kept() {
        const TRIED: usize = WARMING.steps + COUNTED.steps;
        assert_eq!(kept(1e-6, 2e-6, 0.0), (true, 2 * TRIED));
        assert_eq!(kept(2.1e-6, 2e-6, 0.0), (false, 2 * TRIED));
        // Much the same is not worth a change.
        assert_eq!(kept(1.99e-6, 2e-6, 0.0), (false, 2 * TRIED));
        // What is clearly slower is not tried for long.
        assert_eq!(kept(3e-6, 2e-6, 0.0), (false, TRIED + WARMING.steps + FEW));
    }

    #[test]
    fn threads_that_have_to_wake_up_are_waited_for() {
        // Steps of 18 and 15 millionths of a second.
        let (alone, _) = kept(1.8e-8, 1.5e-8, 3e-5);
        assert!(!alone);
    }

    #[test]
    fn what_stays_the_same_is_tried_less_and_less_often() {
        let mut sharing = Sharing::default();
        let mut pause_if = |alone: f64| {
            sharing.state = Trial::begun(None, Instant::now());
            while let State::Trying(_) = sharing.state {
                let sample = if sharing.alone { alone } else { 1e-3 };
                sharing.note(sample, 1);
            }
            (sharing.alone, sharing.pause)
        };
        assert_eq!(pause_if(5e-4), (true, SOON));
        assert_eq!(pause_if(2e-3), (false, SOON));
        for pause in [2 * SOON, 4 * SOON, LATE, LATE] {
            assert_eq!(pause_if(2e-3), (false, pause));
        }
        assert_eq!(pause_if(5e-4), (true, SOON));
    }

    #[test]
    fn steps_in_a_team_are_timed() {
        let team = Team::new(2).unwrap();
        let tried = team.enter(|| {
            let mut sharing = Sharing::default();
            for _ in 0..2 * (WARMING.steps + COUNTED.steps) {
                sharing.begin();
                std::thread::sleep(Duration::from_millis(1));
                sharing.end(1);
            }
            matches!(sharing.state, State::Kept(_))
        });
        assert!(tried);
    }

    #[test]
    fn where_there_is_nobody_to_share_with_nothing_is_tried() {
        let mut sharing = Sharing::default();
        for _ in 0..100 {
            sharing.begin();
            sharing.end(1);
        }
        assert!(matches!(sharing.state, State::Unknown) && !sharing.alone);
    }

    #[test]
    fn another_way_is_tried_again_later() {
        let team = Team::new(2).unwrap();
        let tried = team.enter(|| {
            let mut sharing = Sharing {
                state: State::Kept(Instant::now()),
                ..Sharing::default()
            };
            sharing.begin();
            matches!(sharing.state, State::Trying(_))
        });
        assert!(tried);
    }
}
