//! AdamW: Adam with weight decay beside the gradients.

use chainrule_error::Result;

use super::{
    Rule, adam,
    core::{Core, Turn, betas, optimizer},
};
use crate::Scalar;

/// AdamW: θ ← θ − η·λ·θ, then Adam's step.
///
/// Loshchilov and Hutter, *Decoupled weight decay regularization* (2019): a penalty in the loss
/// would be divided by √v̂ as the gradients are, and so hardly act on weights with large gradients;
/// the decay acts on all alike. λ is 0.01 unless set, as in PyTorch, which has the same rule: the
/// decay is multiplied by the whole learning rate. In the paper the schedule alone multiplies it,
/// so its λ is η·λ here. All parameters decay, biases too.
///
/// ```
/// use chainrule_nn::AdamW;
///
/// let adamw = AdamW::new(0.001)?.weight_decay(0.1)?;
/// assert_eq!(adamw.to_string(), "AdamW, learning rate 0.001, λ 0.1");
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
#[derive(Clone)]
pub struct AdamW(Core);

impl AdamW {
    /// The rule in LaTeX.
    pub const FORMULA: &str = r"m_t = \beta_1 m_{t-1} + (1-\beta_1) g_t, \quad v_t = \beta_2 v_{t-1} + (1-\beta_2) g_t^2, \quad \theta_t = \theta_{t-1} - \eta\lambda\, \theta_{t-1} - \eta\, \frac{m_t / (1-\beta_1^t)}{\sqrt{v_t / (1-\beta_2^t)} + \epsilon}";

    /// AdamW with the learning rate η, β₁ = 0.9, β₂ = 0.999, ε = 1e-8 and λ = 0.01.
    ///
    /// # Errors
    ///
    /// When the rate is not a positive, finite number.
    pub fn new(learning_rate: f64) -> Result<Self> {
        Core::new(Rule::adamw(), learning_rate).map(Self)
    }

    /// With another weight decay λ, not negative.
    ///
    /// # Errors
    ///
    /// When λ is out of range.
    pub fn weight_decay(self, lambda: f64) -> Result<Self> {
        let mut rule = self.0.rule;
        if let Rule::AdamW { weight_decay, .. } = &mut rule {
            *weight_decay = lambda;
        }
        self.0.with(rule).map(Self)
    }
}

optimizer!(AdamW);
betas!(AdamW);

#[inline(always)]
pub(super) fn update<F: Scalar>(
    (betas_and_epsilon, weight_decay): ((f64, f64, f64), f64),
    turn: &Turn,
    parameter: &mut [F],
    gradient: &[F],
    slots: &mut [&mut [F]],
) {
    let keep = 1.0 - turn.rate * weight_decay;
    adam::update_decayed(betas_and_epsilon, keep, turn, parameter, gradient, slots);
}
