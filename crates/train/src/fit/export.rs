//! Metrics as CSV and JSON.

use serde_json::{Map, Value, json};

use crate::csv_text;

/// `epoch,seconds,loss,acc`
pub(super) fn csv_head(metrics: &[String]) -> String {
    let head = ["epoch", "seconds"].into_iter();
    csv_text::record(head.chain(metrics.iter().map(String::as_str)))
}

/// `1,0.43,1.346,0.5547`: numbers so that reading them gives the same ones; `NaN` and `inf` as they are.
pub(super) fn csv_line(epoch: usize, seconds: f64, values: impl Iterator<Item = f64>) -> String {
    let start = [epoch.to_string(), format!("{seconds:.3}")].into_iter();
    csv_text::record(start.chain(values.map(|value| value.to_string())))
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
