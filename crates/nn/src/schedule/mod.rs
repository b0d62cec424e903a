//! Learning rates that change while a network learns.

mod pace;

use std::fmt;

use chainrule_error::{Error, ErrorKind, Result};
pub use pace::Pace;

use crate::optim::check;

/// How the learning rate changes, as a factor on the rate that training begins with: so one
/// schedule goes with every optimizer and every rate.
///
/// | schedule | the rate at time t |
/// | --- | --- |
/// | [`constant()`](Self::constant) | η |
/// | [`step(n, γ)`](Self::step) | η·γ^⌊t/n⌋ |
/// | [`exponential(γ)`](Self::exponential) | η·γᵗ |
/// | [`cosine(n)`](Self::cosine) | η·½·(1 + cos(π·t/n)), and 0 after n |
/// | [`warm_up(n, then)`](Self::warm_up) | η·(t + 1)/(n + 1) up to n, then the other from its start |
/// | [`reduce_on_plateau(γ, n)`](Self::reduce_on_plateau) | η times γ for each time that the loss did not fall for more than n epochs |
///
/// Time is counted in epochs, or in steps with [`per_step`](Self::per_step).
///
/// ```
/// use chainrule_nn::Schedule;
///
/// let schedule = Schedule::warm_up(3, Schedule::cosine(20));
/// assert_eq!(schedule.to_string(), "warm-up over 3 epochs, then cosine over 20 epochs");
/// let mut pace = schedule.pace(0.4)?;
/// let rates: Vec<_> = (0..4).map(|_| { let rate = pace.rate(); pace.tick(); rate }).collect();
/// let near = |a: f64, b: f64| (a - b).abs() < 1e-15;
/// assert!(rates.iter().zip([0.1, 0.2, 0.3, 0.4]).all(|(&a, b)| near(a, b)));
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schedule {
    form: Form,
    per_step: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
enum Form {
    #[default]
    Constant,
    Step {
        every: usize,
        factor: f64,
    },
    Exponential {
        factor: f64,
    },
    Cosine {
        length: usize,
        least: f64,
    },
    WarmUp {
        length: usize,
        then: Box<Form>,
    },
    Plateau {
        factor: f64,
        patience: usize,
        min_change: f64,
    },
}

impl Schedule {
    /// The same rate all the time: the default.
    pub fn constant() -> Self {
        Self::default()
    }

    /// The rate times `factor` every so many epochs: PyTorch's `StepLR`.
    pub fn step(every: usize, factor: f64) -> Self {
        Form::Step { every, factor }.into()
    }

    /// The rate times `factor` each epoch: PyTorch's `ExponentialLR`.
    pub fn exponential(factor: f64) -> Self {
        Form::Exponential { factor }.into()
    }

    /// Down to 0 along half a cosine within so many epochs. Loshchilov and Hutter, *SGDR:
    /// stochastic gradient descent with warm restarts* (2017), without the restarts. PyTorch's
    /// `CosineAnnealingLR` is the same until then, and comes up again afterwards.
    pub fn cosine(length: usize) -> Self {
        Self::cosine_to(length, 0.0)
    }

    /// As [`cosine`](Self::cosine), down to a share of the rate: PyTorch's `eta_min` is that share
    /// of η.
    pub fn cosine_to(length: usize, least: f64) -> Self {
        Form::Cosine { length, least }.into()
    }

    /// Up to the whole rate in equal parts within so many epochs, and then by another schedule,
    /// whose time begins there. Goyal et al., *Accurate, large minibatch SGD* (2017). Time is
    /// counted as the other schedule counts it.
    ///
    /// PyTorch: `LinearLR` with the `start_factor` 1/(n + 1), then the other, in a `SequentialLR`.
    pub fn warm_up(length: usize, then: Schedule) -> Self {
        Self {
            form: Form::WarmUp {
                length,
                then: Box::new(then.form),
            },
            per_step: then.per_step,
        }
    }

    /// The rate times `factor` whenever the loss has not fallen for more than `patience` epochs:
    /// PyTorch's `ReduceLROnPlateau`. A loss has fallen when it is below the least so far by a
    /// ten-thousandth of it; see [`min_change`](Self::min_change).
    pub fn reduce_on_plateau(factor: f64, patience: usize) -> Self {
        let min_change = 1e-4;
        Form::Plateau {
            factor,
            patience,
            min_change,
        }
        .into()
    }

    /// For [`reduce_on_plateau`](Self::reduce_on_plateau): which share of the least loss so far a
    /// loss has to be below it.
    pub fn min_change(mut self, share: f64) -> Self {
        if let Form::Plateau { min_change, .. } = self.form.last_mut() {
            *min_change = share;
        }
        self
    }

    /// Counts time in steps rather than epochs. A plateau is still one of epochs.
    pub fn per_step(mut self) -> Self {
        self.per_step = true;
        self
    }

    /// Whether its time is counted in steps.
    pub fn is_per_step(&self) -> bool {
        self.per_step
    }

    /// Whether it needs to be told a loss after each epoch.
    pub fn needs_loss(&self) -> bool {
        matches!(self.form.last(), Form::Plateau { .. })
    }

    /// Itself, if every setting is in its range.
    ///
    /// # Errors
    ///
    /// When one is not; the error names it and its range.
    pub fn checked(self) -> Result<Self> {
        self.form
            .check()
            .map_err(|error| error.within("learning rate schedule"))?;
        Ok(self)
    }

    /// The schedule at work, before the first step at the rate η.
    ///
    /// # Errors
    ///
    /// When the rate or a setting is out of range.
    pub fn pace(&self, rate: f64) -> Result<Pace> {
        let rate = check::learning_rate(rate)?;
        Ok(Pace::new(self.clone().checked()?, rate))
    }
}

impl From<Form> for Schedule {
    fn from(form: Form) -> Self {
        Self {
            form,
            per_step: false,
        }
    }
}

impl Form {
    /// What comes after every warm-up.
    fn last(&self) -> &Self {
        match self {
            Self::WarmUp { then, .. } => then.last(),
            form => form,
        }
    }

    fn last_mut(&mut self) -> &mut Self {
        match self {
            Self::WarmUp { then, .. } => then.last_mut(),
            form => form,
        }
    }

    /// What the rate is multiplied by at the time t, but for plateaus.
    fn factor(&self, t: usize) -> f64 {
        match self {
            Self::Constant | Self::Plateau { .. } => 1.0,
            Self::Step { every, factor } => power(*factor, t / every),
            Self::Exponential { factor } => power(*factor, t),
            Self::Cosine { length, least } => {
                let share = t.min(*length) as f64 / *length as f64;
                let cosine = 0.5 * (1.0 + (std::f64::consts::PI * share).cos());
                least + (1.0 - least) * cosine
            }
            Self::WarmUp { length, .. } if t < *length => (t + 1) as f64 / (length + 1) as f64,
            Self::WarmUp { length, then } => then.factor(t - length),
        }
    }

    fn check(&self) -> Result<()> {
        let share = |what: &str, value: f64| {
            let fine = value > 0.0 && value <= 1.0;
            check::within(what, value, fine, "above 0, at most 1").map(drop)
        };
        let long = |what: &str, length: usize| match length {
            0 => Err(
                Error::new(ErrorKind::Value, format!("{what} is out of range"))
                    .expected("at least 1")
                    .got("0"),
            ),
            _ => Ok(()),
        };
        match self {
            Self::Constant => Ok(()),
            Self::Step { every, factor } => {
                long("the length of a step", *every)?;
                share("its factor", *factor)
            }
            Self::Exponential { factor } => share("its factor", *factor),
            Self::Cosine { length, least } => {
                long("the length of a cosine", *length)?;
                let fine = (0.0..=1.0).contains(least);
                check::within("its least share", *least, fine, "0 to 1").map(drop)
            }
            Self::WarmUp { length, then } => {
                long("the length of a warm-up", *length)?;
                then.check()
            }
            Self::Plateau {
                factor, min_change, ..
            } => {
                share("its factor", *factor)?;
                check::decay("its least change", *min_change).map(drop)
            }
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, unit: &str) -> fmt::Result {
        let many = |n: usize| format!("{n} {unit}{}", if n == 1 { "" } else { "s" });
        match self {
            Self::Constant => f.write_str("constant"),
            Self::Step { every, factor } => write!(f, "× {factor} every {}", many(*every)),
            Self::Exponential { factor } => write!(f, "× {factor} each {unit}"),
            Self::Cosine { length, least } => {
                write!(f, "cosine over {}", many(*length))?;
                match least {
                    0.0 => Ok(()),
                    least => write!(f, " to × {least}"),
                }
            }
            Self::WarmUp { length, then } => {
                write!(f, "warm-up over {}, then ", many(*length))?;
                then.write(f, unit)
            }
            Self::Plateau {
                factor,
                patience,
                min_change,
            } => {
                let epochs = if *patience == 1 { "epoch" } else { "epochs" };
                write!(
                    f,
                    "× {factor} on a plateau of more than {patience} {epochs}"
                )?;
                match min_change {
                    0.0001 => Ok(()),
                    change => write!(f, " within {change}"),
                }
            }
        }
    }
}

fn power(factor: f64, exponent: usize) -> f64 {
    factor.powi(i32::try_from(exponent).unwrap_or(i32::MAX))
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.form
            .write(f, if self.per_step { "step" } else { "epoch" })
    }
}
