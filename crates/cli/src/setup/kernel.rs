//! Step 2: the kernels, ours and stock evcxr, and what ours takes for cargo: built optimised from
//! this workspace's `Cargo.lock`.
//!
//! One call of cargo builds them all, so that they agree on the features of what they share: evcxr
//! and rust-analyzer are compiled once.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use chainrule_error::{Error, ErrorKind, Result};
use serde_json::Value;

use super::NO_SOURCES;
use super::stamp::{self, Inputs};
use crate::places::{Places, cannot};
use crate::tools;

/// Our kernel.
const CHAINRULE: &str = "chainrule-kernel";
/// Stock evcxr.
const EVCXR: &str = "chainrule-evcxr";
/// What our kernel takes for cargo.
const SHIM: &str = "chainrule-cargo";

/// What is always built together.
const PACKAGES: [&str; 3] = [CHAINRULE, EVCXR, SHIM];

/// The folders that their own sources lie in.
const SOURCES: [&str; 5] = [
    "crates/error",
    "crates/jupyter",
    "crates/kernel",
    "kernels/cargo",
    "kernels/evcxr",
];

/// The names by which a session finds the shim.
const NAMES: [&str; 3] = ["cargo", "rustup", "chainrule-rustc"];

/// `--package` and a name, for each of the packages: every release build and every test of one of
/// them names them all, or cargo would choose other features and compile evcxr again.
pub(crate) fn packages() -> impl Iterator<Item = &'static str> {
    PACKAGES.into_iter().flat_map(|name| ["--package", name])
}

/// The stamp's inputs.
fn inputs(places: &Places) -> Result<String> {
    let mut inputs = Inputs::default()
        .text("compiler", &compiler())
        .text("versions", &versions(places)?);
    for folder in SOURCES {
        inputs = inputs.sources(&places.root().join(folder), &NO_SOURCES)?;
    }
    Ok(inputs.digest())
}

/// What the kernels are built from, as Cargo.lock pins it. Other crates' versions change often, and
/// are no reason to build the kernels again.
fn versions(places: &Places) -> Result<String> {
    let mut tree = tools::command("cargo");
    tree.args(["tree", "--locked", "--quiet"])
        .args(packages())
        .args(["--edges", "normal,build", "--prefix", "none"])
        .current_dir(places.root());
    match tools::answer(&mut tree) {
        Some(text) => Ok(lines(&text)),
        None => Ok(Inputs::default().file(&places.lock())?.digest()),
    }
}

/// The different lines of a list that names things once for each way to them.
fn lines(text: &str) -> String {
    let lines: BTreeSet<_> = text
        .lines()
        .map(|line| line.trim_end_matches(" (*)"))
        .collect();
    lines.into_iter().collect::<Vec<_>>().join("\n")
}

/// What compiler builds here, in its own words.
pub(super) fn compiler() -> String {
    tools::answer(Command::new("rustc").arg("-vV")).unwrap_or_default()
}

/// Whether the kernels are there and from today's sources.
pub fn is_current(places: &Places) -> bool {
    inputs(places).is_ok_and(|digest| stamp::is_current(&places.stamp("kernel"), &digest))
        && installed(places).iter().all(|(_, place)| place.is_file())
}

/// Each program of a package, and where it stands.
fn installed(places: &Places) -> Vec<(&'static str, PathBuf)> {
    let kernels = [(CHAINRULE, places.chainrule()), (EVCXR, places.evcxr())];
    let shims = NAMES.map(|name| (SHIM, places.tool(name)));
    kernels.into_iter().chain(shims).collect()
}

/// Builds the kernels; cargo shows its own progress.
///
/// # Errors
/// cargo's build fails: no C compiler, no internet, no disk space.
pub fn prepare(places: &Places) -> Result<()> {
    let digest = inputs(places)?;
    stamp::clear(&places.stamp("kernel"))?;
    let messages = build(places)?;
    for (package, place) in installed(places) {
        let built = executable(&messages, package).ok_or_else(|| {
            failed().why(format!("cargo named no program {package}; please report"))
        })?;
        install(&built, &place)?;
    }
    stamp::write(&places.stamp("kernel"), &digest)
}

fn failed() -> Error {
    Error::new(ErrorKind::Environment, "building the kernel failed")
        .hint("see cargo's message above, then `cargo lab doctor`")
}

/// Has cargo build, and gives what it says of it in JSON.
fn build(places: &Places) -> Result<String> {
    let output = tools::command("cargo")
        .args(["build", "--release", "--locked"])
        .args(packages())
        .arg("--message-format=json-render-diagnostics")
        .current_dir(places.root())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|cause| failed().source(cause))?;
    if !output.status.success() {
        return Err(failed().got(output.status.to_string()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The program of that name that cargo says it built.
pub(crate) fn executable(messages: &str, name: &str) -> Option<PathBuf> {
    let message = |line| serde_json::from_str::<Value>(line).ok();
    messages
        .lines()
        .filter_map(message)
        .filter(|message| message["target"]["name"] == name)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

/// Puts a program into its place as a whole: kernels that run the old one keep it.
pub(super) fn install(program: &Path, place: &Path) -> Result<()> {
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder).map_err(|cause| cannot("make the folder", folder, cause))?;
    }
    let fresh = place.with_extension("new");
    fs::copy(program, &fresh)
        .and_then(|_| fs::rename(&fresh, place))
        .map_err(|cause| cannot("install", place, cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_read_from_cargos_messages() {
        let messages = r#"{"reason":"compiler-artifact","target":{"name":"anyhow"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"chainrule-evcxr"},"executable":"/t/release/chainrule-evcxr"}
not JSON
{"reason":"build-finished","success":true}"#;
        assert_eq!(
            executable(messages, EVCXR),
            Some(PathBuf::from("/t/release/chainrule-evcxr"))
        );
        assert_eq!(executable(messages, CHAINRULE), None);
        assert_eq!(executable("", EVCXR), None);
    }

    #[test]
    fn the_shim_stands_under_each_of_its_names() {
        let places = Places::of("/checkout");
        let shims: Vec<_> = installed(&places)
            .into_iter()
            .filter(|(package, _)| *package == SHIM)
            .map(|(_, place)| place.file_stem().unwrap().to_owned())
            .collect();
        assert_eq!(shims, ["cargo", "rustup", "chainrule-rustc"]);
        assert!(places.tool("cargo").starts_with(places.tools().join("bin")));
    }

    #[test]
    fn every_folder_that_a_kernel_is_built_from_is_an_input() {
        let places = Places::of(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        let root = places.root().canonicalize().unwrap();
        let versions = versions(&places).unwrap();
        let own = versions.lines().filter_map(|line| {
            let path = line.split_once('(')?.1.trim_end_matches(')');
            Some(Path::new(path).strip_prefix(&root).ok()?.to_owned())
        });
        let mut own: Vec<_> = own.collect();
        own.sort();
        assert_eq!(own, SOURCES.map(PathBuf::from));
    }

    #[test]
    fn a_version_counts_once_however_many_need_it() {
        assert_eq!(lines("b v2\na v1\nb v2 (*)\n"), "a v1\nb v2");
    }

    #[test]
    fn a_program_is_replaced_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let (program, place) = (folder.path().join("a"), folder.path().join("bin/kernel"));
        for text in ["old", "new"] {
            fs::write(&program, text).unwrap();
            install(&program, &place).unwrap();
            assert_eq!(fs::read_to_string(&place).unwrap(), text);
        }
        assert_eq!(fs::read_dir(place.parent().unwrap()).unwrap().count(), 1);
    }
}
