//! Whether a console should send a cell or ask for another line.

use ra_ap_syntax::{Edition, NodeOrToken, SourceFile, SyntaxKind, T};

use super::rewrite::PRELUDE;

/// Whether code could be run as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whole {
    /// It could.
    Yes,
    /// A bracket, a text or a comment is open; so deep the next line should be indented.
    NotYet(usize),
    /// A bracket is closed that was never opened: no further line mends that.
    Never,
}

/// Looks for what is still open at the end of the code.
pub(crate) fn whole(code: &str) -> Whole {
    let file = SourceFile::parse(&format!("{PRELUDE}{code}\n"), Edition::Edition2024);
    // The brace of the prelude is always open.
    let mut open = 0_usize;
    let mut is_open = false;
    for token in file
        .syntax_node()
        .descendants_with_tokens()
        .filter_map(NodeOrToken::into_token)
    {
        match token.kind() {
            T!['('] | T!['['] | T!['{'] => open += 1,
            T![')'] | T![']'] | T!['}'] => {
                let is_students = usize::from(token.text_range().start()) >= PRELUDE.len();
                if is_students && open <= 1 {
                    return Whole::Never;
                }
                open = open.saturating_sub(1);
            }
            SyntaxKind::STRING | SyntaxKind::BYTE_STRING | SyntaxKind::C_STRING => {
                is_open |= is_open_text(token.text());
            }
            SyntaxKind::COMMENT if token.text().starts_with("/*") => {
                is_open |= !token.text().ends_with("*/");
            }
            _ => {}
        }
    }
    if open > 1 || is_open {
        Whole::NotYet(open.saturating_sub(1))
    } else {
        Whole::Yes
    }
}

/// Whether a text begins and does not end: `"a`, `r#"a"`.
fn is_open_text(token: &str) -> bool {
    let text = token.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let hashes = text.len() - text.trim_start_matches('#').len();
    let end = format!("\"{}", "#".repeat(hashes));
    let inside = text[hashes..].strip_prefix('"').unwrap_or_default();
    !inside.ends_with(&end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_still_open_is_seen() {
        let whole_ones = [
            "let x = 3;",
            "f(\"}\")",
            "",
            "if a { b } else { [c(d)] }",
            "let s = r#\"a \"b\" {\"#;",
            "(r\"\", b\"\", br##\"x\"##, c\"y\", \"\")",
        ];
        for code in whole_ones {
            assert_eq!(whole(code), Whole::Yes, "{code}");
        }
        for code in ["r#\"abc\"", "let s = r\"", "br##\"a\"#", "c\"x"] {
            assert!(matches!(whole(code), Whole::NotYet(_)), "{code}");
        }
        assert_eq!(whole("fn f() {\n  if a {"), Whole::NotYet(2));
        assert_eq!(whole("let s = \"abc"), Whole::NotYet(0));
        assert_eq!(whole("/* a"), Whole::NotYet(0));
        for code in [")", "fn f() {}}", "let a = [1]];"] {
            assert_eq!(whole(code), Whole::Never, "{code}");
        }
    }
}
