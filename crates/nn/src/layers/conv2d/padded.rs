//! Images with zeros around them: the inner loops of a convolution then have no edges.

use pulp::Simd;

use crate::{Scalar, layers::im2col::Window};

/// Bytes of the widest register that there is.
const WIDEST: usize = 64;

/// How planes of `height × width` lie in a buffer with room on every side.
///
/// ```text
///           ┌ stride ──────────────────┐
///   before  0  0 0 0 0 0 0  0 0 …       k − 1 rows more than the image, k − 1 columns
///           0  image row 0  0 0 …       more than registers that hold an image row
///           0  image row 1  0 0 …
///           0  0 0 0 0 0 0  0 0 …
/// ```
///
/// A register may begin anywhere from the first column to that of the last whole register and
/// k − 1 beyond, and never leaves its row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Padded {
    pub(super) height: usize,
    pub(super) width: usize,
    /// The side of the filter.
    pub(super) kernel: usize,
    /// From one row to the next.
    pub(super) stride: usize,
    /// Rows above the image, and columns before it.
    before: usize,
}

impl Padded {
    /// Around the input, so that output (r, c) is a sum over rows r.. and columns c.. of it.
    pub(super) fn input<F>(window: &Window) -> Self {
        let lanes = WIDEST / size_of::<F>();
        Self {
            height: window.height,
            width: window.width,
            kernel: window.kernel,
            stride: window.width.next_multiple_of(lanes) + window.kernel - 1,
            before: (window.kernel - 1) / 2,
        }
    }

    /// Around the output's gradient, of which the input's is the same sum with the filter flipped:
    /// what was before is after.
    pub(super) fn output<F>(window: &Window) -> Self {
        Self {
            before: window.kernel - 1 - (window.kernel - 1) / 2,
            ..Self::input::<F>(window)
        }
    }

    /// Numbers of a padded plane.
    pub(super) fn plane_len(&self) -> usize {
        (self.height + self.kernel - 1) * self.stride
    }

    /// Where the image begins in a padded plane.
    pub(super) fn first(&self) -> usize {
        self.before * self.stride + self.before
    }

    /// Where registers begin that cover a row of the image, the last one within it: where the
    /// width is no multiple of the lanes, it covers some numbers once more.
    #[inline(always)]
    pub(super) fn starts(self, lanes: usize) -> impl Iterator<Item = usize> {
        let last = self.width.saturating_sub(lanes);
        (0..self.width)
            .step_by(lanes)
            .map(move |start| start.min(last))
    }

    /// Copies planes into the middle of their padded places; what is around stays zero.
    #[inline(always)]
    pub(super) fn fill<F: Scalar, S: Simd>(&self, simd: S, image: &[F], padded: &mut [F]) {
        let lanes = F::lanes::<S>();
        let (places, plane_len) = (self.height * self.width, self.plane_len());
        let last = self.width.saturating_sub(lanes);
        for plane in 0..image.len() / places {
            let image = &image[plane * places..][..places];
            let padded = &mut padded[plane * plane_len..][..plane_len];
            for row in 0..self.height {
                let image = &image[row * self.width..][..self.width];
                let padded = &mut padded[self.first() + row * self.stride..][..self.width];
                if self.width < lanes {
                    copy_narrow(image, padded);
                    continue;
                }
                let mut start = 0;
                while start < last {
                    let end = start + lanes;
                    F::store(
                        simd,
                        F::load(simd, &image[start..end]),
                        &mut padded[start..end],
                    );
                    start = end;
                }
                F::store(simd, F::load(simd, &image[last..]), &mut padded[last..]);
            }
        }
    }
}

/// Copies a row that is narrower than a register, of which the widest has 16 numbers: the first and
/// the last 8, 4, 2 or 1, which overlap. A call of `memcpy` takes longer than so few numbers.
#[inline(always)]
fn copy_narrow<F: Copy>(from: &[F], to: &mut [F]) {
    #[inline(always)]
    fn ends<F: Copy, const N: usize>(from: &[F], to: &mut [F]) {
        let last = from.len() - N;
        to[..N].copy_from_slice(&from[..N]);
        to[last..][..N].copy_from_slice(&from[last..]);
    }
    match from.len() {
        8.. => ends::<F, 8>(from, to),
        4.. => ends::<F, 4>(from, to),
        2.. => ends::<F, 2>(from, to),
        1 => to[0] = from[0],
        0 => {}
    }
}

/// Stores the first numbers of a register, as many as there is room for.
#[inline(always)]
pub(super) fn store_narrow<F: Scalar, S: Simd>(simd: S, register: F::Register<S>, to: &mut [F]) {
    let mut values = [F::zero(); WIDEST / size_of::<f32>()];
    F::store(simd, register, &mut values);
    copy_narrow(&values[..to.len()], to);
}
