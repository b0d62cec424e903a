//! A crate of the standard library as one file, its macros expanded by the compiler.
//!
//! `-Z unpretty=expanded` is the compiler's own and promised to nobody; `RUSTC_BOOTSTRAP` has a
//! stable compiler take it, as when the standard library itself is built. Where it says no, there
//! is nothing expanded, and the caller has the files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What `std` depends on beside `core` and `alloc`, as far as its modules name it.
const EXTERNAL: [&str; 11] = [
    "core",
    "alloc",
    "addr2line",
    "cfg_if",
    "hashbrown",
    "libc",
    "miniz_oxide",
    "object",
    "rustc_demangle",
    "rustc_literal_escaper",
    "std_detect",
];

/// The crate whose root is that file, by the compiler that it came with.
pub(super) fn expanded(name: &str, root: &Path) -> Option<String> {
    // library/NAME/src/lib.rs lies in SYSROOT/lib/rustlib/src/rust.
    let sysroot = root.ancestors().nth(8)?;
    let rustc = sysroot.join("bin/rustc");
    if !rustc.is_file() {
        return None;
    }
    let mut command = Command::new(&rustc);
    command
        .args(["--edition", "2024", "--crate-type", "lib", "--crate-name"])
        .arg(name)
        .args([
            "-Z",
            "unpretty=expanded",
            "-Z",
            "force-unstable-if-unmarked",
        ])
        .args(["--cap-lints", "allow"])
        .env("RUSTC_BOOTSTRAP", "1")
        // A build script of std sets it.
        .env("STD_ENV_ARCH", std::env::consts::ARCH)
        .env_remove("RUSTFLAGS")
        .stdin(Stdio::null());
    if matches!(name, "std" | "proc_macro") {
        for (name, file) in compiled(&rustc) {
            command
                .arg("--extern")
                .arg(format!("{name}={}", file.display()));
        }
    }
    let output = command.arg(root).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !text.is_empty()).then_some(text)
}

/// The compiled crates that the standard library is made of.
fn compiled(rustc: &Path) -> Vec<(&'static str, PathBuf)> {
    let folder = Command::new(rustc)
        .args(["--print", "target-libdir"])
        .output();
    let folder = folder
        .ok()
        .and_then(|output| String::from_utf8(output.stdout).ok());
    let entries = folder.and_then(|folder| fs::read_dir(folder.trim()).ok());
    let files = entries.into_iter().flatten().flatten();
    files
        .filter_map(|entry| {
            let path = entry.path();
            let stem = path.file_stem()?.to_str()?.strip_prefix("lib")?;
            let (name, _) = stem.rsplit_once('-')?;
            let name = EXTERNAL.into_iter().find(|known| *known == name)?;
            let is_metadata = path.extension().is_some_and(|end| end == "rmeta");
            is_metadata.then_some((name, path))
        })
        .collect()
}

/// The text without the root's modules of those names. They are cut by lines before anything is
/// parsed: what the processors can do is a third of `core`, tens of megabytes as a syntax tree.
pub(super) fn without_modules(text: &str, names: &[&str]) -> String {
    let begins = |line: &str| {
        let (_, name) = line.strip_suffix(" {\n")?.split_once("mod ")?;
        (!line.starts_with(' ') && names.contains(&name)).then_some(())
    };
    let mut kept = String::with_capacity(text.len());
    let mut is_inside = false;
    for line in text.split_inclusive('\n') {
        if is_inside {
            is_inside = line != "}\n";
        } else if begins(line).is_some() {
            is_inside = true;
        } else {
            kept.push_str(line);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_of_the_root_are_cut_and_others_stay() {
        let text = "mod a {\n    mod sys {\n    }\n}\npub(crate) mod sys {\n    fn f() {\n    }\n}\nmod system {\n}\n";
        let expected = "mod a {\n    mod sys {\n    }\n}\nmod system {\n}\n";
        assert_eq!(without_modules(text, &["sys"]), expected);
        assert_eq!(without_modules(text, &[]), text);
    }

    #[test]
    fn the_compiler_expands_the_crates_of_its_own_library() {
        let rustc = Command::new("rustc").args(["--print", "sysroot"]).output();
        let sysroot = String::from_utf8(rustc.unwrap().stdout).unwrap();
        let library = Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library");
        let root = library.join("alloc/src/lib.rs");
        if !root.is_file() {
            // Without the component rust-src there is nothing to expand.
            return;
        }
        let text = expanded("alloc", &root).unwrap();
        assert!(text.contains("pub struct Vec<T") && !text.contains("\nmod string;"));
        assert_eq!(expanded("alloc", Path::new("/nowhere/lib.rs")), None);
    }
}
