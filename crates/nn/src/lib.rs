//! What learns: layers, losses, initializers, networks, gradients and optimizers.
//!
//! A [`Model`] is a description: shapes, layers, a loss. [`Model::build`] turns it into a
//! [`Network`] with parameters drawn from a seed; a network computes scores and [`Gradients`],
//! which are values to hold and print, and an [`Optimizer`] takes a step along them.
//!
//! ```
//! use chainrule_nn::{Model, Optimizer, Sgd};
//! use ndarray::array;
//!
//! let model = Model::input(2).dense(8).tanh().dense(2).softmax();
//! let mut network = model.build(1)?;
//! let x = array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
//! let y = [0, 1, 1, 0]; // exclusive or
//! let mut sgd = Sgd::new(0.5)?;
//! for _ in 0..1000 {
//!     let gradients = network.gradients(&x, &y)?;
//!     sgd.step(&mut network, &gradients)?;
//! }
//! assert_eq!(network.predict(&x)?, [0, 1, 1, 0]);
//! # Ok::<(), chainrule_nn::Error>(())
//! ```
//!
//! Arithmetic is f32, or f64 with [`Model::build_f64`] where exactness is the point.
//!
//! Deliberately absent: data sets, training loops, printing, pictures.

mod check;
mod clip;
mod initialize;
mod kernels;
mod layers;
mod line;
mod loss;
mod matmul;
mod model;
mod network;
mod noise;
mod optim;
mod parameter;
mod penalty;
mod scalar;
mod schedule;
mod shape;
mod step_costs;
mod targets;
mod team;

pub use chainrule_error::{Error, ErrorKind, Result};
pub use check::{
    Agreement, CheckRow, GradientCheck, Kink, OwnGradients, OwnLayer, OwnLoss, Worst, check_layer,
    check_loss, compare_layer,
};
pub use clip::Clipping;
pub use initialize::Init;
pub use layers::Function;
pub use loss::{Loss, Reduction};
pub use model::{Model, Summary, SummaryRow};
pub use network::{Dropout, FilledBytes, Inputs, Inside, LayerRecord, Network, Record, Workspace};
pub use noise::{GradientNoise, NoiseSource};
pub use optim::{
    AdaGrad, AdaMax, Adadelta, Adam, AdamW, AmsGrad, Descent, Momentum, Nadam, Nesterov, Optimizer,
    RmsProp, Rule, RuleRow, RuleTable, Sgd, State,
};
pub use parameter::{Gradients, Parameter};
pub use penalty::Penalty;
pub use scalar::Scalar;
pub use schedule::{Pace, Schedule};
pub use shape::Shape;
pub use step_costs::{StepCost, StepCosts, step_costs};
pub use targets::Targets;
#[doc(hidden)]
pub use team::{compute_alone, wide_awake};
