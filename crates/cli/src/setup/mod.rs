//! `cargo lab setup`: prepares what the notebooks need, step by step; what is ready is left alone.
//!
//! The rule of this folder: a file is a step, and a step has `is_current` and `prepare`. Steps can
//! be interrupted at any moment: see [`stamp`].

pub mod ahead;
pub mod kernel;
pub mod python;
pub mod sources;
pub mod specs;
pub mod stamp;

use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::time::{Duration, Instant};

use chainrule_error::{Error, ErrorKind, Result};

use crate::places::{Places, cannot};

/// Folders of a crate that nothing notebooks use is built from.
const NO_SOURCES: [&str; 4] = ["datasets", "tests", "benches", "examples"];

/// One step: what it prepares, how long that takes, whether it must be done, and how.
struct Step {
    name: &'static str,
    takes: &'static str,
    is_current: fn(&Places) -> bool,
    prepare: fn(&Places) -> Result<()>,
}

const STEPS: [Step; 5] = [
    Step {
        name: "Python environment with JupyterLab",
        takes: "about a minute",
        is_current: python::is_current,
        prepare: python::prepare,
    },
    Step {
        name: "Rust kernels for notebooks",
        takes: "5 to 10 minutes, once",
        is_current: kernel::is_current,
        prepare: kernel::prepare,
    },
    Step {
        name: "sources of the standard library",
        takes: "a moment",
        is_current: sources::is_current,
        prepare: sources::prepare,
    },
    Step {
        name: "libraries for the notebooks, built ahead",
        takes: "2 to 4 minutes",
        is_current: ahead::is_current,
        prepare: ahead::prepare,
    },
    Step {
        name: "kernel specifications",
        takes: "a moment",
        is_current: specs::is_current,
        prepare: specs::prepare,
    },
];

/// Prepares what is not ready yet and reports each step to `out`.
///
/// # Errors
/// The first step that fails, with what mends it. Steps before it stay done.
pub fn prepare(places: &Places, out: &mut dyn Write) -> Result<()> {
    let _alone = alone(places, out)?;
    steps(places, &STEPS, out)
}

/// Whether every step is done.
pub fn is_current(places: &Places) -> bool {
    STEPS.iter().all(|step| (step.is_current)(places))
}

fn steps(places: &Places, steps: &[Step], out: &mut dyn Write) -> Result<()> {
    for (i, step) in steps.iter().enumerate() {
        let title = format!("[{}/{}] {}", i + 1, steps.len(), step.name);
        if (step.is_current)(places) {
            say(out, &format!("{title}: ready"))?;
            continue;
        }
        say(out, &format!("{title}: preparing ({})", step.takes))?;
        let start = Instant::now();
        (step.prepare)(places)?;
        say(
            out,
            &format!("{title}: done in {}", duration(start.elapsed())),
        )?;
    }
    Ok(())
}

fn say(out: &mut dyn Write, line: &str) -> Result<()> {
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .map_err(|cause| Error::new(ErrorKind::Io, "cannot print the progress").source(cause))
}

/// Waits until no other `cargo lab` prepares this checkout; holds others off while it lives.
fn alone(places: &Places, out: &mut dyn Write) -> Result<File> {
    let lab = places.lab();
    fs::create_dir_all(&lab).map_err(|cause| cannot("make the folder", &lab, cause))?;
    let path = lab.join("setup.lock");
    let file = File::create(&path).map_err(|cause| cannot("write", &path, cause))?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => {
            say(
                out,
                "another `cargo lab` is preparing this checkout; waiting for it",
            )?;
        }
        Err(TryLockError::Error(cause)) => return Err(cannot("lock", &path, cause)),
    }
    file.lock().map_err(|cause| cannot("lock", &path, cause))?;
    Ok(file)
}

/// A time as a person says it.
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{} min {} s", time.as_secs() / 60, time.as_secs() % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fails(_: &Places) -> Result<()> {
        Err(Error::new(ErrorKind::Environment, "no Python"))
    }

    fn step(is_current: fn(&Places) -> bool, prepare: fn(&Places) -> Result<()>) -> Step {
        Step {
            name: "thing",
            takes: "a moment",
            is_current,
            prepare,
        }
    }

    #[test]
    fn ready_steps_are_left_alone_and_the_first_failure_ends_the_setup() {
        let (mut out, places) = (Vec::new(), Places::of("/nowhere"));
        let list = [
            step(|_| true, fails),
            step(|_| false, |_| Ok(())),
            step(|_| false, fails),
        ];
        let error = steps(&places, &list, &mut out).unwrap_err();
        assert_eq!(error.headline(), "no Python");
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], "[1/3] thing: ready");
        assert_eq!(lines[1], "[2/3] thing: preparing (a moment)");
        assert!(lines[2].starts_with("[2/3] thing: done in "), "{text}");
        assert_eq!(lines[3..], ["[3/3] thing: preparing (a moment)"]);
    }

    #[test]
    fn a_second_setup_waits_for_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let places = Places::of(folder.path());
        let first = alone(&places, &mut Vec::new()).unwrap();
        let second = std::thread::spawn({
            let places = places.clone();
            move || {
                let mut out = Vec::new();
                alone(&places, &mut out).unwrap();
                String::from_utf8(out).unwrap()
            }
        });
        std::thread::sleep(Duration::from_millis(100));
        assert!(!second.is_finished());
        drop(first);
        assert!(second.join().unwrap().contains("waiting for it"));
    }

    #[test]
    fn long_times_are_told_in_minutes() {
        assert_eq!(duration(Duration::from_millis(1_540)), "1.5 s");
        assert_eq!(duration(Duration::from_secs(402)), "6 min 42 s");
    }
}
