//! What all optimizers with a memory share: a rule, a learning rate, and what is remembered.

use chainrule_error::Result;

use super::{Memory, Optimizer, Rule, State, check, wide::Wide};
use crate::{Gradients, Network, Scalar};

/// A rule at work. The named optimizers are this with settings of their own.
#[derive(Clone, Debug)]
pub struct Core {
    pub(super) rule: Rule,
    pub(super) rate: f64,
    pub(super) memory: Memory,
}

/// What a rule knows beside one parameter's arrays.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    pub(super) rate: f64,
    /// Which step it is, counted from 1.
    pub(super) step: u64,
    /// Nadam's product of momenta, this step's among them.
    pub(super) product: f64,
}

impl Turn {
    /// 1 − βᵗ: what a running average that began with 0 is divided by.
    pub(super) fn correction(&self, beta: f64) -> f64 {
        // The exponent of a run that takes longer than 2³¹ steps makes no difference.
        1.0 - beta.powi(i32::try_from(self.step).unwrap_or(i32::MAX))
    }
}

impl Core {
    pub(super) fn new(rule: Rule, rate: f64) -> Result<Self> {
        Ok(Self {
            rule: rule.checked()?,
            rate: check::learning_rate(rate)?,
            memory: Memory::default(),
        })
    }

    /// The same with another setting.
    pub(super) fn with(self, rule: Rule) -> Result<Self> {
        Ok(Self {
            rule: rule.checked()?,
            ..self
        })
    }

    pub(super) fn set_rate(&mut self, rate: f64) -> Result<()> {
        self.rate = check::scheduled_rate(rate)?;
        Ok(())
    }

    pub(super) fn steps(&self) -> u64 {
        self.memory.steps
    }

    pub(super) fn state(&self, parameter: &str) -> Result<State> {
        self.memory.state(parameter, self.rule.slots())
    }

    pub(super) fn reset(&mut self) {
        self.memory = Memory::default();
    }

    /// One step: compiled in this crate for both arithmetics, called through [`Scalar`].
    pub(crate) fn advance<F: Scalar>(
        &mut self,
        network: &mut Network<F>,
        gradients: &Gradients<F>,
    ) -> Result<()> {
        network.check_gradients(gradients)?;
        self.memory.belong(network, self.rule.slots().len())?;
        let (rule, turn) = (self.rule, self.turn());
        let mut entries = F::entries(&mut self.memory).iter_mut();
        network.update(gradients, |parameter, gradient| {
            let entry = entries
                .next()
                .expect("an entry for each parameter; please report");
            Wide::new(rule, turn, parameter, gradient, &mut entry.slots).step(gradients.samples);
        })
    }

    /// One step of plain values, of which there are as many as gradients.
    pub(super) fn advance_values(&mut self, values: &mut [f64], gradient: &[f64]) -> Result<()> {
        self.memory
            .belong_to_values(values.len(), self.rule.slots().len())?;
        let (rule, turn) = (self.rule, self.turn());
        let slots = &mut self.memory.double[0].slots;
        Wide::new(rule, turn, values, gradient, slots).step(1);
        Ok(())
    }

    /// Counts one step more.
    pub(super) fn turn(&mut self) -> Turn {
        self.memory.steps += 1;
        self.memory.product *= self.rule.momentum_at(self.memory.steps);
        Turn {
            rate: self.rate,
            step: self.memory.steps,
            product: self.memory.product,
        }
    }
}

impl<F: Scalar> Optimizer<F> for Core {
    fn step(&mut self, network: &mut Network<F>, gradients: &Gradients<F>) -> Result<()> {
        F::advance(self, network, gradients)
    }

    fn learning_rate(&self) -> Option<f64> {
        Some(self.rate)
    }

    fn set_learning_rate(&mut self, rate: f64) -> Result<()> {
        self.set_rate(rate)
    }
}

/// Gives what has a [`Core`] its rate, its steps and its rule.
macro_rules! at_work {
    ($name:ident) => {
        impl $name {
            /// The learning rate η of the next step.
            pub fn learning_rate(&self) -> f64 {
                self.0.rate
            }

            /// Changes the learning rate of the steps that follow, as a
            /// [`Schedule`](crate::Schedule) does; what is remembered stays.
            ///
            /// # Errors
            ///
            /// When the rate is negative or no finite number.
            pub fn set_learning_rate(&mut self, rate: f64) -> Result<()> {
                self.0.set_rate(rate)
            }

            /// How many steps it has taken.
            pub fn steps(&self) -> u64 {
                self.0.steps()
            }

            /// Its rule and settings, without the learning rate and what it remembers.
            pub fn rule(&self) -> Rule {
                self.0.rule
            }
        }
    };
}

pub(super) use at_work;

/// Gives a named optimizer what all of them have.
macro_rules! optimizer {
    ($name:ident) => {
        $crate::optim::core::at_work!($name);

        impl $name {
            /// What it remembers of a parameter: named arrays, shaped as the parameter.
            ///
            /// # Errors
            ///
            /// Before the first step, and when the network has no such parameter.
            pub fn state(&self, parameter: &str) -> Result<$crate::State> {
                self.0.state(parameter)
            }

            /// Forgets all its steps: it may then be used on another network.
            pub fn reset(&mut self) {
                self.0.reset();
            }
        }

        impl<F: $crate::Scalar> $crate::Optimizer<F> for $name {
            fn step(
                &mut self,
                network: &mut $crate::Network<F>,
                gradients: &$crate::Gradients<F>,
            ) -> Result<()> {
                F::advance(&mut self.0, network, gradients)
            }

            fn learning_rate(&self) -> Option<f64> {
                Some(self.0.rate)
            }

            fn set_learning_rate(&mut self, rate: f64) -> Result<()> {
                self.0.set_rate(rate)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.rule.write(f, Some(self.0.rate))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{self}, after {} steps", self.0.steps())
            }
        }
    };
}

pub(super) use optimizer;

/// Gives a relative of Adam the settings that all of them have.
macro_rules! betas {
    ($name:ident) => {
        impl $name {
            /// With other decays β₁ and β₂ of the running averages, each 0 to below 1.
            ///
            /// # Errors
            ///
            /// When one of them is out of range.
            pub fn betas(self, first: f64, second: f64) -> Result<Self> {
                let mut rule = self.0.rule;
                if let Rule::$name { beta1, beta2, .. } = &mut rule {
                    (*beta1, *beta2) = (first, second);
                }
                self.0.with(rule).map(Self)
            }

            /// With another ε.
            ///
            /// # Errors
            ///
            /// When ε is out of range.
            pub fn epsilon(self, value: f64) -> Result<Self> {
                let mut rule = self.0.rule;
                if let Rule::$name { epsilon, .. } = &mut rule {
                    *epsilon = value;
                }
                self.0.with(rule).map(Self)
            }
        }
    };
}

pub(super) use betas;

/// Gives a rule with a velocity the settings that all of them have.
macro_rules! momenta {
    ($name:ident) => {
        impl $name {
            /// With another μ: the share of the velocity that is kept, 0 to below 1.
            ///
            /// # Errors
            ///
            /// When μ is out of range.
            pub fn momentum(self, value: f64) -> Result<Self> {
                let mut rule = self.0.rule;
                if let Rule::$name { momentum, .. } = &mut rule {
                    *momentum = value;
                }
                self.0.with(rule).map(Self)
            }

            /// In the classical form, with the rate inside the velocity. Only before the first step:
            /// a velocity of the other form has the other sign and another size, and the optimizer
            /// is [reset](Self::reset).
            pub fn classical(mut self) -> Self {
                if let Rule::$name { classical, .. } = &mut self.0.rule {
                    *classical = true;
                    self.0.reset();
                }
                self
            }
        }
    };
}

pub(super) use momenta;
