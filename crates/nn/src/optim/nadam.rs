//! Nadam: Adam with Nesterov's look ahead.

use chainrule_error::Result;

use super::{
    Rule,
    adam::Averages,
    core::{Core, Turn, betas, optimizer},
};
use crate::Scalar;

/// Nadam: m and v as Adam's,
/// θ ← θ − η·(μₜ₊₁·m / (1 − Π·μₜ₊₁) + (1 − μₜ)·g / (1 − Π)) / (√v̂ + ε)
/// with μₜ = β₁·(1 − ½·0.96^(t·ψ)), Π = μ₁·…·μₜ and v̂ = v / (1 − β₂ᵗ).
///
/// Dozat, *Incorporating Nesterov momentum into Adam* (2016). β₁ = 0.9, β₂ = 0.999, ε = 1e-8,
/// ψ = 0.004 and the usual learning rate 0.002, as in PyTorch, which has the same rule; the paper
/// writes the schedule of the momentum with t / 250. As there, m itself fades by β₁.
///
/// The paper also gives the rule with one momentum, μₜ = β₁, which is what most overviews show;
/// see [`constant_momentum`](Self::constant_momentum). PyTorch does not have it (ψ = 0 gives it
/// half of β₁).
///
/// ```
/// use chainrule_nn::Nadam;
///
/// let nadam = Nadam::new(0.002)?.constant_momentum();
/// assert_eq!(nadam.to_string(), "Nadam, learning rate 0.002, constant momentum");
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
#[derive(Clone)]
pub struct Nadam(Core);

impl Nadam {
    /// The rule in LaTeX.
    pub const FORMULA: &str = r"\mu_t = \beta_1 \left(1 - \tfrac12\, 0.96^{t\psi}\right), \quad \theta_t = \theta_{t-1} - \frac{\eta}{\sqrt{v_t / (1-\beta_2^t)} + \epsilon} \left( \frac{\mu_{t+1}\, m_t}{1 - \prod_{i=1}^{t+1} \mu_i} + \frac{(1-\mu_t)\, g_t}{1 - \prod_{i=1}^{t} \mu_i} \right)";

    /// Nadam with the learning rate η, β₁ = 0.9, β₂ = 0.999, ε = 1e-8 and ψ = 0.004.
    ///
    /// # Errors
    ///
    /// When the rate is not a positive, finite number.
    pub fn new(learning_rate: f64) -> Result<Self> {
        Core::new(Rule::nadam(), learning_rate).map(Self)
    }

    /// With another ψ: how fast the momentum comes up from half of β₁ to β₁. Not negative.
    ///
    /// # Errors
    ///
    /// When ψ is out of range.
    pub fn momentum_decay(self, psi: f64) -> Result<Self> {
        let mut rule = self.0.rule;
        if let Rule::Nadam { momentum_decay, .. } = &mut rule {
            *momentum_decay = Some(psi);
        }
        self.0.with(rule).map(Self)
    }

    /// With the momentum β₁ from the first step on.
    pub fn constant_momentum(mut self) -> Self {
        if let Rule::Nadam { momentum_decay, .. } = &mut self.0.rule {
            *momentum_decay = None;
        }
        self
    }
}

optimizer!(Nadam);
betas!(Nadam);

/// μₜ.
pub(super) fn momentum_at(beta1: f64, decay: Option<f64>, step: u64) -> f64 {
    decay.map_or(beta1, |psi| {
        beta1 * (1.0 - 0.5 * 0.96_f64.powf(step as f64 * psi))
    })
}

#[inline(always)]
pub(super) fn update<F: Scalar>(
    (beta1, beta2, epsilon, decay): (f64, f64, f64, Option<f64>),
    turn: &Turn,
    parameter: &mut [F],
    gradient: &[F],
    slots: &mut [&mut [F]],
) {
    let [m, v] = slots else {
        unreachable!("Nadam remembers two arrays")
    };
    let averages = Averages::new(beta1, beta2);
    let now = momentum_at(beta1, decay, turn.step);
    let next = momentum_at(beta1, decay, turn.step + 1);
    let of_mean = F::of(turn.rate * next / (1.0 - turn.product * next));
    let of_gradient = F::of(turn.rate * (1.0 - now) / (1.0 - turn.product));
    let root = F::of(1.0 / turn.correction(beta2).sqrt());
    let epsilon = F::of(epsilon);
    let all = parameter
        .iter_mut()
        .zip(gradient)
        .zip(m.iter_mut())
        .zip(v.iter_mut());
    for (((p, &g), m), v) in all {
        *m = averages.first(*m, g);
        *v = averages.second(*v, g);
        *p -= (of_mean * *m + of_gradient * g) / (v.sqrt() * root + epsilon);
    }
}
