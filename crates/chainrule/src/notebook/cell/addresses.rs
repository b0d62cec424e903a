//! Where in the cells' own libraries a panic came from.
//!
//! The standard library learns once which libraries a process has, at its first backtrace; cells
//! that are loaded later stay unknown to it. Their addresses are told instead, and the kernel looks
//! the lines up.

use std::path::Path;

use serde_json::{Value, json};

/// The addresses of a fully printed backtrace that lie in libraries of cells, innermost first.
pub(super) fn of_cells(backtrace: &str) -> Vec<Value> {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    located(backtrace, &maps)
}

fn located(backtrace: &str, maps: &str) -> Vec<Value> {
    let libraries: Vec<_> = maps.lines().filter_map(mapping).collect();
    let addresses = backtrace.lines().filter_map(address);
    addresses
        .filter_map(|address| {
            let (_, path) = libraries
                .iter()
                .find(|(range, _)| range.contains(&address))?;
            // The library's first part lies where its own addresses begin.
            let mut parts = libraries.iter().filter(|(_, of)| of == path);
            let start = parts.next()?.0.start;
            Some(json!({ "library": path, "at": address - start }))
        })
        .collect()
}

/// `  7:     0x7f00 - name` as 0x7f00.
fn address(line: &str) -> Option<u64> {
    let (number, rest) = line.trim().split_once(':')?;
    number.parse::<u32>().ok()?;
    let hexadecimal = rest.trim().strip_prefix("0x")?.split(' ').next()?;
    u64::from_str_radix(hexadecimal, 16).ok()
}

/// A line of `/proc/self/maps` that is of a cell's library.
fn mapping(line: &str) -> Option<(std::ops::Range<u64>, &str)> {
    let (range, rest) = line.split_once(' ')?;
    let path = rest.find('/').map(|at| &rest[at..])?;
    let name = Path::new(path).file_name()?.to_str()?;
    if !name.starts_with("libcode_") {
        return None;
    }
    let (start, end) = range.split_once('-')?;
    let number = |text| u64::from_str_radix(text, 16).ok();
    Some((number(start)?..number(end)?, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_in_cells_are_told_from_the_start_of_their_library() {
        let maps = "5000-6000 r-xp 00000000 08:01 1 /bin/kernel\n\
            7f00-7f10 r--p 00000000 08:01 2 /a b/libcode_1.so\n\
            7f10-7f20 r-xp 00000010 08:01 2 /a b/libcode_1.so\n\
            7f20-7f30 r-xp 00000000 08:01 3 /lib/libchainrule.so\n";
        let backtrace = "   0:     0x7f25 - chainrule::f\n             at /x/nn.rs:1:1\n   \
            1:     0x7f1a - <unknown>\n   2:     0x5001 - main\n";
        let expected = json!({ "library": "/a b/libcode_1.so", "at": 0x1a });
        assert_eq!(located(backtrace, maps), [expected]);
        assert!(located("nothing", "").is_empty());
    }
}
