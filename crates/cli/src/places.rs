//! Where everything is: the files of the checkout, and what `cargo lab` prepares in `.lab`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use chainrule_error::{Error, ErrorKind, Result};

/// The folders and files of one checkout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    root: PathBuf,
}

/// A file that only the root of a checkout has.
const LANDMARK: &str = "kernels/chainrule/kernel.json";

impl Places {
    /// The places of the checkout whose root is `root`.
    pub fn of(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Finds the checkout that `start` lies in.
    ///
    /// # Errors
    /// [`ErrorKind::Environment`] when neither `start` nor a folder above it is one.
    pub fn find(start: &Path) -> Result<Self> {
        let root = start
            .ancestors()
            .find(|folder| folder.join(LANDMARK).is_file());
        let root = root.ok_or_else(|| {
            Error::new(
                ErrorKind::Environment,
                "this folder is not in a checkout of chainrule",
            )
            .expected(format!("a folder with {LANDMARK}, here or further up"))
            .got(start.display().to_string())
            .hint("cd into the folder that `git clone` made, then run the command again")
        })?;
        // Cells name the library by its canonical path, and what was built ahead must match it.
        let root = root
            .canonicalize()
            .map_err(|cause| cannot("open", root, cause))?;
        Ok(Self { root })
    }

    /// Finds the checkout that the current folder lies in.
    ///
    /// # Errors
    /// As [`Places::find`]; [`ErrorKind::Io`] when there is no current folder.
    pub fn here() -> Result<Self> {
        let start = std::env::current_dir()
            .map_err(|cause| cannot("find the current folder, from", Path::new("."), cause))?;
        Self::find(&start)
    }

    /// The root of the checkout.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The notebooks.
    pub fn notebooks(&self) -> PathBuf {
        self.root.join("notebooks")
    }

    /// A file below `kernels/`.
    pub fn kernels(&self, path: &str) -> PathBuf {
        self.root.join("kernels").join(path)
    }

    /// The library crate that notebooks name.
    pub fn library(&self) -> PathBuf {
        self.root.join("crates/chainrule")
    }

    /// The pinned versions.
    pub fn lock(&self) -> PathBuf {
        self.root.join("Cargo.lock")
    }

    /// What `cargo lab` prepares; deleting it is always safe.
    pub fn lab(&self) -> PathBuf {
        self.root.join(".lab")
    }

    /// What was set up from what: one small file per step.
    pub fn stamp(&self, step: &str) -> PathBuf {
        self.lab().join("stamps").join(step)
    }

    /// The Python environment.
    pub fn venv(&self) -> PathBuf {
        self.lab().join("venv")
    }

    /// The Python of the environment.
    pub fn python(&self) -> PathBuf {
        self.venv().join(if cfg!(windows) {
            "Scripts/python.exe"
        } else {
            "bin/python"
        })
    }

    /// The folder whose `kernels/` holds our kernel specifications.
    pub fn jupyter_path(&self) -> PathBuf {
        self.lab().join("share/jupyter")
    }

    /// Jupyter's own folders: `config`, `data`, `runtime`, `settings` or `workspaces`.
    pub fn jupyter(&self, name: &str) -> PathBuf {
        self.lab().join("jupyter").join(name)
    }

    /// The log of the last JupyterLab.
    pub fn log(&self) -> PathBuf {
        self.lab().join("jupyter/lab.log")
    }

    /// Everything that the kernel builds in.
    pub fn kernel(&self) -> PathBuf {
        self.lab().join("kernel")
    }

    /// Our own kernel, built from this workspace.
    pub fn chainrule(&self) -> PathBuf {
        self.kernel()
            .join("bin")
            .join(executable("chainrule-kernel"))
    }

    /// The stock evcxr kernel, built from this workspace.
    pub fn evcxr(&self) -> PathBuf {
        self.kernel()
            .join("bin")
            .join(executable("chainrule-evcxr"))
    }

    /// What a session of our kernel has for `CARGO_HOME`.
    pub fn tools(&self) -> PathBuf {
        self.kernel().join("tools")
    }

    /// What a session of our kernel finds first on its `PATH`, by its name there.
    pub fn tool(&self, name: &str) -> PathBuf {
        self.tools().join("bin").join(executable(name))
    }

    /// The standard library's sources, for rust-analyzer.
    pub fn std(&self) -> PathBuf {
        self.kernel().join("std")
    }

    /// The file that says which cargo and which rustc sessions build with.
    pub fn toolchain(&self) -> PathBuf {
        self.kernel().join("toolchain.json")
    }

    /// The copy of this program that starts a session; it outlives `cargo clean`.
    pub fn launcher(&self) -> PathBuf {
        self.kernel().join("bin").join(executable("chainrule-lab"))
    }

    /// The build folder that sessions begin as copies of.
    pub fn template(&self) -> PathBuf {
        self.kernel().join("template")
    }

    /// A copy of it that waits for the next session.
    pub fn spare(&self) -> PathBuf {
        self.kernel().join("spare")
    }

    /// The build folders of running sessions.
    pub fn sessions(&self) -> PathBuf {
        self.kernel().join("sessions")
    }

    /// A folder of the bench: a peer's Python environment, or what our side is built in.
    pub fn bench(&self, name: &str) -> PathBuf {
        self.lab().join("bench").join(name)
    }

    /// The environment in which Jupyter writes below `.lab` alone and finds our kernels.
    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        vec![
            ("JUPYTER_PATH", self.jupyter_path().into()),
            ("JUPYTER_CONFIG_DIR", self.jupyter("config").into()),
            ("JUPYTER_DATA_DIR", self.jupyter("data").into()),
            ("JUPYTER_RUNTIME_DIR", self.jupyter("runtime").into()),
            ("JUPYTERLAB_SETTINGS_DIR", self.jupyter("settings").into()),
            (
                "JUPYTERLAB_WORKSPACES_DIR",
                self.jupyter("workspaces").into(),
            ),
            ("IPYTHONDIR", self.jupyter("ipython").into()),
        ]
    }
}

/// The file name of a program on this system.
fn executable(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}

/// The error for a file operation that the system refused.
pub(crate) fn cannot(action: &str, path: &Path, cause: std::io::Error) -> Error {
    let hint = match cause.kind() {
        std::io::ErrorKind::StorageFull => Some("free some disk space, then run it again"),
        std::io::ErrorKind::PermissionDenied => {
            Some("make the folder yours: it may belong to another user, or be read-only")
        }
        _ => None,
    };
    let error = Error::new(ErrorKind::Io, format!("cannot {action} {}", path.display()));
    let error = error.source(cause);
    match hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkout_is_found_from_a_folder_inside_it() {
        let here = Places::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        assert!(here.lock().is_file());
        assert_eq!(here, Places::find(&here.kernels("chainrule")).unwrap());
    }

    #[test]
    fn a_folder_outside_any_checkout_is_named_in_the_error() {
        let elsewhere = tempfile::tempdir().unwrap();
        let error = Places::find(elsewhere.path()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Environment);
        assert!(
            error
                .to_string()
                .contains(&elsewhere.path().display().to_string()),
            "{error}"
        );
    }

    #[test]
    fn jupyter_writes_below_the_lab_folder_alone() {
        let places = Places::of("/checkout");
        for (name, value) in places.environment() {
            assert!(Path::new(&value).starts_with("/checkout/.lab"), "{name}");
        }
    }

    #[test]
    fn a_full_disk_and_a_refused_folder_come_with_advice() {
        for kind in [
            std::io::ErrorKind::StorageFull,
            std::io::ErrorKind::PermissionDenied,
        ] {
            let text = cannot("write", Path::new("/x"), kind.into()).to_string();
            assert!(
                text.contains("cannot write /x") && text.contains("try "),
                "{text}"
            );
        }
    }
}
