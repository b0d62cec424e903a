//! Runs one test of this binary in a process of its own and takes what it prints apart.

#![allow(dead_code, reason = "each test file uses a part")]

use std::{
    ffi::OsStr,
    process::{Command, Output},
};

use serde_json::Value;

/// A content between evcxr's markers.
pub(crate) struct Shown {
    /// Its type.
    pub(crate) mime: String,
    /// Without its last line break.
    pub(crate) text: String,
}

/// Runs an ignored test, on our kernel's terms if there is a socket.
pub(crate) fn child(name: &str, socket: Option<&OsStr>) -> Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([
        name,
        "--exact",
        "--ignored",
        "--nocapture",
        "--test-threads=1",
    ]);
    command.env_remove("CHAINRULE_KERNEL_SOCKET");
    if let Some(socket) = socket {
        command.env("CHAINRULE_KERNEL_SOCKET", socket);
    }
    command.output().unwrap()
}

/// What a test shows on evcxr's own kernel.
pub(crate) fn stock(name: &str) -> Vec<Shown> {
    let output = child(name, None);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        !text.contains('\u{1b}'),
        "no event on another kernel: {text}"
    );
    let contents = text.split("EVCXR_BEGIN_CONTENT ").skip(1);
    contents
        .map(|content| {
            let content = content.split("\nEVCXR_END_CONTENT").next().unwrap();
            let (mime, text) = content.split_once('\n').unwrap();
            Shown {
                mime: mime.to_owned(),
                text: text.to_owned(),
            }
        })
        .collect()
}

/// The text between events, and the events, in order.
pub(crate) fn events(stdout: &[u8]) -> (String, Vec<Value>) {
    let text = std::str::from_utf8(stdout).unwrap();
    let mut parts = text.split("\u{1b}_chainrule;");
    let mut plain = parts.next().unwrap().to_owned();
    let events = parts
        .map(|part| {
            let (event, after) = part.split_once("\u{1b}\\").unwrap();
            plain.push_str(after);
            serde_json::from_str(event).unwrap()
        })
        .collect();
    (plain, events)
}
