//! Normal numbers.

use ndarray::{Array, IntoDimension};

use super::{Generator, ziggurat};
use crate::array::{filled_in_parts, of, or_panic};
use crate::error::Result;
use crate::parameter::not_negative;

impl Generator {
    /// Numbers from the standard normal distribution, by the ziggurat.
    ///
    /// Source: G. Marsaglia and W. W. Tsang, *The Ziggurat Method for Generating Random Variables*,
    /// Journal of Statistical Software 5 (2000).
    ///
    /// ```
    /// let mut rng = chainrule_random::default_rng(42)?;
    /// assert_eq!(rng.standard_normal((2, 2))[[0, 0]], 0.30471707975443135);
    /// # Ok::<(), chainrule_random::Error>(())
    /// ```
    #[track_caller]
    pub fn standard_normal<S: IntoDimension>(&mut self, shape: S) -> Array<f64, S::Dim> {
        or_panic(of(shape, |count| self.standard_normals(count)))
    }

    /// A number from the standard normal distribution.
    pub fn standard_normal_one(&mut self) -> f64 {
        let mut out = [0.0];
        ziggurat::fill(&mut self.bits, &mut out, |x| x);
        out[0]
    }

    /// Numbers from the standard normal distribution in single precision: NumPy's
    /// `standard_normal(shape, dtype=np.float32)`.
    #[track_caller]
    pub fn standard_normal_f32<S: IntoDimension>(&mut self, shape: S) -> Array<f32, S::Dim> {
        or_panic(of(shape, |count| self.standard_normals_f32(count)))
    }

    /// A number from the standard normal distribution in single precision.
    pub fn standard_normal_f32_one(&mut self) -> f32 {
        let mut out = [0.0];
        ziggurat::fill_f32(&mut self.bits, &mut out);
        out[0]
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
        Ok(mean + sd * self.standard_normal_one())
    }

    fn standard_normals(&mut self, count: usize) -> Result<Vec<f64>> {
        filled_in_parts(count, |out| ziggurat::fill(&mut self.bits, out, |x| x))
    }

    fn standard_normals_f32(&mut self, count: usize) -> Result<Vec<f32>> {
        filled_in_parts(count, |out| ziggurat::fill_f32(&mut self.bits, out))
    }

    fn normals(&mut self, mean: f64, sd: f64, count: usize) -> Result<Vec<f64>> {
        filled_in_parts(count, |out| {
            ziggurat::fill(&mut self.bits, out, |x| mean + sd * x);
        })
    }
}
