//! Lines about epochs, as Keras prints them.

use std::fmt::Write;

use crate::names::RATE;

/// `Epoch 1/20`
#[doc(hidden)]
pub fn epoch_head(epoch: usize, epochs: usize) -> String {
    format!("Epoch {epoch}/{epochs}")
}

/// ` - 1s - loss: 1.3460 - acc: 0.5547 - val_loss: 0.8014 - val_acc: 0.7407`
#[doc(hidden)]
pub fn epoch_line(seconds: f64, metrics: &[(String, f64)]) -> String {
    // Keras prints whole seconds; a small network needs less than one.
    let mut line = if seconds < 9.95 {
        format!(" - {seconds:.1}s")
    } else {
        format!(" - {seconds:.0}s")
    };
    for (name, value) in metrics.iter().filter(|(name, _)| name != RATE) {
        // Writing to a string cannot fail.
        let _ = write!(line, " - {name}: {}", number(*value));
    }
    line
}

/// Four decimals, or a power of ten below 0.001, as Keras has it.
pub(crate) fn number(value: f64) -> String {
    if value != 0.0 && value.abs() <= 1e-3 {
        format!("{value:.4e}")
    } else if value.abs() >= 1e7 {
        format!("{value:.3e}")
    } else {
        format!("{value:.4}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_that_of_keras() {
        let metrics = [
            ("loss", 1.346),
            ("acc", 0.5547),
            ("val_loss", 0.80138),
            ("val_acc", 0.7407),
            ("lr", 0.1),
        ]
        .map(|(name, value)| (name.to_owned(), value));
        assert_eq!(
            epoch_line(12.4, &metrics),
            " - 12s - loss: 1.3460 - acc: 0.5547 - val_loss: 0.8014 - val_acc: 0.7407"
        );
        assert!(epoch_line(0.43, &metrics).starts_with(" - 0.4s - loss"));
        assert_eq!(number(0.00012), "1.2000e-4");
        assert_eq!(number(0.0), "0.0000");
        assert_eq!(number(f64::NAN), "NaN");
    }
}
