//! Where data files are looked for, and in which order.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::catalog::{Entry, FileSpec};

/// The environment variable that names a folder with data files.
pub(crate) const DATA_VARIABLE: &str = "CHAINRULE_DATA";

/// The environment variable that names a mirror to download from instead of the public ones.
pub(crate) const MIRROR_VARIABLE: &str = "CHAINRULE_MIRROR";

/// Where data files are looked for. The first place that holds a whole, correct set wins:
///
/// 1. `folder`, if one is given: then nowhere else.
/// 2. `variable`: the folder that `CHAINRULE_DATA` names.
/// 3. `cache`: where downloads go, `chainrule/datasets` in the user's cache folder.
/// 4. `repository`: the files that are part of this repository.
/// 5. `system`: `/usr/share/datasets`, where distributions put data sets.
/// 6. A download from the public mirrors, or from `mirror` (`CHAINRULE_MIRROR`) alone, into the
///    cache. `mirror` is a base address: it is followed by the set's folder and the file's name,
///    as in `http://lab.example/data` + `/mnist/train-images-idx3-ubyte.gz`.
///
/// In each place, the files may lie in a folder of the set's name (`mnist`, `fashion-mnist`), in
/// PyTorch's (`MNIST/raw`, `FashionMNIST/raw`) or in the place itself, gzipped or not.
///
/// What one asks for oneself must be right: a bad or missing file in `folder` is an error, and so
/// is a bad or incomplete set in `variable`, or a `variable` that names no folder (a `variable`
/// with nothing of the set in it is passed over: it may hold another set). Bad files in the other
/// places are passed over, and named if nothing works in the end.
///
/// ```
/// use chainrule_data::{Mnist, Places};
///
/// let mut places = Places::from_environment();
/// places.download = false; // offline, whatever happens
/// assert_eq!(Mnist::load_with(&places)?.test.len(), 10_000);
/// # Ok::<(), chainrule_data::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Places {
    /// An explicit folder; if set, nothing else counts.
    pub folder: Option<PathBuf>,
    /// The folder that `CHAINRULE_DATA` names.
    pub variable: Option<PathBuf>,
    /// The folder that downloads are kept in.
    pub cache: Option<PathBuf>,
    /// The repository's folders of data files.
    pub repository: Vec<PathBuf>,
    /// The system's folders of data files.
    pub system: Vec<PathBuf>,
    /// A mirror to use instead of the public ones.
    pub mirror: Option<String>,
    /// Whether a download may be tried when nothing is found.
    pub download: bool,
    pub(crate) patience: Patience,
}

/// How long and how often a download is tried.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    pub(crate) rounds: u32,
    /// The wait before the second round; it doubles from round to round.
    pub(crate) pause: Duration,
    pub(crate) connect: Duration,
    /// For an answer to begin, and for each read of its body.
    pub(crate) silence: Duration,
    /// For one file from one mirror, all in all.
    pub(crate) whole: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            rounds: 3,
            pause: Duration::from_millis(500),
            connect: Duration::from_secs(8),
            silence: Duration::from_secs(15),
            whole: Duration::from_secs(600),
        }
    }
}

impl Places {
    /// The places that this process's environment gives.
    pub fn from_environment() -> Self {
        let working = std::env::current_dir().ok();
        Self::from_lookup(
            &|name| std::env::var_os(name),
            dirs::cache_dir(),
            working.as_deref(),
        )
    }

    /// One folder and nowhere else; nothing is downloaded.
    pub fn only(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: Some(folder.into()),
            ..Self::nowhere()
        }
    }

    /// No place at all, to be filled in.
    pub fn nowhere() -> Self {
        Self {
            folder: None,
            variable: None,
            cache: None,
            repository: Vec::new(),
            system: Vec::new(),
            mirror: None,
            download: false,
            patience: Patience::default(),
        }
    }

    fn from_lookup(
        variable: &dyn Fn(&str) -> Option<OsString>,
        cache: Option<PathBuf>,
        working: Option<&Path>,
    ) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let mut repository = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets")];
        // A program built elsewhere, or moved, may still be run inside a checkout.
        for ancestor in working.into_iter().flat_map(Path::ancestors) {
            let folder = ancestor.join("crates/data/datasets");
            if folder.is_dir() && !repository.contains(&folder) {
                repository.push(folder);
            }
        }
        Self {
            variable: set(DATA_VARIABLE).map(PathBuf::from),
            cache: cache.map(|folder| folder.join("chainrule").join("datasets")),
            repository,
            system: vec![PathBuf::from("/usr/share/datasets")],
            mirror: set(MIRROR_VARIABLE).map(|value| value.to_string_lossy().into_owned()),
            download: true,
            ..Self::nowhere()
        }
    }

    /// The places on this machine, in look-up order.
    pub fn look_up(&self) -> Vec<Place> {
        let place = |kind, folder: &PathBuf| Place {
            kind,
            folder: folder.clone(),
        };
        if let Some(folder) = &self.folder {
            return vec![place(PlaceKind::Folder, folder)];
        }
        let mut all = Vec::new();
        all.extend(
            self.variable
                .iter()
                .map(|folder| place(PlaceKind::Variable, folder)),
        );
        all.extend(
            self.cache
                .iter()
                .map(|folder| place(PlaceKind::Cache, folder)),
        );
        all.extend(
            self.repository
                .iter()
                .map(|folder| place(PlaceKind::Repository, folder)),
        );
        all.extend(
            self.system
                .iter()
                .map(|folder| place(PlaceKind::System, folder)),
        );
        all
    }
}

/// One place where data files may lie.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// Which kind of place.
    pub kind: PlaceKind,
    /// Its folder.
    pub folder: PathBuf,
}

/// The kinds of places, in look-up order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PlaceKind {
    /// An explicit folder.
    Folder,
    /// The folder that `CHAINRULE_DATA` names.
    Variable,
    /// The user's cache.
    Cache,
    /// The repository's own files.
    Repository,
    /// The system's folder for data sets.
    System,
}

impl fmt::Display for PlaceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Folder => "given folder",
            Self::Variable => DATA_VARIABLE,
            Self::Cache => "cache",
            Self::Repository => "repository",
            Self::System => "system",
        })
    }
}

/// What lies in a place of one data set.
#[derive(Debug)]
pub(crate) enum Found {
    Absent,
    Incomplete {
        folder: PathBuf,
        missing: Vec<String>,
    },
    Complete {
        folder: PathBuf,
        files: [PathBuf; 4],
    },
}

impl Place {
    /// Looks for a set's files, in its own folder first. A complete set goes before a part of one.
    pub(crate) fn find(&self, entry: &Entry) -> Found {
        let named = std::iter::once(&entry.folder).chain(entry.other_folders);
        let folders = named
            .map(|name| self.folder.join(name))
            .chain([self.folder.clone()]);
        let mut best = Found::Absent;
        for folder in folders {
            match find_files(entry, folder) {
                complete @ Found::Complete { .. } => return complete,
                part @ Found::Incomplete { .. } if matches!(best, Found::Absent) => best = part,
                _ => {}
            }
        }
        best
    }
}

fn find_files(entry: &Entry, folder: PathBuf) -> Found {
    let found = entry.files.each_ref().map(|spec| find_file(spec, &folder));
    let missing: Vec<String> = (entry.files.iter().zip(&found))
        .filter(|(_, path)| path.is_none())
        .map(|(spec, _)| spec.name.to_owned())
        .collect();
    match found {
        [Some(a), Some(b), Some(c), Some(d)] => Found::Complete {
            folder,
            files: [a, b, c, d],
        },
        _ if missing.len() == found.len() => Found::Absent,
        _ => Found::Incomplete { folder, missing },
    }
}

/// The file under any of the names it is known by; gzipped first, since downloads are.
fn find_file(spec: &FileSpec, folder: &Path) -> Option<PathBuf> {
    let dotted = spec.name.replacen("-idx", ".idx", 1);
    let names = [
        format!("{}.gz", spec.name),
        spec.name.into(),
        format!("{dotted}.gz"),
        dotted,
    ];
    names
        .into_iter()
        .map(|name| folder.join(name))
        .find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Folder, tiny_entry};

    fn place(folder: &Folder) -> Place {
        Place {
            kind: PlaceKind::Folder,
            folder: folder.path().into(),
        }
    }

    #[test]
    fn the_environment_is_read_in_this_order() {
        let checkout = Folder::new();
        checkout.write("crates/data/datasets/mnist/x", b"");
        let inside = checkout.path().join("notebooks/deep");
        let variable = |name: &str| match name {
            "CHAINRULE_DATA" => Some("/lab/data".into()),
            "CHAINRULE_MIRROR" => Some("http://lab.example".into()),
            _ => None,
        };
        let places = Places::from_lookup(&variable, Some("/home/a/.cache".into()), Some(&inside));
        let kinds: Vec<String> = places
            .look_up()
            .iter()
            .map(|place| format!("{} {}", place.kind, place.folder.display()))
            .collect();
        let here = concat!(env!("CARGO_MANIFEST_DIR"), "/datasets");
        let walked = checkout.path().join("crates/data/datasets");
        assert_eq!(
            kinds,
            [
                "CHAINRULE_DATA /lab/data".to_owned(),
                "cache /home/a/.cache/chainrule/datasets".to_owned(),
                format!("repository {here}"),
                format!("repository {}", walked.display()),
                "system /usr/share/datasets".to_owned(),
            ]
        );
        assert_eq!(places.mirror.as_deref(), Some("http://lab.example"));
        assert!(places.download);
    }

    #[test]
    fn empty_variables_are_no_variables() {
        let places = Places::from_lookup(&|_| Some(OsString::new()), None, None);
        assert_eq!(
            (places.variable, places.mirror, places.cache),
            (None, None, None)
        );
    }

    #[test]
    fn an_explicit_folder_is_the_only_place() {
        let mut places = Places::from_environment();
        places.folder = Some("/mine".into());
        let all = places.look_up();
        assert_eq!(
            all,
            [Place {
                kind: PlaceKind::Folder,
                folder: "/mine".into()
            }]
        );
        assert_eq!(Places::only("/mine").look_up(), all);
    }

    #[test]
    fn files_are_found_under_every_usual_name_and_folder() {
        for inside in [".", "tiny", "TINY/raw"] {
            for ending in ["", ".gz"] {
                let folder = Folder::new();
                folder.write_tiny(inside, ending);
                let found = place(&folder).find(&tiny_entry(&[]));
                assert!(
                    matches!(found, Found::Complete { .. }),
                    "{inside} {ending} {found:?}"
                );
            }
        }
        let folder = Folder::new();
        for (name, bytes) in crate::testing::tiny_files() {
            folder.write(&name.replace("-idx", ".idx"), &bytes);
        }
        assert!(matches!(
            place(&folder).find(&tiny_entry(&[])),
            Found::Complete { .. }
        ));
    }

    #[test]
    fn what_is_missing_is_named_and_a_whole_set_goes_first() {
        let folder = Folder::new();
        assert!(matches!(
            place(&folder).find(&tiny_entry(&[])),
            Found::Absent
        ));
        folder.write("tiny/t10k-images-idx3-ubyte", b"");
        let Found::Incomplete { missing, .. } = place(&folder).find(&tiny_entry(&[])) else {
            panic!("one file of four is not a set");
        };
        let expected = [
            "train-images-idx3-ubyte",
            "train-labels-idx1-ubyte",
            "t10k-labels-idx1-ubyte",
        ];
        assert_eq!(missing, expected);
        folder.write_tiny(".", ".gz");
        let Found::Complete { folder: whole, .. } = place(&folder).find(&tiny_entry(&[])) else {
            panic!("the place itself holds all four");
        };
        assert_eq!(whole, folder.path());
        folder.write_tiny("tiny", ".gz");
        let Found::Complete { folder: own, .. } = place(&folder).find(&tiny_entry(&[])) else {
            panic!("two places hold all four");
        };
        assert_eq!(own, folder.path().join("tiny"));
    }
}
