//! The bar chart, as our side of the bench draws it.

use serde_json::{Value, json};

use super::results::Measured;
use crate::statistics::median;

/// Bars by workload for those that the picture shows: NumPy's f64 and the notebook are in the table.
pub(super) fn figure(measured: &Measured) -> Value {
    let is_shown = |name: &str| name != "notebook" && name != "NumPy f64";
    let shown: Vec<usize> = (0..measured.contenders.len())
        .filter(|&i| is_shown(&measured.contenders[i].name))
        .filter(|&i| measured.training().any(|row| !row.values[i].is_empty()))
        .collect();
    let names: Vec<_> = shown
        .iter()
        .map(|&i| &measured.contenders[i].name)
        .collect();
    let groups: Vec<_> = measured
        .training()
        .map(|row| {
            let values = shown
                .iter()
                .map(|&i| median(&row.values[i]).map(f64::round));
            let values: Vec<_> = values.collect();
            json!([row.title, values])
        })
        .collect();
    json!({
        "title": "Training, samples per second", "x_label": "longer is faster; the axis is logarithmic",
        "names": names, "groups": groups,
    })
}

/// The picture in words.
pub(super) fn alt(measured: &Measured) -> String {
    let ahead = measured.mean_ratio();
    let ahead = ahead.map_or_else(String::new, |mean| {
        format!(": ours is {mean:.1} times as fast as the fastest peer in the geometric mean")
    });
    format!("Samples per second of training by workload and library{ahead}")
}

#[cfg(test)]
mod tests {
    use super::super::results::tests::measured;
    use super::*;

    #[test]
    fn each_workload_is_a_group_with_a_bar_for_each_that_is_shown() {
        let figure = figure(&measured());
        assert_eq!(
            figure["names"],
            json!(["chainrule", "PyTorch", "NumPy f32"])
        );
        assert_eq!(
            figure["groups"][1],
            json!(["conv", [40_000.0, 4_000.0, 2_500.0]])
        );
        assert_eq!(figure["groups"].as_array().map(Vec::len), Some(2));
        assert!(alt(&measured()).contains("5.0 times"));
    }
}
