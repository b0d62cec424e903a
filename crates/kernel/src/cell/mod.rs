//! A cell's text: what evcxr is given instead of it, and where in it something is.
//!
//! `head` takes the lines before the code, `rewrite` the code, `map` leads back from what evcxr and
//! the compiler speak of to what the student wrote. Nothing here runs anything.

mod head;
mod map;
mod rewrite;
mod tail;
mod whole;

pub(crate) use head::{Head, Order};
pub(crate) use map::{Columns, Place, Statement, locate};
pub(crate) use rewrite::{Code, rewrite};
pub(crate) use whole::{Whole, whole};
