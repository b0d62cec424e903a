//! Writing a picture to a file, with an error that says what stands in the way.

use std::fs;
use std::io::ErrorKind as Io;
use std::path::Path;

use chainrule_error::{Error, ErrorKind, Result};

pub(crate) fn save(png: &[u8], path: &Path) -> Result<()> {
    let place = format!("cannot save the figure to {}", path.display());
    let is_png = path
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("png"));
    let Some(name) = path.file_name().filter(|_| is_png) else {
        let got = match path.extension() {
            Some(end) => format!(".{}", end.to_string_lossy()),
            None => "a name without extension".to_owned(),
        };
        return Err(Error::new(ErrorKind::Value, place)
            .expected("a file name that ends in .png")
            .got(got)
            .hint(format!(
                "save(\"{}\")",
                path.with_extension("png").display()
            )));
    };
    if path.is_dir() {
        return Err(Error::new(ErrorKind::Io, place)
            .expected("the name of a file")
            .got("an existing folder")
            .hint("add a file name: save(\"folder/figure.png\")"));
    }
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        let got = if folder.exists() {
            "a file in its place"
        } else {
            "no such folder"
        };
        return Err(Error::new(ErrorKind::Io, place)
            .expected(format!("an existing folder {}", folder.display()))
            .got(got)
            .hint(format!(
                "std::fs::create_dir_all({:?})?",
                folder.display().to_string()
            )));
    }
    let mut part = name.to_owned();
    part.push(format!(".{}.part", std::process::id()));
    let part = folder.join(part);
    let written = fs::write(&part, png).and_then(|()| fs::rename(&part, path));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(path: &Path) -> String {
        save(b"png", path)
            .unwrap_err()
            .to_string()
            .replace(&*std::env::temp_dir().to_string_lossy(), "/t")
    }

    #[test]
    fn a_file_is_written_and_replaced_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.png", "B.PNG"] {
            let path = folder.path().join(name);
            save(b"one", &path).unwrap();
            save(b"two", &path).unwrap();
            assert_eq!(fs::read(&path).unwrap(), b"two");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn names_that_cannot_be_written_are_explained() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path();
        let cut = |text: String| {
            text.replace(
                &*base
                    .to_string_lossy()
                    .replace(&*std::env::temp_dir().to_string_lossy(), "/t"),
                "/x",
            )
        };
        assert_eq!(
            cut(refused(&base.join("curve.jpg"))),
            "cannot save the figure to /x/curve.jpg\n  expected  a file name that ends in .png\n  \
             got       .jpg\n  try       save(\"/x/curve.png\")"
        );
        assert!(refused(&base.join("curve")).contains("a name without extension"));
        assert!(refused(Path::new("")).contains("a name without extension"));
        assert_eq!(
            cut(refused(&base.join("no/curve.png"))),
            "cannot save the figure to /x/no/curve.png\n  expected  an existing folder /x/no\n  \
             got       no such folder\n  try       std::fs::create_dir_all(\"/x/no\")?"
        );
        fs::write(base.join("file"), "").unwrap();
        assert!(refused(&base.join("file/curve.png")).contains("a file in its place"));
        fs::create_dir(base.join("dir.png")).unwrap();
        assert!(refused(&base.join("dir.png")).contains("an existing folder"));
    }

    #[test]
    fn what_the_system_refuses_is_told_with_its_reason() {
        // A folder in which nobody, not even root, may make files.
        let error = save(b"png", Path::new("/proc/curve.png"));
        if Path::new("/proc").is_dir() {
            let text = error.unwrap_err().to_string();
            assert!(
                text.contains("\n  why       ") && text.contains("\n  try       "),
                "{text}"
            );
        }
    }
}
