//! What to do about the commonest mistakes, as far as it is particular to notebooks.

use std::collections::HashMap;

/// Variables that later cells cannot use any more: in which cell they went, and how.
pub(crate) type Gone = HashMap<String, (usize, &'static str)>;

/// The hint for an error of the compiler, by its code and message.
pub(crate) fn for_error(code: Option<&str>, message: &str, gone: &Gone) -> Option<String> {
    let name = message.split('`').nth(1).unwrap_or_default();
    let hint = match code.unwrap_or_default() {
        "E0382" => format!(
            "what a cell moves is gone for the cells below as well: lend it with `&{name}`, or keep it with `{name}.clone()`"
        ),
        "E0425" if message.contains("cannot find type") => NAMES.to_owned(),
        "E0425" => match gone.get(name) {
            Some((cell, how)) if how.contains("moved") => format!(
                "`{name}` {how} cell [{cell}]; run the cell that makes it once more, or use `&{name}` or `{name}.clone()` there"
            ),
            Some((cell, how)) => {
                format!("`{name}` {how} cell [{cell}]; run the cell that makes it once more")
            }
            None => format!(
                "run the cell that defines `{name}` first; its variables are known once it has run without error"
            ),
        },
        "E0405" | "E0412" | "E0432" | "E0433" => NAMES.to_owned(),
        "E0384" | "E0594" | "E0596" => immutable(message)?,
        "E0119" | "E0428" | "E0592" => {
            "what a cell defines takes the place of what another defined, if it stands in the same cell as its `struct`, or alone in a cell; this is defined twice: change it where it is, or begin again with `:clear`"
                .to_owned()
        }
        "E0597" | "E0505" | "E0515" | "E0716" | "E0521" => REFERENCE.to_owned(),
        "E0502" | "E0499" => {
            "a borrow ends where it is last used: finish with the one before you begin with the other, or clone"
                .to_owned()
        }
        "E0599" if message.contains("evcxr_display") => UNSHOWABLE.to_owned(),
        "E0599" if message.contains("chainrule_tell") => QUESTION_MARK.to_owned(),
        "E0277" if message.contains("cannot be shown at the end of a cell") => {
            UNSHOWABLE.to_owned()
        }
        "E0277" if message.starts_with("`?`") || message.contains("`?` operator") => {
            QUESTION_MARK.to_owned()
        }
        _ if message.contains("non-static lifetime") => REFERENCE.to_owned(),
        _ => return None,
    };
    Some(hint)
}

/// For what is changed and was not declared mutable. What is behind a `&` is another's.
fn immutable(message: &str) -> Option<String> {
    let behind = message.split_once(", as `");
    let name = match behind {
        Some((_, rest)) if rest.contains("is not declared as mutable") => rest.split('`').next()?,
        None if message.starts_with("cannot assign twice") => message.split('`').nth(1)?,
        _ => return None,
    };
    Some(format!(
        "a kept variable is made mutable by `let mut {name} = {name};` in a cell of its own or before this line"
    ))
}

/// The hint for a failure that evcxr describes in words.
pub(crate) fn for_message(message: &str) -> Option<&'static str> {
    if message.contains("is a closure") {
        Some(
            "write a function, `fn f(x: f64) -> f64 { … }`, or put the cell's code in braces `{ … }`",
        )
    } else if message.contains("determine type of variable") {
        Some(
            "say its type, as in `let x: Vec<f64> = …`; if it borrows or is a closure, use it up in the same cell, in braces `{ … }`",
        )
    } else if message.contains("cannot be persisted") {
        Some(REFERENCE)
    } else {
        None
    }
}

const NAMES: &str = "run the cell that defines it first, or bring it in: a `use` line at the top of a cell holds for all cells below, and `use chainrule::prelude::*;` brings this library's names";
const REFERENCE: &str = "variables outlive their cell, so they have to own what they hold: use `.clone()`, `.to_owned()` or `.to_vec()`, or put the cell's code in braces `{ … }` so that nothing is kept";
const UNSHOWABLE: &str = "a value at the end of a cell is shown by Debug: put `#[derive(Debug)]` before its type, or end the line with `;`";
const QUESTION_MARK: &str = "`?` takes the value out of a `Result` whose error can be printed; for an `Option` write `.ok_or(\"what is missing\")?`";

/// A message of the compiler without names that only this kernel knows.
pub(crate) fn in_the_students_words(message: &str) -> String {
    if message.contains("evcxr_display") {
        let of = message.split("for ").nth(1).unwrap_or("this value");
        let of = of.split(" in the current scope").next().unwrap_or(of);
        let of = of.split(", but").next().unwrap_or(of);
        return format!("a value cannot be shown: {of}");
    }
    if message.contains("chainrule_tell") {
        let of = message.split("for ").nth(1).unwrap_or("this value");
        let of = of.split(" in the current scope").next().unwrap_or(of);
        let of = of.split(", but").next().unwrap_or(of);
        return format!("`?` cannot be used on {of}");
    }
    message.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_that_went_is_told_with_the_cell_that_took_it() {
        let gone = Gone::from([("data".to_owned(), (4, "was moved in"))]);
        let message = "cannot find value `data` in this scope";
        let hint = for_error(Some("E0425"), message, &gone).unwrap();
        assert!(hint.starts_with("`data` was moved in cell [4]"), "{hint}");
        let hint = for_error(Some("E0425"), message, &Gone::new()).unwrap();
        assert!(
            hint.contains("run the cell that defines `data` first"),
            "{hint}"
        );
    }

    #[test]
    fn the_commonest_mistakes_have_hints_and_others_none() {
        let none = Gone::new();
        let hint = |code, message| for_error(Some(code), message, &none).unwrap_or_default();
        assert!(hint("E0382", "borrow of moved value: `net`").contains("`net.clone()`"));
        assert!(
            hint(
                "E0433",
                "failed to resolve: use of undeclared type `HashMap`"
            )
            .contains("use")
        );
        assert!(hint("E0597", "`v` does not live long enough").contains(".to_vec()"));
        for (code, message) in [
            (
                "E0596",
                "cannot borrow `x.layers` as mutable, as `x` is not declared as mutable",
            ),
            (
                "E0594",
                "cannot assign to `x.a`, as `x` is not declared as mutable",
            ),
            ("E0384", "cannot assign twice to immutable variable `x`"),
        ] {
            assert!(hint(code, message).contains("let mut x = x;"), "{message}");
        }
        let behind = "cannot borrow `*x` as mutable, as it is behind a `&` reference";
        assert_eq!(hint("E0596", behind), "");
        assert!(hint("E0425", "cannot find type `Net` in this scope").contains("`use` line"));
        assert!(hint("E0592", "duplicate definitions with name `new`").contains(":clear"));
        assert_eq!(hint("E0308", "mismatched types"), "");
        assert!(for_message("The variable `f` is a closure, which").is_some());
        assert!(for_message("something else").is_none());
    }

    #[test]
    fn our_own_names_do_not_appear() {
        let messages = [
            "the method `evcxr_display` exists for reference `&Secret`, but its trait bounds were not satisfied",
            "no method named `chainrule_tell` found for enum `Option<T>` in the current scope",
        ];
        let told = messages.map(in_the_students_words);
        assert_eq!(
            told,
            [
                "a value cannot be shown: reference `&Secret`",
                "`?` cannot be used on enum `Option<T>`"
            ]
        );
    }
}
