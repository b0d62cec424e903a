//! Threads that share the steps of one training, and stay awake while it is at work.

use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::wide_awake;

use crate::schedule::cores;

/// The threads of one training. What is computed within is shared between them by the network; the
/// numbers are the same on any number.
pub(crate) struct Team(Option<rayon::ThreadPool>);

impl Team {
    /// As many threads as the machine runs at a time.
    pub(crate) fn of_all() -> Result<Self> {
        Self::new(cores())
    }

    /// So many threads; with one nothing is started.
    pub(crate) fn new(threads: usize) -> Result<Self> {
        check_threads(threads)?;
        if threads < 2 {
            return Ok(Self(None));
        }
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|i| format!("training {i}"))
            .build();
        pool.map(|pool| Self(Some(pool))).map_err(|error| {
            Error::new(ErrorKind::Io, "no threads can be started")
                .got(error.to_string())
                .hint("compute on one thread: .threads(1)")
        })
    }

    /// Computes something on the team's threads.
    pub(crate) fn enter<R: Send>(&self, compute: impl FnOnce() -> R + Send) -> R {
        match &self.0 {
            Some(pool) => pool.install(|| wide_awake(compute)),
            None => compute(),
        }
    }
}

/// Refuses no threads at all.
pub(crate) fn check_threads(threads: usize) -> Result<()> {
    if threads > 0 {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Value, "training needs a thread")
        .expected("at least 1")
        .got("0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(numbers: &[u64]) -> u64 {
        match numbers {
            [] => 0,
            [one] => *one,
            _ => {
                let (first, last) = numbers.split_at(numbers.len() / 2);
                let (a, b) = rayon::join(|| sum(first), || sum(last));
                a + b
            }
        }
    }

    #[test]
    fn a_team_computes_shared_work_again_and_again() {
        let numbers: Vec<u64> = (0..1_000).collect();
        for threads in [1, 2, 5] {
            let team = Team::new(threads).unwrap();
            for _ in 0..20 {
                assert_eq!(team.enter(|| sum(&numbers)), 499_500);
            }
        }
    }

    #[test]
    fn a_panic_lets_the_others_go() {
        let team = Team::new(3).unwrap();
        let computed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            team.enter(|| -> u64 { panic!("a student's own") })
        }));
        assert!(computed.is_err());
        assert_eq!(team.enter(|| sum(&[3, 4])), 7);
    }
}
