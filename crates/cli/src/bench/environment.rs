//! The peers' Python environments: one each in `.lab/bench`, made when it is first wanted.

use std::fs;
use std::path::{Path, PathBuf};

use chainrule_error::Result;

use crate::places::{Places, cannot};
use crate::setup::python;
use crate::tools;

/// The Python that a peer runs on, made ready first if need be.
///
/// # Errors
/// No usable Python, no internet, no disk space: whoever wants the peer goes on without it.
pub(super) fn prepare(places: &Places, name: &str) -> Result<PathBuf> {
    let venv = places.bench(name);
    let python = venv.join(if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    });
    let requirements = places
        .root()
        .join(format!("benches/requirements-{name}.txt"));
    let wanted = read(&requirements)?;
    // Written last: what it says is there.
    let made_from = venv.join("made-from.txt");
    if python.is_file() && fs::read_to_string(&made_from).is_ok_and(|text| text == wanted) {
        return Ok(python);
    }
    if venv.exists() {
        fs::remove_dir_all(&venv).map_err(|cause| cannot("remove", &venv, cause))?;
    }
    let base = python::find(&std::env::var_os("PATH").unwrap_or_default())?;
    let mut create = tools::command(&base.program);
    tools::run(
        "Making the Python environment",
        create.args(["-m", "venv"]).arg(&venv),
        |_| None,
    )?;
    let mut install = tools::command(&python);
    install
        .args(["-m", "pip", "install", "--no-input"])
        .args(["--disable-pip-version-check", "--progress-bar", "off"])
        .arg("--requirement")
        .arg(&requirements);
    tools::run(
        &format!("Installing {name}"),
        &mut install,
        python::progress,
    )?;
    fs::write(&made_from, wanted).map_err(|cause| cannot("write", &made_from, cause))?;
    Ok(python)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|cause| cannot("read", path, cause))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Peer;
    use clap::ValueEnum as _;

    #[test]
    fn every_peer_has_requirements_with_exact_versions() {
        let root = Places::of(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        for peer in Peer::value_variants() {
            let file = format!("benches/requirements-{}.txt", peer.folder());
            let text = read(&root.root().join(file)).unwrap();
            assert!(text.lines().count() > 0);
            assert!(text.lines().all(|line| line.contains("==")), "{text}");
        }
    }

    #[test]
    fn an_environment_from_the_same_requirements_is_used_as_it_is() {
        let root = tempfile::tempdir().unwrap();
        let places = Places::of(root.path());
        let write = |path: PathBuf, text: &str| {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let pins = root.path().join("benches/requirements-numpy.txt");
        write(pins, "numpy==2\n");
        let python = if cfg!(windows) {
            "Scripts/python.exe"
        } else {
            "bin/python"
        };
        let python = places.bench("numpy").join(python);
        write(python.clone(), "");
        write(places.bench("numpy").join("made-from.txt"), "numpy==2\n");
        assert_eq!(prepare(&places, "numpy").unwrap(), python);
    }
}
