//! AdaGrad: a rate of its own for each number, by the gradients that it has seen.

use chainrule_error::Result;

use super::{
    Rule,
    core::{Core, Turn, optimizer},
};
use crate::Scalar;

/// AdaGrad: s ← s + g², θ ← θ − η·g / (√s + ε).
///
/// Duchi, Hazan and Singer, *Adaptive subgradient methods for online learning and stochastic
/// optimization* (2011). Since s only grows, steps only become smaller. ε is 1e-10 unless set, and
/// the usual learning rate 0.01, as in PyTorch, which has the same rule; Keras begins with s = 0.1
/// and has ε inside the root.
///
/// ```
/// use chainrule_nn::AdaGrad;
///
/// assert_eq!(AdaGrad::new(0.01)?.to_string(), "AdaGrad, learning rate 0.01");
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
#[derive(Clone)]
pub struct AdaGrad(Core);

impl AdaGrad {
    /// The rule in LaTeX.
    pub const FORMULA: &str = r"s_t = s_{t-1} + g_t^2, \qquad \theta_t = \theta_{t-1} - \frac{\eta}{\sqrt{s_t} + \epsilon}\, g_t";

    /// AdaGrad with the learning rate η and ε = 1e-10.
    ///
    /// # Errors
    ///
    /// When the rate is not a positive, finite number.
    pub fn new(learning_rate: f64) -> Result<Self> {
        Core::new(Rule::adagrad(), learning_rate).map(Self)
    }

    /// With another ε, above 0: without it the first zero gradient would be divided by 0.
    ///
    /// # Errors
    ///
    /// When ε is out of range.
    pub fn epsilon(self, epsilon: f64) -> Result<Self> {
        self.0.with(Rule::AdaGrad { epsilon }).map(Self)
    }
}

optimizer!(AdaGrad);

#[inline(always)]
pub(super) fn update<F: Scalar>(
    epsilon: f64,
    turn: &Turn,
    parameter: &mut [F],
    gradient: &[F],
    slots: &mut [&mut [F]],
) {
    let [sum] = slots else {
        unreachable!("AdaGrad remembers one array")
    };
    let (epsilon, rate) = (F::of(epsilon), F::of(turn.rate));
    let all = parameter.iter_mut().zip(gradient).zip(sum.iter_mut());
    for ((p, &g), s) in all {
        *s += g * g;
        *p -= rate * g / (s.sqrt() + epsilon);
    }
}
