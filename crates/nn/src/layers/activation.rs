//! Functions that act on each number by itself: ReLU, sigmoid, tanh.

use super::{Backward, Layer, Scratch};
use crate::{Parameter, Scalar, kernels::loops};

/// A function that acts on each number by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// max(x, 0), with the derivative 0 at 0. Nair and Hinton, *Rectified linear units improve
    /// restricted Boltzmann machines* (2010).
    Relu,
    /// 1 / (1 + e⁻ˣ).
    Sigmoid,
    /// The hyperbolic tangent. LeCun, Bottou, Orr and Müller, *Efficient backprop* (1998).
    Tanh,
}

impl Function {
    /// The value at `x`. NaN stays NaN, which `max` would turn into 0.
    #[inline(always)]
    fn value<F: Scalar>(self, x: F) -> F {
        match self {
            Self::Relu if x < F::zero() => F::zero(),
            Self::Relu => x,
            Self::Sigmoid if x < F::zero() => {
                // e⁻ˣ would overflow; both forms are the same function.
                let e = x.exp();
                e / (F::one() + e)
            }
            Self::Sigmoid => F::one() / (F::one() + (-x).exp()),
            Self::Tanh => x.tanh(),
        }
    }

    /// The derivative, from the value `y`, as each of them allows.
    #[inline(always)]
    fn derivative<F: Scalar>(self, y: F) -> F {
        match self {
            Self::Relu if y > F::zero() => F::one(),
            // Not `0` for everything else, since NaN is neither above 0 nor at it.
            Self::Relu => y * F::zero(),
            Self::Sigmoid => y * (F::one() - y),
            Self::Tanh => F::one() - y * y,
        }
    }
}

/// y = f(x); backward ∂x = ∂y · f′(x).
#[derive(Debug)]
pub(crate) struct Activation {
    pub(crate) function: Function,
    pub(crate) features: usize,
}

impl Activation {
    fn map<F: Scalar>(&self, x: &[F], y: &mut [F], f: impl Fn(F) -> F) {
        loops(|| y.iter_mut().zip(x).for_each(|(y, &x)| *y = f(x)));
    }

    fn chain<F: Scalar>(&self, y: &[F], dy: &[F], dx: &mut [F], derivative: impl Fn(F) -> F) {
        loops(|| {
            let factors = y.iter().zip(dy);
            dx.iter_mut()
                .zip(factors)
                .for_each(|(dx, (&y, &dy))| *dx = dy * derivative(y));
        });
    }
}

impl<F: Scalar> Layer<F> for Activation {
    fn output_len(&self) -> usize {
        self.features
    }

    fn forward(&self, _: &[Parameter<F>], x: &[F], y: &mut [F], _: usize, _: &mut Scratch<F>) {
        // The choice is made once, outside the loop, so that each loop is one function's.
        match self.function {
            Function::Relu => self.map(x, y, |x| Function::Relu.value(x)),
            Function::Sigmoid => self.map(x, y, |x| Function::Sigmoid.value(x)),
            Function::Tanh => self.map(x, y, |x| Function::Tanh.value(x)),
        }
    }

    fn backward(&self, pass: Backward<'_, F>, _: &mut Scratch<F>) {
        let Some(dx) = pass.dx else { return };
        let (y, dy) = (pass.y, pass.dy);
        match self.function {
            Function::Relu => self.chain(y, dy, dx, |y| Function::Relu.derivative(y)),
            Function::Sigmoid => self.chain(y, dy, dx, |y| Function::Sigmoid.derivative(y)),
            Function::Tanh => self.chain(y, dy, dx, |y| Function::Tanh.derivative(y)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_is_not_hidden_by_relu() {
        assert!(Function::Relu.value(f32::NAN).is_nan());
        assert!(Function::Relu.derivative(f32::NAN).is_nan());
        assert_eq!(Function::Relu.derivative(0.0_f32), 0.0);
    }

    #[test]
    fn sigmoid_is_finite_far_out() {
        assert_eq!(Function::Sigmoid.value(-1e4_f32), 0.0);
        assert_eq!(Function::Sigmoid.value(1e4_f32), 1.0);
        assert!((Function::Sigmoid.value(-0.3_f64) - 1.0 / (1.0 + 0.3_f64.exp())).abs() < 1e-16);
    }
}
