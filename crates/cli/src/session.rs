//! One session of the kernel: a build folder of its own that is ready at once, then evcxr in it.
//!
//! Jupyter starts this program, and this program becomes evcxr. `kernels/README.md` tells why.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use chainrule_error::{Error, ErrorKind, Result};

use crate::args::KernelArgs;
use crate::places::{Places, cannot};
use crate::setup::ahead;
use crate::{tools, tree};

/// evcxr, building in `folder/cell`, with its configuration from this checkout alone.
pub fn evcxr(places: &Places, folder: &Path) -> Command {
    let mut command = tools::command(places.evcxr());
    command
        .env("EVCXR_TMPDIR", folder.join("cell"))
        .env("EVCXR_CONFIG_DIR", places.kernels("chainrule"))
        // evcxr would bring a kernel in the user's own Jupyter up to date with itself.
        .env("JUPYTER_PATH", places.jupyter_path())
        // It would win over the flags that evcxr sets, and cells would not load.
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    command
}

/// Becomes evcxr in a new build folder. Returns only if that fails.
///
/// # Errors
/// The kernel is not built, or the system refuses to start it.
pub fn start(args: &KernelArgs) -> Result<()> {
    let places = Places::of(&args.root);
    if !places.evcxr().is_file() {
        return Err(
            Error::new(ErrorKind::Environment, "the Rust kernel is not built")
                .expected(places.evcxr().display().to_string())
                .hint("cargo lab setup"),
        );
    }
    let (folder, held) = open(&places)?;
    let mut command = evcxr(&places, &folder);
    // The lock goes on with the process that it stands for: evcxr never reads its standard input.
    command
        .arg("--control_file")
        .arg(&args.connection_file)
        .stdin(held);
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

/// Makes a build folder for this process: a copy of what was built ahead.
///
/// If that cannot be copied, the folder begins empty: the first `:dep` then takes minutes, and
/// everything else works.
fn open(places: &Places) -> Result<(PathBuf, File)> {
    let sessions = places.sessions();
    fs::create_dir_all(&sessions).map_err(|cause| cannot("make the folder", &sessions, cause))?;
    // A lock file that another session has made and not yet locked must not be swept away.
    let one_at_a_time = places.kernel().join("sessions.lock");
    let guard =
        File::create(&one_at_a_time).map_err(|cause| cannot("write", &one_at_a_time, cause))?;
    guard
        .lock()
        .map_err(|cause| cannot("lock", &one_at_a_time, cause))?;
    sweep(&sessions);
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

fn copy_ahead(places: &Places, folder: &Path) -> Result<()> {
    let lock = ahead::template_lock(places)?;
    lock.lock_shared()
        .map_err(|cause| cannot("lock", &places.template(), cause))?;
    tree::copy(&places.template(), folder)
}

fn removed(folder: &Path) -> bool {
    match fs::remove_dir_all(folder) {
        Err(cause) => cause.kind() == std::io::ErrorKind::NotFound,
        Ok(()) => true,
    }
}

/// Removes the folders of sessions that have ended: those whose lock is free.
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
        let args = KernelArgs {
            root: root.path().into(),
            connection_file: "x.json".into(),
        };
        let text = start(&args).unwrap_err().to_string();
        assert!(
            text.contains("not built") && text.contains("cargo lab setup"),
            "{text}"
        );
    }
}
