//! Momentum: steps that keep some of their direction.

use chainrule_error::Result;

use super::{
    Rule,
    core::{Core, Turn, momenta, optimizer},
};
use crate::Scalar;

/// Heavy-ball momentum: v ← μ·v + g, θ ← θ − η·v.
///
/// Polyak, *Some methods of speeding up the convergence of iteration methods* (1964); Rumelhart,
/// Hinton and Williams, *Learning representations by back-propagating errors* (1986). μ is 0.9
/// unless set.
///
/// This is PyTorch's form. The classical one, which is Keras's, keeps the rate inside the
/// velocity: v ← μ·v − η·g, θ ← θ + v; see [`classical`](Self::classical). Both take the same steps
/// as long as the rate stays the same. When a schedule lowers it, PyTorch's form slows down at
/// once, the classical one as its old velocity fades.
///
/// ```
/// use chainrule_nn::Momentum;
///
/// let momentum = Momentum::new(0.05)?.momentum(0.8)?;
/// assert_eq!(momentum.to_string(), "momentum, learning rate 0.05, μ 0.8");
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
#[derive(Clone)]
pub struct Momentum(Core);

impl Momentum {
    /// The rule in LaTeX.
    pub const FORMULA: &str =
        r"v_t = \mu\, v_{t-1} + g_t, \qquad \theta_t = \theta_{t-1} - \eta\, v_t";

    /// Momentum with the learning rate η and μ = 0.9.
    ///
    /// # Errors
    ///
    /// When the rate is not a positive, finite number.
    pub fn new(learning_rate: f64) -> Result<Self> {
        Core::new(Rule::momentum(), learning_rate).map(Self)
    }
}

optimizer!(Momentum);
momenta!(Momentum);

#[inline(always)]
pub(super) fn update<F: Scalar>(
    (momentum, classical): (f64, bool),
    turn: &Turn,
    parameter: &mut [F],
    gradient: &[F],
    slots: &mut [&mut [F]],
) {
    let [velocity] = slots else {
        unreachable!("momentum remembers one array")
    };
    let (momentum, rate) = (F::of(momentum), F::of(turn.rate));
    let all = parameter.iter_mut().zip(gradient).zip(velocity.iter_mut());
    if classical {
        for ((p, &g), v) in all {
            *v = momentum * *v - rate * g;
            *p += *v;
        }
    } else {
        for ((p, &g), v) in all {
            *v = momentum * *v + g;
            *p -= rate * *v;
        }
    }
}
