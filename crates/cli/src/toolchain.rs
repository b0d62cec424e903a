//! The user's own cargo and rustc: found when the lab is set up, handed to every session.
//!
//! A session of our kernel has a program of ours as `cargo` on its `PATH`, which needs to know the
//! real one. rustup takes a tenth of a second to say where that is, so it is asked once and the
//! answer kept in a file.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use chainrule_error::{Error, ErrorKind, Result};
use serde_json::json;

use crate::places::{Places, cannot};
use crate::tools;

/// Where the programs are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toolchain {
    /// cargo itself, not rustup's stand-in for it.
    pub cargo: PathBuf,
    /// rustc itself.
    pub rustc: PathBuf,
}

impl Toolchain {
    /// Asks rustup, and looks on the `PATH` where there is none.
    ///
    /// # Errors
    /// [`ErrorKind::Environment`] when one of the programs is not to be found.
    pub fn find(places: &Places) -> Result<Self> {
        let path = users_path();
        let find = |name: &str| {
            which(places, name, &path).ok_or_else(|| {
                Error::new(ErrorKind::Environment, format!("there is no {name}"))
                    .expected(format!("{name} from rustup, or on the PATH"))
                    .hint("install Rust: https://rustup.rs")
            })
        };
        Ok(Self {
            cargo: find("cargo")?,
            rustc: find("rustc")?,
        })
    }

    /// The toolchain that the lab was set up with, if it is still there, else today's.
    ///
    /// # Errors
    /// As [`Toolchain::find`].
    pub fn known(places: &Places) -> Result<Self> {
        match Self::read(&places.toolchain()) {
            Some(toolchain) => Ok(toolchain),
            None => Self::find(places),
        }
    }

    /// None when the file is not there or damaged, or a program has gone since.
    fn read(file: &Path) -> Option<Self> {
        let text = fs::read_to_string(file).ok()?;
        let noted: serde_json::Value = serde_json::from_str(&text).ok()?;
        let program = |name: &str| {
            let program = PathBuf::from(noted[name].as_str()?);
            program.is_file().then_some(program)
        };
        Some(Self {
            cargo: program("cargo")?,
            rustc: program("rustc")?,
        })
    }

    /// Keeps it for [`Toolchain::known`].
    ///
    /// # Errors
    /// The system refuses.
    pub fn keep(&self, places: &Places) -> Result<()> {
        let file = places.toolchain();
        let text = json!({
            "cargo": self.cargo.to_string_lossy(),
            "rustc": self.rustc.to_string_lossy(),
        });
        fs::create_dir_all(places.kernel())
            .and_then(|()| fs::write(&file, format!("{text:#}\n")))
            .map_err(|cause| cannot("write", &file, cause))
    }
}

fn which(places: &Places, name: &str, path: &OsStr) -> Option<PathBuf> {
    let mut rustup = tools::command("rustup");
    rustup.args(["which", name]).env("PATH", path);
    // The folder may choose a toolchain, and the root of the checkout is what cells are below.
    if places.root().is_dir() {
        rustup.current_dir(places.root());
    }
    let said = tools::answer(&mut rustup).map(PathBuf::from);
    said.filter(|program| program.is_file())
        .or_else(|| on_path(name, path))
}

fn on_path(name: &str, path: &OsStr) -> Option<PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(path)
        .map(|folder| folder.join(&file))
        .find(|program| program.is_absolute() && program.is_file())
}

/// The `PATH` without the programs that a kernel puts there: this program may have been started
/// from a cell.
pub fn users_path() -> OsString {
    without_tools(&env::var_os("PATH").unwrap_or_default())
}

fn without_tools(path: &OsStr) -> OsString {
    let own = env::split_paths(path).filter(|folder| !folder.ends_with(".lab/kernel/tools/bin"));
    // What was split at the separator can be joined by it.
    env::join_paths(own).unwrap_or_else(|_| path.to_owned())
}

/// The user's `CARGO_HOME`, empty where it is not set.
pub fn users_cargo_home() -> OsString {
    let is_own = |home: &OsString| !Path::new(home).ends_with(".lab/kernel/tools");
    ["CARGO_HOME", "CHAINRULE_USERS_CARGO_HOME"]
        .into_iter()
        .find_map(|name| env::var_os(name).filter(is_own))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &Path) -> PathBuf {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
        path.to_owned()
    }

    #[test]
    fn what_was_found_is_kept_until_a_program_goes() {
        let root = tempfile::tempdir().unwrap();
        let places = Places::of(root.path());
        let toolchain = Toolchain {
            cargo: file(&root.path().join("bin of \"Ada\"/cargo")),
            rustc: file(&root.path().join("bin of \"Ada\"/rustc")),
        };
        toolchain.keep(&places).unwrap();
        assert_eq!(Toolchain::known(&places).unwrap(), toolchain);
        fs::remove_file(&toolchain.rustc).unwrap();
        let found = Toolchain::known(&places).unwrap();
        assert!(found.rustc.is_file() && found != toolchain, "{found:?}");
        fs::write(places.toolchain(), "damaged").unwrap();
        assert_eq!(Toolchain::known(&places).unwrap(), found);
    }

    #[test]
    fn the_real_programs_are_found_and_not_rustups() {
        let found = Toolchain::find(&Places::of("/nowhere")).unwrap();
        for (program, name) in [(&found.cargo, "cargo"), (&found.rustc, "rustc")] {
            let mut ask = std::process::Command::new(program);
            let says = tools::answer(ask.arg("--version")).unwrap();
            assert!(says.starts_with(name), "{says}");
            assert!(!program.ends_with(format!(".cargo/bin/{name}")));
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_kernels_programs_are_not_taken_for_the_users() {
        let path = without_tools(OsStr::new("/a:/x/.lab/kernel/tools/bin:/b"));
        assert_eq!(path, "/a:/b");
        assert_eq!(without_tools(OsStr::new("/a::/b")), "/a::/b");
    }

    #[test]
    fn without_rustup_the_path_is_searched() {
        let (empty, full) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let cargo = file(
            &full
                .path()
                .join(format!("cargo{}", env::consts::EXE_SUFFIX)),
        );
        let path = env::join_paths([empty.path(), full.path()]).unwrap();
        assert_eq!(which(&Places::of("/nowhere"), "cargo", &path), Some(cargo));
        assert_eq!(which(&Places::of("/nowhere"), "rustc", &path), None);
    }
}
