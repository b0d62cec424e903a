//! Where a kernel's session is, from the environment that `cargo lab` starts it in.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use chainrule_error::{Error, ErrorKind, Result};

/// Where the session's files are. `kernels/README.md` describes each.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The crate that every cell has: the checkout's `crates/chainrule`.
    pub library: PathBuf,
    /// The folder that the session builds in.
    pub session: PathBuf,
    /// The notebook's folder.
    pub folder: PathBuf,
    /// This program, where it was at the start: a new version may come to lie there meanwhile.
    pub program: PathBuf,
}

impl Settings {
    /// Reads `CHAINRULE_LIBRARY` and `CHAINRULE_SESSION`.
    ///
    /// # Errors
    /// One of them is not set.
    pub fn from_environment() -> Result<Self> {
        let path = |name: &str| {
            env::var_os(name).map(PathBuf::from).ok_or_else(|| {
                Error::new(
                    ErrorKind::Environment,
                    "the kernel is not started by cargo lab",
                )
                .expected(format!("the variable {name}"))
                .hint("cargo lab")
            })
        };
        let program = env::current_exe().map_err(|cause| {
            Error::new(ErrorKind::Environment, "the kernel does not find itself").source(cause)
        })?;
        Ok(Self {
            program,
            library: path("CHAINRULE_LIBRARY")?,
            session: path("CHAINRULE_SESSION")?,
            folder: env::current_dir().unwrap_or_default(),
        })
    }

    /// What every session has before its first cell.
    pub(crate) fn prelude(&self) -> String {
        let path = serde_json::Value::from(self.library.to_string_lossy());
        format!(
            ":dep chainrule = {{ path = {path} }}\n\
             use chainrule::prelude::*;\n\
             use chainrule::notebook::cell::{{DebugDisplay as _, Tell as _, TellDebug as _, TellDisplay as _}};\n\
             {START}"
        )
    }

    /// A line for the student's own shell.
    pub(crate) fn shell(&self, line: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["--shell", line]).current_dir(&self.folder);
        users_own(&mut command);
        command
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.session.join(name)
    }
}

/// What every process runs before its first cell: it prepares the library, and has evcxr allow `?`
/// from now on, which costs it a build that fails.
pub(crate) const START: &str = "chainrule::notebook::cell::install();\nOk::<(), String>(())?;";

/// This program as the process that runs cells, in the environment of the student's own shell.
pub(crate) fn child(program: &Path, adopt: &Path, library: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .env(crate::child::ADOPT_SOCKET, adopt)
        .env("CHAINRULE_KERNEL_SOCKET", library)
        .env_remove("RUST_SRC_PATH");
    users_own(&mut command);
    command
}

/// Takes away what only cargo and rust-analyzer are to see.
pub(crate) fn users_own(command: &mut Command) {
    for (name, saved) in [
        ("PATH", "CHAINRULE_USERS_PATH"),
        ("CARGO_HOME", "CHAINRULE_USERS_CARGO_HOME"),
    ] {
        match env::var_os(saved) {
            Some(value) if !value.is_empty() => command.env(name, value),
            Some(_) => command.env_remove(name),
            None => command,
        };
        command.env_remove(saved);
    }
}
