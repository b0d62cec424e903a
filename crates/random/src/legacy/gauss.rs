//! Normal numbers, by the polar method.

use ndarray::{Array, IntoDimension};

use super::RandomState;
use crate::array::{filled_in_parts, of, or_panic};
use crate::bits::Bits;
use crate::error::Result;
use crate::parameter::not_negative;

impl RandomState {
    /// Numbers from the standard normal distribution, by the polar method, which makes two at a
    /// time: an odd one is kept for the next call, whatever else is drawn in between.
    ///
    /// Source: G. Marsaglia and T. A. Bray, *A Convenient Method for Generating Normal Variables*,
    /// SIAM Review 6 (1964).
    ///
    /// ```
    /// use chainrule_random::RandomState;
    ///
    /// let mut rng = RandomState::new(1)?;
    /// assert_eq!(rng.randn((2, 2))[[0, 0]], 1.6243453636632417);
    /// # Ok::<(), chainrule_random::Error>(())
    /// ```
    #[track_caller]
    pub fn randn<S: IntoDimension>(&mut self, shape: S) -> Array<f64, S::Dim> {
        or_panic(of(shape, |count| self.standard_normals(count)))
    }

    /// A number from the standard normal distribution.
    pub fn randn_one(&mut self) -> f64 {
        self.gauss()
    }

    /// The same as [`randn`](Self::randn).
    #[track_caller]
    pub fn standard_normal<S: IntoDimension>(&mut self, shape: S) -> Array<f64, S::Dim> {
        self.randn(shape)
    }

    /// The same as [`randn_one`](Self::randn_one).
    pub fn standard_normal_one(&mut self) -> f64 {
        self.gauss()
    }

    /// Numbers from the normal distribution with this mean and standard deviation.
    ///
    /// # Errors
    /// If `sd` is negative, or there can be no array of the shape.
    pub fn normal<S: IntoDimension>(
        &mut self,
        mean: f64,
        sd: f64,
        shape: S,
    ) -> Result<Array<f64, S::Dim>> {
        not_negative("the standard deviation", sd)?;
        of(shape, |count| self.normals(mean, sd, count))
    }

    /// A number from the normal distribution with this mean and standard deviation.
    ///
    /// # Errors
    /// If `sd` is negative.
    pub fn normal_one(&mut self, mean: f64, sd: f64) -> Result<f64> {
        not_negative("the standard deviation", sd)?;
        Ok(mean + sd * self.gauss())
    }

    fn standard_normals(&mut self, count: usize) -> Result<Vec<f64>> {
        filled_in_parts(count, |out| self.fill_gauss(out, |number| number))
    }

    fn normals(&mut self, mean: f64, sd: f64, count: usize) -> Result<Vec<f64>> {
        filled_in_parts(count, |out| {
            self.fill_gauss(out, |number| mean + sd * number);
        })
    }

    #[inline]
    pub(super) fn gauss(&mut self) -> f64 {
        if let Some(kept) = self.gauss.take() {
            return kept;
        }
        let (kept, number) = self.gauss_pair();
        self.gauss = Some(kept);
        number
    }

    /// A pair of normal numbers, the one that is handed out second before the other.
    #[inline]
    fn gauss_pair(&mut self) -> (f64, f64) {
        loop {
            let x = 2.0 * self.bits.next_f64() - 1.0;
            let y = 2.0 * self.bits.next_f64() - 1.0;
            let square = x * x + y * y;
            if square < 1.0 && square != 0.0 {
                let factor = (-2.0 * square.ln() / square).sqrt();
                return (factor * x, factor * y);
            }
        }
    }

    fn fill_gauss(&mut self, out: &mut [f64], number: impl Fn(f64) -> f64) {
        let kept = usize::from(self.gauss.is_some() && !out.is_empty());
        let (first, others) = out.split_at_mut(kept);
        for slot in first {
            *slot = number(self.gauss());
        }
        let mut pairs = others.chunks_exact_mut(2);
        for pair in &mut pairs {
            let (second, first) = self.gauss_pair();
            pair[0] = number(first);
            pair[1] = number(second);
        }
        for last in pairs.into_remainder() {
            *last = number(self.gauss());
        }
    }
}
