//! `Mnist::load()`: the first good place wins, the four files are read side by side.

use std::path::{Path, PathBuf};
use std::thread;

use chainrule_error::{Error, ErrorKind, Result};

use crate::catalog::{self, Entry};
use crate::idx::{self, Idx};
use crate::places::{DATA_VARIABLE, Found, Place, PlaceKind, Places};
use crate::{Dataset, Splits, diagnose, fetch};

/// MNIST: 60 000 handwritten digits to train and 10 000 to test, 28 × 28 grey pixels.
///
/// ```
/// use chainrule_data::Mnist;
///
/// let mnist = Mnist::load()?;
/// assert_eq!(mnist.train.labels()[..5], [5, 0, 4, 1, 9]);
/// # Ok::<(), chainrule_data::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Mnist;

/// Fashion-MNIST: 60 000 pieces of clothing to train and 10 000 to test, 28 × 28 grey pixels.
///
/// ```
/// use chainrule_data::FashionMnist;
///
/// let fashion = FashionMnist::load()?;
/// assert_eq!(fashion.test.class_names()[9], "Ankle boot");
/// assert_eq!(fashion.test.label(0)?, 9);
/// # Ok::<(), chainrule_data::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct FashionMnist;

macro_rules! loaders {
    ($set:ident, $entry:ident) => {
        impl $set {
            /// Loads the set from the first place that has it; see [`Places`] for the order. If
            /// none has, it is downloaded into the user's cache.
            ///
            /// # Errors
            /// If the set is found nowhere and cannot be downloaded, or if a file that was asked
            /// for explicitly is not what it should be.
            pub fn load() -> Result<Splits> {
                load(catalog::$entry, &Places::from_environment())
            }

            /// Loads the set from this folder, or from a folder of the set's name inside it.
            ///
            /// # Errors
            /// If a file is missing there, or is not what it should be; the error names it.
            pub fn load_from(folder: impl AsRef<Path>) -> Result<Splits> {
                load(catalog::$entry, &Places::only(folder.as_ref()))
            }

            /// Loads the set from places of one's own choice.
            ///
            /// # Errors
            /// As for `load`.
            pub fn load_with(places: &Places) -> Result<Splits> {
                load(catalog::$entry, places)
            }
        }
    };
}

loaders!(Mnist, MNIST);
loaders!(FashionMnist, FASHION_MNIST);

pub(crate) fn load(entry: &Entry, places: &Places) -> Result<Splits> {
    // What was passed over, to be told if nothing works.
    let mut passed = Vec::new();
    for place in places.look_up() {
        let asked_for = matches!(place.kind, PlaceKind::Folder | PlaceKind::Variable);
        let found = place.find(entry);
        if matches!(found, Found::Absent) {
            let must_hold = place.kind == PlaceKind::Folder;
            if must_hold || (place.kind == PlaceKind::Variable && !place.folder.is_dir()) {
                return Err(nothing_there(entry, &place));
            }
            passed.push(format!(
                "{}: nothing in {}",
                place.kind,
                place.folder.display()
            ));
            continue;
        }
        match read_found(entry, &place, found) {
            Ok((splits, _)) => return Ok(splits),
            Err(error) if asked_for => return Err(error),
            Err(error) => passed.push(format!("{}: {}", place.kind, indented(&error))),
        }
    }
    if !places.download {
        passed.push("download: switched off".to_owned());
        return Err(nowhere(entry, &passed));
    }
    let fetched = fetch::fetch(entry, places, &mut |_| {}).and_then(|folder| {
        read_place(
            entry,
            &Place {
                kind: PlaceKind::Cache,
                folder,
            },
        )
    });
    match fetched {
        Ok((splits, _)) => Ok(splits),
        Err(error) => {
            passed.push(format!("download: {}", indented(&error)));
            Err(nowhere(entry, &passed).source(error))
        }
    }
}

/// Reads a set from one place and says which folder it was.
pub(crate) fn read_place(entry: &Entry, place: &Place) -> Result<(Splits, PathBuf)> {
    read_found(entry, place, place.find(entry))
}

fn read_found(entry: &Entry, place: &Place, found: Found) -> Result<(Splits, PathBuf)> {
    match found {
        Found::Absent => Err(nothing_there(entry, place)),
        Found::Incomplete { folder, missing } => Err(incomplete(entry, place, &folder, &missing)),
        Found::Complete { folder, files } => Ok((read_files(entry, &files)?, folder)),
    }
}

/// Reads the four files, each in a thread of its own: unpacking and hashing are most of the work.
fn read_files(entry: &Entry, files: &[PathBuf; 4]) -> Result<Splits> {
    let read = |i: usize| {
        let (spec, path) = (&entry.files[i], &files[i]);
        idx::read_exactly(path, spec)
            .map_err(|fault| diagnose::catalogued(path, fault, spec, entry))
    };
    let outcomes = thread::scope(|scope| {
        let read = &read;
        let threads = [0, 1, 2, 3].map(|i| {
            let thread = thread::Builder::new().name(format!("read {}", entry.files[i].name));
            thread.spawn_scoped(scope, move || read(i))
        });
        let mut i = 0;
        threads.map(|thread| {
            let outcome = match thread {
                Ok(thread) => thread
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                // No thread to be had: read it here.
                Err(_) => read(i),
            };
            i += 1;
            outcome
        })
    });
    let [train_images, train_labels, test_images, test_labels] = outcomes;
    let part = |images: Idx, labels: Idx| {
        let names = entry
            .class_names
            .iter()
            .map(|&name| name.to_owned())
            .collect();
        let shape = [1, images.size[0], images.size[1]];
        Dataset::from_bytes(
            entry.name.to_owned(),
            images.bytes,
            labels.bytes,
            shape,
            names,
        )
    };
    let train = part(train_images?, train_labels?)?;
    let test = part(test_images?, test_labels?)?;
    Splits::new(entry.name, train, None, test)
}

fn nothing_there(entry: &Entry, place: &Place) -> Error {
    let shown = place.folder.display();
    let what = match (place.folder.is_dir(), place.folder.exists()) {
        (true, _) => format!("no file of {} in {shown}", entry.name),
        (false, true) => format!("{shown} is not a folder"),
        (false, false) => format!("the folder {shown} does not exist"),
    };
    let origin = match place.kind {
        PlaceKind::Variable => format!("{DATA_VARIABLE}: "),
        _ => String::new(),
    };
    let hint = match place.kind {
        PlaceKind::Variable => format!("correct {DATA_VARIABLE}, or unset it"),
        _ => "give the folder that holds them; load() alone looks in the usual places".to_owned(),
    };
    Error::new(ErrorKind::Data, format!("{origin}{what}"))
        .expected(file_list(entry))
        .hint(hint)
}

fn incomplete(entry: &Entry, place: &Place, folder: &Path, missing: &[String]) -> Error {
    let hint = match place.kind {
        PlaceKind::Variable => format!("add what is missing, or unset {DATA_VARIABLE}"),
        _ => "add what is missing".to_owned(),
    };
    let what = format!("{} is incomplete in {}", entry.name, folder.display());
    Error::new(ErrorKind::Data, what)
        .expected(file_list(entry))
        .got(format!("without {}", missing.join(", ")))
        .hint(hint)
}

fn nowhere(entry: &Entry, passed: &[String]) -> Error {
    let (name, folder) = (entry.name, entry.folder);
    Error::new(
        ErrorKind::Data,
        format!("{name} was found nowhere and could not be downloaded"),
    )
    .expected(file_list(entry))
    .why(passed.join("\n"))
    .hint(format!(
        "put the four files into a folder {folder}, and set {DATA_VARIABLE} to the folder \
             around it"
    ))
}

fn file_list(entry: &Entry) -> String {
    let names: Vec<String> = entry
        .files
        .iter()
        .map(|spec| format!("{}[.gz]", spec.name))
        .collect();
    names.join("\n")
}

fn indented(error: &Error) -> String {
    error.to_string().replace('\n', "\n  ")
}

#[cfg(test)]
mod tests;
