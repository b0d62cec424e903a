//! Copies of a build folder that cargo takes for the folder itself.
//!
//! Cargo compares times of files, so each copy keeps the time of its original. What compilers
//! replace as a whole is linked rather than copied; what cargo writes in place is copied. Of a
//! folder that nobody writes to, [`link`] makes links alone.

use std::fs::{self, File, FileTimes};
use std::io;
use std::path::Path;

use chainrule_error::Result;

use crate::places::cannot;

/// Files that no tool changes in place: rustc and linkers write a new file and rename it.
const LINKED: [&str; 5] = ["rlib", "rmeta", "so", "dylib", "dll"];

/// Folders that a copy does without: rustc's record of the cell compiled last.
const LEFT_OUT: [&str; 1] = ["incremental"];

/// Makes `to` a copy of the folder `from`.
///
/// # Errors
/// The system refuses to read, write or link; what was copied until then stays.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    let is_replaced = |file: &Path| {
        file.extension()
            .is_some_and(|end| LINKED.iter().any(|known| end == *known))
    };
    walk(from, to, &LEFT_OUT, &is_replaced)
}

/// Makes `to` the folder `from` by links, where the file system has them: for files that are only
/// read.
///
/// # Errors
/// As [`copy`].
pub fn link(from: &Path, to: &Path) -> Result<()> {
    walk(from, to, &[], &|_| true)
}

fn walk(
    from: &Path,
    to: &Path,
    left_out: &[&str],
    is_linked: &dyn Fn(&Path) -> bool,
) -> Result<()> {
    fs::create_dir_all(to).map_err(|cause| cannot("make the folder", to, cause))?;
    for entry in fs::read_dir(from).map_err(|cause| cannot("list", from, cause))? {
        let entry = entry.map_err(|cause| cannot("list", from, cause))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry
            .file_type()
            .map_err(|cause| cannot("read", &source, cause))?;
        if kind.is_dir() {
            if !left_out.iter().any(|name| entry.file_name() == *name) {
                walk(&source, &target, left_out, is_linked)?;
            }
        } else {
            let linked = is_linked(&source);
            duplicate(&source, &target, linked)
                .map_err(|cause| cannot("copy to", &target, cause))?;
        }
    }
    Ok(())
}

fn duplicate(source: &Path, target: &Path, linked: bool) -> io::Result<()> {
    // Not every file system can link.
    if linked && fs::hard_link(source, target).is_ok() {
        return Ok(());
    }
    fs::copy(source, target)?;
    let data = fs::metadata(source)?;
    let times = FileTimes::new().set_modified(data.modified()?);
    File::options().write(true).open(target)?.set_times(times)
}

/// Removes a folder, a file or a link, if it is there.
///
/// # Errors
/// The system refuses.
pub fn remove(path: &Path) -> Result<()> {
    let removed = match path.symlink_metadata() {
        Ok(data) if data.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(cause) => Err(cause),
    };
    match removed {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(cannot("remove", path, cause)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn a_copy_keeps_times_and_content_and_leaves_the_original_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::create_dir_all(from.join("target/deps")).unwrap();
        fs::create_dir_all(from.join("target/incremental")).unwrap();
        fs::write(from.join("target/incremental/x"), "").unwrap();
        let long_ago = UNIX_EPOCH + Duration::new(1_000_000_000, 123_456_000);
        for name in ["target/deps/libx.rlib", "target/deps/x.d", "Cargo.lock"] {
            fs::write(from.join(name), "old").unwrap();
            File::options()
                .write(true)
                .open(from.join(name))
                .unwrap()
                .set_modified(long_ago)
                .unwrap();
        }
        copy(&from, &to).unwrap();
        for name in ["target/deps/libx.rlib", "target/deps/x.d", "Cargo.lock"] {
            assert_eq!(
                fs::metadata(to.join(name)).unwrap().modified().unwrap(),
                long_ago,
                "{name}"
            );
        }
        assert!(!to.join("target/incremental").exists());
        fs::write(to.join("target/deps/x.d"), "new").unwrap();
        fs::write(to.join("Cargo.lock"), "new").unwrap();
        assert_eq!(
            fs::read_to_string(from.join("target/deps/x.d")).unwrap(),
            "old"
        );
        assert_eq!(fs::read_to_string(from.join("Cargo.lock")).unwrap(), "old");
    }

    #[cfg(unix)]
    #[test]
    fn a_linked_folder_takes_no_room() {
        use std::os::unix::fs::MetadataExt as _;
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::create_dir_all(from.join("incremental")).unwrap();
        fs::write(from.join("incremental/lib.rs"), "source").unwrap();
        link(&from, &to).unwrap();
        let number = |folder: &Path| {
            fs::metadata(folder.join("incremental/lib.rs"))
                .unwrap()
                .ino()
        };
        assert_eq!(number(&from), number(&to));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_removed_may_be_anything_or_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("news");
        remove(&path).unwrap();
        // A link to a socket that has gone, as a kernel leaves it.
        std::os::unix::fs::symlink("/nowhere/news", &path).unwrap();
        remove(&path).unwrap();
        assert!(path.symlink_metadata().is_err());
        fs::create_dir_all(path.join("answers")).unwrap();
        remove(&path).unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = copy(&folder.path().join("absent"), &folder.path().join("to")).unwrap_err();
        assert!(error.headline().contains("absent"), "{error}");
    }
}
