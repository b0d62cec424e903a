//! Threads that share the steps of one training.

use chainrule_error::{Error, ErrorKind, Result};

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
            Some(pool) => pool.install(compute),
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
