//! What ndarray's functions fail with.

use ndarray::ShapeError;

use crate::{Error, ErrorKind};

/// ```
/// use chainrule_error::{Error, ErrorKind};
/// use ndarray::{Array2, ArrayD, Ix2};
///
/// fn matrix(array: ArrayD<f64>) -> Result<Array2<f64>, Error> {
///     Ok(array.into_dimensionality::<Ix2>()?)
/// }
/// let error = matrix(ArrayD::zeros(vec![3])).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Shape);
/// ```
impl From<ShapeError> for Error {
    fn from(error: ShapeError) -> Self {
        // Its text begins with "ShapeError/IncompatibleShape: ", which our kind says already.
        let text = error.to_string();
        let why = text.split_once(": ").map_or(text.as_str(), |(_, why)| why);
        Self::new(ErrorKind::Shape, format!("ndarray: {why}"))
            .hint("array.shape() tells a shape, array.ndim() the number of its axes")
    }
}
