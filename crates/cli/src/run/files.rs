//! Files that are written whole or not at all, and the pictures of a notebook among them.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use chainrule_error::{Error, ErrorKind, Result};

use super::notebook::Notebook;
use super::pictures::pictures_of;

/// Where the executed copy of one notebook and its pictures go.
#[derive(Debug)]
pub(super) struct Destination {
    /// The executed copy.
    pub(super) copy: PathBuf,
    pictures: PathBuf,
}

impl Destination {
    /// Makes the folder `out` ready for a notebook, and removes the pictures of an earlier run.
    ///
    /// # Errors
    /// The folder cannot be written to, or the copy would replace the notebook itself.
    pub(super) fn prepare(out: &Path, notebook: &Path) -> Result<Self> {
        let failed = |error: std::io::Error| {
            Error::new(ErrorKind::Io, format!("cannot write to {}", out.display()))
                .source(error)
                .hint("choose another folder with --out")
        };
        fs::create_dir_all(out).map_err(failed)?;
        let name = notebook.file_name().unwrap_or(notebook.as_os_str());
        let copy = out.join(name);
        let same = |a: &Path, b: &Path| match (a.canonicalize(), b.canonicalize()) {
            (Ok(a), Ok(b)) => a == b,
            _ => false,
        };
        if same(&copy, notebook) {
            let place = format!("the executed copy would replace {}", notebook.display());
            return Err(Error::new(ErrorKind::Value, place)
                .hint("give another folder with --out, or --update to store the outputs there"));
        }
        let pictures = out.join(notebook.file_stem().unwrap_or(name));
        fs::create_dir_all(&pictures).map_err(failed)?;
        for entry in fs::read_dir(&pictures).map_err(failed)?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with("cell-") && name.ends_with(".png") {
                fs::remove_file(entry.path()).map_err(failed)?;
            }
        }
        // Told now rather than after the first cell has run for minutes.
        tempfile::NamedTempFile::new_in(out).map_err(failed)?;
        Ok(Self { copy, pictures })
    }

    /// Writes the executed copy and every picture in it.
    ///
    /// # Errors
    /// The system refuses.
    pub(super) fn save(&self, notebook: &Notebook) -> Result<()> {
        write_whole(&self.copy, notebook.to_text().as_bytes())?;
        for cell in notebook.code_cells() {
            let pictures = pictures_of(notebook.outputs(cell.index));
            for (position, picture) in pictures.iter().enumerate() {
                // A picture that cannot be decoded is told of when it is compared.
                let Ok(png) = picture.png() else { continue };
                let name = match pictures.len() {
                    1 => format!("cell-{:02}.png", cell.number),
                    _ => format!("cell-{:02}-{}.png", cell.number, position + 1),
                };
                let path = self.pictures.join(name);
                if fs::read(&path).ok().as_ref() != Some(&png) {
                    write_whole(&path, &png)?;
                }
            }
        }
        Ok(())
    }
}

/// Writes a file beside its place and moves it there, so that nobody meets half of it.
///
/// # Errors
/// The system refuses; what was there before is untouched.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mode = fs::metadata(path).map_or(0o644, |before| before.permissions().mode());
    let write = || {
        let mut file = tempfile::Builder::new()
            .permissions(fs::Permissions::from_mode(0o666))
            .tempfile_in(folder.unwrap_or(Path::new(".")))?;
        file.write_all(bytes)?;
        file.as_file().sync_data()?;
        if path.exists() {
            file.as_file()
                .set_permissions(fs::Permissions::from_mode(mode))?;
        }
        file.persist(path).map(drop).map_err(|error| error.error)
    };
    write().map_err(|error| {
        Error::new(ErrorKind::Io, format!("cannot write {}", path.display())).source(error)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::pictures::tests::png;
    use super::*;

    fn notebook(folder: &Path) -> Notebook {
        let code = |source: &str| json!({"cell_type": "code", "source": source, "outputs": []});
        let document = json!({"cells": [code("a"), code("b")], "nbformat": 4});
        Notebook::parse(&folder.join("n.ipynb"), &document.to_string()).unwrap()
    }

    #[test]
    fn the_copy_and_every_picture_are_written_and_old_pictures_go() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("deep/out");
        let mut notebook = notebook(folder.path());
        let picture =
            |side| json!({"output_type": "display_data", "data": {"image/png": png(side)}});
        notebook.set_outputs(0, Some(1), vec![picture(4)]);
        notebook.set_outputs(1, Some(2), vec![picture(4), picture(5)]);
        Destination::prepare(&out, notebook.path()).unwrap();
        fs::write(out.join("n/cell-09.png"), "old").unwrap();
        fs::write(out.join("n/mine.png"), "kept").unwrap();
        let destination = Destination::prepare(&out, notebook.path()).unwrap();
        destination.save(&notebook).unwrap();
        let mut names: Vec<_> = fs::read_dir(out.join("n"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(
            names,
            ["cell-01.png", "cell-02-1.png", "cell-02-2.png", "mine.png"]
        );
        assert_eq!(
            fs::read_to_string(out.join("n.ipynb")).unwrap(),
            notebook.to_text()
        );
        assert!(image::open(out.join("n/cell-02-2.png")).is_ok());
    }

    #[test]
    fn a_folder_that_cannot_be_written_to_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let error = Destination::prepare(&file.join("out"), Path::new("n.ipynb")).unwrap_err();
        assert!(error.to_string().contains("--out"), "{error}");
        let error = write_whole(&file.join("n.ipynb"), b"").unwrap_err();
        assert!(error.headline().starts_with("cannot write"), "{error}");
    }

    #[test]
    fn a_notebook_is_not_replaced_by_its_copy() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("n.ipynb");
        fs::write(&path, "{}").unwrap();
        let error = Destination::prepare(folder.path(), &path)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("would replace") && error.contains("--update"),
            "{error}"
        );
    }

    #[test]
    fn a_file_that_is_replaced_keeps_its_permissions() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        write_whole(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o640
        );
    }
}
