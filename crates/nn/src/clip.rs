//! Gradients that are too large are made smaller.

use std::fmt;

use chainrule_error::Result;

use crate::{Gradients, Scalar, optim::check};

/// How large gradients may be.
///
/// ```
/// use chainrule_nn::{Clipping, Model};
/// use ndarray::array;
///
/// let network = Model::input(2).dense(2).squared_error().build_f64(1)?;
/// let mut gradients = network.gradients(&array![[30.0, 40.0]], &array![[1.0, -1.0]])?;
/// let before = gradients.clip(Clipping::Norm(1.0))?;
/// assert!(before > 1.0 && (gradients.norm() - 1.0).abs() < 1e-12);
/// assert!(gradients.clip(Clipping::Norm(0.0)).is_err());
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Clipping {
    /// If the norm over all parameters is above this, all gradients are multiplied by what brings
    /// it there: the direction stays. Pascanu, Mikolov and Bengio, *On the difficulty of training
    /// recurrent neural networks* (2013). PyTorch's `clip_grad_norm_` adds 1e-6 to the norm, and so
    /// ends a millionth below.
    Norm(f64),
    /// Each number is brought into ± this: PyTorch's `clip_grad_value_`.
    Value(f64),
}

impl Clipping {
    /// Itself, if its limit is above 0.
    ///
    /// # Errors
    ///
    /// When it is not a positive, finite number.
    pub fn checked(self) -> Result<Self> {
        match self {
            Self::Norm(limit) => check::positive("the greatest norm of gradients", limit)?,
            Self::Value(limit) => check::positive("the greatest gradient", limit)?,
        };
        Ok(self)
    }
}

impl fmt::Display for Clipping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Norm(limit) => write!(f, "gradient norm at most {limit}"),
            Self::Value(limit) => write!(f, "gradients within ±{limit}"),
        }
    }
}

impl<F: Scalar> Gradients<F> {
    /// Clips them, and gives their norm as it was before. A NaN stays a NaN, and an infinite
    /// gradient becomes one under [`Clipping::Norm`].
    ///
    /// # Errors
    ///
    /// When the limit is not a positive, finite number.
    pub fn clip(&mut self, clipping: Clipping) -> Result<f64> {
        Ok(F::clip(self, clipping.checked()?))
    }
}

pub(crate) fn clip<F: Scalar>(gradients: &mut Gradients<F>, clipping: Clipping) -> f64 {
    let norm = gradients.norm();
    match clipping {
        Clipping::Norm(limit) if norm > limit => {
            let factor = F::of(limit / norm);
            for entry in &mut gradients.entries {
                entry.value.map_inplace(|g| *g *= factor);
            }
        }
        Clipping::Norm(_) => {}
        Clipping::Value(limit) => {
            let limit = F::of(limit);
            // Not `min` and `max`, which pass over a NaN.
            let within = |g: F| {
                if g > limit {
                    limit
                } else if g < -limit {
                    -limit
                } else {
                    g
                }
            };
            for entry in &mut gradients.entries {
                entry.value.map_inplace(|g| *g = within(*g));
            }
        }
    }
    norm
}
