//! Step 3: the compiler that sessions build with, and the standard library's sources as
//! rust-analyzer reads them.
//!
//! rust-analyzer would load every package of the component `rust-src`: seconds and hundreds of
//! megabytes for each kernel. What a cell can name lies in four of them, and the bodies of their
//! functions say nothing of types: our kernel lays them out so (`crates/kernel/src/sources/`).
//! They stand without any `Cargo.toml`, by which rust-analyzer puts them together itself and does
//! not ask cargo what they depend on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use chainrule_error::{Error, ErrorKind, Result};

use super::kernel::compiler;
use super::stamp::{self, Inputs};
use crate::places::{Places, cannot};
use crate::toolchain::Toolchain;
use crate::{tools, tree};

/// What of the standard library cells can name.
const CRATES: [&str; 4] = ["core", "alloc", "std", "proc_macro"];

/// What a crate of the standard library begins with.
const ROOT: &str = "src/lib.rs";

/// Where the compiler in use has its files.
fn sysroot() -> String {
    tools::answer(Command::new("rustc").args(["--print", "sysroot"])).unwrap_or_default()
}

/// The stamp's inputs.
fn inputs(places: &Places, sysroot: &str) -> String {
    // How they are laid out is the kernel's affair.
    let kernel = fs::read_to_string(places.stamp("kernel")).unwrap_or_default();
    Inputs::default()
        .text("kernel", &kernel)
        .text("compiler", &compiler())
        .text("sysroot", sysroot)
        .text("crates", &CRATES.join(" "))
        .digest()
}

/// Whether the sources are there and those of today's compiler.
pub fn is_current(places: &Places) -> bool {
    stamp::is_current(&places.stamp("sources"), &inputs(places, &sysroot()))
        && places.toolchain().is_file()
        && is_complete(&places.std())
}

fn is_complete(folder: &Path) -> bool {
    let is_there = |name: &str| folder.join(name).join(ROOT).is_file();
    CRATES.iter().all(|name| is_there(name))
}

/// Notes where the compiler is, and lays out the sources.
///
/// # Errors
/// There is no compiler, or its sources cannot be had.
pub fn prepare(places: &Places) -> Result<()> {
    let sysroot = sysroot();
    stamp::clear(&places.stamp("sources"))?;
    Toolchain::find(places)?.keep(places)?;
    let library = PathBuf::from(&sysroot).join("lib/rustlib/src/rust/library");
    if !is_complete(&library) {
        let mut rustup = tools::command("rustup");
        rustup
            .args(["component", "add", "rust-src"])
            .current_dir(places.root());
        add(&library, &mut rustup)?;
    }
    lay_out(&places.std(), |fresh| {
        let mut kernel = tools::command(places.chainrule());
        kernel.arg("--std").args([library.as_path(), fresh]);
        tools::run("Laying out the standard library", &mut kernel, |_| None)
    })?;
    stamp::write(&places.stamp("sources"), &inputs(places, &sysroot))
}

/// Has rustup fetch the component.
fn add(library: &Path, rustup: &mut Command) -> Result<()> {
    let missing = || {
        Error::new(
            ErrorKind::Environment,
            "the sources of Rust's standard library are missing",
        )
        .expected(library.display().to_string())
        .hint(
            "with rustup:     rustup component add rust-src\n\
             Debian, Ubuntu:  sudo apt install rust-src\n\
             Fedora:          sudo dnf install rust-src",
        )
    };
    let show = |line: &str| Some(line.trim().to_owned()).filter(|line| !line.is_empty());
    tools::run("rustup component add rust-src", rustup, show)
        .map_err(|error| missing().why(error.to_string()))?;
    if is_complete(library) {
        Ok(())
    } else {
        Err(missing().why("rustup added rust-src, and they are not there"))
    }
}

/// Puts what `fill` writes into an empty folder in the place of `to`.
fn lay_out(to: &Path, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let fresh = to.with_extension("new");
    tree::remove(&fresh)?;
    fill(&fresh)?;
    tree::remove(to)?;
    fs::rename(&fresh, to).map_err(|cause| cannot("write", to, cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library(folder: &Path) {
        for name in ["core", "alloc", "std", "proc_macro", "test", "stdarch"] {
            fs::create_dir_all(folder.join(name).join("src/inner")).unwrap();
            fs::write(folder.join(name).join("Cargo.toml"), "").unwrap();
            fs::write(folder.join(name).join(ROOT), name).unwrap();
            fs::write(folder.join(name).join("src/inner/mod.rs"), "").unwrap();
        }
    }

    #[test]
    fn new_sources_take_the_place_of_old_ones_and_of_interrupted_ones() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("library"), folder.path().join("std"));
        library(&from);
        fs::create_dir_all(to.join("core/of an older compiler")).unwrap();
        fs::create_dir_all(folder.path().join("std.new/interrupted")).unwrap();
        let fill = |fresh: &Path| {
            let link =
                |name| tree::link(&from.join(name).join("src"), &fresh.join(name).join("src"));
            CRATES.into_iter().try_for_each(link)
        };
        lay_out(&to, fill).unwrap();
        lay_out(&to, fill).unwrap();
        let names = |folder: &Path| {
            let mut names: Vec<_> = fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        };
        assert_eq!(names(&to), ["alloc", "core", "proc_macro", "std"]);
        assert_eq!(names(&to.join("core")), ["src"], "no Cargo.toml");
        assert!(is_complete(&to) && to.join("std/src/inner/mod.rs").is_file());
        assert_eq!(names(folder.path()), ["library", "std"]);
        fs::remove_file(to.join("alloc").join(ROOT)).unwrap();
        assert!(!is_complete(&to));
    }

    #[cfg(unix)]
    #[test]
    fn a_missing_component_is_fetched_or_told_with_what_brings_it() {
        let folder = tempfile::tempdir().unwrap();
        let from = folder.path().join("library");
        for script in ["exit 0", "echo no network >&2; exit 1"] {
            let mut rustup = Command::new("sh");
            let text = add(&from, rustup.args(["-c", script]))
                .unwrap_err()
                .to_string();
            for part in [
                "standard library are missing",
                "rustup component add rust-src",
            ] {
                assert!(text.contains(part), "{text}");
            }
            assert_eq!(text.contains("no network"), script.contains("exit 1"));
        }
        let text = add(&from, &mut Command::new("no-such-rustup-anywhere"));
        assert!(text.unwrap_err().to_string().contains("apt install"));
        library(&from);
        add(&from, Command::new("sh").args(["-c", "exit 0"])).unwrap();
    }
}
