//! Standard input, which a notebook does not have.

use chainrule_jupyter::Failure;

use super::snippet::{Mark, draw, line};

/// The cell would wait for ever for a line of standard input.
pub(crate) fn no_standard_input(code: &str, number: usize) -> Failure {
    let value = "a notebook has no standard input to read from";
    let mark = Mark {
        range: line(code, number),
        label: "it would wait here for ever".to_owned(),
        is_primary: true,
    };
    let help =
        "ask for a line in the notebook: `let line = chainrule::notebook::input(\"Name? \")?;`";
    Failure {
        name: "InputError".to_owned(),
        value: value.to_owned(),
        traceback: draw(
            &format!("InputError: {value}"),
            None,
            Some(("this cell", code, &[mark])),
            &[help.to_owned()],
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_marked_and_what_to_write_instead_is_said() {
        let code = "let mut s = String::new();\nstd::io::stdin().read_line(&mut s)?;";
        let text = no_standard_input(code, 2).traceback.join("\n");
        for part in ["this cell:2", "read_line", "chainrule::notebook::input"] {
            assert!(text.contains(part), "{text}");
        }
    }
}
