//! The program as evcxr calls it, with a cargo that is a script: what the kernel hears, and how it
//! stops what takes too long.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A session's folder whose cargo is `script`, and the kernel's end of its news.
fn session(script: &str) -> (TempDir, UnixDatagram) {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    fs::create_dir_all(file("session/cell")).unwrap();
    fs::write(
        file("session/cell/Cargo.toml"),
        "[dependencies]\nslow = 1\n",
    )
    .unwrap();
    fs::write(file("script"), format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(file("script"), fs::Permissions::from_mode(0o755)).unwrap();
    symlink(env!("CARGO_BIN_EXE_chainrule-cargo"), file("cargo")).unwrap();
    let news = UnixDatagram::bind(file("session/news")).unwrap();
    news.set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    (folder, news)
}

fn ask(folder: &Path) -> Child {
    let mut command = Command::new(folder.join("cargo"));
    command
        .args(["metadata", "--format-version=1"])
        .current_dir(folder.join("session/cell"))
        .env("CHAINRULE_SESSION", folder.join("session"))
        .env("CHAINRULE_CARGO", folder.join("script"))
        .env("CHAINRULE_RUSTC", "rustc")
        .env("CHAINRULE_TOOLS", folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn next(news: &UnixDatagram) -> String {
    let mut buffer = [0; 4096];
    let length = news.recv(&mut buffer).unwrap();
    String::from_utf8_lossy(&buffer[..length]).into_owned()
}

#[test]
fn what_cargo_says_of_a_dependency_is_told_and_passed_on() {
    let (folder, news) = session("echo '    Updating index' >&2; echo '{}'");
    let output = ask(folder.path()).wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(output.stdout, b"{}\n");
    assert_eq!(output.stderr, b"    Updating index\n");
    assert!(next(&news).starts_with("process "));
    assert_eq!(next(&news), "cargo Updating index");
    assert_eq!(next(&news), "process 0");
    // The second answer is that of the first, without a word.
    let output = ask(folder.path()).wait_with_output().unwrap();
    assert_eq!((output.stdout, output.stderr), (b"{}\n".into(), vec![]));
}

#[test]
fn a_search_that_takes_too_long_can_be_stopped() {
    let (folder, news) = session("echo 'Downloading crates ...' >&2; sleep 60; echo '{}'");
    let begin = Instant::now();
    let asked = ask(folder.path());
    let process = next(&news);
    let group = process.strip_prefix("process ").unwrap();
    assert_eq!(next(&news), "cargo Downloading crates ...");
    let kill = Command::new("kill")
        .args(["-9", "--", &format!("-{group}")])
        .status();
    assert!(kill.unwrap().success());
    let output = asked.wait_with_output().unwrap();
    assert!(!output.status.success());
    assert!(begin.elapsed() < Duration::from_secs(30));
    assert_eq!(next(&news), "process 0");
    assert!(
        fs::read_dir(folder.path().join("session/answers")).is_err(),
        "nothing is remembered"
    );
}
