//! The table in README.md, between two marks.

use std::fs;

use chainrule_error::{Error, ErrorKind, Result, file};

use crate::places::{Places, cannot};

/// Where the bench's own part begins and ends.
const MARKS: [&str; 2] = [
    "<!-- bench: written by `cargo lab bench --readme` -->",
    "<!-- /bench -->",
];
/// The picture, as README.md names it.
pub(super) const PICTURE: &str = "benches/bench.png";

/// Checks, before minutes of measuring, that README.md has its marks.
pub(super) fn check(places: &Places) -> Result<()> {
    replaced(&read(places)?, "").map(|_| ())
}

/// Writes the picture's link and the table.
pub(super) fn write(places: &Places, table: &str, alt: &str) -> Result<()> {
    let part = format!("![{alt}]({PICTURE})\n\n{}", table.trim_end());
    let text = replaced(&read(places)?, &part)?;
    file::write(&path(places), "README.md", text.as_bytes())
}

fn path(places: &Places) -> std::path::PathBuf {
    places.root().join("README.md")
}

fn read(places: &Places) -> Result<String> {
    let path = path(places);
    fs::read_to_string(&path).map_err(|cause| cannot("read", &path, cause))
}

/// The text with another part between the marks.
fn replaced(text: &str, part: &str) -> Result<String> {
    let missing = || {
        Error::new(ErrorKind::Value, "README.md has no place for the bench")
            .expected(format!("the lines {} and {}", MARKS[0], MARKS[1]))
    };
    let (before, rest) = text.split_once(MARKS[0]).ok_or_else(missing)?;
    let (_, after) = rest.split_once(MARKS[1]).ok_or_else(missing)?;
    Ok(format!(
        "{before}{}\n\n{part}\n\n{}{after}",
        MARKS[0], MARKS[1]
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_between_the_marks_is_replaced_and_the_rest_stays() {
        let [begin, end] = MARKS;
        let text = format!("# Title\n\n{begin}\nold\n{end}\n\n## Next\n");
        let new = replaced(&text, "table").unwrap();
        assert_eq!(
            new,
            format!("# Title\n\n{begin}\n\ntable\n\n{end}\n\n## Next\n")
        );
        assert_eq!(replaced(&new, "table").unwrap(), new);
    }

    #[test]
    fn without_marks_nothing_is_written() {
        let [begin, end] = MARKS;
        for text in ["", begin, end, &format!("{end} {begin}")] {
            let error = replaced(text, "table").unwrap_err().to_string();
            assert!(error.contains("README.md has no place"), "{error}");
        }
    }

    #[test]
    fn our_own_readme_has_the_marks() {
        check(&Places::of(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))).unwrap();
    }
}
