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
            let from = (round - 1) * cells.len();
            let what = format!("cells {} to {}", from + 1, from + cells.len());
            ledger.add(0, &what, Unit::Seconds, seconds);
        }
        // Not after every round: it takes the rest that a busy session never has.
        if round == 1 || round == rounds || round % 5 == 0 {
            let cells = round * cells.len();
            let id = session.kernel.id();
            if let Some(megabytes) = memory::at_rest(id.unwrap_or_default()).await {
                let what = format!("memory after {cells} cells");
                ledger.add(0, &what, Unit::Megabytes, megabytes);
            }
            say(out, &format!("{cells} of {} cells", rounds * 20));
        }
    }
    session.end().await;
    Ok(())
}
