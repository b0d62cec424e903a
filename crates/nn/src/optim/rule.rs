//! An update rule as a value: which one, with which settings.

use chainrule_error::{Error, Result};

use super::{
    Optimizer, Sgd, adadelta, adagrad, adam, adamax, adamw, amsgrad, check,
    core::{Core, Turn},
    momentum, nadam, nesterov, rmsprop,
};
use crate::Scalar;

/// An update rule with its settings, without a learning rate and without memory: what a setting of
/// an experiment names. [`optimizer`](Self::optimizer) makes it one that can take steps.
///
#[doc = include_str!("table.md")]
///
/// What it is called says which it is and where its settings are not the usual ones:
///
/// ```
/// use chainrule_nn::{Adam, Optimizer, Rule};
///
/// assert_eq!(Rule::adam().to_string(), "Adam");
/// assert_eq!(Rule::adam().with_rate(0.001), "Adam, learning rate 0.001");
/// let other = Adam::new(0.001)?.betas(0.9, 0.99)?.rule();
/// assert_eq!(other.to_string(), "Adam, β₂ 0.99");
/// let optimizer: Box<dyn Optimizer<f64>> = other.optimizer(0.01)?;
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(
    missing_docs,
    reason = "the fields are named in the optimizers' formulas"
)]
pub enum Rule {
    /// [`Sgd`].
    #[default]
    Sgd,
    /// [`Momentum`](crate::Momentum), in PyTorch's form or in the classical one.
    Momentum { momentum: f64, classical: bool },
    /// [`Nesterov`](crate::Nesterov), in PyTorch's form or in the classical one.
    Nesterov { momentum: f64, classical: bool },
    /// [`AdaGrad`](crate::AdaGrad).
    AdaGrad { epsilon: f64 },
    /// [`Adadelta`](crate::Adadelta).
    Adadelta { rho: f64, epsilon: f64 },
    /// [`RmsProp`](crate::RmsProp), plain or centred, with ε beside the root or inside it.
    RmsProp {
        alpha: f64,
        epsilon: f64,
        centred: bool,
        epsilon_inside: bool,
    },
    /// [`Adam`](crate::Adam).
    Adam {
        beta1: f64,
        beta2: f64,
        epsilon: f64,
    },
    /// [`AdaMax`](crate::AdaMax).
    AdaMax {
        beta1: f64,
        beta2: f64,
        epsilon: f64,
    },
    /// [`Nadam`](crate::Nadam); a `momentum_decay` of `None` is constant momentum.
    Nadam {
        beta1: f64,
        beta2: f64,
        epsilon: f64,
        momentum_decay: Option<f64>,
    },
    /// [`AmsGrad`](crate::AmsGrad), with or without the correction of the averages' start.
    AmsGrad {
        beta1: f64,
        beta2: f64,
        epsilon: f64,
        correction: bool,
    },
    /// [`AdamW`](crate::AdamW).
    AdamW {
        beta1: f64,
        beta2: f64,
        epsilon: f64,
        weight_decay: f64,
    },
}

/// Adam's usual settings.
const BETA1: f64 = 0.9;
const BETA2: f64 = 0.999;
const EPSILON: f64 = 1e-8;

impl Rule {
    /// Every rule with its usual settings, in the order of their table.
    pub fn all() -> [Self; 12] {
        [
            Self::Sgd,
            Self::momentum(),
            Self::nesterov(),
            Self::adagrad(),
            Self::adadelta(),
            Self::rmsprop(),
            Self::centred_rmsprop(),
            Self::adam(),
            Self::adamax(),
            Self::nadam(),
            Self::amsgrad(),
            Self::adamw(),
        ]
    }

    /// Plain stochastic gradient descent: [`Sgd`].
    pub fn sgd() -> Self {
        Self::Sgd
    }

    /// [`Momentum`](crate::Momentum) with μ = 0.9.
    pub fn momentum() -> Self {
        Self::Momentum {
            momentum: 0.9,
            classical: false,
        }
    }

    /// [`Nesterov`](crate::Nesterov) with μ = 0.9.
    pub fn nesterov() -> Self {
        Self::Nesterov {
            momentum: 0.9,
            classical: false,
        }
    }

    /// [`AdaGrad`](crate::AdaGrad) with ε = 1e-10.
    pub fn adagrad() -> Self {
        Self::AdaGrad { epsilon: 1e-10 }
    }

    /// [`Adadelta`](crate::Adadelta) with ρ = 0.95 and ε = 1e-6.
    pub fn adadelta() -> Self {
        Self::Adadelta {
            rho: 0.95,
            epsilon: 1e-6,
        }
    }

    /// [`RmsProp`](crate::RmsProp) with α = 0.9 and ε = 1e-8.
    pub fn rmsprop() -> Self {
        Self::RmsProp {
            alpha: 0.9,
            epsilon: EPSILON,
            centred: false,
            epsilon_inside: false,
        }
    }

    /// As [`rmsprop`](Self::rmsprop), centred.
    pub fn centred_rmsprop() -> Self {
        Self::RmsProp {
            alpha: 0.9,
            epsilon: EPSILON,
            centred: true,
            epsilon_inside: false,
        }
    }

    /// [`Adam`](crate::Adam) with β₁ = 0.9, β₂ = 0.999 and ε = 1e-8.
    pub fn adam() -> Self {
        Self::Adam {
            beta1: BETA1,
            beta2: BETA2,
            epsilon: EPSILON,
        }
    }

    /// [`AdaMax`](crate::AdaMax) with Adam's settings.
    pub fn adamax() -> Self {
        Self::AdaMax {
            beta1: BETA1,
            beta2: BETA2,
            epsilon: EPSILON,
        }
    }

    /// [`Nadam`](crate::Nadam) with Adam's settings and ψ = 0.004.
    pub fn nadam() -> Self {
        Self::Nadam {
            beta1: BETA1,
            beta2: BETA2,
            epsilon: EPSILON,
            momentum_decay: Some(0.004),
        }
    }

    /// [`AmsGrad`](crate::AmsGrad) with Adam's settings.
    pub fn amsgrad() -> Self {
        Self::AmsGrad {
            beta1: BETA1,
            beta2: BETA2,
            epsilon: EPSILON,
            correction: true,
        }
    }

    /// [`AdamW`](crate::AdamW) with Adam's settings and λ = 0.01.
    pub fn adamw() -> Self {
        Self::AdamW {
            beta1: BETA1,
            beta2: BETA2,
            epsilon: EPSILON,
            weight_decay: 0.01,
        }
    }

    /// An optimizer that follows this rule, before its first step.
    ///
    /// # Errors
    ///
    /// When the rate or a setting is out of range.
    pub fn optimizer<F: Scalar>(self, learning_rate: f64) -> Result<Box<dyn Optimizer<F>>> {
        Ok(match self {
            Self::Sgd => Box::new(Sgd::new(learning_rate)?),
            rule => Box::new(Core::new(rule, learning_rate)?),
        })
    }

    /// What it is called with a learning rate: `Adam, learning rate 0.001`.
    pub fn with_rate(&self, learning_rate: f64) -> String {
        self.words(Some(learning_rate))
    }

    /// Itself, if every setting is in its range.
    ///
    /// # Errors
    ///
    /// When one is not; the error names it and its range.
    pub fn checked(self) -> Result<Self> {
        let betas = |beta1, beta2, epsilon, least: fn(&str, f64) -> Result<f64>| {
            check::decay("β₁ (beta1)", beta1)?;
            check::decay("β₂ (beta2)", beta2)?;
            least("ε (epsilon)", epsilon)
        };
        let checked = match self {
            Self::Sgd => Ok(0.0),
            Self::Momentum { momentum, .. } | Self::Nesterov { momentum, .. } => {
                check::decay("μ (momentum)", momentum)
            }
            Self::AdaGrad { epsilon } => check::epsilon("ε (epsilon)", epsilon),
            Self::Adadelta { rho, epsilon } => {
                check::decay("ρ (rho)", rho).and_then(|_| check::epsilon("ε (epsilon)", epsilon))
            }
            Self::RmsProp { alpha, epsilon, .. } => check::decay("α (alpha)", alpha)
                .and_then(|_| check::epsilon("ε (epsilon)", epsilon)),
            Self::AdaMax {
                beta1,
                beta2,
                epsilon,
            } => betas(beta1, beta2, epsilon, check::at_least_zero),
            Self::Adam {
                beta1,
                beta2,
                epsilon,
            }
            | Self::AmsGrad {
                beta1,
                beta2,
                epsilon,
                ..
            } => betas(beta1, beta2, epsilon, check::epsilon),
            Self::Nadam {
                beta1,
                beta2,
                epsilon,
                momentum_decay,
            } => betas(beta1, beta2, epsilon, check::epsilon).and_then(|_| {
                check::at_least_zero("ψ (momentum_decay)", momentum_decay.unwrap_or(0.0))
            }),
            Self::AdamW {
                beta1,
                beta2,
                epsilon,
                weight_decay,
            } => betas(beta1, beta2, epsilon, check::epsilon)
                .and_then(|_| check::at_least_zero("λ (weight_decay)", weight_decay)),
        };
        checked.map_err(|error: Error| error.within(self.name()))?;
        Ok(self)
    }

    /// μₜ of Nadam; 1 where no product of momenta is kept.
    pub(super) fn momentum_at(&self, step: u64) -> f64 {
        match *self {
            Self::Nadam {
                beta1,
                momentum_decay,
                ..
            } => nadam::momentum_at(beta1, momentum_decay, step),
            _ => 1.0,
        }
    }

    /// One step of one parameter's values.
    #[inline(always)]
    pub(super) fn apply<F: Scalar>(
        &self,
        turn: &Turn,
        parameter: &mut [F],
        gradient: &[F],
        slots: &mut [&mut [F]],
    ) {
        let (p, g, s) = (parameter, gradient, slots);
        match *self {
            Self::Sgd => super::sgd::update(turn.rate, p, g),
            Self::Momentum {
                momentum,
                classical,
            } => {
                momentum::update((momentum, classical), turn, p, g, s);
            }
            Self::Nesterov {
                momentum,
                classical,
            } => {
                nesterov::update((momentum, classical), turn, p, g, s);
            }
            Self::AdaGrad { epsilon } => adagrad::update(epsilon, turn, p, g, s),
            Self::Adadelta { rho, epsilon } => adadelta::update((rho, epsilon), turn, p, g, s),
            Self::RmsProp {
                alpha,
                epsilon,
                epsilon_inside,
                ..
            } => {
                rmsprop::update((alpha, epsilon, epsilon_inside), turn, p, g, s);
            }
            Self::Adam {
                beta1,
                beta2,
                epsilon,
            } => {
                adam::update((beta1, beta2, epsilon), turn, p, g, s);
            }
            Self::AdaMax {
                beta1,
                beta2,
                epsilon,
            } => {
                adamax::update((beta1, beta2, epsilon), turn, p, g, s);
            }
            Self::Nadam {
                beta1,
                beta2,
                epsilon,
                momentum_decay,
            } => {
                nadam::update((beta1, beta2, epsilon, momentum_decay), turn, p, g, s);
            }
            Self::AmsGrad {
                beta1,
                beta2,
                epsilon,
                correction,
            } => {
                amsgrad::update((beta1, beta2, epsilon, correction), turn, p, g, s);
            }
            Self::AdamW {
                beta1,
                beta2,
                epsilon,
                weight_decay,
            } => {
                adamw::update(((beta1, beta2, epsilon), weight_decay), turn, p, g, s);
            }
        }
    }
}
