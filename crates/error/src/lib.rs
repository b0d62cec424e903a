//! The one error type that a user of chainrule meets.
//!
//! An [`Error`] says where something went wrong, what was expected, what came instead, why, and
//! what to try. Its `Debug` is its `Display`, since a notebook cell's `?` prints the one and
//! `unwrap` the other, and both should read well:
//!
//! ```
//! use chainrule_error::{Error, ErrorKind};
//!
//! let error = Error::new(ErrorKind::Shape, "shape mismatch in layer 1 (dense 784 → 32)")
//!     .expected("[batch, 784]")
//!     .got("[100, 785]")
//!     .hint("build the model with Model::input(785)");
//! assert_eq!(
//!     error.to_string(),
//!     "shape mismatch in layer 1 (dense 784 → 32)\n  \
//!        expected  [batch, 784]\n  \
//!        got       [100, 785]\n  \
//!        try       build the model with Model::input(785)"
//! );
//! assert_eq!(format!("{error:?}"), error.to_string());
//! ```
//!
//! With a plus, `{error:+}`, its kind stands before it: `ShapeError: shape mismatch in …`.
//!
//! Deliberately absent: one enum variant per failure. A program asks for the [`ErrorKind`]; a
//! person reads the text.

mod file;

use std::fmt;

pub use file::{can_write, write_file};

/// `Result` with chainrule's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What family an [`Error`] belongs to, for code that reacts to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Array shapes that do not fit together.
    Shape,
    /// A setting or argument outside its range: a rate of NaN, zero epochs, batch size 0.
    Value,
    /// A model that cannot be built: no layers, a dense layer on images, two losses.
    Model,
    /// A data file that is missing, truncated, corrupted or something else than it should be.
    Data,
    /// The operating system refused: no permission, disk full, port in use.
    Io,
    /// A download failed.
    Network,
    /// A number that should be finite is NaN or infinite.
    NotFinite,
    /// The environment lacks something: Python, a kernel, a tool.
    Environment,
    /// A promise that chainrule made to itself is broken; please report it.
    Internal,
}

/// An error a student can read: where, expected, got, why, and what to try.
pub struct Error(Box<Parts>);

struct Parts {
    kind: ErrorKind,
    place: String,
    expected: Option<String>,
    got: Option<String>,
    why: Option<String>,
    hint: Option<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// Starts an error with its first line: what went wrong, and where.
    pub fn new(kind: ErrorKind, place: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            kind,
            place: place.into(),
            expected: None,
            got: None,
            why: None,
            hint: None,
            source: None,
        }))
    }

    /// Adds what was expected.
    #[must_use]
    pub fn expected(mut self, text: impl Into<String>) -> Self {
        self.0.expected = Some(text.into());
        self
    }

    /// Adds what came instead.
    #[must_use]
    pub fn got(mut self, text: impl Into<String>) -> Self {
        self.0.got = Some(text.into());
        self
    }

    /// Adds the reason, as far as it is known.
    #[must_use]
    pub fn why(mut self, text: impl Into<String>) -> Self {
        self.0.why = Some(text.into());
        self
    }

    /// Adds what to try; printed as `try`.
    #[must_use]
    pub fn hint(mut self, text: impl Into<String>) -> Self {
        self.0.hint = Some(text.into());
        self
    }

    /// Adds the error beneath this one. Its text becomes the `why` unless one is given.
    #[must_use]
    pub fn source(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.0.source = Some(Box::new(source));
        self
    }

    /// Puts words before the first line, for a caller that knows more about the place.
    #[must_use]
    pub fn within(mut self, context: impl fmt::Display) -> Self {
        self.0.place = format!("{context}: {}", self.0.place);
        self
    }

    /// The family of this error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The first line: what went wrong, and where.
    pub fn headline(&self) -> &str {
        &self.0.place
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = &*self.0;
        let beneath = parts.source.as_ref().map(ToString::to_string);
        let why = parts.why.as_ref().or(beneath.as_ref());
        if f.sign_plus() {
            write!(f, "{:?}Error: ", parts.kind)?;
        }
        f.write_str(&parts.place)?;
        let rows = [
            ("expected", parts.expected.as_ref()),
            ("got", parts.got.as_ref()),
            ("why", why),
            ("try", parts.hint.as_ref()),
        ];
        for (label, text) in rows {
            let Some(text) = text else { continue };
            write!(f, "\n  {label:<10}")?;
            for (i, line) in text.lines().enumerate() {
                if i > 0 {
                    write!(f, "\n{:12}", "")?;
                }
                f.write_str(line)?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_printed_in_order_and_long_text_is_indented() {
        let error = Error::new(ErrorKind::Value, "bad learning rate")
            .hint("a rate such as 0.1")
            .why("two\nlines")
            .got("NaN")
            .expected("a positive number");
        assert_eq!(
            error.to_string(),
            "bad learning rate\n  expected  a positive number\n  got       NaN\n  \
             why       two\n            lines\n  try       a rate such as 0.1"
        );
    }

    #[test]
    fn a_source_is_the_why_unless_one_is_given() {
        let beneath = || std::io::Error::other("disk full");
        let plain = Error::new(ErrorKind::Io, "cannot write the cache").source(beneath());
        assert!(plain.to_string().ends_with("why       disk full"));
        assert!(std::error::Error::source(&plain).is_some());
        let told = Error::new(ErrorKind::Io, "cannot write")
            .why("no room")
            .source(beneath());
        assert!(told.to_string().ends_with("why       no room"));
    }

    #[test]
    fn context_goes_before_the_first_line() {
        let error = Error::new(ErrorKind::Data, "file is truncated").within("Mnist::load");
        assert_eq!(error.headline(), "Mnist::load: file is truncated");
        assert_eq!(error.kind(), ErrorKind::Data);
        assert_eq!(format!("{error:+}"), format!("DataError: {error}"));
    }
}
