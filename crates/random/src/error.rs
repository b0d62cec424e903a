//! The error of this crate: what was expected, what came instead, why, and what to try.
//!
//! It is printed as `chainrule_error::Error` is, and is a type of its own so that this crate
//! stands alone. With the cargo feature `chainrule-error` the one turns into the other by `?`.

use std::fmt;

/// `Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What family an [`Error`] belongs to, for code that reacts to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A shape with more elements than there can be, or probabilities of another length.
    Shape,
    /// An argument outside its range: a negative seed, an empty range, a standard deviation of −1.
    Value,
}

/// Why numbers could not be drawn, in words that a student can read. `Debug` is `Display`.
///
/// ```
/// use chainrule_random::RandomState;
///
/// let error = RandomState::new(-1).unwrap_err();
/// assert_eq!(
///     format!("{error:?}"),
///     "a seed is out of range\n  \
///        expected  an integer from 0 to 4294967295 (2³² − 1)\n  \
///        got       -1\n  \
///        try       RandomState::new(1), or an array of such numbers for a longer seed"
/// );
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Box<Parts>);

#[derive(Clone, PartialEq, Eq)]
struct Parts {
    kind: ErrorKind,
    headline: String,
    expected: Option<String>,
    got: Option<String>,
    why: Option<String>,
    hint: Option<String>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, headline: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            kind,
            headline: headline.into(),
            expected: None,
            got: None,
            why: None,
            hint: None,
        }))
    }

    pub(crate) fn value(headline: impl Into<String>) -> Self {
        Self::new(ErrorKind::Value, headline)
    }

    pub(crate) fn expected(mut self, text: impl Into<String>) -> Self {
        self.0.expected = Some(text.into());
        self
    }

    pub(crate) fn got(mut self, text: impl fmt::Display) -> Self {
        self.0.got = Some(text.to_string());
        self
    }

    pub(crate) fn why(mut self, text: impl Into<String>) -> Self {
        self.0.why = Some(text.into());
        self
    }

    pub(crate) fn hint(mut self, text: impl Into<String>) -> Self {
        self.0.hint = Some(text.into());
        self
    }

    /// The family of this error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The first line: what went wrong.
    pub fn headline(&self) -> &str {
        &self.0.headline
    }

    /// The rows beneath the first line, each with its label.
    fn rows(&self) -> [(&'static str, Option<&str>); 4] {
        let parts = &*self.0;
        [
            ("expected", parts.expected.as_deref()),
            ("got", parts.got.as_deref()),
            ("why", parts.why.as_deref()),
            ("try", parts.hint.as_deref()),
        ]
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.headline())?;
        for (label, text) in self.rows() {
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

impl std::error::Error for Error {}

#[cfg(feature = "chainrule-error")]
impl From<Error> for chainrule_error::Error {
    fn from(error: Error) -> Self {
        let kind = match error.kind() {
            ErrorKind::Shape => chainrule_error::ErrorKind::Shape,
            ErrorKind::Value => chainrule_error::ErrorKind::Value,
        };
        let mut whole = Self::new(kind, error.headline());
        for (label, text) in error.rows() {
            let Some(text) = text else { continue };
            whole = match label {
                "expected" => whole.expected(text),
                "got" => whole.got(text),
                "why" => whole.why(text),
                _ => whole.hint(text),
            };
        }
        whole
    }
}

#[cfg(all(test, feature = "chainrule-error"))]
mod tests {
    use super::*;

    #[test]
    fn the_project_wide_error_says_the_same() {
        let error = Error::new(ErrorKind::Shape, "too large")
            .expected("less")
            .got(5)
            .why("two\nlines")
            .hint("4");
        let whole = chainrule_error::Error::from(error.clone());
        assert_eq!(whole.to_string(), error.to_string());
        assert_eq!(whole.kind(), chainrule_error::ErrorKind::Shape);
    }
}
