//! How large a variable is, for the kernel's `:vars`.

use chainrule_data::{Dataset, Splits};
use chainrule_nn::{Network, Scalar};
use ndarray::{ArrayBase, Dimension, RawData};
use serde_json::json;

use crate::notebook::live;

/// Values that have a size worth telling.
pub trait Size {
    /// The shape, the length, or what else says how large it is.
    fn chainrule_size(&self) -> String;
}

/// All other values: found by method lookup where there is no [`Size`].
pub trait NoSize {
    /// Nothing.
    fn chainrule_size(&self) -> String {
        String::new()
    }
}

impl<T: ?Sized> NoSize for &T {}

impl<S: RawData, D: Dimension> Size for ArrayBase<S, D> {
    fn chainrule_size(&self) -> String {
        format!("{:?}", self.shape())
    }
}

impl<T> Size for Vec<T> {
    fn chainrule_size(&self) -> String {
        format!("[{}]", self.len())
    }
}

impl<T, const N: usize> Size for [T; N] {
    fn chainrule_size(&self) -> String {
        format!("[{N}]")
    }
}

impl Size for String {
    fn chainrule_size(&self) -> String {
        format!("{} bytes", self.len())
    }
}

impl Size for Dataset {
    fn chainrule_size(&self) -> String {
        format!("[{}, {}]", self.len(), self.features())
    }
}

impl Size for Splits {
    fn chainrule_size(&self) -> String {
        let sizes = [&self.train, &self.test].map(Size::chainrule_size);
        format!("train {}, test {}", sizes[0], sizes[1])
    }
}

impl<F: Scalar> Size for Network<F> {
    fn chainrule_size(&self) -> String {
        let parameters = self.parameters().iter();
        let count: usize = parameters.map(|parameter| parameter.value.len()).sum();
        format!("{count} parameters")
    }
}

/// Tells the kernel the sizes of variables, by name.
pub fn sizes(sizes: &[(&str, String)]) {
    if live::is_live() {
        live::emit(&json!({ "event": "sizes", "sizes": sizes }));
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    #[test]
    #[expect(clippy::needless_borrow, reason = "as the kernel writes it")]
    fn the_most_particular_size_is_found() {
        struct Other;
        let array = Array2::<f64>::zeros((2, 3));
        let sizes = [
            (&(array)).chainrule_size(),
            (&(vec![1, 2])).chainrule_size(),
            (&([0; 4])).chainrule_size(),
            (&(String::from("é"))).chainrule_size(),
            (&(Other)).chainrule_size(),
            (&(3)).chainrule_size(),
            (&("text")).chainrule_size(),
        ];
        assert_eq!(sizes, ["[2, 3]", "[2]", "[4]", "2 bytes", "", "", ""]);
    }
}
