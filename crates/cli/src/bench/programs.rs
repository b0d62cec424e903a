//! Our contender, built twice: as `cargo build --release` builds it, and as a notebook's cells and
//! their library are built.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use chainrule_error::{Error, ErrorKind, Result};

use crate::places::{Places, cannot};
use crate::setup::{ahead, kernel};
use crate::{tools, tree};

/// The package of our contender.
const PACKAGE: &str = "chainrule-bench";

/// Builds it optimised, as a program of one's own would be; cargo shows its own progress.
///
/// # Errors
/// cargo's build fails.
pub(super) fn release(places: &Places) -> Result<PathBuf> {
    let mut cargo = tools::command("cargo");
    cargo
        .args(["build", "--release", "--locked", "--package", PACKAGE])
        .current_dir(places.root());
    built(&mut cargo)
}

/// Builds it as a cell: in a workspace like a session's, by the profile of `kernels/session`, with
/// evcxr's flags. Where `cargo lab setup` has built the libraries for sessions, these are used.
///
/// # Errors
/// cargo's build fails; the system refuses to write.
pub(super) fn notebook(places: &Places) -> Result<PathBuf> {
    let folder = places.bench("notebook");
    let triple = target()?;
    if !folder.join("cell/target").is_dir() && places.template().is_dir() {
        tree::copy(&places.template(), &folder)?;
    }
    ahead::lay_out(places, &folder)?;
    let write = |path: PathBuf, text: String| {
        path.parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&path, text))
            .map_err(|cause| cannot("write", &path, cause))
    };
    let session = places.kernels("session/Cargo.toml");
    let session = fs::read_to_string(&session).map_err(|cause| cannot("read", &session, cause))?;
    write(folder.join("Cargo.toml"), workspace(&session)?)?;
    write(folder.join("bench/Cargo.toml"), manifest(places)?)?;
    let mut cargo = tools::command("cargo");
    cargo
        .args(["build", "--package", PACKAGE, "--target", &triple])
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", folder.join("cell/target"))
        .env("CARGO_BUILD_BUILD_DIR", folder.join("cell/target"))
        .env("RUSTFLAGS", flags());
    built(&mut cargo)
}

/// evcxr's own: cells link the library dynamically.
fn flags() -> String {
    let linker = match ahead::linker() {
        "lld" => " -Clink-arg=-fuse-ld=lld",
        _ => "",
    };
    format!("-Cprefer-dynamic{linker}")
}

/// The session's workspace with the bench in the place of the cell.
fn workspace(session: &str) -> Result<String> {
    let with_bench = session.replace("\"cell\"", "\"bench\"");
    if with_bench == session {
        let what = "kernels/session/Cargo.toml has no member \"cell\"; please report";
        return Err(Error::new(ErrorKind::Environment, what));
    }
    Ok(with_bench)
}

/// The bench's manifest for that workspace: the same sources and versions, on its own.
fn manifest(places: &Places) -> Result<String> {
    let quoted = |path: &Path| serde_json::Value::from(path.to_string_lossy()).to_string();
    let root = places.root().join("Cargo.toml");
    let text = fs::read_to_string(&root).map_err(|cause| cannot("read", &root, cause))?;
    // The workspace's own lines for the two other dependencies.
    let line = |name: &str| {
        let start = format!("{name} = ");
        let line = text.lines().find(|line| line.starts_with(&start));
        line.ok_or_else(|| {
            Error::new(
                ErrorKind::Environment,
                format!("Cargo.toml names no version of {name}; please report"),
            )
        })
    };
    Ok(format!(
        "[package]\nname = \"{PACKAGE}\"\nversion = \"{}\"\nedition = \"2024\"\n\n\
         [[bin]]\nname = \"{PACKAGE}\"\npath = {}\n\n\
         [dependencies]\nchainrule = {{ path = {} }}\n{}\n{}\n",
        env!("CARGO_PKG_VERSION"),
        quoted(&places.root().join("crates/bench/src/main.rs")),
        quoted(&places.library()),
        line("gemm")?,
        line("serde_json")?,
    ))
}

/// What this machine compiles for, in rustc's words.
fn target() -> Result<String> {
    let says = tools::answer(Command::new("rustc").arg("-vV")).unwrap_or_default();
    let host = says.lines().find_map(|line| line.strip_prefix("host: "));
    let missing = || {
        Error::new(
            ErrorKind::Environment,
            "rustc does not say what it compiles for",
        )
    };
    host.map(str::to_owned).ok_or_else(missing)
}

fn built(cargo: &mut Command) -> Result<PathBuf> {
    let failed = || {
        Error::new(
            ErrorKind::Environment,
            "building our side of the bench failed",
        )
    };
    let output = cargo
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit())
        .output()
        .map_err(|cause| failed().source(cause))?;
    if !output.status.success() {
        return Err(failed()
            .got(output.status.to_string())
            .hint("see cargo's message above, then `cargo lab doctor`"));
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    kernel::executable(&messages, PACKAGE)
        .ok_or_else(|| failed().why("cargo named no program; please report"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notebooks_workspace_has_its_profiles_and_the_bench() {
        let places = Places::of(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        let session = fs::read_to_string(places.kernels("session/Cargo.toml")).unwrap();
        let text = workspace(&session).unwrap();
        assert!(text.contains("members = [\"bench\", \"pins\"]"), "{text}");
        assert_eq!(
            text.split("[profile").collect::<Vec<_>>()[1..],
            session.split("[profile").collect::<Vec<_>>()[1..]
        );
        assert!(workspace("[workspace]").is_err());
        let text = manifest(&places).unwrap();
        for part in [
            "crates/bench/src/main.rs",
            "\ngemm = ",
            "\nserde_json = ",
            "crates/chainrule\"",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn the_same_dependencies_are_in_both_manifests() {
        let places = Places::of(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        let own = fs::read_to_string(places.root().join("crates/bench/Cargo.toml")).unwrap();
        let names = |text: &str| {
            let part = text.split("[dependencies]\n").nth(1).unwrap().to_owned();
            let lines = part.lines().take_while(|line| !line.starts_with('['));
            let names = lines.filter_map(|line| line.split([' ', '.']).next().map(str::to_owned));
            names.filter(|name| !name.is_empty()).collect::<Vec<_>>()
        };
        assert_eq!(names(&own), names(&manifest(&places).unwrap()));
    }
}
