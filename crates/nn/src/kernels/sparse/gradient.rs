//! The gradient of the weights of a layer whose inputs are mostly zero.
//!
//! Both ways add the same terms in the same order. Narrow rows of weights are added to in the
//! cache, sample by sample. Of wide ones that is more than half of the time spent on writing, and
//! sorting the inputs by column first, so that each row is summed in registers, costs less.

use pulp::{Simd, WithSimd};

use super::{Places, places::BLOCK};
use crate::{
    Scalar,
    kernels::{
        add, for_rows,
        panel::{OnPanel, Panel, each_panel},
        widest,
    },
    parameter::FilledRows,
    team,
};

/// The widest rows, in registers, that are added to in the cache.
const NARROW: usize = 5;

/// For so few samples nothing is sorted.
const FEW: usize = 4;

/// How many blocks of columns are added to as one part.
const BLOCKS: usize = 2;

/// Where [`gradient`] sorts the numbers of a block of columns by column, those of a column by row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sorted<F> {
    /// How many numbers each column has.
    counts: Vec<u32>,
    /// For each column its numbers, each with its row, in room for a number
    /// of every row.
    terms: Vec<(F, u32)>,
    rows: usize,
}

impl<F: Scalar> Sorted<F> {
    /// Room for every block of columns of a batch `[rows, columns]`.
    pub(crate) fn for_batch(rows: usize, columns: usize) -> Vec<Self> {
        let block = BLOCK.min(columns);
        let room = Self {
            counts: vec![0; block],
            terms: vec![(F::zero(), 0); rows * block],
            rows,
        };
        vec![room; columns.div_ceil(BLOCK)]
    }

    /// How many rows there is room for.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    fn sort<'p>(&mut self, places: impl Iterator<Item = &'p Places<F>>, block: usize) {
        self.counts.fill(0);
        let from = block * BLOCK;
        each_row(places, (block, block + 1), |at, places, values| {
            for (&place, &x) in places.iter().zip(values) {
                let column = usize::from(place) - from;
                let count = &mut self.counts[column];
                self.terms[column * self.rows + *count as usize] = (x, at as u32);
                *count += 1;
            }
        });
    }

    /// The numbers of each column, each with its row.
    #[inline(always)]
    fn columns(&self) -> impl Iterator<Item = &[(F, u32)]> {
        let terms = self.terms.chunks_exact(self.rows);
        let counts = self.counts.iter();
        terms
            .zip(counts)
            .map(|(terms, &count)| &terms[..count as usize])
    }
}

/// Calls `each` with every row's number in the batch, and its places and numbers from one block of
/// columns up to another.
#[inline(always)]
fn each_row<'p, F: Scalar>(
    places: impl Iterator<Item = &'p Places<F>>,
    (first, last): (usize, usize),
    mut each: impl FnMut(usize, &[u16], &[F]),
) {
    let mut at = 0;
    for places in places {
        for row in 0..places.rows() {
            let (places, values) = places.of_blocks(row, first, last);
            each(at, places, values);
            at += 1;
        }
    }
}

/// dw = xᵀ·dy by the places of x's numbers, those of the first rows first, with room for sorting
/// every block of columns. Of a few samples it notes which rows of dw are filled; those are all that
/// have to be cleared for the next, if they are known of what dw holds now.
pub(crate) fn gradient<'p, F: Scalar>(
    places: impl Iterator<Item = &'p Places<F>> + Clone + Send + Sync,
    dy: &[F],
    (dw, filled): (&mut [F], &mut FilledRows),
    units: usize,
    sorted: &mut [Sorted<F>],
) {
    let add_to = |first: usize, last: usize, dw: &mut [F]| {
        for_rows::<F, _>(
            units,
            Scatter {
                places: places.clone(),
                blocks: (first, last),
                dy,
                dw,
                units,
            },
        );
    };
    let blocks = sorted.len();
    if dy.len() <= FEW * units {
        let rows = clear(dw, filled.take(), units);
        *filled = Some(note_rows(places.clone(), blocks, rows));
        return add_to(0, blocks, dw);
    }
    *filled = None;
    if units <= NARROW * widest(CountLanes::<F>::default()) {
        let mut beside = vec![(); blocks.div_ceil(BLOCKS)];
        team::for_parts(dw, BLOCKS * BLOCK * units, &mut beside, &|part, dw, ()| {
            let first = part * BLOCKS;
            dw.fill(F::zero());
            add_to(first, (first + BLOCKS).min(blocks), dw);
        });
        return;
    }
    team::for_parts(dw, BLOCK * units, sorted, &|block, dw, sorted| {
        sorted.sort(places.clone(), block);
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

/// The columns of the input that have a number in some row: each a row of dw, once and in order.
fn note_rows<'p, F: Scalar>(
    places: impl Iterator<Item = &'p Places<F>>,
    blocks: usize,
    mut rows: Vec<u16>,
) -> Vec<u16> {
    let mut samples = 0;
    each_row(places, (0, blocks), |_, places, _| {
        rows.extend_from_slice(places);
        samples += 1;
    });
    if samples > 1 {
        rows.sort_unstable();
        rows.dedup();
    }
    rows
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

/// Adds each sample's terms to the rows of `dw`, those of some blocks of columns.
struct Scatter<'a, P, F> {
    places: P,
    blocks: (usize, usize),
    dy: &'a [F],
    dw: &'a mut [F],
    units: usize,
}

impl<'p, P: Iterator<Item = &'p Places<F>> + Clone, F: Scalar> WithSimd for Scatter<'_, P, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        if self.units < F::lanes::<S>() {
            return self.narrow();
        }
        let units = self.units;
        each_panel::<S, F, 7>(
            units,
            &mut ScatterPanels {
                of: &mut self,
                simd,
            },
        );
    }
}

impl<'p, P: Iterator<Item = &'p Places<F>> + Clone, F: Scalar> Scatter<'_, P, F> {
    #[inline(always)]
    fn narrow(self) {
        let (units, dy, dw) = (self.units, self.dy, self.dw);
        let from = self.blocks.0 * BLOCK;
        each_row(self.places, self.blocks, |at, places, values| {
            let dy = &dy[at * units..][..units];
            for (&place, &x) in places.iter().zip(values) {
                let dw = &mut dw[(usize::from(place) - from) * units..][..units];
                dw.iter_mut()
                    .zip(dy)
                    .for_each(|(dw, &dy)| *dw = x.mul_add(dy, *dw));
            }
        });
    }
}

struct ScatterPanels<'s, 'a, P, F, S> {
    of: &'s mut Scatter<'a, P, F>,
    simd: S,
}

impl<'p, P: Iterator<Item = &'p Places<F>> + Clone, F: Scalar, S: Simd> OnPanel
    for ScatterPanels<'_, '_, P, F, S>
{
    #[inline(always)]
    fn on<const K: usize>(&mut self, panel: Panel<K>) {
        let (units, blocks) = (self.of.units, self.of.blocks);
        let from = blocks.0 * BLOCK;
        let mut at = 0;
        for places in self.of.places.clone() {
            for row in 0..places.rows() {
                let (places, values) = places.of_blocks(row, blocks.0, blocks.1);
                let dy = panel.load::<S, F>(&self.of.dy[at * units..][..units]);
                for (&place, &x) in places.iter().zip(values) {
                    let dw = &mut self.of.dw[(usize::from(place) - from) * units..][..units];
                    let mut sums = panel.load::<S, F>(dw);
                    add(self.simd, &mut sums, x, &dy);
                    panel.store::<S, F>(dw, sums);
                }
                at += 1;
            }
        }
    }
}

/// Sums each row of `dw`, a column of the input, in registers.
struct Gather<'a, F> {
    sorted: &'a Sorted<F>,
    dy: &'a [F],
    dw: &'a mut [F],
    units: usize,
}

impl<F: Scalar> WithSimd for Gather<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let units = self.units;
        each_panel::<S, F, 7>(
            units,
            &mut GatherPanels {
                of: &mut self,
                simd,
            },
        );
    }
}

struct GatherPanels<'p, 'a, F, S> {
    of: &'p mut Gather<'a, F>,
    simd: S,
}

impl<F: Scalar, S: Simd> OnPanel for GatherPanels<'_, '_, F, S> {
    #[inline(always)]
    fn on<const K: usize>(&mut self, panel: Panel<K>) {
        let (simd, units, dy, sorted) = (self.simd, self.of.units, self.of.dy, self.of.sorted);
        let mut columns = sorted.columns();
        for dw in self.of.dw.chunks_exact_mut(units) {
            let Some(terms) = columns.next() else { return };
            let mut sums = [F::splat(simd, F::zero()); K];
            for &(x, at) in terms {
                let row = panel.load::<S, F>(&dy[at as usize * units..][..units]);
                add(simd, &mut sums, x, &row);
            }
            panel.store::<S, F>(dw, sums);
        }
    }
}
