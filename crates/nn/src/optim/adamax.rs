//! AdaMax: Adam with the greatest gradient in place of the root of the mean of squares.

use chainrule_error::Result;

use super::{
    Rule,
    adam::Averages,
    core::{Core, Turn, betas, optimizer},
};
use crate::Scalar;

/// AdaMax: m ← β₁·m + (1 − β₁)·g, u ← max(β₂·u, |g| + ε), θ ← θ − η / (1 − β₁ᵗ)·m / u.
///
/// Kingma and Ba, *Adam: a method for stochastic optimization* (2015), section 7.1. β₁ = 0.9 and
/// β₂ = 0.999 unless set, and the usual learning rate 0.002. The paper has no ε, and 0/0 where every
/// gradient so far was 0, which is common: pixels at the border of an image. PyTorch's ε = 1e-8,
/// added to |g|, is taken here; with ε = 0 it is the paper's rule, and 0/0 counts as 0.
///
/// ```
/// use chainrule_nn::AdaMax;
///
/// assert_eq!(AdaMax::new(0.002)?.to_string(), "AdaMax, learning rate 0.002");
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
#[derive(Clone)]
pub struct AdaMax(Core);

impl AdaMax {
    /// The rule in LaTeX.
    pub const FORMULA: &str = r"m_t = \beta_1 m_{t-1} + (1-\beta_1) g_t, \quad u_t = \max(\beta_2 u_{t-1}, \lvert g_t \rvert + \epsilon), \quad \theta_t = \theta_{t-1} - \frac{\eta}{1-\beta_1^t} \cdot \frac{m_t}{u_t}";

    /// AdaMax with the learning rate η, β₁ = 0.9, β₂ = 0.999 and ε = 1e-8.
    ///
    /// # Errors
    ///
    /// When the rate is not a positive, finite number.
    pub fn new(learning_rate: f64) -> Result<Self> {
        Core::new(Rule::adamax(), learning_rate).map(Self)
    }
}

optimizer!(AdaMax);
betas!(AdaMax);

#[inline(always)]
pub(super) fn update<F: Scalar>(
    (beta1, beta2, epsilon): (f64, f64, f64),
    turn: &Turn,
    parameter: &mut [F],
    gradient: &[F],
    slots: &mut [&mut [F]],
) {
    let [m, u] = slots else {
        unreachable!("AdaMax remembers two arrays")
    };
    let (averages, beta2) = (Averages::new(beta1, beta2), F::of(beta2));
    let rate = F::of(turn.rate / turn.correction(beta1));
    let epsilon = F::of(epsilon);
    let all = parameter
        .iter_mut()
        .zip(gradient)
        .zip(m.iter_mut())
        .zip(u.iter_mut());
    for (((p, &g), m), u) in all {
        *m = averages.first(*m, g);
        let (faded, now) = (beta2 * *u, g.abs() + epsilon);
        // Not `max`, which would pass over a NaN.
        *u = if faded > now { faded } else { now };
        *p -= if *u == F::zero() {
            F::zero()
        } else {
            rate * *m / *u
        };
    }
}
