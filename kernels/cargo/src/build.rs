//! `cargo build` and `cargo check` of one cell.

use std::ffi::OsString;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use serde_json::json;

use crate::answers::print;
use crate::progress::Progress;
use crate::real::{Session, finished};
use crate::recipe::{self, Recipe};

/// Builds by the compiler alone where only the cell has changed since cargo last built, else by cargo.
pub(crate) fn run(session: &Session, args: &[OsString]) -> ExitCode {
    let words: Vec<_> = args.iter().map(|arg| arg.to_string_lossy()).collect();
    let kind = if words.iter().any(|word| word == "check") {
        "check"
    } else {
        "build"
    };
    let manifest = fs::read_to_string(session.folder().join("cell/Cargo.toml")).unwrap_or_default();
    let flags = std::env::var("RUSTFLAGS").unwrap_or_default();
    let key = session.portable(&format!("{}\n{flags}\n{manifest}", words.join(" ")));
    // One recipe for each manifest: a session begins without dependencies and then adds some.
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    let file = session.file(&format!("{kind}-{:016x}.json", hasher.finish()));
    let progress = Progress::new();
    if let Some(recipe) = recipe::read(session, &file, &key)
        && let Some(code) = compile(session, recipe, &progress)
    {
        return code;
    }
    by_cargo(session, args, &file, &key, &progress)
}

fn by_cargo(
    session: &Session,
    args: &[OsString],
    file: &Path,
    key: &str,
    progress: &Progress,
) -> ExitCode {
    let noted = file.with_extension("noted");
    let _ = fs::remove_file(&noted);
    let mut command = session.cargo(args);
    command
        .env("RUSTC_WORKSPACE_WRAPPER", session.tool("chainrule-rustc"))
        .env("CHAINRULE_RECIPE", &noted);
    let output = progress.watch(&mut command);
    recipe::keep(session, &noted, file, key);
    finished(output.map(|output| output.status), "cargo")
}

/// Calls the compiler as the recipe says. None where the fault may be the recipe's.
fn compile(session: &Session, recipe: Recipe, progress: &Progress) -> Option<ExitCode> {
    let level = fs::read_to_string(session.folder().join("opt-level")).unwrap_or_default();
    let args = at_level(recipe.args, level.trim());
    let child = Command::new(session.rustc())
        .args(&args)
        .envs(recipe.variables)
        .env_remove("CARGO_MAKEFLAGS")
        .current_dir(&recipe.folder)
        .process_group(0)
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    progress.tell(&format!("process {}", child.id()));
    let output = child.wait_with_output().ok()?;
    progress.tell("process 0");
    let told = String::from_utf8_lossy(&output.stderr);
    // The libraries are not those that the recipe knew: crate not found, or from other sources.
    let stale = ["E0460", "E0463", "E0514", "couldn't create a temp dir"];
    if !output.status.success() && stale.iter().any(|code| told.contains(code)) {
        return None;
    }
    let _ = std::io::stderr().lock().write_all(&output.stderr);
    if !output.status.success() {
        return Some(finished(Ok(output.status), "rustc"));
    }
    let so = args
        .windows(2)
        .find(|pair| pair[0] == "--out-dir")
        .map(|pair| {
            format!(
                "{}/{}ctx{}",
                pair[1],
                std::env::consts::DLL_PREFIX,
                std::env::consts::DLL_SUFFIX
            )
        })?;
    Some(print(
        &json!({ "reason": "compiler-artifact", "target": { "name": "ctx" }, "filenames": [so] })
            .to_string(),
    ))
}

/// The arguments with another optimisation. Without any, what an earlier cell left to build upon is
/// not worth reading.
fn at_level(args: Vec<String>, level: &str) -> Vec<String> {
    if level.is_empty() {
        return args;
    }
    let mut changed = Vec::with_capacity(args.len());
    let mut args = args.into_iter().peekable();
    while let Some(arg) = args.next() {
        let value = (arg == "-C").then(|| args.peek()).flatten();
        match value {
            Some(value) if value.starts_with("opt-level=") => {
                args.next();
                changed.extend(["-C".to_owned(), format!("opt-level={level}")]);
            }
            Some(value) if level == "0" && value.starts_with("incremental=") => {
                args.next();
            }
            _ => changed.push(arg),
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_compiled_at_the_level_that_the_kernel_chose() {
        let args = [
            "--edition=2024",
            "-C",
            "opt-level=2",
            "-C",
            "incremental=/x",
            "-C",
            "rpath",
        ];
        let at = |level: &str| at_level(args.map(str::to_owned).into(), level).join(" ");
        assert_eq!(at(""), args.join(" "));
        assert_eq!(at("0"), "--edition=2024 -C opt-level=0 -C rpath");
        assert_eq!(at("2"), args.join(" "));
    }
}
