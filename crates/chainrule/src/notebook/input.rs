//! Questions to the reader of a notebook.

use std::io::{BufRead, Write};

use chainrule_error::{Error, ErrorKind, Result};

use super::live;

/// What a line begins with that asks the kernel for input, on evcxr's kernel and on ours.
const REQUEST: &str = "EVCXR_INPUT_REQUEST";
const REQUEST_PASSWORD: &str = "EVCXR_INPUT_REQUEST_PASSWORD";
/// What our kernel answers if nobody will: the sign for the end of a transmission.
const NOBODY: &str = "\u{4}";
/// Set by evcxr in the process that runs cells.
const RUNTIME: &str = "EVCXR_IS_RUNTIME";

/// Asks for a line of text and waits for it; without its line break.
///
/// In a notebook the question stands below the cell. Elsewhere it is printed, and the line is read
/// from standard input.
///
/// # Errors
///
/// When there is nobody to answer: stop was pressed, the notebook is run by a program that passes on
/// no questions, or standard input has ended.
pub fn input(prompt: impl AsRef<str>) -> Result<String> {
    ask(prompt.as_ref(), REQUEST)
}

/// As [`input`], but the notebook does not show what is typed. A terminal does.
///
/// # Errors
///
/// As [`input`].
pub fn password(prompt: impl AsRef<str>) -> Result<String> {
    ask(prompt.as_ref(), REQUEST_PASSWORD)
}

fn ask(prompt: &str, request: &str) -> Result<String> {
    let in_cell = live::is_live() || std::env::var_os(RUNTIME).is_some();
    let request = in_cell.then_some(request);
    let (mut out, mut from) = (std::io::stdout().lock(), std::io::stdin().lock());
    ask_with(prompt, request, &mut out, &mut from)
}

fn ask_with(
    prompt: &str,
    request: Option<&str>,
    out: &mut dyn Write,
    from: &mut dyn BufRead,
) -> Result<String> {
    let failed = |error: std::io::Error| {
        Error::new(ErrorKind::Io, format!("no answer to “{prompt}”")).source(error)
    };
    match request {
        // One line: the kernel reads the question to its end.
        Some(request) => writeln!(out, "{request}:{}", prompt.replace(['\r', '\n'], " ")),
        None => write!(out, "{prompt}"),
    }
    .and_then(|()| out.flush())
    .map_err(failed)?;
    let mut line = String::new();
    if from.read_line(&mut line).map_err(failed)? == 0 {
        let error = Error::new(ErrorKind::Io, format!("no answer to “{prompt}”"));
        return Err(error.why("there is nothing more to read"));
    }
    let line = line.trim_end_matches(['\r', '\n']);
    if line == NOBODY {
        let error = Error::new(ErrorKind::Io, format!("no answer to “{prompt}”"));
        return Err(error
            .why("stop was pressed, or the program that runs the notebook does not pass on questions")
            .hint("run the cell in JupyterLab"));
    }
    Ok(line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(prompt: &str, request: Option<&str>, mut typed: &[u8]) -> (String, Result<String>) {
        let mut out = Vec::new();
        let answer = ask_with(prompt, request, &mut out, &mut typed);
        (String::from_utf8(out).unwrap(), answer)
    }

    #[test]
    fn a_question_that_nobody_answers_is_an_error() {
        let (_, answer) = asked("age?", Some(REQUEST), b"\x04\n");
        assert!(answer.unwrap_err().to_string().contains("stop was pressed"));
    }

    #[test]
    fn a_cell_asks_its_kernel_in_one_line() {
        let (out, answer) = asked("your\nname?", Some(REQUEST), b" Ada \r\nnext");
        assert_eq!(out, "EVCXR_INPUT_REQUEST:your name?\n");
        assert_eq!(answer.unwrap(), " Ada ");
    }

    #[test]
    fn a_program_asks_its_terminal_and_an_end_is_an_error() {
        let (out, answer) = asked("name? ", None, b"");
        assert_eq!(out, "name? ");
        let error = answer.unwrap_err().to_string();
        assert!(error.starts_with("no answer to “name? ”"), "{error}");
        assert_eq!(asked("", None, b"\n").1.unwrap(), "");
    }
}
