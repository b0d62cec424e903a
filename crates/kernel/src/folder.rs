//! The folder of a kernel's sockets, and what is left of those whose kernel was killed.
//!
//! A living kernel holds a lock on the file `lock` in its folder: the system frees it however the
//! process ends. A folder without that file is being made, or is somebody else's.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::process::geteuid;
use tempfile::TempDir;

const PREFIX: &str = "chainrule-kernel-";
const LOCK: &str = "lock";

/// A folder of this process, which removes it in the end. It is short, since paths of sockets may
/// not be long, and the user's own alone: whoever can write to the sockets runs code.
pub(crate) struct Folder {
    folder: TempDir,
    _held: File,
}

impl Folder {
    /// Makes one among the system's temporary folders.
    ///
    /// # Errors
    /// The system refuses.
    pub(crate) fn new() -> io::Result<Self> {
        Self::within(&std::env::temp_dir())
    }

    fn within(parent: &Path) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        // It has its name only when it is locked: others take a free lock for an ended kernel.
        let unnamed = folder.path().join("new");
        let held = File::create_new(&unnamed)?;
        held.lock()?;
        fs::rename(unnamed, folder.path().join(LOCK))?;
        Ok(Self {
            folder,
            _held: held,
        })
    }

    /// A file in it.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// Removes the folders of this user's kernels that are gone.
pub(crate) fn sweep() {
    sweep_in(&std::env::temp_dir());
}

fn sweep_in(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let named = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if named && is_own(&path) {
            // While it is removed, its lock is ours: two kernels that start do not meet.
            let _ended = match File::open(path.join(LOCK)) {
                Ok(file) if file.try_lock().is_ok() => file,
                _ => continue,
            };
            // What cannot be removed now is tried again at the next start.
            let _ = fs::remove_dir_all(&path);
        }
    }
}

fn is_own(path: &Path) -> bool {
    // Not through a link: that could lead anywhere.
    fs::symlink_metadata(path)
        .is_ok_and(|found| found.is_dir() && found.uid() == geteuid().as_raw())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_a_killed_kernel_goes_and_every_other_stays() {
        let parent = tempfile::tempdir().unwrap();
        let living = Folder::within(parent.path()).unwrap();
        // One whose process ended without removing it, as a killed one does.
        let Folder { folder, _held } = Folder::within(parent.path()).unwrap();
        let killed = folder.keep();
        fs::write(killed.join("adopt"), "").unwrap();
        drop(_held);
        let others = ["chainrule-kernel-made", "chainrule-run-x", "other"];
        for name in others {
            fs::create_dir(parent.path().join(name)).unwrap();
        }
        // No kernel's, whatever it is called: its lock is free, its name is not ours.
        fs::write(parent.path().join("other").join(LOCK), "").unwrap();
        let linked = parent.path().join("chainrule-kernel-link");
        std::os::unix::fs::symlink(parent.path().join("other"), &linked).unwrap();
        sweep_in(parent.path());
        assert!(living.file(LOCK).is_file());
        assert!(!killed.exists());
        for name in others {
            assert!(parent.path().join(name).is_dir(), "{name}");
        }
        assert!(linked.is_symlink() && linked.join(LOCK).is_file());
        let path = living.file("");
        drop(living);
        assert!(!path.exists());
    }
}
