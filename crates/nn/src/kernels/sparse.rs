//! Products with matrices of which most numbers are zero: four of five of MNIST's pixels are.

use pulp::{Simd, WithSimd};

use super::{
    add,
    panel::{OnPanel, Panel, each_panel},
};
use crate::{Scalar, team};

/// Rows are looked through for zeros if, of a few of them, at most this share of the numbers is not
/// zero. At more, the products of all numbers are faster.
const DENSEST: f64 = 0.4;

/// How many rows the share is taken of.
const PROBES: usize = 4;

/// How many columns are sorted at a time, so that what is sorted stays in the cache.
const BLOCK: usize = 112;

/// Whether a batch `[rows, columns]` is worth looking for zeros: by the batch alone, so that the
/// answer is the same wherever it is computed.
pub(crate) fn is_sparse<F: Scalar>(x: &[F], columns: usize) -> bool {
    let rows = x.len() / columns;
    let step = rows.div_ceil(PROBES).max(1);
    let (mut looked_at, mut filled) = (0, 0);
    for row in x.chunks_exact(columns).step_by(step) {
        looked_at += columns;
        filled += row.iter().map(|x| u32::from(*x != F::zero())).sum::<u32>() as usize;
    }
    filled as f64 <= DENSEST * looked_at as f64
}

/// The places of the numbers of each row that are not zero.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    columns: usize,
    /// For each row its places, in as much room as all of them take.
    places: Vec<u32>,
    /// For each row, and in it for each block of columns, how many there are up to its end.
    ends: Vec<u32>,
}

impl Places {
    /// Room for a batch `[rows, columns]`.
    pub(crate) fn for_rows(rows: usize, columns: usize) -> Self {
        Self {
            columns,
            places: vec![0; rows * columns],
            ends: vec![0; rows * columns.div_ceil(BLOCK)],
        }
    }

    /// Finds those of a batch.
    pub(crate) fn find<F: Scalar>(&mut self, x: &[F]) {
        let columns = self.columns;
        let places = self.places.chunks_exact_mut(columns);
        let ends = self.ends.chunks_exact_mut(columns.div_ceil(BLOCK));
        for ((x, places), ends) in x.chunks_exact(columns).zip(places).zip(ends) {
            pulp::Arch::new().dispatch(Find { x, places, ends });
        }
    }

    /// Those of a row.
    #[inline(always)]
    fn of_row(&self, row: usize) -> &[u32] {
        let blocks = self.columns.div_ceil(BLOCK);
        let count = self.ends[row * blocks + blocks - 1];
        &self.places[row * self.columns..][..count as usize]
    }

    /// Those of a row in one block of columns.
    #[inline(always)]
    fn of_block(&self, row: usize, block: usize) -> &[u32] {
        let blocks = self.columns.div_ceil(BLOCK);
        let ends = &self.ends[row * blocks..][..blocks];
        let first = if block == 0 {
            0
        } else {
            ends[block - 1] as usize
        };
        &self.places[row * self.columns..][first..ends[block] as usize]
    }
}

/// Notes the place of a number unless it is zero, and says how many were noted. Without a branch:
/// which ones are zero cannot be foretold. A NaN is not.
#[inline(always)]
fn note<F: Scalar>(places: &mut [u32], found: usize, at: u32, x: F) -> usize {
    places[found] = at;
    found + usize::from(x != F::zero())
}

struct Find<'a, F> {
    x: &'a [F],
    places: &'a mut [u32],
    ends: &'a mut [u32],
}

impl<F: Scalar> WithSimd for Find<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let mut found = 0;
        for ((block, x), end) in self.x.chunks(BLOCK).enumerate().zip(self.ends) {
            let (groups, rest) = x.as_chunks::<8>();
            let mut at = (block * BLOCK) as u32;
            for group in groups {
                // Most zeros lie together.
                let mut zeros = 0;
                for x in group {
                    zeros += u32::from(*x == F::zero());
                }
                if zeros < 8 {
                    for x in group {
                        found = note(self.places, found, at, *x);
                        at += 1;
                    }
                } else {
                    at += 8;
                }
            }
            for x in rest {
                found = note(self.places, found, at, *x);
                at += 1;
            }
            *end = found as u32;
        }
    }
}

/// y = x·w, each row beginning with `start` if there is one, by the places of its numbers.
pub(crate) fn forward<F: Scalar>(
    x: &[F],
    places: &Places,
    w: &[F],
    start: Option<&[F]>,
    y: &mut [F],
    (inputs, units): (usize, usize),
) {
    pulp::Arch::new().dispatch(Forward {
        x,
        places,
        w,
        start,
        y,
        inputs,
        units,
    });
}

struct Forward<'a, F> {
    x: &'a [F],
    places: &'a Places,
    w: &'a [F],
    start: Option<&'a [F]>,
    y: &'a mut [F],
    inputs: usize,
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
        let rows = self.x.chunks_exact(self.inputs).enumerate();
        for ((row, x), y) in rows.zip(self.y.chunks_exact_mut(self.units)) {
            match self.start {
                Some(start) => y.copy_from_slice(start),
                None => y.fill(F::zero()),
            }
            for &place in self.places.of_row(row) {
                let (x, w) = (
                    x[place as usize],
                    &self.w[place as usize * self.units..][..self.units],
                );
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
        let (simd, units, w) = (self.simd, self.of.units, self.of.w);
        let zero = F::splat(simd, F::zero());
        let begin = match self.of.start {
            Some(start) => panel.load::<S, F>(start),
            None => [zero; K],
        };
        let rows = self.of.x.chunks_exact(self.of.inputs).enumerate();
        for ((row, x), y) in rows.zip(self.of.y.chunks_exact_mut(units)) {
            let mut sums = [[zero; K]; U];
            sums[0] = begin;
            let mut groups = self.of.places.of_row(row).chunks_exact(U);
            for group in &mut groups {
                for (sum, &place) in sums.iter_mut().zip(group) {
                    let row = panel.load::<S, F>(&w[place as usize * units..][..units]);
                    add(simd, sum, x[place as usize], &row);
                }
            }
            for (sum, &place) in sums.iter_mut().zip(groups.remainder()) {
                let row = panel.load::<S, F>(&w[place as usize * units..][..units]);
                add(simd, sum, x[place as usize], &row);
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

/// Where [`gradient`] sorts the numbers of a block of columns.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sorted<F> {
    /// Where each column's numbers begin, and a last entry where they end.
    starts: Vec<u32>,
    samples: Vec<u32>,
    values: Vec<F>,
}

impl<F: Scalar> Sorted<F> {
    /// Room for every block of columns of a batch `[rows, columns]`.
    pub(crate) fn for_batch(rows: usize, columns: usize) -> Vec<Self> {
        let block = BLOCK.min(columns);
        let room = Self {
            starts: vec![0; block + 2],
            samples: vec![0; rows * block],
            values: vec![F::zero(); rows * block],
        };
        vec![room; columns.div_ceil(BLOCK)]
    }

    /// How many rows there is room for.
    pub(crate) fn rows(&self) -> usize {
        self.samples.len() / (self.starts.len() - 2)
    }

    /// Sorts the numbers of a block of columns by column, those of a column by row.
    fn sort<'p>(
        &mut self,
        x: &[F],
        places: impl Iterator<Item = &'p Places> + Clone,
        block: usize,
    ) {
        let from = (block * BLOCK) as u32;
        // Counted two entries on, so that after the numbers are placed each column's entry is where
        // it begins.
        self.starts.fill(0);
        each_row(x, places.clone(), |_, _, places, row| {
            for &place in places.of_block(row, block) {
                self.starts[(place - from) as usize + 2] += 1;
            }
        });
        let mut sum = 0;
        for start in &mut self.starts {
            sum += *start;
            *start = sum;
        }
        each_row(x, places, |at, x, places, row| {
            for &place in places.of_block(row, block) {
                let start = &mut self.starts[(place - from) as usize + 1];
                let to = *start as usize;
                *start += 1;
                self.samples[to] = at;
                self.values[to] = x[place as usize];
            }
        });
    }
}

/// Calls `each` with every row's number in the batch, its numbers, and the places that it is one of,
/// with its number there.
#[inline(always)]
fn each_row<'p, F: Scalar>(
    mut x: &[F],
    places: impl Iterator<Item = &'p Places>,
    mut each: impl FnMut(u32, &[F], &Places, usize),
) {
    let mut at = 0;
    for places in places {
        let (rows, rest) = x.split_at(x.len().min(places.places.len()));
        for (row, x) in rows.chunks_exact(places.columns).enumerate() {
            each(at, x, places, row);
            at += 1;
        }
        x = rest;
    }
}

/// dw = xᵀ·dy by the places of x's numbers, those of the first rows first. Blocks of columns are
/// sorted each by itself, with room for each.
pub(crate) fn gradient<'p, F: Scalar>(
    x: &[F],
    places: impl Iterator<Item = &'p Places> + Clone + Sync,
    dy: &[F],
    dw: &mut [F],
    units: usize,
    sorted: &mut [Sorted<F>],
) {
    team::for_parts(dw, BLOCK * units, sorted, &|block, dw, sorted| {
        sorted.sort(x, places.clone(), block);
        pulp::Arch::new().dispatch(Gradient {
            sorted,
            dy,
            dw,
            units,
        });
    });
}

struct Gradient<'a, F> {
    sorted: &'a Sorted<F>,
    dy: &'a [F],
    dw: &'a mut [F],
    units: usize,
}

impl<F: Scalar> WithSimd for Gradient<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let units = self.units;
        if units < F::lanes::<S>() {
            return self.narrow();
        }
        each_panel::<S, F, 13>(
            units,
            &mut GradientPanels {
                of: &mut self,
                simd,
            },
        );
    }
}

impl<F: Scalar> Gradient<'_, F> {
    #[inline(always)]
    fn narrow(&mut self) {
        let ends = self.sorted.starts.windows(2);
        for (dw, ends) in self.dw.chunks_exact_mut(self.units).zip(ends) {
            dw.fill(F::zero());
            let range = ends[0] as usize..ends[1] as usize;
            for (&sample, &x) in self.sorted.samples[range.clone()]
                .iter()
                .zip(&self.sorted.values[range])
            {
                let dy = &self.dy[sample as usize * self.units..][..self.units];
                dw.iter_mut()
                    .zip(dy)
                    .for_each(|(dw, &dy)| *dw = x.mul_add(dy, *dw));
            }
        }
    }
}

struct GradientPanels<'p, 'a, F, S> {
    of: &'p mut Gradient<'a, F>,
    simd: S,
}

impl<F: Scalar, S: Simd> OnPanel for GradientPanels<'_, '_, F, S> {
    #[inline(always)]
    fn on<const K: usize>(&mut self, panel: Panel<K>) {
        let (simd, units, dy, sorted) = (self.simd, self.of.units, self.of.dy, self.of.sorted);
        let ends = sorted.starts.windows(2);
        for (dw, ends) in self.of.dw.chunks_exact_mut(units).zip(ends) {
            let mut sums = [F::splat(simd, F::zero()); K];
            let range = ends[0] as usize..ends[1] as usize;
            for (&sample, &x) in sorted.samples[range.clone()]
                .iter()
                .zip(&sorted.values[range])
            {
                let row = panel.load::<S, F>(&dy[sample as usize * units..][..units]);
                add(simd, &mut sums, x, &row);
            }
            panel.store::<S, F>(dw, sums);
        }
    }
}
