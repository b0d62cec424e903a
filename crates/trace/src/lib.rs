//! Why it learns: one training pass, opened up step by step.
//!
//! [`Traceable::trace`] makes the same forward and backward pass that training makes, and keeps it
//! as a [`Trace`]: ordered [`Step`]s, each with its formula, the formula with the numbers put in,
//! the result, its shape and a sentence on why.
//!
//! ```
//! use chainrule_nn::Model;
//! use chainrule_trace::Traceable;
//! use ndarray::array;
//!
//! let mut network = Model::input(1).dense(1).sigmoid().half_squared_error().build_f64(1)?;
//! network.set_parameter("dense_1.weight", array![[2.0]].into_dyn())?;
//! let trace = network.trace(&array![[0.5]], &array![[1.0]])?;
//! assert_eq!(
//!     trace.get("dW1")?.to_string(),
//!     "7. dW1 (1 × 1): A weight counts as much as what came in through it, times the δ of the \
//!      unit that it leads to (BP4).\n  \
//!        ∂C/∂W¹ = δ¹ (a⁰)ᵀ\n         \
//!               = (-0.052877) · 0.5\n         \
//!               = -0.026439"
//! );
//! # Ok::<(), chainrule_nn::Error>(())
//! ```
//!
//! Rumelhart, Hinton and Williams, *Learning representations by back-propagating errors* (1986);
//! the symbols and the four equations BP1 to BP4 are those of Nielsen, *Neural networks and deep
//! learning* (2015), chapter 2.
//!
//! Deliberately absent: a second implementation of any layer, printing, pictures.

mod block;
mod build;
mod check;
mod expr;
mod matrix;
mod names;
mod number;
mod piece;
mod quantity;
mod step;
mod stepper;
mod steps;
mod style;
mod trace;
mod traceable;
mod update;

pub use chainrule_error::{Error, ErrorKind, Result};
pub use check::{Answer, Answers, Finding, Verdict};
pub use step::{Direction, Step};
pub use stepper::Stepper;
pub use steps::{StepTable, Steps};
pub use style::Notation;
pub use trace::Trace;
pub use traceable::Traceable;
pub use update::{Update, UpdateLine, Visible, trace_update};
