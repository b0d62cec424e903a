//! Whether a cell reached its end on the stock kernel of evcxr, which answers "ok" to a panic and to
//! a `?` that returned an error. Our own kernel answers with the error, and is not asked.
//!
//! evcxr keeps the variables that a cell introduces only when the cell ran to its end. So a cell
//! is sent with one more variable in front of it, [`WITNESS`], and afterwards the kernel is asked
//! which variables it keeps. A variable of the same name from an earlier cell does not deceive: the
//! new one takes its place and is lost with the cell.
//!
//! The statement stands on the first line of Rust code, so that no line moves.

/// The variable that a cell keeps only when it reached its end.
pub(super) const WITNESS: &str = "chainrule_cell_done";

/// The request that lists the variables; nothing is compiled for it.
pub(super) const LIST_VARIABLES: &str = ":vars";

/// Whether a kernel that calls its implementation so is stock evcxr; ours is `chainrule`.
pub(super) fn is_evcxr(implementation: &str) -> bool {
    implementation.starts_with("evcxr")
}

/// The code with the witness in it, or `None` when there is no Rust code: commands and comments
/// alone can neither panic nor return.
pub(super) fn witnessed(code: &str) -> Option<String> {
    let position = first_statement(code)?;
    let (before, after) = code.split_at(position);
    Some(format!("{before}let {WITNESS}: () = (); {after}"))
}

/// Whether the answer to [`LIST_VARIABLES`], a line `name: type` for each, holds the witness.
pub(super) fn is_kept(variables: &str) -> bool {
    variables
        .lines()
        .any(|line| line.split(':').next() == Some(WITNESS))
}

/// Where Rust code begins, by the kernel's own rules: first come commands (`:dep`), lines for the
/// shell (`!ls`), comments and blank lines.
fn first_statement(code: &str) -> Option<usize> {
    let mut position = 0;
    for line in code.split_inclusive('\n') {
        let is_command = line.trim_start_matches(' ').starts_with(':') || line.starts_with('!');
        if !is_command && !line.starts_with("//") && !line.trim().is_empty() {
            return Some(position + after_inner_attributes(&code[position..]));
        }
        position += line.len();
    }
    None
}

/// The length of the `#![…]` that code begins with: they must stay first.
fn after_inner_attributes(code: &str) -> usize {
    let mut length = 0;
    loop {
        let rest = &code[length..];
        let blank = rest.len() - rest.trim_start().len();
        if !rest[blank..].starts_with("#![") {
            return length;
        }
        let mut depth = 0_usize;
        let end = rest[blank..].find(|character| {
            depth = match character {
                '[' => depth + 1,
                ']' => depth - 1,
                _ => return false,
            };
            depth == 0
        });
        match end {
            Some(end) => length += blank + end + 1,
            None => return length,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LET: &str = "let chainrule_cell_done: () = (); ";

    #[test]
    fn the_witness_stands_on_the_first_line_of_rust() {
        for (before, after) in [
            ("", "let x = 1;\nx"),
            (":dep a = \"1\"\n", "use a::b;\n"),
            ("\n// words\n:dep a\n  :opt 3\n!ls\n\n", "  fn f() {}"),
            ("/// lost by the kernel\n", "struct S; // end"),
            ("#![allow(non_ascii_idents)]", " let a = 1;"),
            ("#![a([1])]\n#![b]", "\nx"),
            ("", "#[derive(Debug)]\nstruct S;"),
        ] {
            let code = format!("{before}{after}");
            let expected = format!("{before}{LET}{after}");
            assert_eq!(witnessed(&code).as_deref(), Some(&*expected));
            assert_eq!(code.lines().count(), expected.lines().count());
        }
    }

    #[test]
    fn cells_without_rust_have_none() {
        for code in [
            "",
            " \n",
            "// only words",
            ":dep a = \"1\"\n// x\n",
            "!ls",
            ":vars",
        ] {
            assert_eq!(witnessed(code), None, "{code:?}");
        }
    }

    #[test]
    fn an_attribute_that_does_not_end_does_no_harm() {
        assert_eq!(witnessed("#![a").unwrap(), format!("{LET}#![a"));
    }

    #[test]
    fn the_list_of_variables_is_read_by_whole_names() {
        assert!(is_kept("x: i32\nchainrule_cell_done: ()\n"));
        assert!(!is_kept("chainrule_cell_done_too: ()\nx: i32\n"));
        assert!(!is_kept(""));
    }

    #[test]
    fn kernels_are_known_by_their_implementation() {
        assert!(is_evcxr("evcxr_jupyter"));
        assert!(!is_evcxr("ipython") && !is_evcxr("chainrule"));
    }
}
