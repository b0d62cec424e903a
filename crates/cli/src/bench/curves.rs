//! The figure whose drawing is timed: twelve panels like those of homework 2, two curves each.

use serde_json::{Value, json};

/// Epochs and learning rate of every setting of the four models.
const SETTINGS: [[(usize, &str); 3]; 4] = [
    [(5, "0.0001"), (5, "0.005"), (5, "0.1")],
    [(15, "0.0001"), (15, "0.005"), (15, "0.1")],
    [(5, "0.003"), (40, "0.003"), (40, "0.05")],
    [(5, "0.01"), (10, "0.001"), (20, "0.001")],
];

/// The figure in the size of ours. The points lie where the homework measured, every 20 000 of
/// 55 000 samples an epoch; the curves rise as learning curves do.
pub(super) fn figure(width: u64, height: u64) -> Value {
    let columns = SETTINGS.iter().enumerate().map(|(task, settings)| {
        let panels = settings.iter().enumerate().map(|(row, (epochs, rate))| {
            let lines = ["train_accuracy", "test_accuracy"].map(|label| {
                let lag = if label == "test_accuracy" { 1.3 } else { 1.0 };
                let points = epochs * 55_000 / 20_000;
                let point = |k: usize| {
                    let rise = 1.0 - (-(k as f64) / (4.0 * lag + row as f64)).exp();
                    let ripple = 0.01 * (k as f64 * 1.7 + task as f64).sin();
                    json!([20_000 * k, 0.1 + 0.85 * rise + ripple])
                };
                json!([label, (1..=points).map(point).collect::<Vec<_>>()])
            });
            json!({"setting": format!("Epochs: {epochs}, Learning rate: {rate}"), "lines": lines})
        });
        json!({"title": format!("Task {}", task + 1), "panels": panels.collect::<Vec<_>>()})
    });
    json!({
        "title": "Learning Curves for all Tasks and Hyper-parameter settings",
        "x_label": "Number of samples processed", "width": width, "height": height,
        "columns": columns.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_twelve_panels_with_two_curves_of_numbers() {
        let figure = figure(100, 100);
        let panels: Vec<_> = figure["columns"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|column| column["panels"].as_array().unwrap())
            .collect();
        assert_eq!(panels.len(), 12);
        for panel in panels {
            for line in panel["lines"].as_array().unwrap() {
                let points = line[1].as_array().unwrap();
                assert!(points.len() >= 13, "{panel}");
                let inside = |y: &Value| y.as_f64().is_some_and(|y| (0.0..1.0).contains(&y));
                assert!(points.iter().all(|point| inside(&point[1])), "{panel}");
            }
        }
    }
}
