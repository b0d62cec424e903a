//! Writing a file whole or not at all, with an error that says what stands in the way.

use std::{ffi::OsStr, fs, io::ErrorKind as Io, path::Path};

use crate::{Error, ErrorKind, Result};

/// Writes a file, or replaces it, such that there is never half of it: the content goes to a file
/// beside it that is then renamed.
///
/// `place` is the first line of an error: "cannot save the figure to curve.png".
///
/// # Errors
///
/// When the path is a folder's or its folder is not there, and when the system refuses.
///
/// ```
/// let path = std::env::temp_dir().join("no such folder").join("curve.png");
/// let error = chainrule_error::write_file(&path, b"", "cannot save the figure").unwrap_err();
/// assert!(error.to_string().contains("got       no such folder"));
/// ```
pub fn write_file(path: &Path, content: &[u8], place: &str) -> Result<()> {
    let (folder, name) = can_write(path, place)?;
    let mut part = name.to_owned();
    part.push(format!(".{}.part", std::process::id()));
    let part = folder.join(part);
    let written = fs::write(&part, content).and_then(|()| fs::rename(&part, path));
    written.map_err(|error| {
        // The unfinished file is of no use; that it may not exist is the likely case.
        let _ = fs::remove_file(&part);
        let hint = match error.kind() {
            Io::PermissionDenied => "another folder, or ask for the right to write there",
            Io::StorageFull => "make room on the disk",
            Io::ReadOnlyFilesystem => "a folder that is not read-only",
            _ => "another folder or name",
        };
        Error::new(ErrorKind::Io, place).source(error).hint(hint)
    })
}

/// Whether a file of that path could be there: who writes it later asks this first. Gives the folder
/// and the name in it.
///
/// # Errors
///
/// As [`write_file`], but for what the system says when it writes.
pub fn can_write<'a>(path: &'a Path, place: &str) -> Result<(&'a Path, &'a OsStr)> {
    let refused = || Error::new(ErrorKind::Io, place);
    let Some(name) = path.file_name().filter(|_| !path.is_dir()) else {
        let got = match path.is_dir() {
            true => "an existing folder",
            false => "a path without a name",
        };
        return Err(refused()
            .expected("the name of a file")
            .got(got)
            .hint("add a file name to the folder's"));
    };
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        let got = match folder.exists() {
            true => "a file in its place",
            false => "no such folder",
        };
        return Err(refused()
            .expected(format!("an existing folder {}", folder.display()))
            .got(got)
            .hint(format!(
                "std::fs::create_dir_all({:?})?",
                folder.display().to_string()
            )));
    }
    Ok((folder, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_and_replaced_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        for content in [b"one", b"two"] {
            write_file(&path, content, "no").unwrap();
            assert_eq!(fs::read(&path).unwrap(), content);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_path_that_cannot_be_written_is_explained() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path();
        fs::write(base.join("file"), "").unwrap();
        for (path, said) in [
            (base.to_owned(), "got       an existing folder"),
            (base.join("no/a"), "got       no such folder"),
            (base.join("file/a"), "got       a file in its place"),
            (Path::new("").to_owned(), "got       a path without a name"),
        ] {
            let error = write_file(&path, b"", "cannot write").unwrap_err();
            assert!(error.to_string().contains(said), "{error}");
            assert_eq!(error.headline(), "cannot write");
        }
    }
}
