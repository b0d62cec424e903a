//! Update rules, one file each.
//!
//! The rule of the folder: a file has one optimizer's documentation with formula, paper and usual
//! settings, its formula in LaTeX, its settings, and `update`, which steps one parameter's values. An
//! `update` is inlined into code for the machine's widest registers (see `core`) and is a plain loop
//! over at most four arrays, so that the compiler can use them.
//! What all share is elsewhere: `rule` has the settings as plain values, `facts` their formulas and sources, `table` all of it in one table, `core` the step and what
//! is remembered, `words` what a rule is called, `descent` steps of values that no network has.

mod adadelta;
mod adagrad;
mod adam;
mod adamax;
mod adamw;
mod amsgrad;
pub(crate) mod check;
mod core;
mod descent;
mod facts;
mod memory;
mod momentum;
mod nadam;
mod nesterov;
mod rmsprop;
mod rule;
mod sgd;
mod table;
mod wide;
mod words;

pub use adadelta::Adadelta;
pub use adagrad::AdaGrad;
pub use adam::Adam;
pub use adamax::AdaMax;
pub use adamw::AdamW;
pub use amsgrad::AmsGrad;
use chainrule_error::{Error, ErrorKind, Result};
pub use descent::Descent;
pub use memory::State;
pub use momentum::Momentum;
pub use nadam::Nadam;
pub use nesterov::Nesterov;
pub use rmsprop::RmsProp;
pub use rule::Rule;
pub use sgd::Sgd;
pub use table::{RuleRow, RuleTable};

pub(crate) use self::{
    core::Core,
    memory::{Entry, Memory},
    wide::descend,
};
use crate::{Gradients, Network, Scalar};

/// A rule that changes parameters by gradients.
pub trait Optimizer<F: Scalar>: Send {
    /// Takes one step: changes every parameter of the network.
    ///
    /// # Errors
    ///
    /// When the gradients belong to another network, or the optimizer remembers another one.
    fn step(&mut self, network: &mut Network<F>, gradients: &Gradients<F>) -> Result<()>;

    /// The learning rate of the next step, if it has one.
    fn learning_rate(&self) -> Option<f64> {
        None
    }

    /// Changes the learning rate of the steps that follow. Every optimizer of this crate can; one
    /// of your own that trains under a [`Schedule`](crate::Schedule) has to say how, and what its
    /// [`learning_rate`](Self::learning_rate) is.
    ///
    /// # Errors
    ///
    /// When the rate is negative or no finite number, or the optimizer has none that can be set.
    fn set_learning_rate(&mut self, rate: f64) -> Result<()> {
        Err(Error::new(
            ErrorKind::Value,
            "this optimizer does not say how its learning rate is set",
        )
        .got(format!("the learning rate {rate}"))
        .hint("give it fn set_learning_rate(&mut self, rate: f64) -> Result<()>"))
    }
}
