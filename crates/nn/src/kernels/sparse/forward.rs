//! The value of a layer whose inputs are mostly zero.

use pulp::{Simd, WithSimd};

use super::Places;
use crate::{
    Scalar,
    kernels::{
        add, for_rows,
        panel::{OnPanel, Panel, each_panel},
    },
};

/// y = x·w, each row beginning with `start` if there is one, by the places of x's numbers: those
/// columns of w from `first` on that y has.
pub(crate) fn forward<F: Scalar>(
    places: &Places<F>,
    (w, columns, first): (&[F], usize, usize),
    start: Option<&[F]>,
    y: &mut [F],
    units: usize,
) {
    for_rows::<F, _>(
        units,
        Forward {
            places,
            w,
            columns,
            first,
            start,
            y,
            units,
        },
    );
}

struct Forward<'a, F> {
    places: &'a Places<F>,
    w: &'a [F],
    columns: usize,
    first: usize,
    start: Option<&'a [F]>,
    y: &'a mut [F],
    units: usize,
}

impl<F: Scalar> WithSimd for Forward<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        if self.units < F::lanes::<S>() {
            return self.narrow();
        }
        let units = self.units;
        each_panel::<S, F, 13>(
            units,
            &mut ForwardPanels {
                of: &mut self,
                simd,
            },
        );
    }
}

impl<F: Scalar> Forward<'_, F> {
    #[inline(always)]
    fn narrow(&mut self) {
        for (row, y) in self.y.chunks_exact_mut(self.units).enumerate() {
            match self.start {
                Some(start) => y.copy_from_slice(start),
                None => y.fill(F::zero()),
            }
            let (places, values) = self.places.of_row(row);
            for (&place, &x) in places.iter().zip(values) {
                let w = &self.w[usize::from(place) * self.columns + self.first..][..self.units];
                y.iter_mut()
                    .zip(w)
                    .for_each(|(y, &w)| *y = x.mul_add(w, *y));
            }
        }
    }
}

struct ForwardPanels<'p, 'a, F, S> {
    of: &'p mut Forward<'a, F>,
    simd: S,
}

impl<F: Scalar, S: Simd> OnPanel for ForwardPanels<'_, '_, F, S> {
    #[inline(always)]
    fn on<const K: usize>(&mut self, panel: Panel<K>) {
        // A sum waits four cycles for the one before: eight of them at a time keep both units busy.
        match K {
            1 | 2 => self.rows::<K, 4>(panel),
            3 | 4 => self.rows::<K, 2>(panel),
            _ => self.rows::<K, 1>(panel),
        }
    }
}

impl<F: Scalar, S: Simd> ForwardPanels<'_, '_, F, S> {
    /// With the terms of a row shared out between `U` sums, in turn.
    #[inline(always)]
    fn rows<const K: usize, const U: usize>(&mut self, panel: Panel<K>) {
        let (simd, units) = (self.simd, self.of.units);
        let (w, columns) = (&self.of.w[self.of.first..], self.of.columns);
        let zero = F::splat(simd, F::zero());
        let begin = match self.of.start {
            Some(start) => panel.load::<S, F>(start),
            None => [zero; K],
        };
        for (row, y) in self.of.y.chunks_exact_mut(units).enumerate() {
            let mut sums = [[zero; K]; U];
            sums[0] = begin;
            let (places, values) = self.of.places.of_row(row);
            let (places, last_places) = places.as_chunks::<U>();
            let (values, last_values) = values.as_chunks::<U>();
            for (places, values) in places.iter().zip(values) {
                for u in 0..U {
                    let row = panel.load::<S, F>(&w[usize::from(places[u]) * columns..][..units]);
                    add(simd, &mut sums[u], values[u], &row);
                }
            }
            let rest = last_places.iter().zip(last_values);
            for (sum, (&place, &x)) in sums.iter_mut().zip(rest) {
                let row = panel.load::<S, F>(&w[usize::from(place) * columns..][..units]);
                add(simd, sum, x, &row);
            }
            let mut total = sums[0];
            for sum in &sums[1..] {
                for k in 0..K {
                    total[k] = F::plus(simd, total[k], sum[k]);
                }
            }
            panel.store::<S, F>(y, total);
        }
    }
}
