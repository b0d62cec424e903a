//! The chain rule written down as for numbers, and multiplied out as matrices, from left to right:
//! (ŷ - y) σ′(z³) W³ σ′(z²) W² σ′(z¹) (a⁰)ᵀ. It looks right and is not: σ′ acts entry by entry, and
//! δ goes through the transposed weights.

use ndarray::ArrayD;

use super::{Finding, compare::rounded};
use crate::{
    expr::Expr,
    step::{Direction, Step},
    trace::Trace,
};

impl Trace {
    /// That product, in the shape of the value if it has as many numbers.
    pub(super) fn as_products(
        &self,
        step: &Step,
        value: &ArrayD<f64>,
    ) -> Option<(ArrayD<f64>, Finding)> {
        let (product, factors) = self.literal(step)?;
        let product = product.to_shape(value.shape()).ok()?.into_owned();
        Some((product, Finding::ChainAsProducts { factors }))
    }

    /// What explains an answer of another shape.
    pub(super) fn of_another_shape(&self, step: &Step, mine: &ArrayD<f64>) -> Vec<Finding> {
        if let Some((product, finding)) = self.as_products(step, mine) {
            if rounded(mine, &product) {
                return vec![finding];
            }
            if rounded(mine, &-product) {
                return vec![finding, Finding::Sign];
            }
        }
        let truth = step.result();
        let flat = |value: &ArrayD<f64>| value.flatten().into_owned().into_dyn();
        let along = |axis: usize| flat(&truth.sum_axis(ndarray::Axis(axis)));
        let mut parts: Vec<_> = (0..truth.ndim()).map(along).collect();
        parts.push(ndarray::arr1(&[truth.sum()]).into_dyn());
        let mine = flat(mine);
        for part in parts {
            for (candidate, sign) in [(part.clone(), None), (-part, Some(Finding::Sign))] {
                if rounded(&mine, &candidate) {
                    return std::iter::once(Finding::SummedUp).chain(sign).collect();
                }
            }
        }
        Vec::new()
    }

    /// The product from left to right, with its factors in words.
    fn literal(&self, step: &Step) -> Option<(ArrayD<f64>, String)> {
        if step.direction() != Direction::Backward || self.samples() > 1 {
            return None;
        }
        // From the step back to where the backward pass begins.
        let (_, steps) = self.everything();
        let mut factors: Vec<(Expr, String)> = Vec::new();
        let mut at = step;
        loop {
            let above = match at.expr()? {
                Expr::Hadamard(parts) => {
                    let [Expr::Of(d), Expr::Of(slope)] = &parts[..] else {
                        return None;
                    };
                    factors.push((Expr::of(slope), slope.name().text.clone()));
                    d
                }
                Expr::Product(parts) => match &parts[..] {
                    // (Wˡ)ᵀ δˡ
                    [Expr::Transpose(weight), Expr::Of(d)] => {
                        let Expr::Of(weight) = &**weight else {
                            return None;
                        };
                        factors.push((Expr::of(weight), weight.name().text.clone()));
                        d
                    }
                    // δˡ (aˡ⁻¹)ᵀ
                    [Expr::Of(d), input @ Expr::Transpose(inner)] => {
                        let Expr::Of(activation) = &**inner else {
                            return None;
                        };
                        let words = format!("({})ᵀ", activation.name().text);
                        factors.push((input.clone(), words));
                        d
                    }
                    _ => return None,
                },
                Expr::Of(d) => d,
                _ => break,
            };
            at = steps.iter().find(|step| step.name() == above.key())?;
        }
        factors.push((Expr::of(at.quantity()), at.symbol().to_owned()));
        factors.reverse();
        let words: Vec<_> = factors.iter().map(|(_, words)| words.clone()).collect();
        let product = Expr::Product(factors.into_iter().map(|(expr, _)| expr).collect());
        let value = product.value(&|quantity| quantity.value().clone())?;
        Some((value, words.join(" ")))
    }
}
