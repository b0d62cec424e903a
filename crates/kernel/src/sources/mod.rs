//! The standard library as rust-analyzer needs it: what there is, not how it works.
//!
//! To find the type of a variable it loads the sources of the whole standard library and expands
//! their macros: seconds at each start, and hundreds of megabytes. So the compiler expands them,
//! once (`expand`): each crate becomes one file without macros to expand, which rust-analyzer
//! parses once and keeps. Bodies of functions say nothing about types and are left out, as are
//! attributes that only the compiler reads (`reduce`); documentation stays, for Shift-Tab.

mod expand;
mod reduce;

use std::fs;
use std::path::Path;

use chainrule_error::{Error, ErrorKind, Result};

use self::reduce::{Macros, reduced};

/// The crates that are laid out. Without a manifest beside them rust-analyzer joins them by itself.
const CRATES: [&str; 4] = ["core", "alloc", "std", "proc_macro"];

/// Modules that no cell's types come from: tests, and the insides for each system and processor.
const LEFT_OUT: [&str; 7] = [
    "tests",
    "benches",
    "sys",
    "backtrace",
    "backtrace_rs",
    "core_arch",
    "core_simd",
];

/// Extensions of `std::os` for the systems that this kernel runs on.
const SYSTEMS: [&str; 6] = ["mod.rs", "fd", "unix", "linux", "macos", "raw"];

/// Lays out the crates of the standard library from `from` (the toolchain's `library` folder) in
/// `to`. A crate that the toolchain's compiler does not expand is copied file by file: it serves
/// as well, and takes rust-analyzer longer.
///
/// # Errors
/// A file cannot be read or written.
pub fn lay_out(from: &Path, to: &Path) -> Result<()> {
    for name in CRATES {
        let (from, to) = (from.join(name).join("src"), to.join(name).join("src"));
        match expand::expanded(name, &from.join("lib.rs")) {
            Some(text) => {
                let text = expand::without_modules(&text, &LEFT_OUT);
                make(&to)?;
                write(&to.join("lib.rs"), &reduced(&text, Macros::Expanded))?;
            }
            None => copy(&from, &to)?,
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    make(to)?;
    let entries = fs::read_dir(from).map_err(|cause| failed("read", from, cause))?;
    let is_os = from.ends_with("std/src/os");
    for path in entries.flatten().map(|entry| entry.path()) {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        let stem = name.strip_suffix(".rs").unwrap_or(name);
        if LEFT_OUT.contains(&stem) || (is_os && !SYSTEMS.contains(&name)) {
            continue;
        }
        if path.is_dir() {
            copy(&path, &to.join(name))?;
        } else if name.ends_with(".rs") {
            let text = fs::read_to_string(&path).map_err(|cause| failed("read", &path, cause))?;
            write(&to.join(name), &reduced(&text, Macros::Needed))?;
        }
    }
    Ok(())
}

fn make(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(|cause| failed("make", folder, cause))
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).map_err(|cause| failed("write", path, cause))
}

fn failed(what: &str, path: &Path, cause: std::io::Error) -> Error {
    let what = format!("cannot {what} {}", path.display());
    Error::new(ErrorKind::Io, what).source(cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_compiler_does_not_expand_is_copied_without_what_is_not_needed() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("library"), folder.path().join("to"));
        for path in [
            "core/src/num/mod.rs",
            "core/src/num/tests.rs",
            "alloc/src/lib.rs",
            "std/src/sys/mod.rs",
            "std/src/os/linux/fs.rs",
            "std/src/os/vxworks/fs.rs",
            "proc_macro/src/lib.rs",
        ] {
            fs::create_dir_all(from.join(path).parent().unwrap()).unwrap();
            fs::write(from.join(path), "fn f() { 1 }").unwrap();
        }
        lay_out(&from, &to).unwrap();
        assert_eq!(
            fs::read_to_string(to.join("core/src/num/mod.rs")).unwrap(),
            "fn f() {}"
        );
        assert!(to.join("std/src/os/linux/fs.rs").is_file());
        for path in ["core/src/num/tests.rs", "std/src/sys", "std/src/os/vxworks"] {
            assert!(!to.join(path).exists(), "{path}");
        }
        assert!(lay_out(Path::new("/nowhere"), &to).is_err());
    }
}
