//! The build folder that the next session takes: copied from the template while nobody waits for it.
//!
//! A copy takes a good part of a second, a renaming nothing. Whoever copies or takes the spare
//! holds the template's lock, and whoever replaces the template discards the spare under the same
//! lock: so a spare is always a copy of the template that is in use.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use chainrule_error::Result;

use crate::args::SpareArgs;
use crate::places::{Places, cannot};
use crate::session;
use crate::setup::ahead;
use crate::{tools, tree};

/// A kernel that has just been started has the processor for itself for so long.
const PATIENCE: Duration = Duration::from_secs(4);

/// Gives the spare, if there is one, to a session whose folder is to be `folder`. Called with the
/// template locked.
pub fn take(places: &Places, folder: &Path) -> bool {
    fs::rename(places.spare(), folder).is_ok()
}

/// Makes the spare, unless there is one or another process is making it.
///
/// # Errors
/// The template cannot be copied.
pub fn make(places: &Places) -> Result<()> {
    let (spare, fresh) = (places.spare(), places.kernel().join("spare.new"));
    let path = places.kernel().join("spare.lock");
    let alone = File::create(&path).map_err(|cause| cannot("write", &path, cause))?;
    if alone.try_lock().is_err() || spare.exists() {
        return Ok(());
    }
    tree::remove(&fresh)?;
    let lock = ahead::template_lock(places)?;
    lock.lock_shared()
        .map_err(|cause| cannot("lock", &places.template(), cause))?;
    tree::copy(&places.template(), &fresh)?;
    fs::rename(&fresh, &spare).map_err(|cause| cannot("write", &spare, cause))
}

/// Has another process make the spare and remove what ended sessions have left, a little later.
/// False if none could be started.
///
/// The process is nobody's child: this one becomes a kernel, which knows of no children.
pub fn make_later(places: &Places) -> bool {
    let status = launch(places, &[]).and_then(|mut child| child.wait());
    status.is_ok_and(|status| status.success())
}

/// What the processes between do: the first starts the second and ends.
///
/// # Errors
/// As [`make`].
pub fn obey(args: &SpareArgs) -> Result<()> {
    let places = Places::of(&args.root);
    if !args.now {
        return launch(&places, &["--now"])
            .map(drop)
            .map_err(|cause| cannot("start", &places.launcher(), cause));
    }
    thread::sleep(PATIENCE);
    session::sweep_ended(&places)?;
    make(&places)
}

fn launch(places: &Places, arguments: &[&str]) -> std::io::Result<std::process::Child> {
    let mut command = tools::command(places.launcher());
    command
        .arg("spare")
        .arg("--root")
        .arg(places.root())
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    in_its_own_group(&mut command);
    command.spawn()
}

/// Whoever ends a kernel ends its group, and must not end a copy half-way.
#[cfg(unix)]
fn in_its_own_group(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
}

#[cfg(not(unix))]
fn in_its_own_group(_: &mut Command) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_template() -> (tempfile::TempDir, Places) {
        let root = tempfile::tempdir().unwrap();
        let places = Places::of(root.path());
        fs::create_dir_all(places.template()).unwrap();
        fs::write(places.template().join("libx.rlib"), "built").unwrap();
        (root, places)
    }

    #[test]
    fn a_spare_is_taken_once_and_made_again() {
        let (root, places) = with_template();
        let folder = root.path().join("session");
        assert!(!take(&places, &folder));
        fs::create_dir_all(places.kernel().join("spare.new/interrupted")).unwrap();
        make(&places).unwrap();
        make(&places).unwrap();
        assert!(take(&places, &folder) && !take(&places, &root.path().join("other")));
        assert_eq!(
            fs::read_to_string(folder.join("libx.rlib")).unwrap(),
            "built"
        );
        assert!(!folder.join("interrupted").exists());
        make(&places).unwrap();
        assert!(places.spare().is_dir() && !places.kernel().join("spare.new").exists());
    }

    #[test]
    fn two_processes_do_not_make_it_at_once() {
        let (_root, places) = with_template();
        let other = File::create(places.kernel().join("spare.lock")).unwrap();
        other.lock().unwrap();
        make(&places).unwrap();
        assert!(!places.spare().exists());
    }

    #[test]
    fn without_a_template_there_is_no_spare() {
        let root = tempfile::tempdir().unwrap();
        let places = Places::of(root.path());
        fs::create_dir_all(places.kernel()).unwrap();
        assert!(make(&places).is_err() && !places.spare().exists());
        assert!(!make_later(&places), "nor a program that would make one");
    }
}
