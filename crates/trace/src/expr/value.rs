//! What a formula gives, with the values of its quantities or with others in their place.

use ndarray::{Array2, ArrayD, Axis, Ix2, IxDyn, Zip};

use super::{Call, Expr, Sum};
use crate::quantity::Quantity;

impl Expr {
    /// The value, if the shapes fit and the formula is one that is computed here: patches of
    /// images are not. `of` gives each quantity's value.
    pub(crate) fn value(&self, of: &dyn Fn(&Quantity) -> ArrayD<f64>) -> Option<ArrayD<f64>> {
        match self {
            Self::Of(quantity) => Some(of(quantity)),
            Self::Fraction(a, b) => Some(ArrayD::from_elem(IxDyn(&[]), a / b)),
            Self::Sum(terms) => {
                let mut terms = terms.iter().map(|(minus, term)| {
                    let value = term.value(of)?;
                    Some(if *minus { -value } else { value })
                });
                let first = terms.next()??;
                terms.try_fold(first, |sum, term| entrywise(&sum, &term?, |a, b| a + b))
            }
            Self::Product(factors) => {
                let mut factors = factors.iter().map(|factor| factor.value(of));
                let first = factors.next()??;
                factors.try_fold(first, |product, factor| times(&product, &factor?))
            }
            Self::Hadamard(factors) => {
                let mut factors = factors.iter().map(|factor| factor.value(of));
                let first = factors.next()??;
                factors.try_fold(first, |product, factor| {
                    entrywise(&product, &factor?, |a, b| a * b)
                })
            }
            Self::Transpose(inner) => inner.value(of).map(transposed),
            Self::Call(call, inner) => call.value(inner.value(of)?),
            Self::Shaped(inner, shape) => {
                let value = inner.value(of)?;
                value
                    .to_shape(IxDyn(shape))
                    .ok()
                    .map(ndarray::ArrayBase::into_owned)
            }
        }
    }
}

impl Call {
    fn value(&self, x: ArrayD<f64>) -> Option<ArrayD<f64>> {
        let number = |value| Some(ArrayD::from_elem(IxDyn(&[]), value));
        match self {
            Self::Relu => Some(x.mapv(|x| if x > 0.0 { x } else { 0.0 })),
            Self::Sigmoid => Some(x.mapv(|x| 1.0 / (1.0 + (-x).exp()))),
            Self::Tanh => Some(x.mapv(f64::tanh)),
            Self::Positive => Some(x.mapv(|x| f64::from(x > 0.0))),
            Self::Log => Some(x.mapv(f64::ln)),
            Self::SquaredNorm => number(x.iter().map(|x| x * x).sum()),
            Self::Total => number(x.sum()),
            Self::Spread => Some(x),
            Self::Across(shape) => x
                .to_shape(&shape[..])
                .ok()
                .map(ndarray::ArrayBase::into_owned),
            Self::InverseRoot(epsilon) => Some(x.mapv(|x| 1.0 / (x + epsilon).sqrt())),
            Self::Square => Some(x.mapv(|x| x * x)),
            Self::Flatten(layout) => {
                let each = x.len() / layout.samples.max(1);
                let x = x.to_shape((layout.samples, each)).ok()?.into_owned();
                Some(match layout.columns {
                    true => x.reversed_axes().into_dyn(),
                    false => x.into_dyn(),
                })
            }
            Self::Unflatten(layout, shape) => {
                let x = if layout.columns { transposed(x) } else { x };
                x.to_shape(&shape[..])
                    .ok()
                    .map(ndarray::ArrayBase::into_owned)
            }
            Self::Winners(winners, each) => {
                let mut mask = Array2::zeros((winners.nrows(), *each));
                for ((sample, _), &winner) in winners.indexed_iter() {
                    mask[[sample, winner]] = 1.0;
                }
                Some(mask.into_dyn())
            }
            Self::Softmax(axis) => {
                if *axis >= x.ndim() {
                    return None;
                }
                let mut x = x;
                for mut lane in x.lanes_mut(Axis(*axis)) {
                    let greatest = lane.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    lane.mapv_inplace(|z| (z - greatest).exp());
                    let sum = lane.sum();
                    lane.mapv_inplace(|e| e / sum);
                }
                Some(x)
            }
            Self::SumAlong(sum) => match sum {
                Sum::Columns if x.ndim() == 2 => {
                    Some(x.sum_axis(Axis(1)).insert_axis(Axis(1)).into_dyn())
                }
                Sum::Rows if x.ndim() == 2 => Some(x.sum_axis(Axis(0))),
                // The filters are the axis before the two of the image.
                Sum::Places if x.ndim() >= 3 => {
                    let mut sums = x.sum_axis(Axis(x.ndim() - 1));
                    sums = sums.sum_axis(Axis(sums.ndim() - 1));
                    while sums.ndim() > 1 {
                        sums = sums.sum_axis(Axis(0));
                    }
                    Some(sums)
                }
                Sum::Images if x.ndim() >= 1 => Some(x.sum_axis(Axis(0))),
                _ => None,
            },
            Self::Pick(winners, each) => {
                let samples = winners.nrows();
                let x = x.to_shape((samples, *each)).ok()?;
                let picked = |(sample, at): (usize, usize)| x[[sample, winners[[sample, at]]]];
                Some(Array2::from_shape_fn(winners.dim(), picked).into_dyn())
            }
            Self::Route(winners, each) => {
                let x = x.to_shape(winners.dim()).ok()?;
                let mut routed = Array2::zeros((winners.nrows(), *each));
                for ((sample, at), &winner) in winners.indexed_iter() {
                    routed[[sample, winner]] += x[[sample, at]];
                }
                Some(routed.into_dyn())
            }
            Self::Im2col(_) | Self::Col2im => None,
        }
    }
}

/// The matrix, or each of a stack of matrices, mirrored.
fn transposed(x: ArrayD<f64>) -> ArrayD<f64> {
    let mut x = x;
    let n = x.ndim();
    if n >= 2 {
        x.swap_axes(n - 2, n - 1);
    }
    x
}

/// Entry by entry, as NumPy broadcasts.
fn entrywise(a: &ArrayD<f64>, b: &ArrayD<f64>, f: impl Fn(f64, f64) -> f64) -> Option<ArrayD<f64>> {
    let n = a.ndim().max(b.ndim());
    let extent = |x: &ArrayD<f64>, i: usize| match (i + x.ndim()).checked_sub(n) {
        Some(i) => x.shape()[i],
        None => 1,
    };
    let shape: Option<Vec<usize>> = (0..n)
        .map(|i| match (extent(a, i), extent(b, i)) {
            (a, b) if a == b => Some(a),
            (1, b) => Some(b),
            (a, 1) => Some(a),
            _ => None,
        })
        .collect();
    let shape = IxDyn(&shape?);
    let (a, b) = (a.broadcast(shape.clone())?, b.broadcast(shape)?);
    Some(Zip::from(&a).and(&b).map_collect(|&a, &b| f(a, b)))
}

/// The product of matrices, of stacks of matrices, or with a number.
fn times(a: &ArrayD<f64>, b: &ArrayD<f64>) -> Option<ArrayD<f64>> {
    let matrix = |x: &ArrayD<f64>| x.clone().into_dimensionality::<Ix2>().ok();
    match (a.ndim(), b.ndim()) {
        (2, 2) if a.shape()[1] == b.shape()[0] => Some(matrix(a)?.dot(&matrix(b)?).into_dyn()),
        (2, 3) | (3, 2) | (3, 3) => {
            let images = if a.ndim() == 3 { a } else { b }.shape()[0];
            let of = |x: &ArrayD<f64>, i: usize| match x.ndim() {
                3 if i < x.shape()[0] => Some(x.index_axis(Axis(0), i).to_owned()),
                3 => None,
                _ => Some(x.clone()),
            };
            let products: Option<Vec<_>> =
                (0..images).map(|i| times(&of(a, i)?, &of(b, i)?)).collect();
            let products = products?;
            let views: Vec<_> = products.iter().map(|product| product.view()).collect();
            ndarray::stack(Axis(0), &views).ok()
        }
        _ if a.len() == 1 || b.len() == 1 => {
            let (number, other) = if a.len() == 1 { (a, b) } else { (b, a) };
            let number = number.iter().next().copied()?;
            Some(other * number)
        }
        _ => None,
    }
}
