//! Events for the chainrule kernel: marked pieces of standard output, in order with the text.
//!
//! Each is `ESC _ chainrule;`, a JSON object, `ESC \`, which is how a terminal is given a command
//! for a program of its own: one that does not know it shows nothing. JSON has no ESC inside.

use std::{
    io::Write,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::SystemTime,
};

use serde_json::Value;

/// Where the kernel's control socket is. Set by the chainrule kernel alone.
pub(super) const SOCKET: &str = "CHAINRULE_KERNEL_SOCKET";

/// Whether this process belongs to a cell of the chainrule kernel, which takes displays while the
/// cell runs.
pub fn is_live() -> bool {
    static LIVE: OnceLock<bool> = OnceLock::new();
    *LIVE.get_or_init(|| std::env::var_os(SOCKET).is_some())
}

/// Sends an event. On other kernels nothing may call this.
pub(super) fn emit(event: &Value) {
    let mut out = std::io::stdout().lock();
    // A display that nobody takes is no reason to end a cell.
    let _ = out.write_all(&framed(event));
    let _ = out.flush();
}

/// Writes lines of text, in order with the events.
pub(super) fn write_lines(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}");
    let _ = out.flush();
}

/// The bytes of an event.
fn framed(event: &Value) -> Vec<u8> {
    format!("\u{1b}_chainrule;{event}\u{1b}\\").into_bytes()
}

/// A display's id: new in this process, and very likely new in the notebook.
pub(super) fn new_id() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let micros = since.map_or(0, |since| since.as_micros());
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("chainrule-{:x}-{micros:x}-{count}", std::process::id())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_has_no_escape_and_no_line_inside() {
        let event = json!({ "event": "clear", "text": "\u{1b}[31m red\nand more" });
        let bytes = framed(&event);
        assert!(bytes.starts_with(b"\x1b_chainrule;{") && bytes.ends_with(b"}\x1b\\"));
        let inside = &bytes[12..bytes.len() - 2];
        assert!(!inside.contains(&0x1b) && !inside.contains(&b'\n'));
        let read: Value = serde_json::from_slice(inside).unwrap();
        assert_eq!(read, event);
    }

    #[test]
    fn ids_differ() {
        assert_ne!(new_id(), new_id());
    }
}
