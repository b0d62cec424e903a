//! The session that calls, and the real programs behind this one.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};

use crate::eprint;

/// Where a session's files are, from the environment that its kernel was started with.
pub(crate) struct Session {
    folder: PathBuf,
    cargo: PathBuf,
    rustc: PathBuf,
    tools: PathBuf,
}

impl Session {
    /// None outside a kernel.
    pub(crate) fn from_environment() -> Option<Self> {
        let path = |name: &str| env::var_os(name).map(PathBuf::from);
        Some(Self {
            folder: path("CHAINRULE_SESSION")?,
            cargo: path("CHAINRULE_CARGO")?,
            rustc: path("CHAINRULE_RUSTC")?,
            tools: path("CHAINRULE_TOOLS")?,
        })
    }

    #[cfg(test)]
    pub(crate) fn of(folder: &Path, cargo: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            cargo: cargo.to_owned(),
            rustc: "rustc".into(),
            tools: "/tools".into(),
        }
    }

    /// The workspace that the session builds in; its member `cell` is evcxr's.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A file of our own in the session's folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.join("answers").join(name)
    }

    /// The real compiler.
    pub(crate) fn rustc(&self) -> &Path {
        &self.rustc
    }

    /// This program under one of its names.
    pub(crate) fn tool(&self, name: &str) -> PathBuf {
        self.tools.join("bin").join(name)
    }

    /// A text that holds for every copy of the session's folder.
    pub(crate) fn portable(&self, text: &str) -> String {
        text.replace(&*self.folder.to_string_lossy(), "{session}")
    }

    /// A portable text, for this folder.
    pub(crate) fn here(&self, text: &str) -> String {
        text.replace("{session}", &self.folder.to_string_lossy())
    }

    /// The real cargo, in the environment that the kernel itself was started from.
    pub(crate) fn cargo(&self, args: &[OsString]) -> Command {
        let mut command = Command::new(&self.cargo);
        command.args(args);
        restore(&mut command);
        command
    }
}

/// Gives a program the user's own `PATH` and `CARGO_HOME`.
fn restore(command: &mut Command) {
    for (name, saved) in [
        ("PATH", "CHAINRULE_USERS_PATH"),
        ("CARGO_HOME", "CHAINRULE_USERS_CARGO_HOME"),
    ] {
        match env::var_os(saved) {
            Some(value) if !value.is_empty() => command.env(name, value),
            _ => command.env_remove(name),
        };
    }
}

/// Runs the real program with everything as it came.
pub(crate) fn pass_on(session: &Session, name: &str, args: &[OsString]) -> ExitCode {
    let mut command = if name == "cargo" {
        session.cargo(args)
    } else {
        let mut command = Command::new(in_users_path(name).unwrap_or_else(|| name.into()));
        command.args(args);
        restore(&mut command);
        command
    };
    finished(command.status(), name)
}

/// The program of that name on the user's own path.
fn in_users_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("CHAINRULE_USERS_PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// A program's end as our own.
pub(crate) fn finished(status: std::io::Result<ExitStatus>, name: impl AsRef<OsStr>) -> ExitCode {
    match status {
        Ok(status) => {
            // A program that a signal ended has no code.
            let code = status.code().and_then(|code| u8::try_from(code).ok());
            code.unwrap_or(1).into()
        }
        Err(cause) => {
            let name = name.as_ref().to_string_lossy();
            eprint(&format!("cannot run {name}: {cause}"));
            ExitCode::FAILURE
        }
    }
}
