//! Numbers, texts and arrays: what a cell would show of them without this crate, or better.
//!
//! Numbers are here because they must be. The kernel first tries `(expression).evcxr_display()` and
//! falls back to `Debug` when there is no such method. But as soon as some trait in the program has
//! a method of that name, the compiler reports `let x = 3; x` as a number whose type is not known,
//! and the kernel takes that for the student's error. With the trait on numbers, `x` is an `i32`
//! as anywhere else. It also saves the second build that the fallback costs.

use std::fmt::Display;

use ndarray::{ArrayBase, Data, Dimension};

use super::{Bundle, NotebookDisplay};

macro_rules! shown_by_debug {
    ($($type:ty)*) => {$(
        impl NotebookDisplay for $type {
            fn bundle(&self) -> Bundle {
                Bundle::text(format!("{self:?}"))
            }
        }
    )*};
}

shown_by_debug!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64 bool char str String);

/// An array as rows and columns, then its shape.
impl<S, D> NotebookDisplay for ArrayBase<S, D>
where
    S: Data<Elem: Display>,
    D: Dimension,
{
    fn bundle(&self) -> Bundle {
        Bundle::text(format!("{self}\nshape {:?}", self.shape()))
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    fn text(value: &(impl NotebookDisplay + ?Sized)) -> String {
        value.bundle().get("text/plain").unwrap().to_owned()
    }

    #[test]
    fn numbers_without_a_type_have_the_usual_one() {
        let (whole, real) = (3, 2.5);
        // The method call is the point: it must compile with both types still open.
        let bundles = ((whole).bundle(), (real).bundle());
        assert_eq!(bundles.0.get("text/plain"), Some("3"));
        assert_eq!(bundles.1.get("text/plain"), Some("2.5"));
    }

    #[test]
    fn texts_and_arrays_read_well() {
        assert_eq!(text("a"), "\"a\"");
        assert_eq!(text(&'b'), "'b'");
        assert_eq!(
            text(&array![[1.0, 2.5], [3.0, 4.0]]),
            "[[1, 2.5],\n [3, 4]]\nshape [2, 2]"
        );
    }
}
