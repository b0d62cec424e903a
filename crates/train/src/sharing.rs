//! Whether the steps of a training are shared between its threads: while that is faster.
//!
//! A step has two or three places where threads meet, and changes weights that the other threads read
//! in the next. Where that takes long, small steps are faster on one thread: on virtual machines whose
//! processors are far apart, which may change from one second to the next. So both ways are tried
//! now and then, and the faster one is kept. The numbers are the same.

use std::time::{Duration, Instant};

use chainrule_nn::compute_alone;

/// So many steps are tried each way; the first few are not counted, since what they read is still
/// with the other threads.
const TRIED: usize = 6;
const UNCOUNTED: usize = 3;

/// After the first few it is over if each of them took so many times as long as the other way.
const HOPELESS: f64 = 1.25;

/// No sooner is another way tried, nor before so many times as long as the trial took.
const LEAST: Duration = Duration::from_millis(100);
const TIMES: u32 = 60;

/// How much faster another way has to be.
const BETTER: f64 = 0.97;

/// Decides for one step after the other.
#[derive(Debug)]
pub(crate) struct Sharing {
    alone: bool,
    state: State,
    /// When the step began that is being taken.
    begun: Option<Instant>,
}

#[derive(Debug)]
enum State {
    /// There is nobody to share with, or it is not known yet.
    Unknown,
    /// Steps are taken one way and timed; before, the other way took so long for a sample.
    Trying {
        times: Vec<f64>,
        before: Option<f64>,
        since: Instant,
    },
    /// Until then the way is kept.
    Kept(Instant),
}

impl Default for Sharing {
    fn default() -> Self {
        Self {
            alone: false,
            state: State::Unknown,
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
            State::Unknown => self.state = trying(None, now),
            State::Kept(until) if now >= until => self.state = trying(None, now),
            _ => {}
        }
        self.begun = Some(now);
    }

    /// After a step of so many samples.
    pub(crate) fn end(&mut self, samples: usize) {
        if let Some(begun) = self.begun.take() {
            self.note(begun.elapsed().as_secs_f64() / samples.max(1) as f64);
        }
    }

    /// A step took so many seconds for a sample.
    fn note(&mut self, time: f64) {
        let State::Trying {
            times,
            before,
            since,
        } = &mut self.state
        else {
            return;
        };
        times.push(time);
        let is_hopeless = times.len() == UNCOUNTED
            && before.is_some_and(|before| times.iter().all(|&time| time > before * HOPELESS));
        if times.len() < TRIED && !is_hopeless {
            return;
        }
        let counted = if is_hopeless { 0 } else { UNCOUNTED };
        let time = median(&mut times[counted..]);
        match *before {
            None => {
                let since = *since;
                self.alone = !self.alone;
                self.state = trying(Some(time), since);
            }
            Some(before) => {
                if time > before * BETTER {
                    self.alone = !self.alone;
                }
                let now = Instant::now();
                let pause = LEAST.max((now - *since) * TIMES);
                self.state = State::Kept(now + pause);
            }
        }
    }
}

impl Drop for Sharing {
    fn drop(&mut self) {
        compute_alone(false);
    }
}

fn trying(before: Option<f64>, since: Instant) -> State {
    State::Trying {
        times: Vec::with_capacity(TRIED),
        before,
        since,
    }
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::team::Team;

    /// Which way is kept after the trials, and after how many steps, if a sample takes so long alone
    /// and shared.
    fn kept(alone: f64, shared: f64) -> (bool, usize) {
        let mut sharing = Sharing {
            state: trying(None, Instant::now()),
            ..Sharing::default()
        };
        let mut steps = 0;
        while !matches!(sharing.state, State::Kept(_)) {
            sharing.note(if sharing.alone { alone } else { shared });
            steps += 1;
        }
        (sharing.alone, steps)
    }

    #[test]
    fn the_faster_way_is_kept() {
        assert_eq!(kept(1e-6, 2e-6), (true, 2 * TRIED));
        assert_eq!(kept(2.1e-6, 2e-6), (false, 2 * TRIED));
        // Much the same is not worth a change.
        assert_eq!(kept(1.99e-6, 2e-6), (false, 2 * TRIED));
        // What is clearly slower is not tried for long.
        assert_eq!(kept(3e-6, 2e-6), (false, TRIED + UNCOUNTED));
    }

    #[test]
    fn steps_in_a_team_are_timed() {
        let team = Team::new(2).unwrap();
        let tried = team.enter(|| {
            let mut sharing = Sharing::default();
            for _ in 0..2 * TRIED {
                sharing.begin();
                sharing.end(1);
            }
            matches!(sharing.state, State::Kept(_))
        });
        assert!(tried);
    }

    #[test]
    fn where_there_is_nobody_to_share_with_nothing_is_tried() {
        let mut sharing = Sharing::default();
        for _ in 0..3 * TRIED {
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
            matches!(sharing.state, State::Trying { .. })
        });
        assert!(tried);
    }
}
