//! The standard library as rust-analyzer needs it: what there is, not how it works.
//!
//! To find the type of a variable it loads the sources of the whole standard library and expands
//! their macros: seconds at each start, and hundreds of megabytes. Bodies of functions say nothing
//! about types, so they are left out here; documentation stays, for Shift-Tab.

use std::fs;
use std::path::Path;

use chainrule_error::{Error, ErrorKind, Result};
use ra_ap_syntax::{Edition, NodeOrToken, SourceFile, SyntaxKind, SyntaxToken, T};

/// The crates that are laid out. Without a manifest beside them rust-analyzer joins them by itself.
const CRATES: [&str; 4] = ["core", "alloc", "std", "proc_macro"];

/// Folders and files that no cell's types come from: tests, and the insides for each system.
const LEFT_OUT: [&str; 6] = [
    "tests",
    "tests.rs",
    "benches",
    "sys",
    "backtrace",
    "core_arch",
];

/// Extensions of `std::os` for the systems that this kernel runs on.
const SYSTEMS: [&str; 6] = ["mod.rs", "fd", "unix", "linux", "macos", "raw"];

/// Copies the crates of the standard library from `from` (the toolchain's `library` folder) to `to`,
/// without the bodies of functions.
///
/// # Errors
/// A file cannot be read or written.
pub fn lay_out(from: &Path, to: &Path) -> Result<()> {
    for name in CRATES {
        copy(&from.join(name).join("src"), &to.join(name).join("src"))?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let failed = |what: &str, path: &Path, cause: std::io::Error| {
        let what = format!("cannot {what} {}", path.display());
        Error::new(ErrorKind::Io, what).source(cause)
    };
    fs::create_dir_all(to).map_err(|cause| failed("make", to, cause))?;
    let entries = fs::read_dir(from).map_err(|cause| failed("read", from, cause))?;
    let is_os = from.ends_with("std/src/os");
    for path in entries.flatten().map(|entry| entry.path()) {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        if LEFT_OUT.contains(&name) || (is_os && !SYSTEMS.contains(&name)) {
            continue;
        }
        if path.is_dir() {
            copy(&path, &to.join(name))?;
        } else if name.ends_with(".rs") {
            let text = fs::read_to_string(&path).map_err(|cause| failed("read", &path, cause))?;
            let target = to.join(name);
            fs::write(&target, without_bodies(&text))
                .map_err(|cause| failed("write", &target, cause))?;
        }
    }
    Ok(())
}

/// The text with `{}` for the body of every function. Macros stay whole: what they match and what
/// they make of it belong together.
fn without_bodies(text: &str) -> String {
    let parsed = SourceFile::parse(text, Edition::Edition2024);
    let tokens: Vec<SyntaxToken> = parsed
        .syntax_node()
        .descendants_with_tokens()
        .filter_map(NodeOrToken::into_token)
        .filter(|token| !token.kind().is_trivia())
        .collect();
    let mut kept = String::with_capacity(text.len());
    let mut from = 0;
    let mut at = 0;
    while at < tokens.len() {
        let next = body_after(&tokens, at);
        if let Some((open, close)) = next {
            let (start, end) = (end_of(&tokens[open]), start_of(&tokens[close]));
            kept.push_str(&text[from..start]);
            from = end;
            at = close;
        }
        at += 1;
    }
    kept + &text[from..]
}

/// The braces of the body of the function that begins at this token, if one does. A function that
/// returns some `impl Trait` keeps its body: it alone says which type that is.
fn body_after(tokens: &[SyntaxToken], at: usize) -> Option<(usize, usize)> {
    let is_plain = |token: &SyntaxToken| {
        let mut around = token.parent_ancestors();
        !around.any(|node| node.kind() == SyntaxKind::TOKEN_TREE)
    };
    if tokens[at].kind() != T![fn] || !is_plain(&tokens[at]) {
        return None;
    }
    let name = tokens.get(at + 1)?.kind();
    if name != SyntaxKind::IDENT && name != T![$] {
        return None;
    }
    let mut depth = 0_usize;
    let mut returns = false;
    for (i, token) in tokens.iter().enumerate().skip(at + 1) {
        match token.kind() {
            T!['('] | T!['['] => depth += 1,
            T![')'] | T![']'] => depth = depth.checked_sub(1)?,
            T![;] if depth == 0 => return None,
            T![->] if depth == 0 => returns = true,
            T![impl] if returns => return None,
            T!['{'] if depth == 0 => return Some((i, closing(tokens, i)?)),
            T!['}'] => return None,
            _ => {}
        }
    }
    None
}

fn closing(tokens: &[SyntaxToken], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (i, token) in tokens.iter().enumerate().skip(open) {
        match token.kind() {
            T!['{'] => depth += 1,
            T!['}'] => {
                depth -= 1;
                if depth == 0 {
                    return Some(i);
                }
            }
            _ => {}
        }
    }
    None
}

fn start_of(token: &SyntaxToken) -> usize {
    token.text_range().start().into()
}

fn end_of(token: &SyntaxToken) -> usize {
    token.text_range().end().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_go_and_what_they_are_of_stays() {
        let text = "/// Doc {\nimpl<T> V<T> where [T; { 1 }]: Sized {\n  pub fn push(&mut self, v: [T; 2]) -> usize { if a { b } else { c } }\n  fn none(&self);\n}\nconst F: fn(u8) -> u8 = f;\n";
        let expected = "/// Doc {\nimpl<T> V<T> where [T; { 1 }]: Sized {\n  pub fn push(&mut self, v: [T; 2]) -> usize {}\n  fn none(&self);\n}\nconst F: fn(u8) -> u8 = f;\n";
        assert_eq!(without_bodies(text), expected);
    }

    #[test]
    fn macros_and_hidden_types_keep_theirs() {
        for text in [
            "macro_rules! m { ($t:ty) => { fn max(self) -> $t { 1 } } }",
            "m! { fn f() { 2 } }",
            "fn it() -> impl Iterator { 0..3 }",
        ] {
            assert_eq!(without_bodies(text), text);
        }
    }

    #[test]
    fn files_are_laid_out_without_what_is_not_needed() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("library"), folder.path().join("to"));
        for path in [
            "core/src/num/mod.rs",
            "core/src/num/tests.rs",
            "alloc/src/lib.rs",
            "std/src/sys/mod.rs",
            "std/src/os/linux/fs.rs",
            "std/src/os/vxworks/fs.rs",
            "proc_macro/src/lib.rs",
        ] {
            fs::create_dir_all(from.join(path).parent().unwrap()).unwrap();
            fs::write(from.join(path), "fn f() { 1 }").unwrap();
        }
        lay_out(&from, &to).unwrap();
        assert_eq!(
            fs::read_to_string(to.join("core/src/num/mod.rs")).unwrap(),
            "fn f() {}"
        );
        assert!(to.join("std/src/os/linux/fs.rs").is_file());
        for path in ["core/src/num/tests.rs", "std/src/sys", "std/src/os/vxworks"] {
            assert!(!to.join(path).exists(), "{path}");
        }
        assert!(lay_out(Path::new("/nowhere"), &to).is_err());
    }
}
