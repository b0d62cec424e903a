//! Products of matrices that are small enough to stay in a cache.

use pulp::{Simd, WithSimd};

use super::{
    add, for_rows,
    panel::{OnPanel, Panel, each_panel},
};
use crate::Scalar;

/// A matrix to multiply from the left, in either order of its numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Left<'a, F> {
    /// Rows of `inner` numbers.
    Rows(&'a [F]),
    /// The transpose of rows of that many numbers, of which those from an offset are taken.
    Columns(&'a [F], usize, usize),
}

/// c = a·b, each row beginning with `start` if there is one: `[rows, inner]`·`[inner, columns]`.
pub(crate) fn product<F: Scalar>(
    a: Left<'_, F>,
    b: &[F],
    start: Option<&[F]>,
    c: &mut [F],
    (inner, columns): (usize, usize),
) {
    let rows = c.len() / columns;
    assert!(
        b.len() >= inner * columns && c.len() == rows * columns,
        "a product does not fit; please report"
    );
    match a {
        Left::Rows(a) => assert!(
            a.len() >= rows * inner,
            "a product does not fit; please report"
        ),
        Left::Columns(a, stride, from) => assert!(
            from + rows <= stride && a.len() >= inner * stride,
            "a product does not fit; please report"
        ),
    }
    for_rows::<F, _>(
        columns,
        Product {
            a,
            b,
            start,
            c,
            inner,
            columns,
        },
    );
}

struct Product<'a, F> {
    a: Left<'a, F>,
    b: &'a [F],
    start: Option<&'a [F]>,
    c: &'a mut [F],
    inner: usize,
    columns: usize,
}

impl<F: Scalar> WithSimd for Product<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        if self.columns < F::lanes::<S>() {
            return self.narrow();
        }
        let columns = self.columns;
        each_panel::<S, F, 3>(
            columns,
            &mut InRegisters {
                product: &mut self,
                simd,
            },
        );
    }
}

impl<F: Scalar> Product<'_, F> {
    /// For rows narrower than a register.
    #[inline(always)]
    fn narrow(&mut self) {
        let columns = self.columns;
        for (i, c) in self.c.chunks_exact_mut(columns).enumerate() {
            match self.start {
                Some(start) => c.copy_from_slice(start),
                None => c.fill(F::zero()),
            }
            for (k, b) in self.b.chunks_exact(columns).take(self.inner).enumerate() {
                let a = match self.a {
                    Left::Rows(a) => a[i * self.inner + k],
                    Left::Columns(a, stride, from) => a[k * stride + from + i],
                };
                c.iter_mut()
                    .zip(b)
                    .for_each(|(c, &b)| *c = a.mul_add(b, *c));
            }
        }
    }
}

struct InRegisters<'p, 'a, F, S> {
    product: &'p mut Product<'a, F>,
    simd: S,
}

impl<F: Scalar, S: Simd> OnPanel for InRegisters<'_, '_, F, S> {
    #[inline(always)]
    fn on<const K: usize>(&mut self, panel: Panel<K>) {
        // Twelve sums at a time: with what they are made of, they fill sixteen registers. Machines with
        // the widest ones have more, and batches often divide by eight.
        let has_more = F::lanes::<S>() * size_of::<F>() >= 64;
        match K {
            1 => self.rows_of::<K, 8>(panel),
            2 if has_more => self.rows_of::<K, 8>(panel),
            2 => self.rows_of::<K, 6>(panel),
            _ => self.rows_of::<K, 4>(panel),
        }
    }
}

impl<F: Scalar, S: Simd> InRegisters<'_, '_, F, S> {
    #[inline(always)]
    fn rows_of<const K: usize, const R: usize>(&mut self, panel: Panel<K>) {
        let rows = self.product.c.len() / self.product.columns;
        let whole = rows - rows % R;
        for first in (0..whole).step_by(R) {
            self.tile::<K, R>(panel, first);
        }
        // A few sums wait for each other: as many of the last rows together as there are.
        let mut first = whole;
        if R > 4 && rows - first >= 4 {
            self.tile::<K, 4>(panel, first);
            first += 4;
        }
        if rows - first >= 2 {
            self.tile::<K, 2>(panel, first);
            first += 2;
        }
        if rows > first {
            self.tile::<K, 1>(panel, first);
        }
    }

    #[inline(always)]
    fn tile<const K: usize, const R: usize>(&mut self, panel: Panel<K>, first: usize) {
        let (simd, columns, inner) = (self.simd, self.product.columns, self.product.inner);
        let begin = match self.product.start {
            Some(start) => panel.load::<S, F>(start),
            None => [F::splat(simd, F::zero()); K],
        };
        let mut sums = [begin; R];
        let b = self.product.b.chunks_exact(columns);
        match self.product.a {
            Left::Rows(a) => {
                let mut rows = [&a[..0]; R];
                for (r, row) in rows.iter_mut().enumerate() {
                    *row = &a[(first + r) * inner..][..inner];
                }
                for (k, b) in b.take(inner).enumerate() {
                    let b = panel.load::<S, F>(b);
                    for (sums, row) in sums.iter_mut().zip(&rows) {
                        add(simd, sums, row[k], &b);
                    }
                }
            }
            Left::Columns(a, stride, from) => {
                for (a, b) in a.chunks_exact(stride).zip(b).take(inner) {
                    let b = panel.load::<S, F>(b);
                    for (sums, &a) in sums.iter_mut().zip(&a[from + first..][..R]) {
                        add(simd, sums, a, &b);
                    }
                }
            }
        }
        for (r, sums) in sums.into_iter().enumerate() {
            panel.store::<S, F>(
                &mut self.product.c[(first + r) * columns..][..columns],
                sums,
            );
        }
    }
}
