//! Nesterov's momentum: the gradient of where the velocity leads.

use chainrule_error::Result;

use super::{
    Rule,
    core::{Core, Turn, momenta, optimizer},
};
use crate::Scalar;

/// Nesterov's accelerated gradient: v ← μ·v + g, θ ← θ − η·(g + μ·v).
///
/// Nesterov, *A method for solving the convex programming problem with convergence rate O(1/k²)*
/// (1983); Sutskever, Martens, Dahl and Hinton, *On the importance of initialization and momentum
/// in deep learning* (2013). They take the gradient at the place θ + μ·v that the velocity leads
/// to; here, as in PyTorch and Keras, θ stands for that place (Bengio, Boulanger-Lewandowski and
/// Pascanu, *Advances in optimizing recurrent networks*, 2013), so that a gradient is always taken
/// where the network is. μ is 0.9 unless set.
///
/// With [`classical`](Self::classical) the rate is inside the velocity, as in those papers and in
/// Keras: v ← μ·v − η·g, θ ← θ + μ·v − η·g. The steps differ only when the rate changes.
///
/// ```
/// use chainrule_nn::Nesterov;
///
/// assert_eq!(Nesterov::new(0.1)?.to_string(), "Nesterov momentum, learning rate 0.1");
/// assert!(Nesterov::new(0.1)?.momentum(1.0).is_err());
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
#[derive(Clone)]
pub struct Nesterov(Core);

impl Nesterov {
    /// The rule in LaTeX.
    pub const FORMULA: &str =
        r"v_t = \mu\, v_{t-1} + g_t, \qquad \theta_t = \theta_{t-1} - \eta\,(g_t + \mu\, v_t)";

    /// Nesterov's momentum with the learning rate η and μ = 0.9.
    ///
    /// # Errors
    ///
    /// When the rate is not a positive, finite number.
    pub fn new(learning_rate: f64) -> Result<Self> {
        Core::new(Rule::nesterov(), learning_rate).map(Self)
    }
}

optimizer!(Nesterov);
momenta!(Nesterov);

#[inline(always)]
pub(super) fn update<F: Scalar>(
    (momentum, classical): (f64, bool),
    turn: &Turn,
    parameter: &mut [F],
    gradient: &[F],
    slots: &mut [&mut [F]],
) {
    let [velocity] = slots else {
        unreachable!("Nesterov's momentum remembers one array")
    };
    let (momentum, rate) = (F::of(momentum), F::of(turn.rate));
    let all = parameter.iter_mut().zip(gradient).zip(velocity.iter_mut());
    if classical {
        for ((p, &g), v) in all {
            *v = momentum * *v - rate * g;
            *p += momentum * *v - rate * g;
        }
    } else {
        for ((p, &g), v) in all {
            *v = momentum * *v + g;
            *p -= rate * (g + momentum * *v);
        }
    }
}
