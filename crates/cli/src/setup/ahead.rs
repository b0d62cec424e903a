//! Step 4: the notebooks' libraries, built ahead in the folder that each session begins as a copy of.
//!
//! `kernels/README.md` explains the folder. The kernels themselves build here, so a session finds
//! everything as it would have built it. Stock evcxr comes first and compiles the libraries; for
//! ours, which shares them, only a cell is left. Ours comes last because it keeps cargo's answers,
//! which hold for the files as they are in the end.

use std::cell::Cell;
use std::fs::{self, File};
use std::path::Path;

use chainrule_error::Result;

use super::NO_SOURCES;
use super::kernel::compiler;
use super::stamp::{self, Inputs};
use crate::places::{Places, cannot};
use crate::session::{chainrule, evcxr};
use crate::{spare, tools, tree};

/// The crates that notebooks use, by folder.
const CRATES: [&str; 8] = [
    "chainrule",
    "data",
    "error",
    "nn",
    "plot",
    "random",
    "trace",
    "train",
];

/// What our kernel keeps of cargo's answers.
const ANSWERS: &str = "answers";
/// What it leaves to be reached by while it lives.
const NEWS: &str = "news";

/// The stamp's inputs.
fn inputs(places: &Places) -> Result<String> {
    let mut inputs = Inputs::default()
        .text("compiler", &compiler())
        .text("linker", linker())
        .text("library", &places.library().to_string_lossy())
        .file(&places.lock())?
        .file(&places.stamp("kernel"))?
        .file(&places.toolchain())?
        .file(&places.kernels("session/Cargo.toml"))?
        .file(&places.kernels("session/pins.toml"))?;
    for name in CRATES {
        inputs = inputs.sources(&places.root().join("crates").join(name), &NO_SOURCES)?;
    }
    Ok(inputs.digest())
}

/// The faster linker that evcxr takes from the PATH, if one is there.
pub fn linker() -> &'static str {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let here = |name: &str| {
        let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        std::env::split_paths(&path).any(|folder| folder.join(&file).is_file())
    };
    ["mold", "lld"]
        .into_iter()
        .find(|name| here(name))
        .unwrap_or("")
}

/// Whether the libraries are there and from today's sources.
pub fn is_current(places: &Places) -> bool {
    inputs(places).is_ok_and(|digest| stamp::is_current(&places.stamp("ahead"), &digest))
        && places.template().is_dir()
}

/// Builds the libraries beside the folder in use, then puts the new folder in its place.
///
/// # Errors
/// A library does not compile, no internet, no disk space.
pub fn prepare(places: &Places) -> Result<()> {
    let digest = inputs(places)?;
    let (template, fresh) = (places.template(), places.kernel().join("template.new"));
    // A folder left by an interrupted setup is taken up again where cargo stopped.
    if !fresh.exists() && template.exists() {
        tree::copy(&template, &fresh)?;
    }
    // What another compiler, or another version of the kernel, has answered would be believed.
    tree::remove(&fresh.join(ANSWERS))?;
    lay_out(places, &fresh)?;
    let mut stock = evcxr(places, &fresh);
    stock.args(["--warm", &dependency(&places.library())]);
    let mut ours = chainrule(places, &fresh)?;
    ours.arg("--warm");
    let mut count = 0;
    for warm in [&mut stock, &mut ours] {
        let counter = Cell::new(count);
        tools::run(
            "Building the libraries for the notebooks",
            warm.current_dir(places.root()),
            |line| {
                let name = line.trim().strip_prefix("Compiling ")?;
                counter.set(counter.get() + 1);
                Some(format!("{} compiled; now {name}", counter.get()))
            },
        )?;
        count = counter.get();
    }
    tree::remove(&fresh.join(NEWS))?;
    swap(places, &fresh)?;
    spare::make(places)?;
    stamp::write(&places.stamp("ahead"), &digest)
}

/// Writes the files of a session's workspace, with the versions of this checkout.
///
/// # Errors
/// The system refuses.
pub fn lay_out(places: &Places, folder: &Path) -> Result<()> {
    let write = |path: &str, text: &str| {
        let path = folder.join(path);
        path.parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&path, text))
            .map_err(|cause| cannot("write", &path, cause))
    };
    let read = |path: &Path| fs::read_to_string(path).map_err(|cause| cannot("read", path, cause));
    write("Cargo.toml", &read(&places.kernels("session/Cargo.toml"))?)?;
    write("Cargo.lock", &read(&places.lock())?)?;
    write(
        "pins/Cargo.toml",
        &pins(
            &read(&places.kernels("session/pins.toml"))?,
            &places.library(),
        ),
    )?;
    write("pins/lib.rs", "")?;
    write("cell/src/lib.rs", "")
}

fn pins(text: &str, library: &Path) -> String {
    text.replace("\"{library}\"", &quoted(library))
}

/// The line that a notebook begins with, here with the library's full path.
fn dependency(library: &Path) -> String {
    format!(":dep chainrule = {{ path = {} }}", quoted(library))
}

/// A path as a string in TOML.
fn quoted(path: &Path) -> String {
    serde_json::Value::from(path.to_string_lossy()).to_string()
}

/// Puts `fresh` in the place of the folder that sessions copy, while none of them copies.
fn swap(places: &Places, fresh: &Path) -> Result<()> {
    let template = places.template();
    let old = places.kernel().join("template.old");
    let lock = template_lock(places)?;
    lock.lock()
        .map_err(|cause| cannot("lock", &template, cause))?;
    let failed = |cause| cannot("replace", &template, cause);
    tree::remove(&old)?;
    if template.exists() {
        fs::rename(&template, &old).map_err(failed)?;
    }
    fs::rename(fresh, &template).map_err(failed)?;
    tree::remove(&places.spare())?;
    drop(lock);
    tree::remove(&old)
}

/// The file to lock while the folder is copied (shared) or replaced (alone).
///
/// # Errors
/// The system refuses.
pub fn template_lock(places: &Places) -> Result<File> {
    let path = places.kernel().join("template.lock");
    File::create(&path).map_err(|cause| cannot("write", &path, cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A checkout with the files that a session is laid out from.
    fn checkout() -> (tempfile::TempDir, Places) {
        let folder = tempfile::tempdir().unwrap();
        let (places, real) = (
            Places::of(folder.path()),
            Places::of(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")),
        );
        fs::create_dir_all(places.kernels("session")).unwrap();
        fs::create_dir_all(places.kernel()).unwrap();
        for file in ["session/Cargo.toml", "session/pins.toml"] {
            fs::copy(real.kernels(file), places.kernels(file)).unwrap();
        }
        fs::write(places.lock(), "version = 4\n").unwrap();
        (folder, places)
    }

    #[test]
    fn a_session_is_laid_out_with_the_checkouts_versions_and_library() {
        let (_folder, places) = checkout();
        let session = places.kernel().join("template.new");
        lay_out(&places, &session).unwrap();
        lay_out(&places, &session).unwrap();
        assert_eq!(
            fs::read_to_string(session.join("Cargo.lock")).unwrap(),
            "version = 4\n"
        );
        let pins = fs::read_to_string(session.join("pins/Cargo.toml")).unwrap();
        assert!(
            pins.contains(&format!("path = {:?}", places.library())),
            "{pins}"
        );
        assert!(!pins.contains('{') || !pins.contains("{library}"), "{pins}");
        assert!(session.join("cell/src/lib.rs").is_file());
    }

    #[test]
    fn paths_with_quotes_and_backslashes_are_written_as_toml_reads_them() {
        assert_eq!(
            dependency(Path::new(r#"C:\a "b""#)),
            r#":dep chainrule = { path = "C:\\a \"b\"" }"#
        );
    }

    #[test]
    fn a_new_folder_takes_the_place_of_the_old_one_even_after_an_interruption() {
        let (_folder, places) = checkout();
        let fresh = places.kernel().join("template.new");
        for text in ["first", "second"] {
            fs::create_dir_all(&fresh).unwrap();
            fs::create_dir_all(places.kernel().join("template.old")).unwrap();
            fs::write(fresh.join("name"), text).unwrap();
            fs::create_dir_all(places.spare().join("of the old one")).unwrap();
            swap(&places, &fresh).unwrap();
            assert!(!places.spare().exists());
            assert_eq!(
                fs::read_to_string(places.template().join("name")).unwrap(),
                text
            );
            assert!(!fresh.exists() && !places.kernel().join("template.old").exists());
        }
    }

    #[test]
    fn every_library_crate_is_an_input() {
        let crates = Places::of(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
            .root()
            .join("crates");
        let mut found: Vec<_> = fs::read_dir(crates)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !["bench", "cli", "jupyter", "kernel"].contains(&name.as_str()))
            .collect();
        found.sort();
        assert_eq!(found, CRATES);
    }
}
