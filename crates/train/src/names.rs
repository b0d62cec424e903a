//! The names of metrics, and what is said of one that there is not.

use chainrule_error::{Error, ErrorKind};

pub(crate) const LOSS: &str = "loss";
pub(crate) const ACC: &str = "acc";
pub(crate) const VAL_LOSS: &str = "val_loss";
pub(crate) const VAL_ACC: &str = "val_acc";
pub(crate) const RATE: &str = "lr";

/// There is no metric of that name; the one that is spelled most like it, and all there are.
pub(crate) fn unknown(name: &str, known: &[String]) -> Error {
    let error = Error::new(ErrorKind::Value, format!("there is no metric “{name}”"))
        .expected(if known.is_empty() {
            "a metric; none was measured".to_owned()
        } else {
            format!("one of {}", known.join(", "))
        })
        .got(name.to_owned());
    if name.starts_with("val_") && !known.iter().any(|known| known.starts_with("val_")) {
        return error
            .why("nothing is validated: the data have no validation part")
            .hint(
                "split some off the training set: &data.with_validation(5_000)?, or say that the \
                 test set is to be used: .validate_on_test()",
            );
    }
    match nearest(name, known) {
        Some(near) => error.hint(format!("“{near}”")),
        None => error,
    }
}

/// The name that is most like another, if one is like it at all.
pub(crate) fn nearest<'a>(name: &str, known: &'a [String]) -> Option<&'a str> {
    let like = |known: &'a String| (strsim::jaro_winkler(name, known), known.as_str());
    let best = known.iter().map(like).max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 > 0.6).then_some(best.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_proposed() {
        let known = [LOSS, ACC, VAL_LOSS, VAL_ACC, RATE].map(str::to_owned);
        for (name, near) in [
            ("val_accuracy", VAL_ACC),
            ("accuracy", ACC),
            ("val_los", VAL_LOSS),
            ("vall_loss", VAL_LOSS),
            ("Loss", LOSS),
        ] {
            assert_eq!(nearest(name, &known), Some(near), "{name}");
        }
        assert_eq!(nearest("f1", &known), None);
        let text = unknown("val_loss", &known[..2]).to_string();
        assert!(text.contains("validate_on_test"), "{text}");
    }
}
