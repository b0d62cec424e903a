//! The data sets this crate knows: their files, checksums and mirrors, and where they lie.
//!
//! ```
//! use chainrule_data::{Places, catalog};
//!
//! let places = Places::from_environment();
//! for entry in catalog::all() {
//!     for spot in entry.survey(&places) {
//!         let state = spot.state.to_string();
//!         assert!(!state.is_empty());
//!     }
//! }
//! assert_eq!(catalog::find("fashion-mnist")?.name, "Fashion-MNIST");
//! # Ok::<(), chainrule_data::Error>(())
//! ```

use std::fmt;
use std::path::PathBuf;

use chainrule_error::{Error, ErrorKind, Result};

use crate::places::{Found, Place, Places};
use crate::{fetch, load};

/// One data set of the catalog.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Entry {
    /// The name people use: `Fashion-MNIST`.
    pub name: &'static str,
    /// The name of its folder: `fashion-mnist`.
    pub folder: &'static str,
    /// One line about what it holds.
    pub about: &'static str,
    /// Who made it and under which licence it is given.
    pub licence: &'static str,
    /// Its four files: training images and labels, test images and labels.
    pub files: [FileSpec; 4],
    /// The names of the classes, by label.
    pub class_names: &'static [&'static str],
    /// Base addresses of public mirrors, tried in this order; each file's name is appended.
    pub mirrors: &'static [&'static str],
    /// Further folders, beside `folder`, that other programs keep these files in.
    pub(crate) other_folders: &'static [&'static str],
}

/// One file of a data set, as it must be.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct FileSpec {
    /// The name without ending: `train-images-idx3-ubyte`. A `.gz` is welcome, not needed.
    pub name: &'static str,
    /// Whether it holds images or labels.
    pub content: Content,
    /// How many samples it holds.
    pub samples: usize,
    /// Height and width of an image, `[1, 1]` for labels.
    pub size: [usize; 2],
    /// SHA-256 of the uncompressed file, in hexadecimal.
    pub sha256: &'static str,
}

/// What an IDX file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Images: three dimensions (samples, height, width) of bytes.
    Images,
    /// Labels: one dimension of bytes.
    Labels,
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Images => "images",
            Self::Labels => "labels",
        })
    }
}

impl FileSpec {
    /// How long the uncompressed file is, in bytes, header included.
    pub fn bytes(&self) -> usize {
        let header = match self.content {
            Content::Images => 16,
            Content::Labels => 8,
        };
        header + self.samples * self.size[0] * self.size[1]
    }

    /// The short name in messages: `train-images`.
    pub fn short_name(&self) -> &'static str {
        self.name
            .split_once("-idx")
            .map_or(self.name, |(short, _)| short)
    }
}

/// A place, and what was found there.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Spot {
    /// Which place of the look-up order this is.
    pub place: Place,
    /// What lies there.
    pub state: SpotState,
}

/// What lies in a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpotState {
    /// No file of the data set.
    Absent,
    /// Some of its files; these are missing.
    Incomplete(Vec<String>),
    /// All of its files, in this folder; their content is not looked at (see [`Entry::verify`]).
    Complete(PathBuf),
}

impl fmt::Display for SpotState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("not there"),
            Self::Incomplete(missing) => write!(f, "incomplete: {} missing", missing.join(", ")),
            Self::Complete(folder) => write!(f, "complete, in {}", folder.display()),
        }
    }
}

/// What [`Entry::fetch`] tells while it works.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Progress<'a> {
    /// A file is asked for at this address.
    Asking {
        /// The file's name.
        file: &'a str,
        /// The whole address.
        url: &'a str,
    },
    /// So much of it has come; about every 256 kB.
    Received {
        /// The file's name.
        file: &'a str,
        /// Bytes so far.
        bytes: u64,
        /// Bytes in all, where the mirror said so.
        total: Option<u64>,
    },
    /// This attempt failed; another may follow.
    Failed {
        /// The file's name.
        file: &'a str,
        /// Why.
        reason: &'a str,
    },
    /// The file was checked and lies in the cache.
    Stored {
        /// The file's name.
        file: &'a str,
    },
}

impl Entry {
    /// Looks at every place in look-up order and says which files are there. Nothing is read.
    pub fn survey(&self, places: &Places) -> Vec<Spot> {
        let spots = places.look_up().into_iter().map(|place| {
            let state = match place.find(self) {
                Found::Absent => SpotState::Absent,
                Found::Incomplete { missing, .. } => SpotState::Incomplete(missing),
                Found::Complete { folder, .. } => SpotState::Complete(folder),
            };
            Spot { place, state }
        });
        spots.collect()
    }

    /// Reads and checks every file in one place: structure, counts, checksum. Gives the folder.
    ///
    /// # Errors
    /// If a file is missing, unreadable or not what it should be; the error names it.
    pub fn verify(&self, place: &Place) -> Result<PathBuf> {
        load::read_place(self, place).map(|(_, folder)| folder)
    }

    /// Downloads all files into the cache, whether or not they are there, and gives the folder.
    ///
    /// Each file is tried at every mirror (only at `places.mirror` if that is set), up to three
    /// times; its content is checked before it is moved to its final name in one step, so the
    /// cache never holds half a file.
    ///
    /// # Errors
    /// If no mirror gives the right file, if there is no cache folder, or if it cannot be written.
    pub fn fetch(
        &self,
        places: &Places,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<PathBuf> {
        fetch::fetch(self, places, progress)
    }
}

/// Every data set of the catalog.
pub fn all() -> &'static [Entry] {
    &CATALOG
}

/// The data set with this name; `MNIST`, `mnist`, `Fashion-MNIST`, `fashion_mnist` all do.
///
/// # Errors
/// If there is none; the error lists what there is.
pub fn find(name: &str) -> Result<&'static Entry> {
    let plain = |text: &str| text.to_lowercase().replace(['-', '_', ' '], "");
    CATALOG
        .iter()
        .find(|entry| plain(entry.name) == plain(name))
        .ok_or_else(|| {
            let known: Vec<&str> = CATALOG.iter().map(|entry| entry.folder).collect();
            Error::new(ErrorKind::Value, "no such data set")
                .expected(known.join(" or "))
                .got(format!("{name:?}"))
        })
}

pub(crate) static MNIST: &Entry = &CATALOG[0];
pub(crate) static FASHION_MNIST: &Entry = &CATALOG[1];

const fn images(name: &'static str, samples: usize, sha256: &'static str) -> FileSpec {
    FileSpec {
        name,
        content: Content::Images,
        samples,
        size: [28, 28],
        sha256,
    }
}

const fn labels(name: &'static str, samples: usize, sha256: &'static str) -> FileSpec {
    FileSpec {
        name,
        content: Content::Labels,
        samples,
        size: [1, 1],
        sha256,
    }
}

static CATALOG: [Entry; 2] = [
    Entry {
        name: "MNIST",
        folder: "mnist",
        about: "handwritten digits, 28 × 28 grey pixels, 60 000 to train and 10 000 to test",
        licence: "Y. LeCun, C. Cortes and C. J. C. Burges; given under CC BY-SA 3.0",
        files: [
            images(
                "train-images-idx3-ubyte",
                60_000,
                "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            ),
            labels(
                "train-labels-idx1-ubyte",
                60_000,
                "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            ),
            images(
                "t10k-images-idx3-ubyte",
                10_000,
                "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            ),
            labels(
                "t10k-labels-idx1-ubyte",
                10_000,
                "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
            ),
        ],
        class_names: &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
        mirrors: &[
            "https://ossci-datasets.s3.amazonaws.com/mnist",
            "https://storage.googleapis.com/cvdf-datasets/mnist",
        ],
        other_folders: &["MNIST/raw"],
    },
    Entry {
        name: "Fashion-MNIST",
        folder: "fashion-mnist",
        about: "pieces of clothing, 28 × 28 grey pixels, 60 000 to train and 10 000 to test",
        licence: "Zalando SE, 2017; MIT licence",
        files: [
            images(
                "train-images-idx3-ubyte",
                60_000,
                "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            ),
            labels(
                "train-labels-idx1-ubyte",
                60_000,
                "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            ),
            images(
                "t10k-images-idx3-ubyte",
                10_000,
                "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            ),
            labels(
                "t10k-labels-idx1-ubyte",
                10_000,
                "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            ),
        ],
        class_names: &[
            "T-shirt/top",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ],
        mirrors: &[
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
        ],
        other_folders: &["FashionMNIST/raw"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_however_they_are_written() {
        for name in ["MNIST", "mnist"] {
            assert_eq!(find(name).unwrap().folder, "mnist");
        }
        for name in [
            "Fashion-MNIST",
            "fashion_mnist",
            "FashionMNIST",
            "fashion-mnist",
        ] {
            assert_eq!(find(name).unwrap().folder, "fashion-mnist");
        }
        assert_eq!(
            find("cifar").unwrap_err().to_string(),
            "no such data set\n  expected  mnist or fashion-mnist\n  got       \"cifar\""
        );
    }

    #[test]
    fn the_files_of_the_catalog_have_distinct_checksums_and_the_right_length() {
        let files: Vec<&FileSpec> = all().iter().flat_map(|entry| &entry.files).collect();
        let mut sums: Vec<&str> = files.iter().map(|file| file.sha256).collect();
        sums.sort_unstable();
        sums.dedup();
        assert_eq!(sums.len(), 8);
        assert_eq!(files[0].bytes(), 47_040_016);
        assert_eq!(files[1].bytes(), 60_008);
        assert_eq!(files[2].short_name(), "t10k-images");
    }
}
