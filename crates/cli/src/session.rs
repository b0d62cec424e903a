//! One session of a kernel: a build folder of its own that is ready at once, then the kernel in it.
//!
//! Jupyter starts this program, and this program becomes the kernel: ours, or stock evcxr.
//! `kernels/README.md` tells why.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use chainrule_error::{Error, ErrorKind, Result};

use crate::args::KernelArgs;
use crate::places::{Places, cannot};
use crate::setup::ahead;
use crate::toolchain::{Toolchain, users_cargo_home, users_path};
use crate::{spare, tools, tree};

/// Our kernel, building in `folder/cell` by the program of ours that it takes for cargo.
///
/// What the user had for `PATH` and `CARGO_HOME` goes along, for the real cargo, for cells and for
/// lines of the shell.
///
/// # Errors
/// There is no cargo or rustc; the checkout's path cannot stand in a `PATH`.
pub fn chainrule(places: &Places, folder: &Path) -> Result<Command> {
    let toolchain = Toolchain::known(places)?;
    let users = users_path();
    let own = places.tools().join("bin");
    let path = env::join_paths(std::iter::once(own).chain(env::split_paths(&users)));
    let path = path.map_err(|cause| {
        Error::new(
            ErrorKind::Environment,
            "the kernel cannot be started from this folder",
        )
        .got(places.root().display().to_string())
        .source(cause)
        .hint("move the checkout to a folder without that character")
    })?;
    let mut command = evcxr_in(places.chainrule(), places, folder);
    command
        .env("CHAINRULE_LIBRARY", places.library())
        .env("CHAINRULE_SESSION", folder)
        .env("CHAINRULE_CARGO", toolchain.cargo)
        .env("CHAINRULE_RUSTC", toolchain.rustc)
        .env("CHAINRULE_TOOLS", places.tools())
        .env("CHAINRULE_USERS_PATH", users)
        .env("CHAINRULE_USERS_CARGO_HOME", users_cargo_home())
        .env("PATH", path)
        .env("CARGO_HOME", places.tools())
        .env("RUST_SRC_PATH", places.std());
    Ok(command)
}

/// Stock evcxr, building in `folder/cell`.
pub fn evcxr(places: &Places, folder: &Path) -> Command {
    evcxr_in(places.evcxr(), places, folder)
}

/// A program that holds evcxr, with its configuration from this checkout alone.
fn evcxr_in(program: PathBuf, places: &Places, folder: &Path) -> Command {
    let mut command = tools::command(program);
    command
        .env("EVCXR_TMPDIR", folder.join("cell"))
        .env("EVCXR_CONFIG_DIR", places.kernels("chainrule"))
        // evcxr would bring a kernel in the user's own Jupyter up to date with itself.
        .env("JUPYTER_PATH", places.jupyter_path())
        // It would win over the flags that evcxr sets, and cells would not load.
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    for variable in LIBRARY_PATHS {
        if let Some(folders) = env::var_os(variable) {
            command.env(variable, without_ours(&folders));
        }
    }
    command
}

/// Where the system looks for dynamic libraries before it looks where a cell says.
const LIBRARY_PATHS: [&str; 2] = ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"];

/// The folders without those that hold another build of our library: below `cargo test` or `cargo
/// run` there are such, and cells that found it would not load.
fn without_ours(folders: &OsStr) -> OsString {
    let name = format!(
        "{}chainrule{}",
        env::consts::DLL_PREFIX,
        env::consts::DLL_SUFFIX
    );
    let others = env::split_paths(folders).filter(|folder| !folder.join(&name).exists());
    // They came apart at the separator, so none of them has one.
    env::join_paths(others).unwrap_or_default()
}

/// Becomes the kernel in a new build folder. Returns only if that fails.
///
/// # Errors
/// The kernel is not built, or the system refuses to start it.
pub fn start(args: &KernelArgs) -> Result<()> {
    let places = Places::of(&args.root);
    let program = if args.stock {
        places.evcxr()
    } else {
        places.chainrule()
    };
    if !program.is_file() {
        return Err(
            Error::new(ErrorKind::Environment, "the Rust kernel is not built")
                .expected(program.display().to_string())
                .hint("cargo lab setup"),
        );
    }
    let (folder, held) = open(&places)?;
    if !spare::make_later(&places) {
        sweep_ended(&places)?;
    }
    let mut command = if args.stock {
        let mut command = evcxr(&places, &folder);
        command.arg("--control_file");
        command
    } else {
        chainrule(&places, &folder)?
    };
    // The lock goes on with the process that it stands for: no kernel reads its standard input.
    command.arg(&args.connection_file).stdin(held);
    become_it(command)
}

#[cfg(unix)]
fn become_it(mut command: Command) -> Result<()> {
    use std::os::unix::process::CommandExt as _;
    let cause = command.exec();
    Err(Error::new(ErrorKind::Environment, "the Rust kernel does not start").source(cause))
}

#[cfg(not(unix))]
fn become_it(mut command: Command) -> Result<()> {
    tools::run_visibly("The Rust kernel", &mut command)
}

/// Makes a build folder for this process: the spare, or a copy of what was built ahead.
///
/// If that cannot be copied, the folder begins empty: the first `:dep` then takes minutes, and
/// everything else works.
fn open(places: &Places) -> Result<(PathBuf, File)> {
    let sessions = places.sessions();
    let guard = one_at_a_time(places)?;
    let time = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let name = format!("{}-{}", std::process::id(), time.as_nanos());
    let (folder, path) = (sessions.join(&name), sessions.join(format!("{name}.lock")));
    let held = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(|cause| cannot("write", &path, cause))?;
    held.lock().map_err(|cause| cannot("lock", &path, cause))?;
    drop(guard);
    if let Err(error) = copy_ahead(places, &folder) {
        // Jupyter keeps this in its log.
        let _ = writeln!(std::io::stderr(), "{}", error.hint("cargo lab setup"));
        ahead::lay_out(places, &folder)?;
    }
    Ok((folder, held))
}

/// Holds others off from making and removing folders of sessions: a lock file that another session
/// has made and not yet locked must not be swept away.
fn one_at_a_time(places: &Places) -> Result<File> {
    let sessions = places.sessions();
    fs::create_dir_all(&sessions).map_err(|cause| cannot("make the folder", &sessions, cause))?;
    let path = places.kernel().join("sessions.lock");
    let guard = File::create(&path).map_err(|cause| cannot("write", &path, cause))?;
    guard.lock().map_err(|cause| cannot("lock", &path, cause))?;
    Ok(guard)
}

fn copy_ahead(places: &Places, folder: &Path) -> Result<()> {
    let lock = ahead::template_lock(places)?;
    lock.lock_shared()
        .map_err(|cause| cannot("lock", &places.template(), cause))?;
    if spare::take(places, folder) {
        return Ok(());
    }
    tree::copy(&places.template(), folder)
}

/// Removes the folders of sessions that have ended.
///
/// # Errors
/// The system refuses to lock.
pub fn sweep_ended(places: &Places) -> Result<()> {
    let _guard = one_at_a_time(places)?;
    sweep(&places.sessions());
    Ok(())
}

fn removed(folder: &Path) -> bool {
    match fs::remove_dir_all(folder) {
        Err(cause) => cause.kind() == std::io::ErrorKind::NotFound,
        Ok(()) => true,
    }
}

/// Ended are those whose lock is free.
fn sweep(sessions: &Path) {
    let Ok(entries) = fs::read_dir(sessions) else {
        return;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.extension().is_none_or(|end| end != "lock") {
            continue;
        }
        let ended = File::open(&path).is_ok_and(|file| file.try_lock().is_ok());
        // What cannot be removed now is tried again at the next start.
        if ended && removed(&path.with_extension("")) {
            let _ = fs::remove_file(&path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_template() -> (tempfile::TempDir, Places) {
        let root = tempfile::tempdir().unwrap();
        let places = Places::of(root.path());
        fs::create_dir_all(places.template().join("cell/target")).unwrap();
        fs::write(places.template().join("cell/target/libx.rlib"), "built").unwrap();
        (root, places)
    }

    #[test]
    fn folders_with_another_build_of_our_library_are_not_passed_on() {
        let folder = tempfile::tempdir().unwrap();
        let name = format!(
            "{}chainrule{}",
            env::consts::DLL_PREFIX,
            env::consts::DLL_SUFFIX
        );
        fs::write(folder.path().join(name), "").unwrap();
        let given = env::join_paths(["/a".as_ref(), folder.path(), "/b".as_ref()]).unwrap();
        assert_eq!(without_ours(&given), env::join_paths(["/a", "/b"]).unwrap());
    }

    #[test]
    fn each_session_has_a_folder_of_its_own_with_what_was_built_ahead() {
        let (_root, places) = with_template();
        let (first, _held) = open(&places).unwrap();
        let (second, _held) = open(&places).unwrap();
        assert_ne!(first, second);
        for folder in [first, second] {
            assert_eq!(
                fs::read_to_string(folder.join("cell/target/libx.rlib")).unwrap(),
                "built"
            );
        }
    }

    #[test]
    fn the_spare_becomes_the_folder_of_a_session() {
        let (_root, places) = with_template();
        spare::make(&places).unwrap();
        fs::write(places.spare().join("sign"), "").unwrap();
        let (folder, _held) = open(&places).unwrap();
        assert!(folder.join("sign").is_file() && !places.spare().exists());
        assert!(folder.join("cell/target/libx.rlib").is_file());
    }

    #[test]
    fn folders_of_ended_sessions_are_removed_and_those_of_living_ones_stay() {
        let (_root, places) = with_template();
        let (living, held) = open(&places).unwrap();
        let (ended, its) = open(&places).unwrap();
        drop(its);
        sweep(&places.sessions());
        assert!(living.is_dir() && !ended.exists());
        drop(held);
        sweep(&places.sessions());
        assert_eq!(fs::read_dir(places.sessions()).unwrap().count(), 0);
        assert!(places.template().join("cell/target/libx.rlib").is_file());
    }

    #[test]
    fn a_lock_passed_on_as_standard_input_holds_until_that_process_ends() {
        let (_root, places) = with_template();
        let (folder, held) = open(&places).unwrap();
        let mut child = Command::new("sleep").arg("60").stdin(held).spawn().unwrap();
        sweep(&places.sessions());
        assert!(folder.is_dir());
        child.kill().unwrap();
        child.wait().unwrap();
        sweep(&places.sessions());
        assert!(!folder.exists());
    }

    #[test]
    fn a_kernel_that_is_not_built_is_told_with_the_command_that_builds_it() {
        let root = tempfile::tempdir().unwrap();
        for (stock, name) in [(false, "chainrule-kernel"), (true, "chainrule-evcxr")] {
            let args = KernelArgs {
                root: root.path().into(),
                stock,
                connection_file: "x.json".into(),
            };
            let text = start(&args).unwrap_err().to_string();
            for part in ["not built", name, "cargo lab setup"] {
                assert!(text.contains(part), "{text}");
            }
        }
    }

    /// The variable as the command sets it.
    fn set(command: &Command, name: &str) -> Option<PathBuf> {
        let (_, value) = command.get_envs().find(|(known, _)| *known == name)?;
        value.map(PathBuf::from)
    }

    #[test]
    fn our_kernel_is_told_where_everything_is() {
        let (_root, places) = with_template();
        let folder = places.sessions().join("1-2");
        let command = chainrule(&places, &folder).unwrap();
        assert_eq!(command.get_program(), places.chainrule());
        for (name, place) in [
            ("CHAINRULE_LIBRARY", places.library()),
            ("CHAINRULE_SESSION", folder.clone()),
            ("EVCXR_TMPDIR", folder.join("cell")),
            ("CHAINRULE_TOOLS", places.tools()),
            ("CARGO_HOME", places.tools()),
            ("RUST_SRC_PATH", places.std()),
            ("CHAINRULE_USERS_PATH", users_path().into()),
        ] {
            assert_eq!(set(&command, name), Some(place), "{name}");
        }
        for name in ["CHAINRULE_CARGO", "CHAINRULE_RUSTC"] {
            let program = set(&command, name).unwrap();
            assert!(program.is_absolute() && program.is_file(), "{name}");
        }
        let path = set(&command, "PATH").unwrap();
        let folders: Vec<_> = env::split_paths(&path).collect();
        assert_eq!(folders[0], places.tools().join("bin"));
        assert_eq!(
            folders[1..],
            env::split_paths(&users_path()).collect::<Vec<_>>()
        );
    }

    #[test]
    fn stock_evcxr_is_left_to_the_users_own_cargo() {
        let (_root, places) = with_template();
        let command = evcxr(&places, &places.sessions());
        assert_eq!(command.get_program(), places.evcxr());
        for name in ["PATH", "CARGO_HOME", "CHAINRULE_SESSION", "RUST_SRC_PATH"] {
            assert_eq!(set(&command, name), None, "{name}");
        }
    }
}
