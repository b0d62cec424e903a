//! How the compiler was called for a cell, kept so that it can be called so again.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::real::{Session, finished};

/// The crate that evcxr makes of a cell.
const CELL: &str = "ctx";

/// A call of the compiler, and what it holds for.
pub(crate) struct Recipe {
    /// Arguments after the program.
    pub(crate) args: Vec<String>,
    /// The variables that cargo set.
    pub(crate) variables: Vec<(String, String)>,
    /// Where it ran.
    pub(crate) folder: PathBuf,
}

/// The real cargo calls this instead of rustc for the packages of the session: notes the call, then
/// becomes rustc.
pub(crate) fn record(args: &[OsString]) -> ExitCode {
    let Some((rustc, rest)) = args.split_first() else {
        return ExitCode::FAILURE;
    };
    let words: Vec<_> = rest.iter().map(|arg| arg.to_string_lossy()).collect();
    let is_cell = words
        .windows(2)
        .any(|pair| pair[0] == "--crate-name" && pair[1] == CELL);
    if let (true, Some(file)) = (is_cell, env::var_os("CHAINRULE_RECIPE")) {
        // Not its jobserver, which ends with it.
        let kept = |name: &str| {
            [
                "CARGO_PKG_",
                "CARGO_MANIFEST_",
                "CARGO_CRATE_NAME",
                "CARGO_PRIMARY",
            ]
            .iter()
            .any(|start| name.starts_with(start))
                || name == "LD_LIBRARY_PATH"
        };
        let variables: Vec<_> = env::vars().filter(|(name, _)| kept(name)).collect();
        let folder = env::current_dir().unwrap_or_default();
        let recipe = json!({ "args": words, "variables": variables, "folder": folder });
        write(Path::new(&file), &recipe.to_string());
    }
    finished(Command::new(rustc).args(rest).status(), rustc)
}

/// Writes a file whole or not at all. What cannot be kept is found out again the next time.
pub(crate) fn write(file: &Path, text: &str) {
    let folder = file.parent().unwrap_or(Path::new("."));
    let fresh = file.with_extension(format!("{}.new", std::process::id()));
    let _ = fs::create_dir_all(folder)
        .and_then(|()| fs::write(&fresh, text))
        .and_then(|()| fs::rename(&fresh, file));
}

/// Completes a recipe that [`record`] left in `noted`: what it holds for and what it was built from.
pub(crate) fn keep(session: &Session, noted: &Path, file: &Path, key: &str) {
    let Ok(text) = fs::read_to_string(noted) else {
        return;
    };
    let _ = fs::remove_file(noted);
    let Ok(mut recipe) = serde_json::from_str::<Value>(&text) else {
        return;
    };
    recipe["key"] = key.into();
    recipe["sources"] = sources(session)
        .into_iter()
        .map(|source| {
            let stamp = stamp(&source);
            json!([source, stamp])
        })
        .collect();
    write(file, &session.portable(&recipe.to_string()));
}

/// The recipe in `file`, if it was made for `key` and no library has changed since.
pub(crate) fn read(session: &Session, file: &Path, key: &str) -> Option<Recipe> {
    let text = fs::read_to_string(file).ok()?;
    let recipe: Value = serde_json::from_str(&session.here(&text)).ok()?;
    if recipe["key"].as_str()? != key {
        return None;
    }
    let unchanged = recipe["sources"].as_array()?.iter().all(|source| {
        let path = source[0].as_str().unwrap_or_default();
        source[1].as_str() == stamp(Path::new(path)).as_deref()
    });
    if !unchanged {
        return None;
    }
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Some(Recipe {
        args: recipe["args"].as_array()?.iter().filter_map(text).collect(),
        variables: recipe["variables"]
            .as_array()?
            .iter()
            .filter_map(|pair| text(&pair[0]).zip(text(&pair[1])))
            .collect(),
        folder: text(&recipe["folder"])?.into(),
    })
}

/// The files that the libraries beside the cell are built from: what the compiler itself noted, for
/// packages that lie on this machine. Those from a registry never change.
fn sources(session: &Session) -> Vec<PathBuf> {
    let target = session.folder().join("cell/target");
    let triples = fs::read_dir(&target).into_iter().flatten().flatten();
    let mut sources: Vec<PathBuf> = triples
        .filter_map(|triple| fs::read_dir(triple.path().join("debug/deps")).ok())
        .flat_map(Iterator::flatten)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "d"))
        .filter_map(|path| fs::read_to_string(path).ok())
        .flat_map(|text| noted_sources(&text))
        .filter(|path| path.is_absolute() && !path.starts_with(session.folder()))
        .filter(|path| !path.to_string_lossy().contains("/registry/src/"))
        .collect();
    sources.sort();
    sources.dedup();
    sources
}

/// The paths before a colon that ends its line, in the compiler's list of what a crate is made of.
fn noted_sources(text: &str) -> Vec<PathBuf> {
    let alone = text.lines().filter_map(|line| line.strip_suffix(':'));
    alone
        .map(|path| PathBuf::from(path.replace("\\ ", " ")))
        .collect()
}

/// A file's size and time of change, as far as they can be known.
fn stamp(path: &Path) -> Option<String> {
    let file = fs::metadata(path).ok()?;
    let time = file.modified().unwrap_or(SystemTime::UNIX_EPOCH);
    let time = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    Some(format!("{} {}", file.len(), time.as_nanos()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A session with one library of its own, `nn.rs`, and a recipe that was kept for it.
    fn session(folder: &Path) -> (Session, PathBuf) {
        let session = Session::of(&folder.join("session"), Path::new("cargo"));
        let deps = folder.join("session/cell/target/triple/debug/deps");
        fs::create_dir_all(&deps).unwrap();
        let library = folder.join("nn.rs");
        fs::write(&library, "pub fn f() {}").unwrap();
        let noted = format!(
            "{0}/libnn.rlib: {1}\n\n{1}:\n/x/registry/src/a.rs:\n",
            deps.display(),
            library.display()
        );
        fs::write(deps.join("nn.d"), noted).unwrap();
        let out = folder.join("session/cell/target");
        let recipe = json!({ "args": ["--out-dir", out], "variables": [["CARGO_PKG_NAME", "ctx"]], "folder": folder.join("session") });
        write(&folder.join("noted"), &recipe.to_string());
        let file = session.file("build.json");
        keep(&session, &folder.join("noted"), &file, "key");
        (session, file)
    }

    #[test]
    fn a_recipe_holds_for_its_key_and_its_sources_and_in_a_copy_of_the_session() {
        let folder = tempfile::tempdir().unwrap();
        let (session, file) = session(folder.path());
        let recipe = read(&session, &file, "key").unwrap();
        assert_eq!(
            recipe.variables,
            [("CARGO_PKG_NAME".to_owned(), "ctx".to_owned())]
        );
        assert!(read(&session, &file, "another key").is_none());

        let copy = Session::of(&folder.path().join("copy"), Path::new("cargo"));
        fs::create_dir_all(copy.folder().join("answers")).unwrap();
        fs::copy(&file, copy.file("build.json")).unwrap();
        let recipe = read(&copy, &copy.file("build.json"), "key").unwrap();
        assert_eq!(recipe.folder, copy.folder());
        assert_eq!(
            recipe.args[1],
            copy.folder().join("cell/target").to_string_lossy()
        );

        fs::write(folder.path().join("nn.rs"), "pub fn f() { changed() }").unwrap();
        assert!(read(&session, &file, "key").is_none());
        fs::remove_file(folder.path().join("nn.rs")).unwrap();
        assert!(read(&session, &file, "key").is_none());
    }

    #[test]
    fn a_damaged_recipe_is_no_recipe() {
        let folder = tempfile::tempdir().unwrap();
        let (session, file) = session(folder.path());
        for text in ["", "{", "{\"key\": \"key\"}"] {
            fs::write(&file, text).unwrap();
            assert!(read(&session, &file, "key").is_none());
        }
        assert!(read(&session, Path::new("/nowhere"), "key").is_none());
    }

    #[test]
    fn sources_are_those_that_lie_on_this_machine() {
        let text = "out.rlib: /a/b\\ c.rs\n\n/a/b\\ c.rs:\n/d.rs:\n\n# env-dep:X\n";
        assert_eq!(
            noted_sources(text),
            [PathBuf::from("/a/b c.rs"), "/d.rs".into()]
        );
    }
}
