//! Whether two arrays are the same: exactly, up to rounding, in another shape, in some entries.

use ndarray::{ArrayD, IxDyn};

use super::Finding;

/// How an answer's shape goes with the one expected.
pub(super) enum Fit {
    /// The same, or the same but for extents of 1 and for filters as rows.
    Same(ArrayD<f64>),
    /// The mirrored one; here turned back.
    Transposed(ArrayD<f64>),
    Other,
}

fn squeezed(shape: &[usize]) -> Vec<usize> {
    shape
        .iter()
        .copied()
        .filter(|&extent| extent != 1)
        .collect()
}

pub(super) fn fit(mine: &ArrayD<f64>, expected: &[usize]) -> Fit {
    let as_expected = || {
        mine.to_shape(IxDyn(expected))
            .map(ndarray::ArrayBase::into_owned)
    };
    if mine.shape() == expected {
        return Fit::Same(mine.clone());
    }
    let squeeze = squeezed(mine.shape()) == squeezed(expected);
    // Filters may come as the rows of the product, images as rows of places.
    let rows = mine.len() == expected.iter().product::<usize>()
        && expected.len() > 2
        && mine.ndim() == 2
        && (mine.shape()[0] == expected[0] || mine.shape()[0] == 1);
    match (squeeze || rows, as_expected()) {
        // A row where a column is due, and the other way round.
        (true, Ok(value)) if squeeze && mine.ndim() == 2 && expected.len() == 2 => {
            Fit::Transposed(value)
        }
        (true, Ok(value)) => Fit::Same(value),
        _ if mine.ndim() == 2 && mine.t().shape() == expected => {
            Fit::Transposed(mine.t().to_owned())
        }
        _ => Fit::Other,
    }
}

fn scale(values: &ArrayD<f64>) -> f64 {
    values.iter().map(|value| value.abs()).fold(0.0, f64::max)
}

/// Equal but for the order in which sums were added up.
pub(super) fn same(mine: &ArrayD<f64>, truth: &ArrayD<f64>) -> bool {
    let scale = scale(truth);
    let near = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-9 * b.abs() + 1e-12 * scale;
    mine.shape() == truth.shape() && mine.iter().zip(truth).all(near)
}

/// Equal up to the decimals that the answer is written with, or to four digits where it was
/// computed from rounded numbers.
pub(super) fn rounded(mine: &ArrayD<f64>, truth: &ArrayD<f64>) -> bool {
    if mine.shape() != truth.shape() {
        return false;
    }
    let unit = unit(mine).min(5e-3 * scale(truth));
    let scale = scale(truth);
    // All zeros are the answer of many mistakes.
    scale > 0.0
        && mine
            .iter()
            .zip(truth)
            .all(|(a, b)| near(*a, *b, unit, scale))
}

fn near(a: f64, b: f64, unit: f64, scale: f64) -> bool {
    (a - b).abs() <= (0.51 * unit).max(1e-4 * b.abs()).max(1e-6 * scale)
}

/// One in the last decimal that any of the numbers is written with.
fn unit(values: &ArrayD<f64>) -> f64 {
    let decimals = |value: &f64| {
        let text = format!("{value}");
        text.split_once('.')
            .map_or(0, |(_, decimals)| decimals.len())
    };
    let most = values.iter().map(decimals).max().unwrap_or(0);
    10_f64.powi(-(most.min(300) as i32))
}

/// What every entry was multiplied by, if there are at least two that tell.
pub(super) fn common_factor(mine: &ArrayD<f64>, truth: &ArrayD<f64>) -> Option<f64> {
    let (at, greatest) = truth
        .iter()
        .enumerate()
        .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))?;
    let telling = truth.iter().filter(|t| t.abs() > 1e-3 * greatest.abs());
    let factor = mine.iter().nth(at)? / greatest;
    let whole = telling.count() >= 2 && factor.is_finite() && factor.abs() > 1e-12;
    (whole && rounded(mine, &(truth * factor))).then_some(factor)
}

/// The entries whose signs differ, if all sizes agree and there is more than one that tells.
pub(super) fn other_signs(mine: &ArrayD<f64>, truth: &ArrayD<f64>) -> Option<Vec<Vec<usize>>> {
    if !rounded(&mine.mapv(f64::abs), &truth.mapv(f64::abs)) {
        return None;
    }
    let scale = scale(truth);
    let telling = truth.iter().filter(|t| t.abs() > 1e-3 * scale).count();
    let wrong = indices(mine, |a, b| a * b < 0.0, truth);
    (telling >= 2 && !wrong.is_empty()).then_some(wrong)
}

fn indices(
    mine: &ArrayD<f64>,
    wrong: impl Fn(f64, f64) -> bool,
    truth: &ArrayD<f64>,
) -> Vec<Vec<usize>> {
    let pairs = mine.indexed_iter().zip(truth);
    let wrong = pairs.filter(|((_, a), b)| wrong(**a, **b));
    wrong
        .map(|((index, _), _)| ndarray::Dimension::slice(&index).to_vec())
        .collect()
}

/// Which entries are wrong, if fewer than half are and some of the others are not just zero.
pub(super) fn some_entries(mine: &ArrayD<f64>, truth: &ArrayD<f64>) -> Option<Vec<Finding>> {
    let (unit, scale) = (unit(mine), scale(truth));
    let wrong = indices(
        mine,
        |a, b| !near(a, b, unit.min(5e-3 * scale), scale),
        truth,
    );
    let signs = indices(
        mine,
        |a, b| a * b < 0.0 && near(-a, b, unit.min(5e-3 * scale), scale),
        truth,
    );
    let right = mine.len() - wrong.len();
    let telling = mine.iter().zip(truth);
    let telling = telling.filter(|(a, b)| **b != 0.0 && near(**a, **b, unit, scale));
    if wrong.is_empty() || right < wrong.len() || telling.count() == 0 {
        return None;
    }
    Some(vec![if signs == wrong {
        Finding::SomeSigns { entries: wrong }
    } else {
        Finding::SomeEntries { entries: wrong }
    }])
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn decimals_that_were_written_decide_what_is_rounding() {
        let truth = array![0.565_865_4, -0.434_134_6].into_dyn();
        assert!(rounded(&array![0.566, -0.434].into_dyn(), &truth));
        assert!(rounded(&array![0.565_87, -0.434_13].into_dyn(), &truth));
        assert!(!rounded(&array![0.565_4, -0.434_1].into_dyn(), &truth));
        // One decimal is not enough to recognise a number by.
        assert!(!rounded(&array![0.6, -0.4].into_dyn(), &truth));
        assert!(!rounded(&array![0.0].into_dyn(), &array![0.0].into_dyn()));
    }

    #[test]
    fn one_number_has_no_common_factor() {
        let one = array![2.0].into_dyn();
        assert_eq!(common_factor(&array![7.0].into_dyn(), &one), None);
        let two = array![2.0, 4.0].into_dyn();
        assert_eq!(
            common_factor(&array![7.0, 14.0].into_dyn(), &two),
            Some(3.5)
        );
        assert_eq!(common_factor(&array![7.0, 15.0].into_dyn(), &two), None);
    }
}
