//! Lines of source for addresses in a cell's library.

use addr2line::Loader;

/// The files and lines at an address, innermost first: more than one where functions were inlined.
/// None if the library cannot be read.
pub(crate) fn lines(library: &str, address: u64) -> Vec<(String, usize)> {
    let Ok(loader) = Loader::new(library) else {
        return Vec::new();
    };
    // A frame's address is where it goes on after the call.
    let Ok(mut frames) = loader.find_frames(address.saturating_sub(1)) else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    while let Ok(Some(frame)) = frames.next() {
        if let Some(location) = frame.location
            && let (Some(file), Some(line)) = (location.file, location.line)
        {
            lines.push((file.to_owned(), line as usize));
        }
    }
    lines
}
