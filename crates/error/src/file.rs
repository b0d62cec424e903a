//! Writing a whole file, with errors that say what stands in the way.
//!
//! For what is saved on a user's word: a figure, a history, results. A file is there complete or
//! as it was before.

use std::{ffi::OsStr, fs, io::ErrorKind as Io, path::Path};

use crate::{Error, ErrorKind, Result};

/// The ending of a file's name, as it stands among `endings`, whatever its case.
///
/// `what` is what is to be saved: `the figure`.
///
/// ```
/// use chainrule_error::file;
///
/// assert_eq!(file::ending("a/Runs.CSV".as_ref(), "the results", &["csv", "json"])?, "csv");
/// let error = file::ending("runs.txt".as_ref(), "the results", &["csv", "json"]).unwrap_err();
/// assert!(error.to_string().contains("a file name that ends in .csv or .json"));
/// # Ok::<(), chainrule_error::Error>(())
/// ```
///
/// # Errors
///
/// When the name ends otherwise.
pub fn ending<'a>(path: &Path, what: &str, endings: &[&'a str]) -> Result<&'a str> {
    let own = path.extension().filter(|_| path.file_name().is_some());
    let known = own.and_then(|own| endings.iter().find(|end| own.eq_ignore_ascii_case(end)));
    if let Some(known) = known {
        return Ok(known);
    }
    let got = match own {
        Some(end) => format!(".{}", end.to_string_lossy()),
        None => "a name without extension".to_owned(),
    };
    let dotted: Vec<_> = endings.iter().map(|end| format!(".{end}")).collect();
    let listed = match &dotted[..] {
        [some @ .., last] if !some.is_empty() => format!("{} or {last}", some.join(", ")),
        all => all.join(", "),
    };
    let usual = path.with_extension(endings.first().unwrap_or(&""));
    Err(Error::new(ErrorKind::Value, place(path, what))
        .expected(format!("a file name that ends in {listed}"))
        .got(got)
        .hint(format!("save(\"{}\")", usual.display())))
}

/// Writes a file. One that exists is replaced only once the new one is complete.
///
/// ```
/// use chainrule_error::file;
///
/// let path = std::env::temp_dir().join("no such folder").join("curve.png");
/// let error = file::write(&path, "the figure", b"").unwrap_err();
/// assert!(error.to_string().contains("got       no such folder"));
/// ```
///
/// # Errors
///
/// When the folder is missing, the name is one of a folder, or the system refuses.
pub fn write(path: &Path, what: &str, bytes: &[u8]) -> Result<()> {
    let (folder, name) = can_write(path, what)?;
    let mut part = name.to_owned();
    part.push(format!(".{}.part", std::process::id()));
    let part = folder.join(part);
    let written = fs::write(&part, bytes).and_then(|()| fs::rename(&part, path));
    written.map_err(|error| {
        // The unfinished file is of no use; that it may not exist is the likely case.
        let _ = fs::remove_file(&part);
        let hint = match error.kind() {
            Io::PermissionDenied => "another folder, or ask for the right to write there",
            Io::StorageFull => "make room on the disk",
            Io::ReadOnlyFilesystem => "a folder that is not read-only",
            _ => "another folder or name",
        };
        Error::new(ErrorKind::Io, place(path, what))
            .source(error)
            .hint(hint)
    })
}

/// Whether a file of that path could be there: who writes it later asks this first. Gives the folder
/// and the name in it.
///
/// # Errors
///
/// As [`write()`], but for what the system says when it writes.
pub fn can_write<'a>(path: &'a Path, what: &str) -> Result<(&'a Path, &'a OsStr)> {
    let refused = || Error::new(ErrorKind::Io, place(path, what));
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

fn place(path: &Path, what: &str) -> String {
    format!("cannot save {what} to {}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_and_replaced_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        for content in [b"one", b"two"] {
            write(&path, "it", content).unwrap();
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
            let error = write(&path, "the figure", b"").unwrap_err();
            assert!(error.to_string().contains(said), "{error}");
            assert_eq!(
                error.headline(),
                format!("cannot save the figure to {}", path.display())
            );
        }
    }
}
