//! Who takes part: our own program in two builds, and the peers that can be had here.

use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use chainrule_error::Result;

use super::process::Process;
use super::results::Name;
use super::{environment, programs, say};
use crate::args::Peer;
use crate::places::Places;
use crate::tools;

/// Who takes part, and how each is started.
#[derive(Clone, Debug)]
pub(super) struct Contender {
    pub(super) name: &'static str,
    pub(super) peer: Option<Peer>,
    program: PathBuf,
    arguments: Vec<String>,
    log: PathBuf,
}

/// Whom there is, and who was left out with the reason.
pub(super) type Found = (Vec<Contender>, Vec<(String, String)>);

/// The names of a peer's contenders, and what each is told beside the data.
fn variants(peer: Peer) -> &'static [(&'static str, &'static [&'static str])] {
    match peer {
        Peer::Numpy => &[("NumPy f32", &["float32"]), ("NumPy f64", &["float64"])],
        Peer::Torch => &[("PyTorch", &[])],
        Peer::Keras => &[("Keras", &[])],
        Peer::Matplotlib => &[("matplotlib", &[])],
    }
}

/// Ours, built as a release and as a notebook builds it: both, or the build has failed.
pub(super) fn ours(places: &Places, out: &mut dyn Write) -> Result<Vec<Contender>> {
    say(
        out,
        "building our side, as a release and as a notebook does",
    );
    Ok(vec![
        own(places, "chainrule", programs::release(places)?),
        own(places, "notebook", programs::notebook(places)?),
    ])
}

/// Ours as a notebook builds it, alone.
pub(super) fn notebook(places: &Places) -> Result<Contender> {
    Ok(own(places, "chainrule", programs::notebook(places)?))
}

/// Ours as a program that is already there.
pub(super) fn of_program(places: &Places, program: PathBuf) -> Contender {
    own(places, "chainrule", program)
}

/// Ours as a release, alone.
pub(super) fn release(places: &Places) -> Result<Contender> {
    Ok(own(places, "chainrule", programs::release(places)?))
}

fn own(places: &Places, name: &'static str, program: PathBuf) -> Contender {
    Contender {
        name,
        peer: None,
        program,
        arguments: vec![datasets(places), name.to_owned()],
        log: log(places, name),
    }
}

/// The peers: each on a Python that was given for it, or in an environment of its own.
pub(super) fn peers(
    places: &Places,
    peers: &[Peer],
    pythons: &[(Peer, PathBuf)],
    out: &mut dyn Write,
) -> Found {
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for &peer in peers {
        let given = pythons.iter().find(|(named, _)| *named == peer);
        let python = match given {
            Some((_, program)) => Ok(program.clone()),
            None => {
                say(out, &format!("preparing {}", peer.folder()));
                environment::prepare(places, peer.folder())
            }
        };
        for (name, told) in variants(peer) {
            match &python {
                Ok(python) => found.push(peer_of(places, name, peer, python.clone(), told)),
                Err(error) => missing.push(((*name).to_owned(), error.to_string())),
            }
        }
    }
    (found, missing)
}

fn peer_of(
    places: &Places,
    name: &'static str,
    peer: Peer,
    python: PathBuf,
    told: &[&str],
) -> Contender {
    let script = format!("benches/peers/{}_peer.py", peer.folder());
    let script = places.root().join(script).to_string_lossy().into_owned();
    let mut arguments = vec!["-B".to_owned(), script, datasets(places)];
    arguments.extend(told.iter().map(|word| (*word).to_owned()));
    Contender {
        name,
        peer: Some(peer),
        program: python,
        arguments,
        log: log(places, name),
    }
}

fn datasets(places: &Places) -> String {
    let folder = places.root().join("crates/data/datasets");
    folder.to_string_lossy().into_owned()
}

fn log(places: &Places, name: &str) -> PathBuf {
    places.bench("logs").join(name.replace(' ', "-"))
}

impl Contender {
    /// Starts a process of it.
    pub(super) fn start(&self) -> Result<Process> {
        self.start_by(tools::command(&self.program))
    }

    /// Starts a process of it on the first so many processors, where the system can say so.
    pub(super) fn start_on(&self, processors: usize) -> Result<Process> {
        let mut command = tools::command("taskset");
        let list = format!("0-{}", processors.saturating_sub(1));
        command.args(["--cpu-list", &list]).arg(&self.program);
        self.start_by(command)
    }

    fn start_by(&self, mut command: Command) -> Result<Process> {
        if self.peer.is_none() {
            // `cargo run` names its own libraries there, and they would be loaded before those that
            // a notebook's build was linked with.
            command.env_remove("LD_LIBRARY_PATH");
            command.env_remove("DYLD_FALLBACK_LIBRARY_PATH");
        } else {
            // Where old versions of OpenBLAS choose wrongly, they are told what the processor is. The
            // peers' version is new, and what it chooses itself is faster.
            command.env_remove("OPENBLAS_CORETYPE");
            command.env_remove("OPENBLAS_L2_SIZE");
        }
        Process::start(self.name, command.args(&self.arguments), &self.log)
    }

    /// As the table names it, in its own words.
    pub(super) fn named(&self, process: &Process) -> Name {
        Name {
            name: self.name.to_owned(),
            detail: process.detail.clone(),
            is_peer: self.peer.is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum as _;

    #[test]
    fn every_peer_has_its_program() {
        let root = Places::of(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        for peer in Peer::value_variants() {
            let given = [(*peer, PathBuf::from("python"))];
            let (found, missing) = peers(&root, &[*peer], &given, &mut Vec::new());
            assert!(missing.is_empty() && !found.is_empty());
            for contender in found {
                assert!(
                    std::path::Path::new(&contender.arguments[1]).is_file(),
                    "{contender:?}"
                );
            }
        }
    }

    #[test]
    fn a_peer_that_cannot_be_installed_is_left_out_by_name() {
        let nowhere = tempfile::tempdir().unwrap();
        let places = Places::of(nowhere.path());
        let (found, missing) = peers(&places, &[Peer::Numpy], &[], &mut Vec::new());
        assert!(found.is_empty());
        let names: Vec<_> = missing.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["NumPy f32", "NumPy f64"]);
        assert!(
            missing[0].1.contains("requirements-numpy.txt"),
            "{missing:?}"
        );
    }
}
