//! A disk that is full where cells are built.

use std::path::Path;

use chainrule_jupyter::Failure;

/// With less room than this where cells are built, none can be built.
const LEAST: u64 = 1 << 20;

/// Whether nothing more could be written in a folder while a cell was built there.
pub(crate) fn is_disk_full(error: &evcxr::Error, folder: &Path) -> bool {
    match error {
        evcxr::Error::CompilationErrors(errors) => {
            // A student's own text that says so would be quoted at its place.
            let has_place = |error: &evcxr::CompilationError| {
                let mut messages = error.spanned_messages().iter();
                messages.any(|message| message.span.is_some())
            };
            let mut told = errors.iter().filter(|error| !has_place(error));
            // What the compiler's back end says reaches nobody: then there are warnings alone.
            let is_unsaid = errors.iter().all(|error| error.level() == "warning");
            told.any(|error| is_about(&error.rendered())) || is_unsaid && room(folder) < LEAST
        }
        evcxr::Error::SubprocessTerminated(_) => false,
        error => is_about(&error.to_string()),
    }
}

/// Bytes that can still be written in a folder; as many as can be if the system does not say.
fn room(folder: &Path) -> u64 {
    rustix::fs::statvfs(folder).map_or(u64::MAX, |disk| disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Whether a message of the system, the compiler or the linker is about a full disk.
fn is_about(message: &str) -> bool {
    [
        "No space left on device",
        "(os error 28)",
        "Disk quota exceeded",
    ]
    .iter()
    .any(|words| message.contains(words))
}

/// A cell was not built because nothing more could be written there.
pub(crate) fn disk_full(folder: &Path) -> Failure {
    let value = "the cell was not built: no space is left on the disk".to_owned();
    Failure {
        name: "DiskFull".to_owned(),
        traceback: vec![
            format!("\x1b[1;31mDiskFull\x1b[0m: {value}"),
            format!("  cells are built in {}", folder.display()),
            "\x1b[1;36mhelp\x1b[0m: free some space there and run the cell again".to_owned(),
            String::new(),
            "All variables of earlier cells are kept.".to_owned(),
        ],
        value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_of_a_folder_is_the_systems() {
        assert!(room(&std::env::temp_dir()) > LEAST);
        assert_eq!(room(Path::new("/no/such/folder")), u64::MAX);
    }

    #[test]
    fn each_programs_words_are_understood() {
        for message in [
            "Error writing '\"/x/lib.rs\"': No space left on device (os error 28)",
            "rustc-LLVM ERROR: IO failure on output stream: No space left on device",
            "/usr/bin/ld: final link failed: No space left on device",
            "failed to write file: Disk quota exceeded (os error 122)",
        ] {
            assert!(is_about(message), "{message}");
        }
        assert!(!is_about("cannot find value `disk` in this scope"));
    }
}
