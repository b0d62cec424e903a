//! The test that training stays fast: a short run beside NumPy, judged with a wide margin.

use std::fmt::Write as _;
use std::io::Write;

use chainrule_error::{Error, ErrorKind, Result};

use super::results::Measured;
use super::rounds::Field;
use super::{contenders, say, workloads};
use crate::args::Peer;
use crate::places::Places;

/// What training is to reach beside the fastest peer.
const FIGURE: f64 = 2.5;
/// Half of it is what fails: machines differ, and others work on them.
const LEAST: f64 = FIGURE / 2.0;
/// What is trained: small batches, the smallest, and images.
const WORKLOADS: [&str; 3] = ["sheet", "online", "conv"];
const ROUNDS: u16 = 4;
const SECONDS: f64 = 0.4;

/// Trains a few networks as a notebook does, beside NumPy.
///
/// # Errors
/// One of them is no longer at least half as far ahead as it is to be; NumPy cannot be installed.
pub fn check(places: &Places, out: &mut dyn Write) -> Result<()> {
    let (peers, missing) = contenders::peers(places, &[Peer::Numpy], &[], out);
    let numpy = peers.into_iter().find(|peer| peer.name == "NumPy f32");
    let Some(numpy) = numpy else {
        let why = missing.into_iter().next().map(|(_, why)| why);
        return Err(
            Error::new(ErrorKind::Environment, "there is no NumPy to compare with")
                .why(why.unwrap_or_default()),
        );
    };
    say(out, "building our side as a notebook does");
    let ours = contenders::notebook(places)?;
    let mut field = Field::start(vec![ours, numpy], Vec::new())?;
    for name in WORKLOADS {
        let workload = workloads::named(name);
        field.train(&workload, ROUNDS, SECONDS, 0, out)?;
    }
    judge(&field.measured)
}

/// An error that names every row that fell too far behind.
fn judge(measured: &Measured) -> Result<()> {
    if let Some((name, why)) = measured.missing.first() {
        return Err(Error::new(ErrorKind::Environment, format!("{name} took no part")).why(why));
    }
    let mut slow = String::new();
    for row in measured.training() {
        let ratio = measured.ratio(row);
        // A row that nobody measured has not passed.
        if !ratio.is_some_and(|ratio| ratio >= LEAST) {
            let ratio = ratio.unwrap_or(0.0);
            let _ = writeln!(slow, "{} ({}): {ratio:.2}", row.title, row.words);
        }
    }
    if slow.is_empty() {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Value, "training has become slow")
        .expected(format!(
            "at least {LEAST} times NumPy's speed in f32, half of the {FIGURE} that it is to be"
        ))
        .got(slow.trim_end())
        .hint("look at what changed with `cargo lab bench`, on a machine with nothing else to do"))
}

#[cfg(test)]
mod tests {
    use super::super::results::Unit;
    use super::super::results::tests::measured;
    use super::*;

    /// Ours at this speed beside a peer that trains 100 samples per second.
    fn beside(speeds: &[f64]) -> Measured {
        let mut measured = measured();
        measured.missing.clear();
        measured.rows.clear();
        for (i, speed) in speeds.iter().enumerate() {
            let mut row = measured.row(&format!("row {i}"), "words", Unit::SamplesPerSecond);
            row.values[0] = vec![*speed];
            row.values[3] = vec![100.0];
            measured.rows.push(row);
        }
        measured
    }

    #[test]
    fn at_half_the_figure_it_passes_and_below_it_fails_by_name() {
        judge(&beside(&[125.0, 1000.0])).unwrap();
        let error = judge(&beside(&[124.0, 1000.0, 20.0]))
            .unwrap_err()
            .to_string();
        for part in [
            "row 0 (words): 1.24",
            "row 2 (words): 0.20",
            "at least 1.25 times",
        ] {
            assert!(error.contains(part), "{error}");
        }
        assert!(!error.contains("row 1"), "{error}");
    }

    #[test]
    fn what_was_not_measured_has_not_passed() {
        let mut unmeasured = beside(&[500.0]);
        unmeasured.rows[0].values[3].clear();
        assert!(judge(&unmeasured).is_err());
        let error = judge(&measured()).unwrap_err().to_string();
        assert!(
            error.contains("Keras took no part") && error.contains("no internet"),
            "{error}"
        );
    }
}
