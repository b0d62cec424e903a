//! The gradient of wide rows: the numbers of up to so many samples at a time are sorted by column, and
//! each row of it, which belongs to a column, is summed in registers.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::lists::{Code, OfPart};
use crate::{
    Scalar,
    kernels::{
        add, for_rows, lanes_of,
        panel::{OnPanel, Panel, each_panel},
        rows::Rows,
        widest,
    },
    line::InLine,
};

/// The most registers of a row that are summed at a time, if they are all or narrower than 64 bytes, and of
/// wider rows in those: as many of each row of dy, side by side, stay in the first caches.
const SUMMED: usize = 7;
const SUMMED_OF_WIDE: usize = 4;

/// The most samples that are sorted together: of each the number fits into a byte, and what is summed
/// stays in the cache.
const TOGETHER: usize = 128;

/// A number, or what stands for it, and its sample.
pub(super) type Term<C> = (C, u8);

/// Where [`gradient`](super::gradient) sorts the numbers of some columns by column, those of a column
/// by sample.
#[derive(Clone, Debug)]
pub(crate) struct Sorted<F> {
    /// How many numbers each column has.
    counts: Vec<u32>,
    /// For each column its numbers, in room for one of each sample that is sorted with it.
    terms: Terms<F>,
    /// The columns of dy that are summed, side by side.
    packed: InLine<F>,
    samples: usize,
}

/// Room for terms of one kind, as much as was needed.
#[derive(Clone, Debug, Default)]
pub(super) struct Terms<F> {
    pub(super) numbers: Vec<Term<F>>,
    pub(super) bytes: Vec<Term<u8>>,
}

/// How many samples of a batch are sorted together: about as many each time.
fn together(samples: usize) -> usize {
    samples.div_ceil(samples.div_ceil(TOGETHER).max(1))
}

impl<F: Scalar> Sorted<F> {
    pub(super) fn has_room(&self, columns: usize, samples: usize) -> bool {
        self.counts.len() >= columns && self.samples >= samples.min(TOGETHER)
    }

    /// For how many columns and samples there is room.
    pub(super) fn room(&self) -> (usize, usize) {
        (self.counts.len(), self.samples)
    }

    pub(super) fn with_room(columns: usize, samples: usize) -> Self {
        let samples = samples.min(TOGETHER);
        Self {
            counts: vec![0; columns],
            terms: Terms::default(),
            packed: InLine::zeros(samples * SUMMED * lanes_of::<F>()),
            samples,
        }
    }

    /// Sums the rows of dw that belong to some columns of a part.
    pub(super) fn gradient<C: Code<F>>(
        &mut self,
        part: &OfPart<'_, F, C>,
        columns: Range<usize>,
        dy: &[F],
        dw: &mut [F],
        units: usize,
    ) {
        let room = self.counts.len() * self.samples;
        let terms = C::terms(&mut self.terms);
        if terms.len() < room {
            terms.resize(room, Term::default());
        }
        let samples = part.list.samples();
        let each = together(samples);
        for (i, dy) in dy.chunks(each * units).enumerate() {
            let from = i * each;
            widest(Sort {
                part,
                samples: from..samples.min(from + each),
                columns: columns.clone(),
                to: self,
            });
            for_rows::<F, _>(
                units,
                Gather::<F, C> {
                    sorted: self,
                    key: part.key,
                    dy,
                    dw,
                    units,
                    is_first: i == 0,
                },
            );
        }
    }
}

/// Sorts the numbers of some columns of some samples.
struct Sort<'s, 'a, F, C: Code<F>> {
    part: &'s OfPart<'a, F, C>,
    samples: Range<usize>,
    columns: Range<usize>,
    to: &'s mut Sorted<F>,
}

impl<F: Scalar, C: Code<F>> WithSimd for Sort<'_, '_, F, C> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let (part, columns) = (self.part, self.columns);
        let (counts, room) = (&mut self.to.counts[..columns.len()], self.to.samples);
        let terms = &mut C::terms(&mut self.to.terms)[..];
        counts.fill(0);
        for (number, sample) in self.samples.enumerate() {
            let (places, codes) = part.of(sample, &columns);
            for (&place, &code) in places.iter().zip(codes) {
                let column = usize::from(place) - columns.start;
                let count = &mut counts[column];
                terms[column * room + *count as usize] = (code, number as u8);
                *count += 1;
            }
        }
    }
}

/// Sums each row of `dw`, a column of the input, in registers.
struct Gather<'a, F, C: Code<F>> {
    sorted: &'a mut Sorted<F>,
    key: &'a C::Key,
    dy: &'a [F],
    dw: &'a mut [F],
    units: usize,
    /// Whether nothing was summed before.
    is_first: bool,
}

impl<F: Scalar, C: Code<F>> WithSimd for Gather<'_, F, C> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let units = self.units;
        let mut panels = GatherPanels {
            of: &mut self,
            simd,
        };
        let lanes = F::lanes::<S>();
        if units <= SUMMED * lanes || lanes * size_of::<F>() < 64 {
            each_panel::<S, F, SUMMED>(units, &mut panels);
        } else {
            each_panel::<S, F, SUMMED_OF_WIDE>(units, &mut panels);
        }
    }
}

struct GatherPanels<'p, 'a, F, C: Code<F>, S> {
    of: &'p mut Gather<'a, F, C>,
    simd: S,
}

impl<F: Scalar, C: Code<F>, S: Simd> OnPanel for GatherPanels<'_, '_, F, C, S> {
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

impl<F: Scalar, C: Code<F>, S: Simd> GatherPanels<'_, '_, F, C, S> {
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
        let (key, is_first) = (self.of.key, self.of.is_first);
        let side_by_side = Panel::side_by_side::<S, F>();
        let rows = packed.chunks_exact_mut(width);
        for (to, dy) in rows.zip(self.of.dy.chunks_exact(units)) {
            side_by_side.store::<S, F>(to, panel.load::<S, F>(dy));
        }
        let dy = Rows::<S, F, K>::new(&*packed, width, side_by_side);
        let zeros = [F::splat(simd, F::zero()); K];
        let columns = C::terms(terms).chunks_exact(*samples).zip(&*counts);
        let rows = self.of.dw.chunks_exact_mut(units);
        for (dw, (terms, &count)) in rows.zip(columns) {
            let mut sums = [zeros; U];
            if !is_first {
                sums[0] = panel.load::<S, F>(dw);
            }
            let (groups, rest) = terms[..count as usize].as_chunks::<U>();
            for group in groups {
                for (sums, &(code, sample)) in sums.iter_mut().zip(group) {
                    add(simd, sums, code.number(key), &dy.load(usize::from(sample)));
                }
            }
            for (sums, &(code, sample)) in sums.iter_mut().zip(rest) {
                add(simd, sums, code.number(key), &dy.load(usize::from(sample)));
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
