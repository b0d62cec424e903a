//! Metrics as CSV and JSON.

use std::fmt::Write;

use serde_json::{Map, Value, json};

/// `epoch,seconds,loss,acc`
pub(super) fn csv_head(metrics: &[String]) -> String {
    let mut head = "epoch,seconds".to_owned();
    for name in metrics {
        head.push(',');
        head.push_str(name);
    }
    head.push('\n');
    head
}

/// `1,0.43,1.346,0.5547`: numbers so that reading them gives the same ones; `NaN` and `inf` as they are.
pub(super) fn csv_line(epoch: usize, seconds: f64, values: impl Iterator<Item = f64>) -> String {
    let mut line = format!("{epoch},{seconds:.3}");
    for value in values {
        // Writing to a string cannot fail.
        let _ = write!(line, ",{value}");
    }
    line.push('\n');
    line
}

/// What JSON has no number for is null.
pub(super) fn json_of(
    name: &str,
    remark: Option<&str>,
    seconds: &[f64],
    metrics: &[(String, Vec<f64>)],
) -> Value {
    let metrics = metrics
        .iter()
        .map(|(name, values)| (name.clone(), json!(values)));
    json!({
        "name": name,
        "epochs": seconds.len(),
        "ended": remark,
        "seconds": seconds,
        "metrics": Map::from_iter(metrics),
    })
}
