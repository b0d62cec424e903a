//! One-hot rows: a 1 in the column of the label, 0 elsewhere.

use chainrule_error::{Error, ErrorKind, Result};
use ndarray::Array2;

use crate::text::grouped;

/// One row per label, of shape `[labels, classes]`, with a 1 in the label's column.
///
/// ```
/// use chainrule_data::one_hot;
///
/// let rows = one_hot(&[2, 0], 3)?;
/// assert_eq!(rows, ndarray::array![[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]);
/// assert!(one_hot(&[3], 3).is_err()); // classes are 0, 1 and 2
/// # Ok::<(), chainrule_data::Error>(())
/// ```
///
/// # Errors
/// If a label is not below `classes`; the error names the first one.
pub fn one_hot(labels: &[u8], classes: usize) -> Result<Array2<f32>> {
    check_labels(labels, classes, "one_hot")?;
    let mut rows = Array2::zeros((labels.len(), classes));
    for (i, &label) in labels.iter().enumerate() {
        rows[[i, usize::from(label)]] = 1.0;
    }
    Ok(rows)
}

/// The same in f64; see [`one_hot`].
///
/// # Errors
/// If a label is not below `classes`.
pub fn one_hot_f64(labels: &[u8], classes: usize) -> Result<Array2<f64>> {
    one_hot(labels, classes).map(|rows| rows.mapv(f64::from))
}

/// Refuses labels that have no class, naming the first of them.
pub(crate) fn check_labels(labels: &[u8], classes: usize, place: &str) -> Result<()> {
    let bad = labels
        .iter()
        .position(|&label| usize::from(label) >= classes);
    let Some(position) = bad else { return Ok(()) };
    let expected = match classes {
        0 => "at least one class".to_owned(),
        1 => "0, the only class".to_owned(),
        _ => format!("0 to {} for {classes} classes", classes - 1),
    };
    let more = labels
        .iter()
        .filter(|&&label| usize::from(label) >= classes)
        .count()
        - 1;
    let others = if more == 0 {
        String::new()
    } else {
        format!(" (and {} more)", grouped(more))
    };
    Err(
        Error::new(ErrorKind::Value, format!("label out of range in {place}"))
            .expected(expected)
            .got(format!(
                "{} at position {position}{others}",
                labels[position]
            ))
            .hint("count classes from 0, and name every class"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_has_a_single_one() {
        let labels = [3, 0, 9, 9];
        let rows = one_hot_f64(&labels, 10).unwrap();
        assert_eq!(rows.dim(), (4, 10));
        for (row, &label) in rows.rows().into_iter().zip(&labels) {
            assert_eq!(row.sum(), 1.0);
            assert_eq!(row[usize::from(label)], 1.0);
        }
        assert_eq!(one_hot(&[], 10).unwrap().dim(), (0, 10));
    }

    #[test]
    fn a_label_without_a_class_is_named() {
        assert_eq!(
            one_hot(&[0, 1, 10, 255], 10).unwrap_err().to_string(),
            "label out of range in one_hot\n  \
               expected  0 to 9 for 10 classes\n  \
               got       10 at position 2 (and 1 more)\n  \
               try       count classes from 0, and name every class"
        );
        assert!(
            one_hot(&[0], 0)
                .unwrap_err()
                .to_string()
                .contains("at least one class")
        );
    }
}
