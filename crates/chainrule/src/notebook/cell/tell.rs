//! Errors that `?` meets in a cell.
//!
//! `expression?` becomes `expression.chainrule_tell(line).told()?`: the error is sent to the kernel
//! with its line, and [`Told`], which says nothing, ends the cell. What serves the evcxr kernel
//! serves here: any error with `Debug`. One with `Display` is told by that, found by method
//! resolution as in [`last`](super::last). There are only these two because
//! `let x: i32 = text.parse()?` does not know its error when the method is chosen: the first choice
//! has to be right for nearly all.

use std::{
    any::type_name,
    convert::Infallible,
    fmt::{self, Debug, Display},
};

use chainrule_error::Error;
use serde_json::json;

use crate::notebook::live;

/// An error that the kernel knows already. It prints as nothing.
pub struct Told;

impl Debug for Told {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl Display for Told {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Told {}

/// What `?` can be written behind.
pub trait Tell {
    /// What goes on if all is well.
    type Value;
    /// What ends the cell.
    type Error;

    /// Notes the line of the cell, counted from 1.
    fn chainrule_tell(self, line: u32) -> Asked<Self::Value, Self::Error>
    where
        Self: Sized + IsResult;
}

impl<T, E> Tell for Result<T, E> {
    type Value = T;
    type Error = E;

    fn chainrule_tell(self, line: u32) -> Asked<T, E> {
        let result = Some(self);
        Asked { result, line }
    }
}

/// Here for the message of [`IsResult`] alone.
impl<T> Tell for Option<T> {
    type Value = T;
    type Error = Infallible;

    fn chainrule_tell(self, line: u32) -> Asked<T, Infallible>
    where
        Self: IsResult,
    {
        let result = self.map(Ok);
        Asked { result, line }
    }
}

/// Results, and no Options: a cell as such returns a Result.
///
/// ```compile_fail,E0277
/// use chainrule::notebook::cell::{Tell as _, TellDisplay as _, Told};
///
/// fn cell() -> Result<(), Told> {
///     [1, 2].first().chainrule_tell(1).told()?; // `?` outside a function needs a Result
///     Ok(())
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`?` outside a function needs a Result, and this is `{Self}`",
    label = "not a Result",
    note = "for an Option write .ok_or(\"what is missing\")? or .unwrap()"
)]
pub trait IsResult {}

impl<T, E> IsResult for Result<T, E> {}

/// A result and the line it came from.
#[must_use]
pub struct Asked<T, E> {
    result: Option<Result<T, E>>,
    line: u32,
}

impl<T, E> Asked<T, E> {
    fn answer(&mut self, words: impl FnOnce(&E) -> String) -> Result<T, Told> {
        match self.result.take() {
            Some(Ok(value)) => Ok(value),
            Some(Err(error)) => {
                let name = name(type_name::<E>());
                let message = words(&error);
                // chainrule's own error tells its kind before its text, if asked with a plus.
                let own = type_name::<E>() == type_name::<Error>();
                let (name, message) = match message.split_once(": ") {
                    Some((kind, message)) if own => (kind, message),
                    _ => (name, message.as_str()),
                };
                tell(name, message, self.line);
                Err(Told)
            }
            None => Err(Told),
        }
    }
}

fn tell(name: &str, message: &str, line: u32) {
    if live::is_live() {
        live::emit(&json!({ "event": "error", "name": name, "message": message, "line": line }));
    } else {
        // Cells are only written like this by the chainrule kernel; still nothing may be lost.
        #[expect(clippy::print_stderr, reason = "a cell's error")]
        {
            eprintln!("{message}");
        }
    }
}

/// Tells an error by its `Display`.
pub trait TellDisplay<T> {
    /// The value, or the error told.
    ///
    /// # Errors
    ///
    /// [`Told`], when there was an error.
    fn told(self) -> Result<T, Told>;
}

impl<T, E: Display> TellDisplay<T> for Asked<T, E> {
    fn told(mut self) -> Result<T, Told> {
        if type_name::<E>() == type_name::<Error>() {
            return self.answer(|error| format!("{error:+}"));
        }
        // `#` asks errors that have a chain, such as anyhow's, for all of it.
        self.answer(|error| format!("{error:#}"))
    }
}

/// Tells an error by its `Debug`.
pub trait TellDebug<T> {
    /// The value, or the error told.
    ///
    /// # Errors
    ///
    /// [`Told`], when there was an error.
    fn told(&mut self) -> Result<T, Told>;
}

impl<T, E: Debug> TellDebug<T> for Asked<T, E> {
    fn told(&mut self) -> Result<T, Told> {
        self.answer(|error| format!("{error:?}"))
    }
}

/// `ParseIntError` for `core::num::error::ParseIntError`; texts and boxes have no better name than
/// `Error`.
fn name(path: &str) -> &str {
    let path = path.split('<').next().unwrap_or(path);
    let name = path.rsplit("::").next().unwrap_or(path);
    let plain = name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    match name {
        "String" | "Box" | "Arc" | "Rc" | "Cow" => "Error",
        name if plain => name,
        _ => "Error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short() {
        assert_eq!(
            name(type_name::<std::num::ParseIntError>()),
            "ParseIntError"
        );
        assert_eq!(
            name(type_name::<std::sync::mpsc::SendError<Vec<u8>>>()),
            "SendError"
        );
        for path in [
            type_name::<&str>(),
            type_name::<String>(),
            type_name::<Box<dyn std::error::Error>>(),
            type_name::<(u8, Told)>(),
        ] {
            assert_eq!(name(path), "Error", "{path}");
        }
    }
}
