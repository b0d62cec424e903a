//! The last expression of a cell, for values that have `Debug` and no display of their own.
//!
//! `(&(EXPRESSION)).evcxr_display()` finds, in the order of method resolution: a method of the
//! value's type, then [`NotebookDisplay`](crate::notebook::NotebookDisplay) (both take `&self`, and
//! the receiver is a reference already), then [`DebugDisplay`]: it takes `&mut self` of the
//! reference, and mutable borrowing is what the compiler tries last. So everything is decided in
//! one build, without knowing the type.

use std::fmt::Debug;

use crate::notebook::Bundle;

/// Shows a value by its `Debug`.
///
/// It is there for every reference, and only its method asks for `Debug`: so a value without it is
/// answered with the message of [`Shown`].
///
/// ```compile_fail,E0277
/// use chainrule::{notebook::cell::DebugDisplay as _, prelude::*};
///
/// struct Secret;
/// (&(Secret)).evcxr_display(); // `Secret` cannot be shown at the end of a cell
/// ```
pub trait DebugDisplay {
    /// What the reference points to.
    type Value: ?Sized;

    /// Shows the value as the cell's result.
    fn evcxr_display(&mut self)
    where
        Self: Shown<Self::Value>;
}

impl<T: ?Sized> DebugDisplay for &T {
    type Value = T;

    fn evcxr_display(&mut self)
    where
        Self: Shown<T>,
    {
        Bundle::text(self.text()).print();
    }
}

/// References to values that a cell can show: those with `Debug`.
#[diagnostic::on_unimplemented(
    message = "`{T}` cannot be shown at the end of a cell",
    label = "has neither a display of its own nor `Debug`",
    note = "write #[derive(Debug)] above its definition, or end the line with `;`"
)]
pub trait Shown<T: ?Sized> {
    /// The value as text.
    fn text(&self) -> String;
}

impl<T: Debug + ?Sized> Shown<T> for &T {
    fn text(&self) -> String {
        format!("{self:?}")
    }
}
