//! A cell's text: what evcxr is given instead of it, and where in it something is.
//!
//! `head` takes the lines before the code, `rewrite` the code (`impls`, `tail` and `uses` know parts
//! of it), `map` leads back from what evcxr and the compiler speak of to what the student wrote.
//! Nothing here runs anything.

mod head;
mod impls;
mod map;
mod rewrite;
mod tail;
mod uses;
mod whole;

pub(crate) use head::{Anew, Head, Order};
pub(crate) use impls::{Impls, MODULE};
pub(crate) use map::{Place, Statement, locate};
pub(crate) use rewrite::{Code, rewrite};
pub(crate) use uses::is_operator;
pub(crate) use whole::{Whole, whole};
