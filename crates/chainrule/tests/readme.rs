//! The README shows code that compiles, and a picture that it drew.

use std::{fs, path::Path};

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::read_to_string(root.join(path)).expect("a file of the checkout")
}

#[test]
fn the_readmes_lines_are_those_of_the_example() {
    let readme = read("README.md");
    let shown = readme
        .split("```rust\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let shown: Vec<_> = shown.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(
        shown[0],
        ":dep chainrule = { path = \"../crates/chainrule\" }"
    );
    assert_eq!(shown.last(), Some(&"figure"));
    let example = read("crates/chainrule/examples/first_network.rs");
    let lines: Vec<_> = example.lines().collect();
    let between = &shown[1..shown.len() - 1];
    assert!(between.len() > 6, "{between:?}");
    let mut place = 0;
    for line in between {
        let at = lines[place..].iter().position(|other| other == line);
        place += 1 + at.unwrap_or_else(|| panic!("not in the example, or not in order: {line}"));
    }
}

#[test]
fn the_readmes_picture_and_links_are_there() {
    let readme = read("README.md");
    let links = readme
        .split("](")
        .skip(1)
        .map(|rest| rest.split(')').next().unwrap());
    let files: Vec<_> = links.filter(|link| !link.starts_with("http")).collect();
    assert!(
        files.iter().any(|file| file.ends_with("first_network.png")),
        "{files:?}"
    );
    for file in files {
        assert!(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../..")
                .join(file)
                .exists(),
            "{file}"
        );
    }
}
