//! Different indices, each set of them as likely as any other.

use crate::array::{counted, zeros};
use crate::bits::Bits;
use crate::error::Result;
use crate::integers::up_to;
use crate::shuffle;

/// The legacy way: the head of a whole permutation.
pub(crate) fn first_of_permutation(
    bits: &mut impl Bits,
    population: usize,
    count: usize,
) -> Result<Vec<usize>> {
    shuffle::order(bits, population, 0..count)
}

/// The newer way: the tail of a permutation if many are wanted out of very many, else Floyd's
/// algorithm.
///
/// Source: R. W. Floyd, in J. Bentley, *Programming Pearls: A sample of brilliance*, CACM 30
/// (1987).
pub(crate) fn distinct(
    bits: &mut impl Bits,
    population: usize,
    count: usize,
    shuffle: bool,
) -> Result<Vec<usize>> {
    let few = if shuffle { 50 } else { 20 };
    if population > 10_000 && count > population / few {
        return tail(bits, population, count);
    }
    let mut chosen = zeros(count)?;
    let mut seen = Seen::new(count)?;
    for (slot, last) in chosen.iter_mut().zip(population - count..) {
        let drawn = up_to(bits, last as u64) as usize;
        *slot = if seen.insert(drawn) { drawn } else { last };
        if *slot != drawn {
            seen.insert(last);
        }
    }
    if shuffle {
        swaps(bits, &mut chosen, 1);
    }
    Ok(chosen)
}

/// The last `count` places of a permutation, of which no other is shuffled.
fn tail(bits: &mut impl Bits, population: usize, count: usize) -> Result<Vec<usize>> {
    let rest = population - count;
    if u32::try_from(population).is_ok() {
        let mut order = counted(population, |i| i as u32)?;
        swaps(bits, &mut order, rest.max(1));
        return counted(count, |i| order[rest + i] as usize);
    }
    let mut order = counted(population, |i| i)?;
    swaps(bits, &mut order, rest.max(1));
    Ok(order.split_off(rest))
}

/// Fisher and Yates from the last place down to `first`, by Lemire's method: not the draws that
/// `shuffle` makes.
fn swaps<T>(bits: &mut impl Bits, items: &mut [T], first: usize) {
    for i in (first..items.len()).rev() {
        items.swap(i, up_to(bits, i as u64) as usize);
    }
}

/// A set of indices: a table with room to spare, in which a taken place moves one on.
struct Seen {
    places: Vec<usize>,
}

impl Seen {
    /// Stands for a free place: no index is as large.
    const FREE: usize = usize::MAX;

    fn new(count: usize) -> Result<Self> {
        let mut places = zeros((count + count / 4 + 1).next_power_of_two())?;
        places.fill(Self::FREE);
        Ok(Self { places })
    }

    /// Whether the index is new.
    fn insert(&mut self, index: usize) -> bool {
        let mask = self.places.len() - 1;
        let mut at = index & mask;
        while self.places[at] != Self::FREE {
            if self.places[at] == index {
                return false;
            }
            at = (at + 1) & mask;
        }
        self.places[at] = index;
        true
    }
}
