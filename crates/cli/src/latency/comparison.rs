//! Both kernels in one run, turn by turn.

use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant, UNIX_EPOCH};

use chainrule_error::{Error, ErrorKind, Result};
use tokio::sync::Notify;

use super::cells::{self, everyday, in_round};
use super::ledger::{Ledger, Unit};
use super::session::{Ran, Session};
use super::{Bench, KERNELS, memory, say};

/// How often a fresh session is started.
const STARTS: usize = 3;
/// How often stop is pressed.
const PRESSES: usize = 5;
/// How long a training that is going to be stopped has been seen to run.
const UNDER_WAY: Duration = Duration::from_secs(1);
/// The line of all everyday cells together.
const EVERYDAY: &str = "20 everyday cells";
/// What is completed: a method of a variable, behind which rust-analyzer has to look.
const COMPLETE: &str = "numbers.is_sor";

/// Measures everything that the two kernels can be compared by.
pub(super) async fn measure(
    bench: &Bench,
    rounds: usize,
    ledger: &mut Ledger,
    out: &mut dyn Write,
) -> Result<()> {
    for start in 0..STARTS {
        say(
            out,
            &format!(
                "fresh sessions up to the first curve, {} of {STARTS}",
                start + 1
            ),
        );
        for kernel in in_turn(start) {
            fresh(bench, kernel, ledger).await?;
        }
    }
    let mut pair = Vec::new();
    for (kernel, name) in KERNELS.iter().enumerate() {
        let mut session = Session::start(bench, name).await?;
        session.head().await?;
        remember_memory(&session, kernel, "memory after the prelude", ledger).await;
        session.run(cells::DATA).await?;
        pair.push(session);
    }
    everyday_cells(&mut pair, rounds, ledger, out).await?;
    say(out, "training cells, displays, completions, memory");
    for round in 1..=rounds.max(2) {
        for kernel in in_turn(round) {
            let ran = pair[kernel]
                .run(&in_round(cells::EXPERIMENT, round))
                .await?;
            if round > 1 {
                let usual = ledger.median(kernel, EVERYDAY).unwrap_or(f64::NAN);
                ledger.add(
                    kernel,
                    "cell with Experiment::run",
                    Unit::Seconds,
                    ran.seconds,
                );
                let what = "the same by the median of the 20 cells";
                ledger.add(kernel, what, Unit::Number, ran.seconds / usual);
            }
        }
    }
    for kernel in in_turn(0) {
        let session = &mut pair[kernel];
        displays(&session.run(cells::DISPLAYS).await?, kernel, ledger);
        remember_memory(session, kernel, "memory after the 20 cells", ledger).await;
        completions(session, kernel, ledger).await?;
        remember_memory(session, kernel, "memory after completions", ledger).await;
    }
    say(out, "stop");
    presses(&mut pair[0], ledger).await?;
    for session in pair {
        session.end().await;
    }
    Ok(())
}

/// The kernels, each round in the other order.
fn in_turn(round: usize) -> [usize; 2] {
    if round.is_multiple_of(2) {
        [0, 1]
    } else {
        [1, 0]
    }
}

/// A student who opens a notebook and runs it to the first picture.
async fn fresh(bench: &Bench, kernel: usize, ledger: &mut Ledger) -> Result<()> {
    let mut session = Session::start(bench, KERNELS[kernel]).await?;
    let ready = session.kernel.ready().as_secs_f64();
    ledger.add(kernel, "start to ready", Unit::Seconds, ready);
    session.head().await?;
    session.run(cells::FIRST).await?;
    ledger.add(
        kernel,
        "start to the first printed line",
        Unit::Seconds,
        session.since_start(),
    );
    session.run(cells::FIRST_CURVE[0]).await?;
    let ran = session.run(cells::FIRST_CURVE[1]).await?;
    let end = session.since_start();
    let picture = ran.seen.iter().find(|seen| seen.is_picture());
    let picture = picture.map(|seen| seen.since_start).ok_or_else(|| {
        Error::new(ErrorKind::Environment, "a training has shown no picture").got(KERNELS[kernel])
    })?;
    ledger.add(kernel, "start to the first curve", Unit::Seconds, picture);
    ledger.add(
        kernel,
        "start to the end of its training",
        Unit::Seconds,
        end,
    );
    session.end().await;
    Ok(())
}

/// The twenty cells, round by round; in the first, everything is new to the kernels.
async fn everyday_cells(
    pair: &mut [Session],
    rounds: usize,
    ledger: &mut Ledger,
    out: &mut dyn Write,
) -> Result<()> {
    for round in 1..=rounds.max(2) {
        say(
            out,
            &format!("20 everyday cells, round {round} of {}", rounds.max(2)),
        );
        for cell in everyday() {
            let code = cell.in_round(round);
            for kernel in in_turn(round) {
                let seconds = pair[kernel].run(&code).await?.seconds;
                if round == 1 {
                    ledger.add(
                        kernel,
                        "20 everyday cells, first round",
                        Unit::Seconds,
                        seconds,
                    );
                } else {
                    ledger.add(kernel, EVERYDAY, Unit::Seconds, seconds);
                    ledger.add(kernel, &format!("  {}", cell.title), Unit::Seconds, seconds);
                }
            }
        }
    }
    Ok(())
}

/// How long text and displays are on their way.
fn displays(ran: &Ran, kernel: usize, ledger: &mut Ledger) {
    let mut text = String::new();
    let mut printed = Vec::new();
    let mut shown = Vec::new();
    for seen in &ran.seen {
        let Ok(when) = seen.when.duration_since(UNIX_EPOCH) else {
            continue;
        };
        if seen.is_display() {
            shown.push(when.as_secs_f64());
        }
        if let Some(more) = seen.stdout() {
            text.push_str(more);
            while let Some((line, rest)) = text.split_once('\n') {
                if let Some(at) = moment(line) {
                    printed.push(at);
                    ledger.add(
                        kernel,
                        "text on its way",
                        Unit::Seconds,
                        when.as_secs_f64() - at,
                    );
                }
                text = rest.to_owned();
            }
        }
    }
    ledger.add(
        kernel,
        &format!("displays seen of {}", cells::SHOWN),
        Unit::Number,
        shown.len() as f64,
    );
    // Stock evcxr sends fewer than were made, the last ones.
    for (shown, made) in shown.iter().rev().zip(printed.iter().rev()) {
        ledger.add(kernel, "a display on its way", Unit::Seconds, shown - made);
    }
}

/// The moment that a line of the cell tells, in seconds.
fn moment(line: &str) -> Option<f64> {
    let nanoseconds: u64 = line.trim().strip_prefix("at ")?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds).as_secs_f64())
}

async fn completions(session: &mut Session, kernel: usize, ledger: &mut Ledger) -> Result<()> {
    for number in 0..4 {
        let (seconds, count) = session.complete(COMPLETE).await?;
        let what = if number == 0 {
            "first completion"
        } else {
            "completion"
        };
        ledger.add(kernel, what, Unit::Seconds, seconds);
        if number == 3 {
            ledger.add(kernel, "completions found", Unit::Number, count as f64);
        }
    }
    Ok(())
}

async fn remember_memory(session: &Session, kernel: usize, what: &str, ledger: &mut Ledger) {
    if let Some(id) = session.kernel.id()
        && let Some(megabytes) = memory::at_rest(id).await
    {
        ledger.add(kernel, what, Unit::Megabytes, megabytes);
    }
}

/// Stops a long training, again and again, and looks whether the variables live.
async fn presses(session: &mut Session, ledger: &mut Ledger) -> Result<()> {
    for _ in 0..PRESSES {
        let mut control = session.control().await?;
        let under_way = Arc::new(Notify::new());
        let seen = Arc::clone(&under_way);
        let press = tokio::spawn(async move {
            under_way.notified().await;
            tokio::time::sleep(UNDER_WAY).await;
            let pressed = Instant::now();
            control.interrupt().await.map(|()| pressed)
        });
        session
            .run_anyhow(cells::LONG, || seen.notify_one())
            .await?;
        let end = Instant::now();
        let pressed = press
            .await
            .ok()
            .and_then(std::result::Result::ok)
            .ok_or_else(|| {
                Error::new(
                    ErrorKind::Environment,
                    "a training ended before it could be stopped",
                )
            })?;
        ledger.add(
            0,
            "stop to idle while training",
            Unit::Seconds,
            (end - pressed).as_secs_f64(),
        );
        let kept = session
            .run("numbers.len() + long.runs[0].curve.len()")
            .await;
        let kept = f64::from(u8::from(kept.is_ok()));
        ledger.add(0, "variables kept after stop (1: all)", Unit::Number, kept);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_kernel_is_always_first() {
        assert_eq!((in_turn(0), in_turn(1)), ([0, 1], [1, 0]));
    }

    #[test]
    fn a_moment_is_read_from_the_cells_line() {
        assert_eq!(moment("at 1500000000"), Some(1.5));
        assert_eq!(moment("at noon"), None);
        assert_eq!(moment("1500000000"), None);
    }
}
