//! The gradient of the weights of a layer whose inputs are mostly zero.
//!
//! Both ways add the same terms in the same order. Narrow rows of weights are added to in the
//! cache, sample by sample. Of wide ones that is more than half of the time spent on writing, and
//! sorting the inputs by column first, so that each row is summed in registers, costs less.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::{
    Lists, Part, Values,
    lists::{Code, List},
    rows::{Rows, RowsMut},
};
use crate::{
    Scalar,
    kernels::{
        add, for_rows,
        panel::{OnPanel, Panel, each_panel},
        widest,
    },
    line::InLine,
    parameter::FilledRows,
    team,
};

/// The widest rows, in registers, that are added to in the cache.
const NARROW: usize = 5;

/// The most registers of a row that are added to at a time.
const ADDED: usize = 7;

/// The most registers of a row that are summed at a time, if they are all, and of wider rows: as many
/// of each row of dy, side by side, stay in the first cache for batches of 100.
const SUMMED: usize = 7;
const SUMMED_OF_WIDE: usize = 4;

/// For so few samples nothing is sorted.
const FEW: usize = 4;

/// Columns that are sorted together where rows are summed in several goes: what is sorted then stays
/// in the cache.
const BLOCK: usize = 112;

/// Where [`gradient`] sorts the numbers of some columns by column, those of a column by sample.
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
    fn has_room(&self, columns: usize, samples: usize) -> bool {
        self.counts.len() >= columns && self.samples >= samples
    }

    fn with_room(columns: usize, samples: usize) -> Self {
        Self {
            counts: vec![0; columns],
            terms: vec![(F::zero(), 0); samples * columns],
            packed: InLine::zeros(samples * SUMMED * widest(CountLanes::<F>::default())),
            samples,
        }
    }


}

/// One part of the columns.
struct OfPart<'a, F, C: Code<F>> {
    list: List<'a, C>,
    key: &'a C::Key,
    columns: Range<usize>,
    samples: usize,
}

impl<F, C: Code<F>> Clone for OfPart<'_, F, C> {
    fn clone(&self) -> Self {
        Self {
            columns: self.columns.clone(),
            ..*self
        }
    }
}

impl<'a, F, C: Code<F>> OfPart<'a, F, C> {
    /// The places and numbers of a sample in some of its columns.
    #[inline(always)]
    fn of(&self, sample: usize, columns: &Range<usize>) -> (&'a [u16], &'a [C]) {
        if *columns == self.columns {
            self.list.of(sample)
        } else {
            self.list.within(sample, columns)
        }
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
        for sample in 0..part.samples {
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

/// dw = xᵀ·dy, with room for sorting. Of a few samples it notes which rows of dw are filled; those are
/// all that have to be cleared for the next, if they are known of what dw holds now. Whoever is ready
/// first of several threads does what is to be done meanwhile.
pub(crate) fn gradient<F: Scalar>(
    lists: Lists<'_, F>,
    dy: &[F],
    (dw, filled): (&mut [F], &mut FilledRows),
    units: usize,
    sorted: &mut Vec<Sorted<F>>,
    meanwhile: &mut (dyn FnMut() + Send),
) {
    let dw = (dw, filled);
    match lists.values {
        Values::Numbers(numbers) => {
            let codes = (numbers, &());
            of_codes(lists, codes, dy, dw, units, sorted, meanwhile);
        }
        Values::Bytes(bytes, numbers) => {
            let codes = (bytes, numbers);
            of_codes(lists, codes, dy, dw, units, sorted, meanwhile);
        }
    }
}

fn of_codes<'a, F: Scalar, C: Code<F>>(
    lists: Lists<'a, F>,
    (codes, key): (&'a [C], &'a C::Key),
    dy: &[F],
    (dw, filled): (&mut [F], &mut FilledRows),
    units: usize,
    sorted: &mut Vec<Sorted<F>>,
    meanwhile: &mut (dyn FnMut() + Send),
) {
    let samples = lists.samples();
    assert!(
        dy.len() == samples * units && dw.len() == lists.columns * units,
        "a gradient does not fit; please report"
    );
    let part = |part| OfPart {
        list: lists.list(codes, part),
        key,
        columns: lists.columns_of(part),
        samples,
    };
    if samples <= FEW {
        let all = part(Part::All);
        let room = clear(dw, filled.take(), units);
        *filled = Some(note_rows(&all, room));
        meanwhile();
        return scatter(&all, all.columns.clone(), dy, dw, units);
    }
    *filled = None;
    let parts = lists.parts();
    let work = Work::of::<F>(units, lists.columns_of(parts[0]).len(), parts.len());
    if work.sorts {
        let rooms = parts.len() * work.rooms;
        if sorted.len() < rooms || !sorted[0].has_room(work.each, samples) {
            *sorted = vec![Sorted::with_room(work.each, samples); rooms];
        }
    }
    match parts {
        [first, second] => {
            let (dw, last_dw) = dw.split_at_mut(lists.columns_of(*first).len() * units);
            let (sorted, last_sorted) = sorted.split_at_mut(if work.sorts { work.rooms } else { 0 });
            let first = || work.of_part(&part(*first), dy, dw, units, sorted);
            let second = || work.of_part(&part(*second), dy, last_dw, units, last_sorted);
            // Another thread begins with the second part, and whoever is ready goes on with the rest.
            team::join(
                || team::join(|| team::with_half(first), meanwhile),
                || team::with_half(second),
            );
        }
        _ => {
            work.of_part(&part(Part::All), dy, dw, units, sorted);
            meanwhile();
        }
    }
}

/// How the columns of a part are gone through: so many at a time, each of so many times in a room of
/// its own if it sorts.
#[derive(Clone, Copy)]
struct Work {
    sorts: bool,
    each: usize,
    rooms: usize,
}

impl Work {
    fn of<F: Scalar>(units: usize, columns: usize, parts: usize) -> Self {
        let registers = units.div_ceil(widest(CountLanes::<F>::default()));
        // Each number is one sum however the columns are cut, so they are cut for the threads.
        let each = columns.div_ceil(team::threads().div_ceil(parts));
        let each = if registers > SUMMED { each.min(BLOCK) } else { each };
        Self {
            sorts: registers > NARROW,
            each,
            rooms: columns.div_ceil(each),
        }
    }

    fn of_part<F: Scalar, C: Code<F>>(
        self,
        part: &OfPart<'_, F, C>,
        dy: &[F],
        dw: &mut [F],
        units: usize,
        sorted: &mut [Sorted<F>],
    ) {
        let columns = |at: usize, dw: &[F]| {
            let from = part.columns.start + at * self.each;
            from..from + dw.len() / units
        };
        if !self.sorts {
            let mut beside = vec![(); self.rooms];
            team::for_parts(dw, self.each * units, &mut beside, &|at, dw, ()| {
                dw.fill(F::zero());
                scatter(part, columns(at, dw), dy, dw, units);
            });
            return;
        }
        team::for_parts(dw, self.each * units, sorted, &|at, dw, sorted| {
            widest(Sort {
                part,
                columns: columns(at, dw),
                to: sorted,
            });
            for_rows::<F, _>(
                units,
                Gather {
                    sorted,
                    dy,
                    dw,
                    units,
                },
            );
        });
    }
}

/// How many numbers a register holds.
#[derive(Default)]
struct CountLanes<F>(std::marker::PhantomData<F>);

impl<F: Scalar> WithSimd for CountLanes<F> {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> usize {
        F::lanes::<S>()
    }
}

/// Adds the terms of some columns to dw.
fn scatter<F: Scalar, C: Code<F>>(
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

/// Makes all of dw zero, of which only these rows are not if they are given. Returns their room.
fn clear<F: Scalar>(dw: &mut [F], filled: FilledRows, units: usize) -> Vec<u16> {
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
fn note_rows<F: Scalar, C: Code<F>>(all: &OfPart<'_, F, C>, mut rows: Vec<u16>) -> Vec<u16> {
    for sample in 0..all.samples {
        rows.extend_from_slice(all.list.of(sample).0);
    }
    if all.samples > 1 {
        rows.sort_unstable();
        rows.dedup();
    }
    rows
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
        let mut dw = RowsMut::new::<S>(self.of.dw, units, panel);
        for (sample, dy) in dy.chunks_exact(units).enumerate() {
            let (places, codes) = part.of(sample, &columns);
            let dy = panel.load::<S, F>(dy);
            for (&place, &code) in places.iter().zip(codes) {
                let row = usize::from(place).wrapping_sub(columns.start);
                let x = code.number(key);
                dw.change::<S>(row, |sums| add(simd, sums, x, &dy));
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
        let side_by_side = Panel::<K> {
            start: 0,
            last: width - F::lanes::<S>(),
        };
        let rows = packed.chunks_exact_mut(width);
        for (to, dy) in rows.zip(self.of.dy.chunks_exact(units)) {
            side_by_side.store::<S, F>(to, panel.load::<S, F>(dy));
        }
        let dy = Rows::new::<S>(&*packed, width, side_by_side);
        let zeros = [F::splat(simd, F::zero()); K];
        let columns = terms.chunks_exact(*samples).zip(&*counts);
        let rows = self.of.dw.chunks_exact_mut(units);
        for (dw, (terms, &count)) in rows.zip(columns) {
            let mut sums = [zeros; U];
            let (groups, rest) = terms[..count as usize].as_chunks::<U>();
            for group in groups {
                for (sums, &(x, sample)) in sums.iter_mut().zip(group) {
                    add(simd, sums, x, &dy.load::<S>(sample as usize));
                }
            }
            for (sums, &(x, sample)) in sums.iter_mut().zip(rest) {
                add(simd, sums, x, &dy.load::<S>(sample as usize));
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
