//! Neural networks from scratch in Rust notebooks.
//!
//! This is the one crate that a notebook names:
//!
//! ```text
//! :dep chainrule = { path = "../crates/chainrule" }
//! use chainrule::prelude::*;
//! ```
//!
//! and this a first network, from the data to its curves:
//!
//! ```
//! use chainrule::prelude::*;
//!
//! let mut mnist = Mnist::load()?; // 60 000 images to train on, 10 000 to test
//! # mnist.train = mnist.train.first(3_000)?;
//! # mnist.test = mnist.test.first(500)?;
//! let model = Model::input(784).dense(32).relu().dense(10).softmax();
//! let results = Experiment::new("A first network", &model, &mnist)
//!     .settings(&[(1, 0.005), (1, 0.1)]) // epochs and learning rate
//! #   .log_every(1_000)
//! #   .quiet()
//!     .run()?;
//! let figure = plot_learning_curves(&[&results])?;
//! # assert!(figure.description().contains("Epochs: 1, Learning rate: 0.1"));
//! # Ok::<(), chainrule::Error>(())
//! ```
//!
//! The parts are crates of their own, re-exported as [`random`], [`data`], [`nn`], [`train`],
//! [`trace`] and [`plot`].
//! This crate joins them: it draws results, and it alone knows how a notebook displays
//! ([`notebook`]).

use chainrule_train::interrupt;

pub mod figures;
pub mod notebook;
pub mod prelude;

pub use chainrule_data as data;
pub use chainrule_error::{self as error, Error, ErrorKind, Result};
pub use chainrule_nn as nn;
pub use chainrule_plot as plot;
pub use chainrule_random as random;
pub use chainrule_trace as trace;
pub use chainrule_train as train;
/// Arrays, as the notebooks use them.
pub use ndarray;
pub use rand;
pub use rand_pcg;

/// Whether the reader has pressed *stop*: for loops written by hand.
///
/// A loop that looks ends itself, and everything it has computed lives on. [`Experiment`]s look
/// by themselves. A cell that does not look for longer than a second has to be ended from outside,
/// which costs its variables.
///
/// ```
/// use chainrule::prelude::*;
///
/// let mut losses = Vec::new();
/// for step in 0..1_000 {
///     if interrupted() {
///         break;
///     }
///     losses.push(1.0 / f64::from(step + 1));
/// }
/// assert_eq!(losses.len(), 1_000); // nobody pressed it
/// ```
///
/// [`Experiment`]: crate::train::Experiment
pub fn interrupted() -> bool {
    interrupt::poll()
}
