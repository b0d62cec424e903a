//! Step 1: a Python environment with JupyterLab, pinned, in `.lab/venv`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use chainrule_error::{Error, ErrorKind, Result};

use super::stamp::{self, Inputs};
use crate::places::{Places, cannot};
use crate::tools;

/// The oldest Python that the pinned JupyterLab runs on.
const OLDEST: (u32, u32) = (3, 10);

/// Says the version, then whether an environment can be made.
const QUESTION: &str =
    "import sys; print(*sys.version_info[:2]); import venv, ensurepip; print('venv')";

/// A Python on this machine that environments can be made with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Python {
    /// The program.
    pub program: PathBuf,
    /// Its version.
    pub version: (u32, u32),
}

/// What a program named Python answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Good((u32, u32)),
    TooOld((u32, u32)),
    NoVenv((u32, u32)),
}

/// Finds a Python in the folders of `path`, a list as in the variable PATH.
///
/// # Errors
/// [`ErrorKind::Environment`] with the commands that mend it: no Python, one that is too old, or
/// one without the module venv.
pub fn find(path: &std::ffi::OsStr) -> Result<Python> {
    let mut second_best: Option<(PathBuf, Answer)> = None;
    for folder in std::env::split_paths(path) {
        for name in ["python3", "python"] {
            let program = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
            if !program.is_file() {
                continue;
            }
            match ask(&program) {
                Some(Answer::Good(version)) => return Ok(Python { program, version }),
                Some(answer) if second_best.is_none() => second_best = Some((program, answer)),
                _ => {}
            }
        }
    }
    Err(match second_best {
        Some((program, Answer::NoVenv(version))) => no_venv(&program, version),
        Some((program, Answer::TooOld(version))) => too_old(&program, version),
        _ => none(),
    })
}

fn ask(program: &Path) -> Option<Answer> {
    let output = Command::new(program).args(["-c", QUESTION]).output().ok()?;
    read(&String::from_utf8_lossy(&output.stdout))
}

fn read(text: &str) -> Option<Answer> {
    let mut lines = text.lines();
    let (major, minor) = lines.next()?.trim().split_once(' ')?;
    let version = (major.parse().ok()?, minor.parse().ok()?);
    Some(if version < OLDEST {
        Answer::TooOld(version)
    } else if lines.next().map(str::trim) == Some("venv") {
        Answer::Good(version)
    } else {
        Answer::NoVenv(version)
    })
}

const INSTALL: &str = "\
Debian, Ubuntu: sudo apt install python3 python3-venv
Fedora:         sudo dnf install python3
macOS:          brew install python3
Windows:        winget install Python.Python.3.13";

fn error(what: &str) -> Error {
    let (major, minor) = OLDEST;
    Error::new(ErrorKind::Environment, what).expected(format!(
        "Python {major}.{minor} or later, with its module venv"
    ))
}

fn none() -> Error {
    error("JupyterLab needs Python, and none is on the PATH").hint(INSTALL)
}

fn too_old(program: &Path, (major, minor): (u32, u32)) -> Error {
    error("JupyterLab needs a newer Python")
        .got(format!("Python {major}.{minor}, {}", program.display()))
        .hint(format!(
            "{INSTALL}\nthen put the newer one first on the PATH"
        ))
}

fn no_venv(program: &Path, (major, minor): (u32, u32)) -> Error {
    error("this Python cannot make environments: its module venv is missing")
        .got(format!("Python {major}.{minor}, {}", program.display()))
        .hint(format!(
            "Debian, Ubuntu: sudo apt install python3-venv\n\
             (or, for exactly this one: sudo apt install python{major}.{minor}-venv)\n\
             Fedora:         sudo dnf install python3-libs\n\
             macOS:          brew reinstall python3\n\
             Windows:        run Python's installer again and choose \"pip\""
        ))
}

/// The stamp's inputs.
fn inputs(places: &Places) -> Result<String> {
    let inputs = Inputs::default().text("place", &places.venv().to_string_lossy());
    Ok(inputs.file(&places.kernels("requirements.txt"))?.digest())
}

/// Whether the environment is there and from today's requirements.
pub fn is_current(places: &Places) -> bool {
    inputs(places).is_ok_and(|digest| stamp::is_current(&places.stamp("python"), &digest))
        && places.python().exists()
}

/// Makes the environment from nothing.
///
/// # Errors
/// No usable Python, no internet, no disk space.
pub fn prepare(places: &Places) -> Result<()> {
    let python = find(&std::env::var_os("PATH").unwrap_or_default())?;
    let digest = inputs(places)?;
    stamp::clear(&places.stamp("python"))?;
    let venv = places.venv();
    // An environment that a broken installation left behind is never repaired, always replaced.
    if venv.exists() {
        fs::remove_dir_all(&venv).map_err(|cause| cannot("remove", &venv, cause))?;
    }
    let mut create = tools::command(&python.program);
    tools::run(
        "Making the Python environment",
        create.args(["-m", "venv"]).arg(&venv),
        |_| None,
    )?;
    let mut install = tools::command(places.python());
    install
        .args([
            "-m",
            "pip",
            "install",
            "--no-input",
            "--disable-pip-version-check",
        ])
        .args(["--progress-bar", "off", "--requirement"])
        .arg(places.kernels("requirements.txt"));
    tools::run("Installing JupyterLab", &mut install, progress).map_err(|error| {
        error.hint("check the internet connection, then run it again; pip's own words are above")
    })?;
    stamp::write(&places.stamp("python"), &digest)
}

/// What of pip's output says how far it is.
pub(crate) fn progress(line: &str) -> Option<String> {
    let line = line.trim();
    if line.starts_with("Installing collected packages") {
        return Some("installing the packages".to_owned());
    }
    line.strip_prefix("Collecting ")
        .map(|rest| format!("fetching {}", rest.split([' ', '=']).next().unwrap_or(rest)))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    /// A folder with a program named python3 that prints `says`.
    fn fake(says: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("python3");
        fs::write(&program, format!("#!/bin/sh\nprintf '{says}'\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        folder
    }

    fn found(folders: &[&tempfile::TempDir]) -> Result<Python> {
        find(&std::env::join_paths(folders.iter().map(|folder| folder.path())).unwrap())
    }

    #[test]
    fn without_any_python_the_error_says_how_to_install_one() {
        let text = found(&[&tempfile::tempdir().unwrap()])
            .unwrap_err()
            .to_string();
        assert_eq!(
            text,
            "JupyterLab needs Python, and none is on the PATH\n  \
             expected  Python 3.10 or later, with its module venv\n  \
             try       Debian, Ubuntu: sudo apt install python3 python3-venv\n            \
             Fedora:         sudo dnf install python3\n            \
             macOS:          brew install python3\n            \
             Windows:        winget install Python.Python.3.13"
        );
    }

    #[test]
    fn a_python_without_venv_is_told_from_a_missing_one() {
        let error = found(&[&fake("3 12\\n")]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Environment);
        let text = error.to_string();
        assert!(
            text.contains("venv is missing") && text.contains("Python 3.12"),
            "{text}"
        );
        assert!(text.contains("apt install python3-venv"), "{text}");
    }

    #[test]
    fn a_python_that_is_too_old_is_named_with_its_version() {
        for version in ["3 9", "2 7"] {
            let text = found(&[&fake(&format!("{version}\\nvenv\\n"))])
                .unwrap_err()
                .to_string();
            assert!(text.contains(&version.replace(' ', ".")), "{text}");
            assert!(text.contains("needs a newer Python"), "{text}");
        }
    }

    #[test]
    fn a_good_python_behind_bad_ones_is_taken() {
        let (old, silent, good) = (
            fake("3 8\\nvenv\\n"),
            fake("no Python at all"),
            fake("3 14\\nvenv\\n"),
        );
        let python = found(&[&old, &silent, &good]).unwrap();
        assert_eq!(python.version, (3, 14));
        assert!(python.program.starts_with(good.path()));
    }

    #[test]
    fn pips_lines_become_progress() {
        assert_eq!(
            progress("Collecting jupyterlab==4.6.6 (from -r x)"),
            Some("fetching jupyterlab".into())
        );
        assert_eq!(progress("  Using cached x.whl"), None);
    }
}
