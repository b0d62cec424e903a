//! A row cut into registers: as many columns of a matrix as fit into registers at once.

use pulp::Simd;

use super::{Lanes, lanes_of};

/// `K` registers of a row: all but the last lie side by side from `start`, the last begins at
/// `last`. A row's end that does not fill a register is covered by one that overlaps the one
/// before: what both compute is the same, so nothing has to be masked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Panel<const K: usize> {
    pub(crate) start: usize,
    pub(crate) last: usize,
}

impl<const K: usize> Panel<K> {
    /// The whole of a row that has nothing but these registers.
    #[inline(always)]
    pub(crate) fn side_by_side<S: Simd, F: Lanes>() -> Self {
        Self {
            start: 0,
            last: (K - 1) * F::lanes::<S>(),
        }
    }

    #[inline(always)]
    pub(crate) fn load<S: Simd, F: Lanes>(self, row: &[F]) -> [F::Register<S>; K] {
        let last = F::registers::<S>(&row[self.last..])[0];
        let first = &F::registers::<S>(&row[self.start..])[..K - 1];
        // Not by `from_fn`: what is not inlined here is not compiled for wide registers.
        let mut registers = [last; K];
        registers[..K - 1].copy_from_slice(first);
        registers
    }

    #[inline(always)]
    pub(crate) fn store<S: Simd, F: Lanes>(self, row: &mut [F], values: [F::Register<S>; K]) {
        let first = &mut F::registers_mut::<S>(&mut row[self.start..])[..K - 1];
        first.copy_from_slice(&values[..K - 1]);
        F::registers_mut::<S>(&mut row[self.last..])[0] = values[K - 1];
    }
}

#[expect(
    unsafe_code,
    reason = "see `kernels/rows.rs`, which has what it is for"
)]
impl<const K: usize> Panel<K> {
    /// As [`load`](Self::load), of the row that begins there.
    ///
    /// # Safety
    ///
    /// The row has to be as long as those that the panel was cut for.
    #[inline(always)]
    pub(super) unsafe fn load_at<S: Simd, F: Lanes>(self, row: *const F) -> [F::Register<S>; K] {
        // SAFETY: every register begins and ends within the row; registers are plain numbers.
        unsafe {
            let last = row.add(self.last).cast::<F::Register<S>>();
            let mut registers = [last.read_unaligned(); K];
            for (k, register) in registers[..K - 1].iter_mut().enumerate() {
                *register = row
                    .add(self.start + k * F::lanes::<S>())
                    .cast::<F::Register<S>>()
                    .read_unaligned();
            }
            registers
        }
    }

    /// As [`store`](Self::store), to the row that begins there.
    ///
    /// # Safety
    ///
    /// The row has to be as long as those that the panel was cut for, and nobody else's.
    #[inline(always)]
    pub(super) unsafe fn store_at<S: Simd, F: Lanes>(
        self,
        row: *mut F,
        values: [F::Register<S>; K],
    ) {
        // SAFETY: as above.
        unsafe {
            for (k, &value) in values[..K - 1].iter().enumerate() {
                row.add(self.start + k * F::lanes::<S>())
                    .cast::<F::Register<S>>()
                    .write_unaligned(value);
            }
            row.add(self.last)
                .cast::<F::Register<S>>()
                .write_unaligned(values[K - 1]);
        }
    }
}

/// What is done to each panel of a row.
pub(crate) trait OnPanel {
    fn on<const K: usize>(&mut self, panel: Panel<K>);
}

/// Cuts rows of `columns` numbers into panels of at most `WIDEST` registers, about equally wide.
/// Rows must be at least one register wide.
#[inline(always)]
pub(crate) fn each_panel<S: Simd, F: Lanes, const WIDEST: usize>(
    columns: usize,
    on: &mut impl OnPanel,
) {
    let lanes = F::lanes::<S>();
    assert!(
        columns >= lanes,
        "a row narrower than a register; please report"
    );
    let registers = columns.div_ceil(lanes);
    let panels = registers.div_ceil(WIDEST);
    for panel in 0..panels {
        let (from, to) = (registers * panel / panels, registers * (panel + 1) / panels);
        let start = from * lanes;
        let last = ((to - 1) * lanes).min(columns - lanes);
        macro_rules! of_width {
            ($($k:literal)*) => {
                match to - from {
                    $($k if $k <= WIDEST => on.on(Panel::<$k> { start, last }),)*
                    _ => unreachable!("a panel wider than the widest; please report"),
                }
            };
        }
        of_width!(1 2 3 4 5 6 7 8 9 10 11 12 13);
    }
}

/// The most registers of a row that are summed at a time where what they are summed from is copied, a few
/// rows at a time, so that it stays in the first cache. Of registers with 64 bytes no more than eight: 64 rows of
/// them are 32 KB.
pub(crate) const WIDEST_IN_BLOCKS: usize = 12;
const WIDEST_OF_64_BYTES: usize = 8;

/// The most of registers with so many lanes.
fn widest_in_blocks<F>(lanes: usize) -> usize {
    if lanes * size_of::<F>() < 64 {
        WIDEST_IN_BLOCKS
    } else {
        WIDEST_OF_64_BYTES
    }
}

/// Cuts rows of `columns` numbers into panels for such copies.
#[inline(always)]
pub(crate) fn each_panel_in_blocks<S: Simd, F: Lanes>(columns: usize, on: &mut impl OnPanel) {
    if widest_in_blocks::<F>(F::lanes::<S>()) == WIDEST_IN_BLOCKS {
        each_panel::<S, F, WIDEST_IN_BLOCKS>(columns, on);
    } else {
        each_panel::<S, F, WIDEST_OF_64_BYTES>(columns, on);
    }
}

/// How wide those panels are about.
pub(crate) fn width_in_blocks<F: Lanes>(columns: usize) -> usize {
    let lanes = lanes_of::<F>();
    let registers = columns.div_ceil(lanes);
    let panels = registers.div_ceil(widest_in_blocks::<F>(lanes));
    registers.div_ceil(panels) * lanes
}
