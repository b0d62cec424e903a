//! Step 2: the evcxr kernel, built optimised from this workspace's Cargo.lock.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use chainrule_error::{Error, ErrorKind, Result};
use serde_json::Value;

use super::stamp::{self, Inputs};
use crate::places::{Places, cannot};
use crate::tools;

const PACKAGE: &str = "chainrule-evcxr";

/// The stamp's inputs.
fn inputs(places: &Places) -> Result<String> {
    let inputs = Inputs::default()
        .text("compiler", &compiler())
        .text("versions", &versions(places)?)
        .file(&places.kernels("evcxr/Cargo.toml"))?
        .file(&places.kernels("evcxr/src/main.rs"))?;
    Ok(inputs.digest())
}

/// What the kernel is built from, as Cargo.lock pins it. Other crates' versions change often, and
/// are no reason to build the kernel again.
fn versions(places: &Places) -> Result<String> {
    let mut tree = tools::command("cargo");
    tree.args(["tree", "--locked", "--quiet", "--package", PACKAGE])
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

/// Whether the kernel is there and from today's sources.
pub fn is_current(places: &Places) -> bool {
    inputs(places).is_ok_and(|digest| stamp::is_current(&places.stamp("kernel"), &digest))
        && places.evcxr().is_file()
}

/// Builds the kernel; cargo shows its own progress.
///
/// # Errors
/// cargo's build fails: no C compiler, no internet, no disk space.
pub fn prepare(places: &Places) -> Result<()> {
    let digest = inputs(places)?;
    let built = build(places)?;
    install(&built, &places.evcxr())?;
    stamp::write(&places.stamp("kernel"), &digest)
}

fn build(places: &Places) -> Result<PathBuf> {
    let failed = || {
        Error::new(ErrorKind::Environment, "building the kernel failed")
            .hint("see cargo's message above, then `cargo lab doctor`")
    };
    let output = tools::command("cargo")
        .args(["build", "--release", "--locked", "--package", PACKAGE])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(places.root())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|cause| failed().source(cause))?;
    if !output.status.success() {
        return Err(failed().got(output.status.to_string()));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    executable(&text).ok_or_else(|| failed().why("cargo named no program; please report"))
}

/// The program that cargo says it built.
fn executable(messages: &str) -> Option<PathBuf> {
    let message = |line| serde_json::from_str::<Value>(line).ok();
    messages
        .lines()
        .filter_map(message)
        .filter(|message| message["target"]["name"] == PACKAGE)
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
            executable(messages),
            Some(PathBuf::from("/t/release/chainrule-evcxr"))
        );
        assert_eq!(executable(""), None);
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
