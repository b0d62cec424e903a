//! Choosing by probabilities, by searching in their running sums.

use super::sealed::Chooser;
use crate::array::zeros;
use crate::error::{Error, ErrorKind, Result};

/// How far from 1 the sum of probabilities may be: √ε.
const TOLERANCE: f64 = 1.490_116_119_384_765_6e-8;

/// Probabilities that were checked.
pub(super) struct Weights(Vec<f64>);

impl Weights {
    pub(super) fn new(numbers: Vec<f64>, population: usize) -> Result<Self> {
        if numbers.len() != population {
            return Err(
                Error::new(ErrorKind::Shape, "probabilities and items differ in number")
                    .expected(format!("{population} probabilities, one for each item"))
                    .got(numbers.len())
                    .hint("one probability for each item, 0.0 for what is never chosen"),
            );
        }
        let sum = compensated_sum(&numbers);
        let wrong = |got: String| {
            Error::value("these are no probabilities")
                .expected("numbers of 0 or more that sum to 1")
                .got(got)
                .hint("divide them by their sum")
        };
        if sum.is_nan() {
            return Err(wrong("a NaN among them".into()));
        }
        if let Some((at, number)) = numbers.iter().enumerate().find(|(_, p)| **p < 0.0) {
            return Err(wrong(format!("{number} at index {at}")));
        }
        if (sum - 1.0).abs() > TOLERANCE {
            return Err(wrong(format!("a sum of {sum}")));
        }
        Ok(Self(numbers))
    }

    pub(super) fn with_replacement(
        self,
        rng: &mut dyn Chooser,
        wanted: usize,
    ) -> Result<Vec<usize>> {
        let sums = running_sums(&self.0);
        let mut units = zeros(wanted)?;
        rng.units(&mut units);
        Ok(units.into_iter().map(|unit| search(&sums, unit)).collect())
    }

    /// Draws as many as are missing, drops those drawn twice, and begins again with the rest.
    pub(super) fn without_replacement(
        mut self,
        rng: &mut dyn Chooser,
        wanted: usize,
    ) -> Result<Vec<usize>> {
        let possible = self.0.iter().filter(|&&number| number > 0.0).count();
        if possible < wanted {
            return Err(Error::value(
                "there are fewer items of a probability above 0 than are to be drawn",
            )
            .expected(format!("at most {possible}"))
            .got(wanted)
            .hint("a smaller shape, or a choice with replacement"));
        }
        let mut found: Vec<usize> = Vec::with_capacity(wanted);
        let mut units = zeros(wanted)?;
        while found.len() < wanted {
            for &index in &found {
                self.0[index] = 0.0;
            }
            let sums = running_sums(&self.0);
            let missing = wanted - found.len();
            rng.units(&mut units[..missing]);
            let mut seen = vec![false; self.0.len()];
            for &unit in &units[..missing] {
                let index = search(&sums, unit);
                if !std::mem::replace(&mut seen[index], true) {
                    found.push(index);
                }
            }
        }
        Ok(found)
    }
}

/// Kahan's sum, which is the one that has to be near 1.
fn compensated_sum(numbers: &[f64]) -> f64 {
    let Some((&first, others)) = numbers.split_first() else {
        return 0.0;
    };
    let mut sum = first;
    let mut lost = 0.0;
    for &number in others {
        let term = number - lost;
        let next = sum + term;
        lost = (next - sum) - term;
        sum = next;
    }
    sum
}

/// The running sums, scaled to end at 1.
fn running_sums(numbers: &[f64]) -> Vec<f64> {
    let mut sum = 0.0;
    let mut sums: Vec<f64> = Vec::with_capacity(numbers.len());
    for &number in numbers {
        sum += number;
        sums.push(sum);
    }
    sums.iter_mut().for_each(|entry| *entry /= sum);
    sums
}

/// The first index whose running sum is above `unit`.
fn search(sums: &[f64], unit: f64) -> usize {
    sums.partition_point(|&sum| sum <= unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_on_the_border_belongs_to_the_next_item_that_has_a_probability() {
        let sums = running_sums(&[0.0, 0.5, 0.0, 0.5]);
        assert_eq!(search(&sums, 0.0), 1);
        assert_eq!(search(&sums, 0.5), 3);
        assert_eq!(search(&sums, 1.0_f64.next_down()), 3);
    }
}
