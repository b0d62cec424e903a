//! How networks learn: the training loop, what watches it, and experiments over settings.
//!
//! [`train`] is the loop that a student would write by hand: draw a batch, compute the gradients,
//! take a step, measure now and then. An [`Experiment`] runs it for one model under several
//! [`Setting`]s, side by side on the machine's cores, and keeps everything in [`Results`].
//!
//! ```
//! use chainrule_data::Mnist;
//! use chainrule_nn::Model;
//! use chainrule_train::Experiment;
//!
//! let mut mnist = Mnist::load()?;
//! mnist.train = mnist.train.first(2_000)?;
//! mnist.test = mnist.test.first(500)?;
//! let model = Model::input(784).dense(10).softmax();
//! let results = Experiment::new("Model 1", &model, &mnist)
//!     .settings(&[(1, 0.005), (2, 0.1)])
//!     .log_every(500)
//!     .quiet()
//!     .run()?;
//! assert_eq!(results.runs[1].curve.len(), 8); // 4 000 samples, logged every 500
//! assert!(results.runs[1].final_test_accuracy > Some(0.6));
//! # Ok::<(), chainrule_train::Error>(())
//! ```
//!
//! A [grid](Experiment::grid) lets any field of the settings vary, [repeats](Experiment::repeats)
//! run every setting under several seeds; [`Results::summary`] has mean and deviation of each,
//! [`Results::compare`] says whether one beats another beyond chance, [`Results::save`] writes them
//! to a file. Finished runs are [remembered](Experiment#remembered-runs) as long as the process lives.
//!
//! A [`Fit`] trains one network and tells of every epoch: its [`Callback`]s look on and may end it, its
//! [`History`] keeps every metric.
//!
//! The same seed gives the same numbers, whatever the number of threads: each run has its own
//! generators and its own buffers, and no sum is split between threads.
//!
//! Training ends early, and keeps what it has, when an [`interrupt`] is requested.
//!
//! Deliberately absent: pictures. A result's curves are plain numbers that the plot crate draws.

mod confusion;
mod csv_text;
mod early_stopping;
mod evaluate;
mod experiment;
mod fit;
mod full_batch;
mod grid;
pub mod interrupt;
mod labels;
mod log;
mod mistakes;
mod names;
mod observer;
mod progress;
mod race;
mod recipe;
mod results;
mod samples;
mod schedule;
mod setting;
mod sharing;
mod steps;
mod tally;
mod team;
mod text;
mod train;

pub use chainrule_error::{Error, ErrorKind, Result};
pub use confusion::ConfusionMatrix;
pub use early_stopping::{EarlyStopping, Mode, Validated};
pub use evaluate::{Evaluation, evaluate};
pub use experiment::{Experiment, forget_runs};
#[doc(hidden)]
pub use fit::lines::{epoch_head, epoch_line};
#[doc(hidden)]
pub use fit::panic_is_caught;
pub use fit::{
    Callback, Checkpoint, Control, End, Ending, Epoch, Fit, History, Log, Saved, Start,
    TerminateOnNaN, TrainMetrics,
};
pub use full_batch::train_full_batch;
pub use grid::Choice;
pub use mistakes::{Mistake, Mistakes};
pub use observer::{Event, Observer, Silent, set_default_observer};
pub use progress::ProgressLines;
pub use race::{Race, RaceResults, Racer, Surface};
pub use recipe::Recipe;
pub use results::{
    Comparison, Comparisons, Divergence, MeanCurve, Measure, Pick, Point, Results, ResultsSummary,
    Run, SettingSummary, Spread,
};
#[doc(hidden)]
pub use results::{remark, remembered_words};
pub use setting::Setting;
pub use tally::Tally;
#[doc(hidden)]
pub use text::{duration, grouped};
pub use train::{Number, Trained, TrainingOptions, train};
