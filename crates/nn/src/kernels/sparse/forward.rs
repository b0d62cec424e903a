//! The value of a layer whose inputs are mostly zero.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::{
    Lists, Part, Values,
    lists::{Code, List},
};
use crate::{
    Scalar,
    kernels::{
        add, for_rows, lanes_of,
        panel::{OnPanel, Panel, each_panel},
        rows::Rows,
    },
    line::InLine,
};

/// The most registers of a row that are summed at a time, if they are all, and of wider rows: those
/// panels of the weights stay in the cache while one sample after the other takes its rows of them.
const WIDEST: usize = 13;
const WIDEST_OF_WIDE: usize = 4;

/// For so many samples a panel of wide rows is first copied, row beside row: rows that are a power of two
/// apart share a few places of the caches, and drive each other out. There is room for it for the time
/// of a call, as `gemm` has some for what it packs.
const COPIED: usize = 32;

/// What the terms of some columns of the input are added to, once they are summed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Onto<'a, F> {
    /// Nothing.
    Nothing,
    /// Each row begins with these.
    Start(&'a [F]),
    /// What the columns before have come to.
    There,
}

/// y = x·w of some samples and one part of the columns of x.
pub(crate) fn forward<F: Scalar>(
    lists: Lists<'_, F>,
    (samples, part): (Range<usize>, Part),
    w: &[F],
    onto: Onto<'_, F>,
    y: &mut [F],
    units: usize,
) {
    let inputs = lists.columns_of(part);
    match lists.values {
        Values::Numbers(numbers) => {
            let list = lists.list(numbers, part);
            of_list((list, &()), (samples, inputs), w, onto, y, units);
        }
        Values::Bytes(bytes, table) => {
            let list = lists.list(bytes, part);
            of_list((list, table), (samples, inputs), w, onto, y, units);
        }
    }
}

fn of_list<F: Scalar, C: Code<F>>(
    (list, key): (List<'_, C>, &C::Key),
    (samples, inputs): (Range<usize>, Range<usize>),
    w: &[F],
    onto: Onto<'_, F>,
    y: &mut [F],
    units: usize,
) {
    assert!(
        y.len() == samples.len() * units,
        "rows for other samples; please report"
    );
    let lanes = lanes_of::<F>();
    let is_copied = units > WIDEST * lanes && samples.len() >= COPIED;
    let mut copied = is_copied.then(|| InLine::zeros(inputs.end * WIDEST_OF_WIDE * lanes));
    for_rows::<F, _>(
        units,
        Forward {
            list,
            key,
            samples,
            inputs,
            w,
            copied: copied.as_deref_mut().unwrap_or_default(),
            onto,
            y,
            units,
        },
    );
}

struct Forward<'a, F, C: Code<F>> {
    list: List<'a, C>,
    key: &'a C::Key,
    samples: Range<usize>,
    /// The columns of the input, which are the rows of w that count.
    inputs: Range<usize>,
    w: &'a [F],
    /// Room for a panel of those rows, if it is to be copied.
    copied: &'a mut [F],
    onto: Onto<'a, F>,
    y: &'a mut [F],
    units: usize,
}

impl<F: Scalar, C: Code<F>> WithSimd for Forward<'_, F, C> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        if self.units < F::lanes::<S>() {
            return self.narrow();
        }
        let units = self.units;
        let panels = &mut ForwardPanels {
            of: &mut self,
            simd,
        };
        if units <= WIDEST * F::lanes::<S>() {
            each_panel::<S, F, WIDEST>(units, panels);
        } else {
            each_panel::<S, F, WIDEST_OF_WIDE>(units, panels);
        }
    }
}

impl<F: Scalar, C: Code<F>> Forward<'_, F, C> {
    /// For rows narrower than a register.
    #[inline(always)]
    fn narrow(&mut self) {
        // No register holds more.
        let mut room = [F::zero(); 16];
        let sums = &mut room[..self.units];
        let rows = self.y.chunks_exact_mut(self.units);
        for (sample, y) in self.samples.clone().zip(rows) {
            self.list.ask_after(sample);
            match self.onto {
                Onto::Start(start) => sums.copy_from_slice(start),
                Onto::Nothing | Onto::There => sums.fill(F::zero()),
            }
            let (places, codes) = self.list.of(sample);
            for (&place, &code) in places.iter().zip(codes) {
                let x = code.number(self.key);
                let w = &self.w[usize::from(place) * self.units..][..self.units];
                sums.iter_mut()
                    .zip(w)
                    .for_each(|(sum, &w)| *sum = x.mul_add(w, *sum));
            }
            match self.onto {
                Onto::There => y.iter_mut().zip(&*sums).for_each(|(y, &sum)| *y += sum),
                Onto::Start(_) | Onto::Nothing => y.copy_from_slice(sums),
            }
        }
    }
}

struct ForwardPanels<'p, 'a, F, C: Code<F>, S> {
    of: &'p mut Forward<'a, F, C>,
    simd: S,
}

impl<F: Scalar, C: Code<F>, S: Simd> OnPanel for ForwardPanels<'_, '_, F, C, S> {
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

impl<F: Scalar, C: Code<F>, S: Simd> ForwardPanels<'_, '_, F, C, S> {
    /// With the terms of a row shared out between `U` sums, in turn.
    #[inline(always)]
    fn rows<const K: usize, const U: usize>(&mut self, panel: Panel<K>) {
        let (simd, units, list, key) = (self.simd, self.of.units, self.of.list, self.of.key);
        let inputs = self.of.inputs.clone();
        let w = if self.of.copied.is_empty() {
            Rows::<S, F, K>::new(self.of.w, units, panel)
        } else {
            let (side_by_side, width) = (Panel::side_by_side::<S, F>(), K * F::lanes::<S>());
            let rows = self.of.copied.chunks_exact_mut(width);
            for (row, copy) in rows.enumerate().take(inputs.end).skip(inputs.start) {
                let row = &self.of.w[row * units..][..units];
                side_by_side.store::<S, F>(copy, panel.load::<S, F>(row));
            }
            Rows::<S, F, K>::new(&*self.of.copied, width, side_by_side)
        };
        let zero = F::splat(simd, F::zero());
        let begin = match self.of.onto {
            Onto::Start(start) => panel.load::<S, F>(start),
            Onto::Nothing | Onto::There => [zero; K],
        };
        let is_there = matches!(self.of.onto, Onto::There);
        let rows = self.of.y.chunks_exact_mut(units);
        for (sample, y) in self.of.samples.clone().zip(rows) {
            if panel.start == 0 {
                list.ask_after(sample);
            }
            let mut sums = [[zero; K]; U];
            sums[0] = begin;
            let (places, codes) = list.of(sample);
            let (places, last_places) = places.as_chunks::<U>();
            let (codes, last_codes) = codes.as_chunks::<U>();
            for (places, codes) in places.iter().zip(codes) {
                for u in 0..U {
                    let row = w.load(usize::from(places[u]));
                    add(simd, &mut sums[u], codes[u].number(key), &row);
                }
            }
            let rest = last_places.iter().zip(last_codes);
            for (sum, (&place, &code)) in sums.iter_mut().zip(rest) {
                let row = w.load(usize::from(place));
                add(simd, sum, code.number(key), &row);
            }
            let mut total = sums[0];
            for sum in &sums[1..] {
                for k in 0..K {
                    total[k] = F::plus(simd, total[k], sum[k]);
                }
            }
            if is_there {
                let before = panel.load::<S, F>(y);
                for k in 0..K {
                    total[k] = F::plus(simd, before[k], total[k]);
                }
            }
            panel.store::<S, F>(y, total);
        }
    }
}
