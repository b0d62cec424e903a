//! The gradient of wide rows: the numbers of a batch are sorted by column, and each row of it, which
//! belongs to a column, is summed in registers.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::{
    lists::{Code, OfPart},
    rows::Rows,
};
use crate::{
    Scalar,
    kernels::{
        add, for_rows, lanes_of,
        panel::{OnPanel, Panel, each_panel},
        widest,
    },
    line::InLine,
};

/// The most registers of a row that are summed at a time, if they are all, and of wider rows: as many
/// of each row of dy, side by side, stay in the first cache for batches of 100.
pub(super) const SUMMED: usize = 7;
const SUMMED_OF_WIDE: usize = 4;

/// Where [`gradient`](super::gradient) sorts the numbers of some columns by column, those of a column
/// by sample.
#[derive(Clone, Debug)]
pub(crate) struct Sorted<F> {
    /// How many numbers each column has.
    counts: Vec<u32>,
    /// For each column its numbers, each with its sample, in room for a number of every one.
    terms: Vec<(F, u32)>,
    /// The columns of dy that are summed, side by side.
    packed: InLine<F>,
    samples: usize,
}

impl<F: Scalar> Sorted<F> {
    pub(super) fn has_room(&self, columns: usize, samples: usize) -> bool {
        self.counts.len() >= columns && self.samples >= samples
    }

    pub(super) fn with_room(columns: usize, samples: usize) -> Self {
        Self {
            counts: vec![0; columns],
            terms: vec![(F::zero(), 0); samples * columns],
            packed: InLine::zeros(samples * SUMMED * lanes_of::<F>()),
            samples,
        }
    }

    /// Sorts the numbers of some columns of a part.
    pub(super) fn sort<C: Code<F>>(&mut self, part: &OfPart<'_, F, C>, columns: Range<usize>) {
        widest(Sort {
            part,
            columns,
            to: self,
        });
    }

    /// Sums the rows of dw that belong to those columns.
    pub(super) fn sum(&mut self, dy: &[F], dw: &mut [F], units: usize) {
        for_rows::<F, _>(
            units,
            Gather {
                sorted: self,
                dy,
                dw,
                units,
            },
        );
    }
}

/// Sorts the numbers of some columns.
struct Sort<'s, 'a, F, C: Code<F>> {
    part: &'s OfPart<'a, F, C>,
    columns: Range<usize>,
    to: &'s mut Sorted<F>,
}

impl<F: Scalar, C: Code<F>> WithSimd for Sort<'_, '_, F, C> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let (part, key, columns) = (self.part, self.part.key, self.columns);
        let (counts, terms) = (&mut self.to.counts[..columns.len()], &mut self.to.terms[..]);
        let room = self.to.samples;
        counts.fill(0);
        for sample in 0..part.list.samples() {
            let (places, codes) = part.of(sample, &columns);
            for (&place, &code) in places.iter().zip(codes) {
                let column = usize::from(place) - columns.start;
                let count = &mut counts[column];
                terms[column * room + *count as usize] = (code.number(key), sample as u32);
                *count += 1;
            }
        }
    }
}

/// Sums each row of `dw`, a column of the input, in registers.
struct Gather<'a, F> {
    sorted: &'a mut Sorted<F>,
    dy: &'a [F],
    dw: &'a mut [F],
    units: usize,
}

impl<F: Scalar> WithSimd for Gather<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let units = self.units;
        let mut panels = GatherPanels {
            of: &mut self,
            simd,
        };
        if units <= SUMMED * F::lanes::<S>() {
            each_panel::<S, F, SUMMED>(units, &mut panels);
        } else {
            each_panel::<S, F, SUMMED_OF_WIDE>(units, &mut panels);
        }
    }
}

struct GatherPanels<'p, 'a, F, S> {
    of: &'p mut Gather<'a, F>,
    simd: S,
}

impl<F: Scalar, S: Simd> OnPanel for GatherPanels<'_, '_, F, S> {
    #[inline(always)]
    fn on<const K: usize>(&mut self, panel: Panel<K>) {
        // A sum waits for the one before; a few of them do not keep the units busy.
        if K > SUMMED_OF_WIDE {
            self.rows::<K, 1>(panel);
        } else {
            self.rows::<K, 2>(panel);
        }
    }
}

impl<F: Scalar, S: Simd> GatherPanels<'_, '_, F, S> {
    /// With the terms of a column shared out between `U` sums, in turn.
    #[inline(always)]
    fn rows<const K: usize, const U: usize>(&mut self, panel: Panel<K>) {
        let (simd, units, width) = (self.simd, self.of.units, K * F::lanes::<S>());
        let Sorted {
            counts,
            terms,
            packed,
            samples,
        } = &mut *self.of.sorted;
        let side_by_side = Panel::side_by_side::<S, F>();
        let rows = packed.chunks_exact_mut(width);
        for (to, dy) in rows.zip(self.of.dy.chunks_exact(units)) {
            side_by_side.store::<S, F>(to, panel.load::<S, F>(dy));
        }
        let dy = Rows::<S, F, K>::new(&*packed, width, side_by_side);
        let zeros = [F::splat(simd, F::zero()); K];
        let columns = terms.chunks_exact(*samples).zip(&*counts);
        let rows = self.of.dw.chunks_exact_mut(units);
        for (dw, (terms, &count)) in rows.zip(columns) {
            let mut sums = [zeros; U];
            let (groups, rest) = terms[..count as usize].as_chunks::<U>();
            for group in groups {
                for (sums, &(x, sample)) in sums.iter_mut().zip(group) {
                    add(simd, sums, x, &dy.load(sample as usize));
                }
            }
            for (sums, &(x, sample)) in sums.iter_mut().zip(rest) {
                add(simd, sums, x, &dy.load(sample as usize));
            }
            let mut total = sums[0];
            for sums in &sums[1..] {
                for k in 0..K {
                    total[k] = F::plus(simd, total[k], sums[k]);
                }
            }
            panel.store::<S, F>(dw, total);
        }
    }
}
