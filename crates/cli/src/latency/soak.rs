//! A long session of our kernel: whether the last cells are as quick as the first.

use std::io::Write;

use chainrule_error::Result;

use super::cells::{self, everyday};
use super::ledger::{Ledger, Unit};
use super::session::Session;
use super::{Bench, KERNELS, memory, say};

/// Runs `count` cells in one session: the twenty, over and over.
pub(super) async fn measure(
    bench: &Bench,
    count: usize,
    ledger: &mut Ledger,
    out: &mut dyn Write,
) -> Result<()> {
    let mut session = Session::start(bench, KERNELS[0]).await?;
    session.head().await?;
    session.run(cells::DATA).await?;
    let cells = everyday();
    let rounds = count.div_ceil(cells.len()).max(2);
    for round in 1..=rounds {
        for cell in &cells {
            let seconds = session.run(&cell.in_round(round)).await?.seconds;
            ledger.add(0, &cells_of(round, cells.len()), Unit::Seconds, seconds);
        }
        // Not after every round: it takes the rest that a busy session never has.
        if round == 1 || round == rounds || round % 5 == 0 {
            let done = round * cells.len();
            let id = session.kernel.id();
            if let Some(megabytes) = memory::at_rest(id.unwrap_or_default()).await {
                ledger.add(0, &memory_after(done), Unit::Megabytes, megabytes);
            }
            say(out, &format!("{done} of {} cells", rounds * cells.len()));
        }
    }
    session.end().await;
    let (base, end) = (cells_of(2, cells.len()), cells_of(rounds, cells.len()));
    let ratio = |from: &str, to: &str| Some(ledger.median(0, to)? / ledger.median(0, from)?);
    let latency = ratio(&base, &end);
    let memory = ratio(
        &memory_after(cells.len()),
        &memory_after(rounds * cells.len()),
    );
    for (what, value) in [("latency", latency), ("memory", memory)] {
        if let Some(value) = value {
            let what = format!("{what} at the end, by that after {} cells", cells.len());
            ledger.add(0, &what, Unit::Number, value);
        }
    }
    Ok(())
}

/// The line of a round of `count` cells.
fn cells_of(round: usize, count: usize) -> String {
    format!("cells {} to {}", (round - 1) * count + 1, round * count)
}

fn memory_after(cells: usize) -> String {
    format!("memory after {cells} cells")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_are_told_by_their_cells() {
        assert_eq!(
            (cells_of(1, 20), cells_of(2, 20)),
            ("cells 1 to 20".into(), "cells 21 to 40".into())
        );
    }
}
