//! The gradient of a few samples: most of its rows stay zero, and which do not is noted.

use pulp::{Simd, WithSimd};

use super::lists::{Code, OfPart};
use crate::{
    Scalar,
    kernels::{
        for_rows,
        panel::{OnPanel, Panel, each_panel},
    },
    parameter::FilledRows,
};

/// Makes all of dw zero, of which only these rows are not if they are given. Returns their room.
pub(super) fn clear<F: Scalar>(dw: &mut [F], filled: FilledRows, units: usize) -> Vec<u16> {
    let Some(mut rows) = filled else {
        dw.fill(F::zero());
        return Vec::new();
    };
    for_rows::<F, _>(
        units,
        Clear {
            rows: &rows,
            dw,
            units,
        },
    );
    rows.clear();
    rows
}

/// Makes some rows of `dw` zero, in registers: filling each by a call takes 6 % of a step with one
/// sample and rows of 40 numbers.
struct Clear<'a, F> {
    rows: &'a [u16],
    dw: &'a mut [F],
    units: usize,
}

impl<F: Scalar> WithSimd for Clear<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let units = self.units;
        if units < F::lanes::<S>() {
            for &row in self.rows {
                self.dw[usize::from(row) * units..][..units].fill(F::zero());
            }
            return;
        }
        each_panel::<S, F, 13>(
            units,
            &mut ClearPanels {
                of: &mut self,
                simd,
            },
        );
    }
}

struct ClearPanels<'s, 'a, F, S> {
    of: &'s mut Clear<'a, F>,
    simd: S,
}

impl<F: Scalar, S: Simd> OnPanel for ClearPanels<'_, '_, F, S> {
    #[inline(always)]
    fn on<const K: usize>(&mut self, panel: Panel<K>) {
        let (units, zeros) = (self.of.units, [F::splat(self.simd, F::zero()); K]);
        for &row in self.of.rows {
            let dw = &mut self.of.dw[usize::from(row) * units..][..units];
            panel.store::<S, F>(dw, zeros);
        }
    }
}

/// The columns of the input that have a number in some sample: each a row of dw, once and in order.
pub(super) fn note_rows<F: Scalar, C: Code<F>>(
    all: &OfPart<'_, F, C>,
    mut rows: Vec<u16>,
) -> Vec<u16> {
    for sample in 0..all.list.samples() {
        rows.extend_from_slice(all.list.of(sample).0);
    }
    if all.list.samples() > 1 {
        rows.sort_unstable();
        rows.dedup();
    }
    rows
}
