//! Threads that share the steps of one training.

use chainrule_error::{Error, ErrorKind, Result};

/// The threads of one training. What is computed within is shared between them by the network; the
/// numbers are the same on any number.
pub(crate) struct Team(Option<rayon::ThreadPool>);

impl Team {
    /// So many threads; with one nothing is started.
    pub(crate) fn new(threads: usize) -> Result<Self> {
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
