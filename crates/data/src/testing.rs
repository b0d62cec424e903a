//! What the tests share: temporary folders, small IDX files, a made-up data set.

use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};

use crate::catalog::{Content, Entry, FileSpec};

/// A folder that is deleted with everything in it at the end of the test.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Writes the four files of the made-up set into this folder's `inside`.
    pub(crate) fn write_tiny(&self, inside: &str, ending: &str) {
        for (name, bytes) in tiny_files() {
            let bytes = if ending == ".gz" { gzip(&bytes) } else { bytes };
            self.write(&format!("{inside}/{name}{ending}"), &bytes);
        }
    }
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn idx_images(samples: u32, size: [u32; 2], pixels: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, 3];
    for number in [samples, size[0], size[1]] {
        bytes.extend(number.to_be_bytes());
    }
    bytes.extend(pixels);
    bytes
}

pub(crate) fn idx_labels(labels: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, 1];
    bytes.extend(u32::try_from(labels.len()).unwrap().to_be_bytes());
    bytes.extend(labels);
    bytes
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The made-up set's files, uncompressed: six training and four test images of 2 × 3 pixels.
pub(crate) fn tiny_files() -> [(&'static str, Vec<u8>); 4] {
    let train: Vec<u8> = (0..36).map(|i| i * 7).collect();
    let test: Vec<u8> = (0..24).map(|i| i * 10).collect();
    [
        ("train-images-idx3-ubyte", idx_images(6, [2, 3], &train)),
        ("train-labels-idx1-ubyte", idx_labels(&[0, 1, 2, 0, 1, 2])),
        ("t10k-images-idx3-ubyte", idx_images(4, [2, 3], &test)),
        ("t10k-labels-idx1-ubyte", idx_labels(&[2, 1, 0, 2])),
    ]
}

/// The made-up set as a catalog entry with these mirrors. It leaks a little; a test may.
pub(crate) fn tiny_entry(mirrors: &[String]) -> Entry {
    let files = tiny_files();
    let spec = |i: usize, content, samples, size| FileSpec {
        name: files[i].0,
        content,
        samples,
        size,
        sha256: Box::leak(sha256(&files[i].1).into_boxed_str()),
    };
    let mirrors: Vec<&'static str> = mirrors
        .iter()
        .map(|mirror| &*Box::leak(mirror.clone().into_boxed_str()))
        .collect();
    Entry {
        name: "Tiny",
        folder: "tiny",
        about: "made up",
        licence: "none needed",
        files: [
            spec(0, Content::Images, 6, [2, 3]),
            spec(1, Content::Labels, 6, [1, 1]),
            spec(2, Content::Images, 4, [2, 3]),
            spec(3, Content::Labels, 4, [1, 1]),
        ],
        class_names: &["a", "b", "c"],
        mirrors: Box::leak(mirrors.into_boxed_slice()),
        other_folders: &["TINY/raw"],
    }
}
