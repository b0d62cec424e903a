//! RMSProp: gradients divided by the root of the mean of their squares.

use chainrule_error::Result;

use super::{
    Rule,
    core::{Core, Turn, optimizer},
};
use crate::Scalar;

/// RMSProp: s ← α·s + (1 − α)·g², θ ← θ − η·g / (√s + ε).
///
/// Tieleman and Hinton, *Lecture 6.5: rmsprop*, Neural networks for machine learning (2012). The
/// [`centred`](Self::centred) form is Graves's, *Generating sequences with recurrent neural
/// networks* (2013): s ← α·s + (1 − α)·g², a ← α·a + (1 − α)·g, θ ← θ − η·g / (√(s − a²) + ε); it
/// divides by the root of the variance. α is 0.9 unless set, as in the lecture, which has no ε; it is
/// PyTorch's 1e-8 here. The centred form has the same settings unless set, not Graves's: his are
/// α = 0.95, ε = 1e-4 inside the root, the rate 1e-4, and a momentum of 0.9 on the step, which is not
/// part of this rule.
///
/// Where ε stands differs: beside the root here and in PyTorch (whose α is 0.99), inside it in
/// Graves's equations, TensorFlow and Keras; see [`epsilon_inside`](Self::epsilon_inside). s − a²
/// cannot be negative but by rounding, and counts as 0 then.
///
/// ```
/// use chainrule_nn::RmsProp;
///
/// let graves = RmsProp::new(0.0001)?.alpha(0.95)?.epsilon(1e-4)?.centred().epsilon_inside();
/// assert_eq!(
///     graves.to_string(),
///     "centred RMSProp, learning rate 0.0001, α 0.95, ε 0.0001, ε inside the root"
/// );
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
#[derive(Clone)]
pub struct RmsProp(Core);

impl RmsProp {
    /// The rule in LaTeX.
    pub const FORMULA: &str = r"s_t = \alpha s_{t-1} + (1-\alpha) g_t^2, \qquad \theta_t = \theta_{t-1} - \frac{\eta}{\sqrt{s_t} + \epsilon}\, g_t";
    /// The centred rule in LaTeX.
    pub const CENTRED_FORMULA: &str = r"s_t = \alpha s_{t-1} + (1-\alpha) g_t^2, \quad a_t = \alpha a_{t-1} + (1-\alpha) g_t, \quad \theta_t = \theta_{t-1} - \frac{\eta}{\sqrt{s_t - a_t^2} + \epsilon}\, g_t";

    /// RMSProp with the learning rate η, α = 0.9 and ε = 1e-8.
    ///
    /// # Errors
    ///
    /// When the rate is not a positive, finite number.
    pub fn new(learning_rate: f64) -> Result<Self> {
        Core::new(Rule::rmsprop(), learning_rate).map(Self)
    }

    /// With another α: how much of the running averages is kept, 0 to below 1.
    ///
    /// # Errors
    ///
    /// When α is out of range.
    pub fn alpha(self, value: f64) -> Result<Self> {
        self.set(|alpha, _| *alpha = value)
    }

    /// With another ε, above 0.
    ///
    /// # Errors
    ///
    /// When ε is out of range.
    pub fn epsilon(self, value: f64) -> Result<Self> {
        self.set(|_, epsilon| *epsilon = value)
    }

    /// Divides by the deviation of the gradients from their running mean. Only before the first
    /// step: afterwards the mean is not known, and the optimizer is [reset](Self::reset).
    pub fn centred(mut self) -> Self {
        if let Rule::RmsProp { centred, .. } = &mut self.0.rule {
            *centred = true;
            self.0.reset();
        }
        self
    }

    /// With ε inside the root: √(s + ε), or √(s − a² + ε).
    pub fn epsilon_inside(mut self) -> Self {
        if let Rule::RmsProp { epsilon_inside, .. } = &mut self.0.rule {
            *epsilon_inside = true;
        }
        self
    }

    fn set(self, change: impl Fn(&mut f64, &mut f64)) -> Result<Self> {
        let mut rule = self.0.rule;
        if let Rule::RmsProp { alpha, epsilon, .. } = &mut rule {
            change(alpha, epsilon);
        }
        self.0.with(rule).map(Self)
    }
}

optimizer!(RmsProp);

#[inline(always)]
pub(super) fn update<F: Scalar>(
    (alpha, epsilon, inside): (f64, f64, bool),
    turn: &Turn,
    parameter: &mut [F],
    gradient: &[F],
    slots: &mut [&mut [F]],
) {
    let (new, alpha, rate) = (F::of(1.0 - alpha), F::of(alpha), F::of(turn.rate));
    let (within, beside) = if inside {
        (F::of(epsilon), F::zero())
    } else {
        (F::zero(), F::of(epsilon))
    };
    match slots {
        [squares] => {
            let all = parameter.iter_mut().zip(gradient).zip(squares.iter_mut());
            for ((p, &g), s) in all {
                *s = alpha * *s + new * g * g;
                *p -= rate * g / ((*s + within).sqrt() + beside);
            }
        }
        [squares, means] => {
            let all = parameter
                .iter_mut()
                .zip(gradient)
                .zip(squares.iter_mut())
                .zip(means.iter_mut());
            for (((p, &g), s), a) in all {
                *s = alpha * *s + new * g * g;
                *a = alpha * *a + new * g;
                let variance = *s - *a * *a;
                // Not `max`, which would make a NaN 0.
                let variance = if variance < F::zero() {
                    F::zero()
                } else {
                    variance
                };
                *p -= rate * g / ((variance + within).sqrt() + beside);
            }
        }
        _ => unreachable!("RMSProp remembers one array, or two"),
    }
}
