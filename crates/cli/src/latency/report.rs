//! What was measured, for people and for programs.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::KERNELS;
use super::ledger::{Ledger, Line, Unit};
use crate::statistics::quantile;

/// The table: medians, quartiles where there are several values, ours as a share of stock's.
/// Where ours was measured alone, it has one column.
pub(super) fn table(ledger: &Ledger) -> String {
    let has_stock = ledger.lines.iter().any(|line| !line.values[1].is_empty());
    let mut rows = vec![[
        "".to_owned(),
        KERNELS[0].to_owned(),
        KERNELS[1].to_owned(),
        "ratio".to_owned(),
    ]];
    for line in &ledger.lines {
        let [ours, stock] = [0, 1].map(|kernel: usize| cell(&line.values[kernel], line.unit));
        let ratio = line
            .ratio()
            .map_or(String::new(), |ratio| format!("{ratio:.2}"));
        rows.push([line.what.clone(), ours, stock, ratio]);
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths = [0, 1, 2, 3].map(|column| width(column).unwrap_or_default());
    let mut text = String::new();
    for [what, ours, stock, ratio] in &rows {
        let [a, b, c, d] = widths;
        let mut line = format!("{what:<a$}   {ours:>b$}");
        if has_stock {
            let _ = write!(line, "   {stock:>c$}   {ratio:>d$}");
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

fn cell(values: &[f64], unit: Unit) -> String {
    let Some(median) = quantile(values, 0.5) else {
        return String::new();
    };
    let (low, high) = (quantile(values, 0.25), quantile(values, 0.75));
    match (low, high) {
        (Some(low), Some(high)) if values.len() > 2 => {
            format!(
                "{} ({} – {})",
                said(median, unit),
                number(low, unit),
                number(high, unit)
            )
        }
        _ => said(median, unit),
    }
}

fn said(value: f64, unit: Unit) -> String {
    let unit_name = match unit {
        Unit::Seconds => " s",
        Unit::Megabytes => " MB",
        Unit::Number => "",
    };
    format!("{}{unit_name}", number(value, unit))
}

fn number(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Seconds if value < 0.1 => format!("{value:.4}"),
        Unit::Megabytes => format!("{value:.0}"),
        _ => format!("{value:.2}"),
    }
}

/// Every single value, and the machine they come from.
pub(super) fn json(ledger: &Ledger) -> String {
    let lines: Vec<Value> = ledger.lines.iter().map(line).collect();
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    let value = json!({
        "system": format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        "processors": processors,
        "lines": lines,
    });
    format!("{value:#}\n")
}

fn line(line: &Line) -> Value {
    let unit = match line.unit {
        Unit::Seconds => "s",
        Unit::Megabytes => "MB",
        Unit::Number => "",
    };
    let mut object = Map::new();
    object.insert("what".to_owned(), line.what.clone().into());
    object.insert("unit".to_owned(), unit.into());
    for (name, values) in KERNELS.iter().zip(&line.values) {
        if !values.is_empty() {
            let part = |part| quantile(values, part);
            let value = json!({
                "median": part(0.5), "quartiles": [part(0.25), part(0.75)], "values": values,
            });
            object.insert((*name).to_owned(), value);
        }
    }
    if let Some(ratio) = line.ratio() {
        object.insert("ratio".to_owned(), ratio.into());
    }
    Value::Object(object)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger() -> Ledger {
        let mut ledger = Ledger::default();
        for value in [0.4, 0.5, 0.6] {
            ledger.add(0, "start to ready", Unit::Seconds, value);
            ledger.add(1, "start to ready", Unit::Seconds, 4.0 * value);
        }
        ledger.add(0, "stop", Unit::Seconds, 0.012_34);
        ledger
    }

    #[test]
    fn the_table_has_medians_quartiles_and_ratios() {
        let table = table(&ledger());
        let lines: Vec<_> = table.lines().collect();
        assert!(lines[0].ends_with("ratio") && lines[0].contains("chainrule-evcxr"));
        assert!(lines[1].starts_with("start to ready"), "{table}");
        assert!(lines[1].contains("0.50 s (0.45 – 0.55)"), "{table}");
        assert!(lines[1].ends_with("0.25"), "{table}");
        assert!(lines[2].ends_with("0.0123 s"), "{table}");
    }

    #[test]
    fn without_stock_values_there_is_one_column() {
        let mut ledger = Ledger::default();
        ledger.add(0, "stop", Unit::Megabytes, 3.0);
        let table = table(&ledger);
        assert!(
            !table.contains("evcxr") && !table.contains("ratio"),
            "{table}"
        );
        assert!(table.ends_with("stop        3 MB\n"), "{table}");
    }

    #[test]
    fn json_has_every_value() {
        let value: Value = serde_json::from_str(&json(&ledger())).unwrap();
        let line = &value["lines"][0];
        assert_eq!(line["chainrule"]["values"], json!([0.4, 0.5, 0.6]));
        assert_eq!((&line["unit"], &line["ratio"]), (&json!("s"), &json!(0.25)));
        assert_eq!(value["lines"][1].get("chainrule-evcxr"), None);
    }
}
