//! Adadelta: steps in the units of the parameters, without a rate.

use chainrule_error::Result;

use super::{
    Rule,
    core::{Core, Turn, optimizer},
};
use crate::Scalar;

/// Adadelta: s ← ρ·s + (1 − ρ)·g², Δ = √(d + ε) / √(s + ε)·g, d ← ρ·d + (1 − ρ)·Δ²,
/// θ ← θ − η·Δ.
///
/// Zeiler, *ADADELTA: an adaptive learning rate method* (2012). s and d are running averages of the
/// squared gradients and of the squared steps; each step takes its size from the steps before, so
/// the paper has no rate: η = 1. ρ is 0.95 and ε 1e-6 unless set, as in the paper; PyTorch has the
/// same rule with ρ = 0.9.
///
/// ```
/// use chainrule_nn::Adadelta;
///
/// assert_eq!(Adadelta::new(1.0)?.to_string(), "Adadelta, learning rate 1");
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
#[derive(Clone)]
pub struct Adadelta(Core);

impl Adadelta {
    /// The rule in LaTeX.
    pub const FORMULA: &str = r"s_t = \rho s_{t-1} + (1-\rho) g_t^2, \quad \Delta_t = \frac{\sqrt{d_{t-1} + \epsilon}}{\sqrt{s_t + \epsilon}}\, g_t, \quad d_t = \rho d_{t-1} + (1-\rho) \Delta_t^2, \quad \theta_t = \theta_{t-1} - \eta \Delta_t";

    /// Adadelta with ρ = 0.95 and ε = 1e-6; the paper's learning rate η is 1.
    ///
    /// # Errors
    ///
    /// When the rate is not a positive, finite number.
    pub fn new(learning_rate: f64) -> Result<Self> {
        Core::new(Rule::adadelta(), learning_rate).map(Self)
    }

    /// With another ρ: how much of the running averages is kept, 0 to below 1.
    ///
    /// # Errors
    ///
    /// When ρ is out of range.
    pub fn rho(self, rho: f64) -> Result<Self> {
        let rule = match self.0.rule {
            Rule::Adadelta { epsilon, .. } => Rule::Adadelta { rho, epsilon },
            other => other,
        };
        self.0.with(rule).map(Self)
    }

    /// With another ε, above 0: the first step is about √ε long.
    ///
    /// # Errors
    ///
    /// When ε is out of range.
    pub fn epsilon(self, epsilon: f64) -> Result<Self> {
        let rule = match self.0.rule {
            Rule::Adadelta { rho, .. } => Rule::Adadelta { rho, epsilon },
            other => other,
        };
        self.0.with(rule).map(Self)
    }
}

optimizer!(Adadelta);

#[inline(always)]
pub(super) fn update<F: Scalar>(
    (rho, epsilon): (f64, f64),
    turn: &Turn,
    parameter: &mut [F],
    gradient: &[F],
    slots: &mut [&mut [F]],
) {
    let [squares, steps] = slots else {
        unreachable!("Adadelta remembers two arrays")
    };
    let (new, rho) = (F::of(1.0 - rho), F::of(rho));
    let (epsilon, rate) = (F::of(epsilon), F::of(turn.rate));
    let all = parameter
        .iter_mut()
        .zip(gradient)
        .zip(squares.iter_mut())
        .zip(steps.iter_mut());
    for (((p, &g), s), d) in all {
        *s = rho * *s + new * g * g;
        // One root instead of two: roots and divisions are what takes the time.
        let step = ((*d + epsilon) / (*s + epsilon)).sqrt() * g;
        *d = rho * *d + new * step * step;
        *p -= rate * step;
    }
}
