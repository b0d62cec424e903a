//! The gradient of narrow rows: each sample's terms are added to them in the cache.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::lists::{Code, OfPart};
use crate::{
    Scalar,
    kernels::{
        add, for_rows,
        panel::{OnPanel, Panel, each_panel},
        rows::RowsMut,
    },
};

/// The most registers of a row that are added to at a time.
const ADDED: usize = 7;

/// Adds the terms of some columns to dw.
pub(super) fn scatter<F: Scalar, C: Code<F>>(
    part: &OfPart<'_, F, C>,
    columns: Range<usize>,
    dy: &[F],
    dw: &mut [F],
    units: usize,
) {
    for_rows::<F, _>(
        units,
        Scatter {
            part,
            columns,
            dy,
            dw,
            units,
        },
    );
}

/// Adds each sample's terms to the rows of `dw`, those of some columns.
struct Scatter<'s, 'a, F, C: Code<F>> {
    part: &'s OfPart<'a, F, C>,
    columns: Range<usize>,
    dy: &'s [F],
    dw: &'s mut [F],
    units: usize,
}

impl<F: Scalar, C: Code<F>> WithSimd for Scatter<'_, '_, F, C> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        if self.units < F::lanes::<S>() {
            return self.narrow();
        }
        let units = self.units;
        each_panel::<S, F, ADDED>(
            units,
            &mut ScatterPanels {
                of: &mut self,
                simd,
            },
        );
    }
}

impl<F: Scalar, C: Code<F>> Scatter<'_, '_, F, C> {
    #[inline(always)]
    fn narrow(&mut self) {
        let (units, first) = (self.units, self.columns.start);
        for (sample, dy) in self.dy.chunks_exact(units).enumerate() {
            let (places, codes) = self.part.of(sample, &self.columns);
            for (&place, &code) in places.iter().zip(codes) {
                let x = code.number(self.part.key);
                let dw = &mut self.dw[(usize::from(place) - first) * units..][..units];
                dw.iter_mut()
                    .zip(dy)
                    .for_each(|(dw, &dy)| *dw = x.mul_add(dy, *dw));
            }
        }
    }
}

struct ScatterPanels<'p, 's, 'a, F, C: Code<F>, S> {
    of: &'p mut Scatter<'s, 'a, F, C>,
    simd: S,
}

impl<F: Scalar, C: Code<F>, S: Simd> OnPanel for ScatterPanels<'_, '_, '_, F, C, S> {
    #[inline(always)]
    fn on<const K: usize>(&mut self, panel: Panel<K>) {
        let (simd, units, part) = (self.simd, self.of.units, self.of.part);
        let key = part.key;
        let (columns, dy) = (self.of.columns.clone(), self.of.dy);
        let mut dw = RowsMut::<S, F, K>::new(self.of.dw, units, panel);
        for (sample, dy) in dy.chunks_exact(units).enumerate() {
            let (places, codes) = part.of(sample, &columns);
            let dy = panel.load::<S, F>(dy);
            for (&place, &code) in places.iter().zip(codes) {
                let row = usize::from(place).wrapping_sub(columns.start);
                let x = code.number(key);
                dw.change(row, |sums| add(simd, sums, x, &dy));
            }
        }
    }
}
