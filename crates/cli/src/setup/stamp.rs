//! Stamps: what a step was set up from, so that the next `cargo lab` knows what is still current.
//!
//! A stamp is written after its step and taken away before it begins, so an interrupted step never
//! counts as done.

use std::fs;
use std::io::ErrorKind::NotFound;
use std::path::Path;
use std::time::UNIX_EPOCH;

use chainrule_error::Result;
use sha2::{Digest as _, Sha256};

use crate::places::cannot;

/// Everything that the result of a step depends on, mixed into one checksum.
#[derive(Clone, Default)]
pub struct Inputs(Sha256);

impl Inputs {
    /// Adds a name and a value.
    #[must_use]
    pub fn text(mut self, name: &str, value: &str) -> Self {
        for part in [name, value] {
            self.0.update((part.len() as u64).to_le_bytes());
            self.0.update(part);
        }
        self
    }

    /// Adds the content of a file; a missing file is an input as well.
    ///
    /// # Errors
    /// The file is there and cannot be read.
    pub fn file(self, path: &Path) -> Result<Self> {
        match fs::read(path) {
            Ok(bytes) => {
                let digest = hex(&Sha256::digest(bytes));
                Ok(self.text(&path.to_string_lossy(), &digest))
            }
            Err(cause) if cause.kind() == NotFound => {
                Ok(self.text(&path.to_string_lossy(), "missing"))
            }
            Err(cause) => Err(cannot("read", path, cause)),
        }
    }

    /// Adds name, size and time of every file in a folder: what cargo decides by whether a library
    /// must be built again. Folders named in `except` are passed over.
    ///
    /// # Errors
    /// A folder cannot be listed.
    pub fn sources(mut self, folder: &Path, except: &[&str]) -> Result<Self> {
        let failed = |cause| cannot("list", folder, cause);
        let mut entries = fs::read_dir(folder)
            .map_err(failed)?
            .collect::<Result<Vec<_>, _>>()
            .map_err(failed)?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            let data = entry
                .metadata()
                .map_err(|cause| cannot("read", &path, cause))?;
            if data.is_dir() {
                if !except.iter().any(|name| entry.file_name() == *name) {
                    self = self.sources(&path, except)?;
                }
            } else {
                let time = data
                    .modified()
                    .ok()
                    .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
                let state = format!("{} {}", data.len(), time.unwrap_or_default().as_nanos());
                self = self.text(&path.to_string_lossy(), &state);
            }
        }
        Ok(self)
    }

    /// The checksum over all inputs, as text.
    pub fn digest(self) -> String {
        hex(&self.0.finalize())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether the step behind `stamp` was set up from the inputs with this digest.
pub fn is_current(stamp: &Path, digest: &str) -> bool {
    fs::read_to_string(stamp).is_ok_and(|text| text.trim() == digest)
}

/// Takes a stamp away: its step begins.
///
/// # Errors
/// The system refuses.
pub fn clear(stamp: &Path) -> Result<()> {
    match fs::remove_file(stamp) {
        Err(cause) if cause.kind() != NotFound => Err(cannot("remove", stamp, cause)),
        _ => Ok(()),
    }
}

/// Writes a stamp: its step is done.
///
/// # Errors
/// The system refuses.
pub fn write(stamp: &Path, digest: &str) -> Result<()> {
    if let Some(folder) = stamp.parent() {
        fs::create_dir_all(folder).map_err(|cause| cannot("make the folder", folder, cause))?;
    }
    fs::write(stamp, format!("{digest}\n")).map_err(|cause| cannot("write", stamp, cause))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::time::{Duration, SystemTime};

    #[test]
    fn a_step_counts_as_done_from_its_stamp_to_the_next_beginning_and_for_its_inputs_alone() {
        let folder = tempfile::tempdir().unwrap();
        let stamp = folder.path().join("stamps/python");
        let digest = Inputs::default().text("version", "3.13").digest();
        assert!(!is_current(&stamp, &digest));
        write(&stamp, &digest).unwrap();
        assert!(is_current(&stamp, &digest));
        assert!(!is_current(
            &stamp,
            &Inputs::default().text("version", "3.14").digest()
        ));
        clear(&stamp).unwrap();
        clear(&stamp).unwrap();
        assert!(!is_current(&stamp, &digest));
    }

    #[test]
    fn the_digest_tells_where_one_text_ends_and_the_next_begins() {
        let digest = |a, b| Inputs::default().text(a, b).digest();
        assert_ne!(digest("ab", "c"), digest("a", "bc"));
    }

    #[test]
    fn a_file_counts_by_its_content_and_by_being_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("requirements.txt");
        let digest = || Inputs::default().file(&path).unwrap().digest();
        let missing = digest();
        fs::write(&path, "a").unwrap();
        let first = digest();
        fs::write(&path, "b").unwrap();
        assert_ne!(first, digest());
        fs::write(&path, "a").unwrap();
        assert_eq!(first, digest());
        assert_ne!(first, missing);
    }

    #[test]
    fn a_source_touched_later_is_another_input_and_excepted_folders_are_none() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("src/lib.rs");
        fs::create_dir_all(source.parent().unwrap()).unwrap();
        fs::create_dir_all(folder.path().join("datasets")).unwrap();
        fs::write(&source, "").unwrap();
        let digest = || {
            Inputs::default()
                .sources(folder.path(), &["datasets"])
                .unwrap()
                .digest()
        };
        let before = digest();
        fs::write(folder.path().join("datasets/images.gz"), "").unwrap();
        assert_eq!(before, digest());
        let later = SystemTime::now() + Duration::from_secs(5);
        File::options()
            .write(true)
            .open(&source)
            .unwrap()
            .set_modified(later)
            .unwrap();
        assert_ne!(before, digest());
    }
}
