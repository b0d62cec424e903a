//! Many sessions of our kernel at once: that all of them work, and what they cost together.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use chainrule_error::{Error, ErrorKind, Result};
use tokio::task::JoinSet;

use super::cells::{self, in_round};
use super::ledger::{Ledger, Unit};
use super::session::{Seen, Session};
use super::{Bench, KERNELS, memory, say};

/// Starts `count` sessions together, trains in all of them, and compares what they computed.
pub(super) async fn measure(
    bench: &Bench,
    count: usize,
    ledger: &mut Ledger,
    out: &mut dyn Write,
) -> Result<()> {
    say(out, &format!("{count} sessions at once"));
    let start = Instant::now();
    let mut all = JoinSet::new();
    for _ in 0..count {
        let bench = bench.clone();
        all.spawn(async move { one(&bench).await });
    }
    let (mut sessions, mut answers) = (Vec::new(), Vec::new());
    while let Some(done) = all.join_next().await {
        let done = done.map_err(|error| {
            Error::new(ErrorKind::Environment, "a session was not measured").source(error)
        })?;
        let (session, ready, cell, answer) = done?;
        ledger.add(
            0,
            &format!("{count} at once: start to ready"),
            Unit::Seconds,
            ready,
        );
        ledger.add(
            0,
            &format!("{count} at once: a training cell"),
            Unit::Seconds,
            cell,
        );
        answers.push(answer);
        sessions.push(session);
    }
    let all_done = start.elapsed().as_secs_f64();
    ledger.add(
        0,
        &format!("{count} at once: until all have trained"),
        Unit::Seconds,
        all_done,
    );
    if let Some(other) = answers.iter().find(|answer| **answer != answers[0]) {
        return Err(Error::new(
            ErrorKind::Environment,
            "sessions side by side compute different things",
        )
        .expected(answers[0].clone())
        .got(other.clone()));
    }
    let (mut together, mut disk) = (0.0, 0.0);
    for session in &sessions {
        let Some(id) = session.kernel.id() else {
            continue;
        };
        let megabytes = memory::at_rest(id).await.unwrap_or(f64::NAN);
        ledger.add(
            0,
            &format!("{count} at once: memory of one"),
            Unit::Megabytes,
            megabytes,
        );
        together += megabytes;
        disk += own_files(&bench.sessions, id);
    }
    ledger.add(
        0,
        &format!("{count} at once: memory of all"),
        Unit::Megabytes,
        together,
    );
    ledger.add(
        0,
        &format!("{count} at once: disk beyond the template"),
        Unit::Megabytes,
        disk,
    );
    for session in sessions {
        session.end().await;
    }
    Ok(())
}

/// One session up to its training, with the times of its start and of that cell, and its output.
async fn one(bench: &Bench) -> Result<(Session, f64, f64, String)> {
    let mut session = Session::start(bench, KERNELS[0]).await?;
    let ready = session.kernel.ready().as_secs_f64();
    session.run(cells::DATA).await?;
    let ran = session.run(&in_round(cells::EXPERIMENT, 1)).await?;
    let answer = ran.seen.iter().filter_map(Seen::stdout).collect();
    Ok((session, ready, ran.seconds, answer))
}

/// What the folder of a session holds that no other has: files that are not links to the
/// template's. In MB.
fn own_files(sessions: &Path, process: u32) -> f64 {
    let entries = fs::read_dir(sessions).into_iter().flatten().flatten();
    let own = entries.filter(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        name.starts_with(&format!("{process}-")) && entry.path().is_dir()
    });
    own.map(|entry| unlinked(&entry.path())).sum::<f64>() / 1e6
}

#[cfg(unix)]
fn unlinked(folder: &Path) -> f64 {
    use std::os::unix::fs::MetadataExt as _;
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.filter_map(|entry| {
        let kind = entry.metadata().ok()?;
        Some(if kind.is_dir() {
            unlinked(&entry.path())
        } else if kind.nlink() == 1 {
            kind.blocks() as f64 * 512.0
        } else {
            0.0
        })
    });
    sizes.sum()
}

#[cfg(not(unix))]
fn unlinked(_: &Path) -> f64 {
    f64::NAN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn files_that_are_linked_elsewhere_do_not_count() {
        let root = tempfile::tempdir().unwrap();
        let own = root.path().join("12-3/deep");
        fs::create_dir_all(&own).unwrap();
        fs::write(root.path().join("shared"), vec![1; 1_000_000]).unwrap();
        fs::hard_link(root.path().join("shared"), own.join("shared")).unwrap();
        assert!(own_files(root.path(), 12) < 0.1);
        fs::write(own.join("own"), vec![1; 1_000_000]).unwrap();
        assert!((0.9..1.2).contains(&own_files(root.path(), 12)));
        assert_eq!(own_files(root.path(), 1), 0.0);
    }
}
