//! A cursor on a trace, for one step a cell.

use std::fmt;

use chainrule_error::{Error, ErrorKind, Result};

use crate::{step::Step, steps::Steps, trace::Trace};

/// A place in a [`Trace`]: owned, so that a cell can keep it and the next cell go on.
///
/// ```
/// use chainrule_nn::Model;
/// use chainrule_trace::Traceable;
/// use ndarray::array;
///
/// let network = Model::input(2).dense(1).sigmoid().half_squared_error().build_f64(1)?;
/// let trace = network.trace(&array![[1.0, -1.0]], &array![[1.0]])?;
/// let mut walk = trace.stepper();
/// assert_eq!(walk.next()?.name(), "z1");
/// assert_eq!(walk.next()?.name(), "a1");
/// assert_eq!(walk.until("dW1")?.len(), 5); // C, ∂C/∂a¹, σ′(z¹), δ¹, ∂C/∂W¹
/// assert_eq!(walk.next()?.name(), "db1");
/// assert!(walk.next().is_err()); // the end
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
#[derive(Clone)]
pub struct Stepper {
    trace: Trace,
    /// How many steps have been seen.
    seen: usize,
}

impl Stepper {
    pub(crate) fn new(trace: Trace) -> Self {
        Self { trace, seen: 0 }
    }

    /// The next step.
    ///
    /// # Errors
    ///
    /// After the last one.
    #[expect(
        clippy::should_implement_trait,
        reason = "a cell shows a step or an error that says what to do, not an Option"
    )]
    pub fn next(&mut self) -> Result<Step> {
        if self.seen == self.trace.len() {
            return Err(Error::new(ErrorKind::Value, "the trace has ended")
                .why(format!("all its {} steps have been shown", self.seen))
                .hint(".restart() goes back to the first"));
        }
        self.seen += 1;
        self.trace.step(self.seen)
    }

    /// The step before the one seen last.
    ///
    /// # Errors
    ///
    /// At the first step.
    pub fn back(&mut self) -> Result<Step> {
        if self.seen < 2 {
            return Err(Error::new(
                ErrorKind::Value,
                "there is no step before the first",
            ));
        }
        self.seen -= 1;
        self.trace.step(self.seen)
    }

    /// All the next steps up to the one of that name.
    ///
    /// # Errors
    ///
    /// When no step has the name, or it has been passed already.
    pub fn until(&mut self, name: &str) -> Result<Steps> {
        let last = self.trace.position(name)?;
        if last <= self.seen {
            return Err(Error::new(
                ErrorKind::Value,
                format!("step {last}, {name}, has been shown already"),
            )
            .got(format!("step {} was the last", self.seen))
            .hint(".restart() goes back to the first"));
        }
        let steps = self.trace.range(self.seen + 1, last)?;
        self.seen = last;
        Ok(steps)
    }

    /// How many steps have been seen.
    pub fn seen(&self) -> usize {
        self.seen
    }

    /// Goes back before the first step.
    pub fn restart(&mut self) {
        self.seen = 0;
    }
}

impl fmt::Display for Stepper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "after step {} of {}", self.seen, self.trace.len())
    }
}

impl fmt::Debug for Stepper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
