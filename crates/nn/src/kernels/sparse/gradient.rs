//! The gradient of the weights of a layer whose inputs are mostly zero.
//!
//! There are two ways, by the width of a row alone, and both add the same terms. Narrow rows of weights
//! are added to in the cache, sample by sample. Of wide ones more than half of the time would be spent
//! on writing, and sorting the inputs by column first, so that each row is summed in registers, costs
//! less.

use super::{
    Lists, Part, Values,
    few::{clear, note_rows},
    lists::{Code, OfPart},
    scatter::scatter,
    sorted::Sorted,
};
use crate::{Scalar, kernels::lanes_of, parameter::FilledRows, team};

/// The widest rows, in registers, that are added to in the cache.
const NARROW: usize = 5;

/// For so few samples nothing is sorted.
const FEW: usize = 4;

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
    let widest = parts.iter().map(|&part| lists.columns_of(part).len()).max();
    let work = Work::of::<F>(units, widest.unwrap_or(0), parts.len());
    if work.sorts {
        let rooms = parts.len() * work.rooms;
        let fits = |room: &Sorted<F>| room.has_room(work.each, samples);
        if sorted.len() < rooms || !sorted.first().is_some_and(fits) {
            // Room for what was needed before as well: steps on other numbers of threads come again.
            let (columns, others) = sorted.first().map_or((0, 0), Sorted::room);
            let room = Sorted::with_room(work.each.max(columns), samples.max(others));
            *sorted = vec![room; rooms.max(sorted.len())];
        }
    }
    match parts {
        [first, second] => {
            let (dw, last_dw) = dw.split_at_mut(lists.columns_of(*first).len() * units);
            let (sorted, last_sorted) =
                sorted.split_at_mut(if work.sorts { work.rooms } else { 0 });
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
        let registers = units.div_ceil(lanes_of::<F>());
        // Each number is one sum however the columns are cut, so they are cut for the threads.
        let each = columns.div_ceil(team::threads().div_ceil(parts));
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
            sorted.gradient(part, columns(at, dw), dy, dw, units);
        });
    }
}
