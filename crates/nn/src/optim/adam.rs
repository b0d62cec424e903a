//! Adam: a running mean of the gradients over the root of the running mean of their squares.

use chainrule_error::Result;

use super::{
    Rule,
    core::{Core, Turn, betas, optimizer},
};
use crate::Scalar;

/// Adam: m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g²,
/// θ ← θ − η·m̂ / (√v̂ + ε) with m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ).
///
/// Kingma and Ba, *Adam: a method for stochastic optimization* (2015). β₁ = 0.9, β₂ = 0.999 and
/// ε = 1e-8 unless set, and the usual learning rate 0.001, as in the paper and in PyTorch, which
/// has the same rule.
///
/// ```
/// use chainrule_nn::{Adam, Model, Optimizer};
/// use ndarray::array;
///
/// let mut network = Model::input(2).dense(8).tanh().dense(2).softmax().build(1)?;
/// let x = array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
/// let mut adam = Adam::new(0.05)?.betas(0.9, 0.99)?;
/// for _ in 0..200 {
///     let gradients = network.gradients(&x, &[0, 1, 1, 0])?;
///     adam.step(&mut network, &gradients)?;
/// }
/// assert_eq!(network.predict(&x)?, [0, 1, 1, 0]);
/// assert_eq!(adam.state("dense_1.weight")?.get("v")?.shape(), [2, 8]);
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
#[derive(Clone)]
pub struct Adam(Core);

impl Adam {
    /// The rule in LaTeX.
    pub const FORMULA: &str = r"m_t = \beta_1 m_{t-1} + (1-\beta_1) g_t, \quad v_t = \beta_2 v_{t-1} + (1-\beta_2) g_t^2, \quad \theta_t = \theta_{t-1} - \eta\, \frac{m_t / (1-\beta_1^t)}{\sqrt{v_t / (1-\beta_2^t)} + \epsilon}";

    /// Adam with the learning rate η, β₁ = 0.9, β₂ = 0.999 and ε = 1e-8.
    ///
    /// # Errors
    ///
    /// When the rate is not a positive, finite number.
    pub fn new(learning_rate: f64) -> Result<Self> {
        Core::new(Rule::adam(), learning_rate).map(Self)
    }
}

optimizer!(Adam);
betas!(Adam);

/// The constants of one step of a relative of Adam.
pub(super) struct Averages<F> {
    beta1: F,
    new1: F,
    beta2: F,
    new2: F,
}

impl<F: Scalar> Averages<F> {
    pub(super) fn new(beta1: f64, beta2: f64) -> Self {
        Self {
            beta1: F::of(beta1),
            new1: F::of(1.0 - beta1),
            beta2: F::of(beta2),
            new2: F::of(1.0 - beta2),
        }
    }

    /// The running mean of the gradients with one more.
    #[inline(always)]
    pub(super) fn first(&self, m: F, g: F) -> F {
        self.beta1 * m + self.new1 * g
    }

    /// The running mean of their squares with one more.
    #[inline(always)]
    pub(super) fn second(&self, v: F, g: F) -> F {
        self.beta2 * v + self.new2 * g * g
    }
}

#[inline(always)]
pub(super) fn update<F: Scalar>(
    settings: (f64, f64, f64),
    turn: &Turn,
    parameter: &mut [F],
    gradient: &[F],
    slots: &mut [&mut [F]],
) {
    update_decayed(settings, 1.0, turn, parameter, gradient, slots);
}

/// The same for parameters of which only a share is kept before the step.
#[inline(always)]
pub(super) fn update_decayed<F: Scalar>(
    (beta1, beta2, epsilon): (f64, f64, f64),
    keep: f64,
    turn: &Turn,
    parameter: &mut [F],
    gradient: &[F],
    slots: &mut [&mut [F]],
) {
    let [m, v] = slots else {
        unreachable!("Adam remembers two arrays")
    };
    let keep = F::of(keep);
    let averages = Averages::new(beta1, beta2);
    // The corrections are numbers, not arrays: they go into the rate and before the root.
    let rate = F::of(turn.rate / turn.correction(beta1));
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
        *p = keep * *p - rate * *m / (v.sqrt() * root + epsilon);
    }
}
