//! What was measured, for people (Markdown that reads well in a terminal too) and for programs.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::machine::Machine;
use super::results::{Measured, Row, Unit, spread};

/// The tables and what has to be said about them, in Markdown.
pub(super) fn markdown(measured: &Measured, machine: &Machine) -> String {
    let mut text = String::new();
    let training: Vec<_> = measured.training().collect();
    if !training.is_empty() {
        let _ = writeln!(
            text,
            "Training, thousand samples per second: median (least – greatest).\n\n{}",
            table(measured, &training)
        );
    }
    if let Some(mean) = measured.mean_ratio() {
        let _ = writeln!(text, "Geometric mean of the last column: **{mean:.1}**.\n");
    }
    let with_accuracy = |row: &&&Row| row.accuracies.iter().any(|seeds| !seeds.is_empty());
    let learned: Vec<_> = training.iter().filter(with_accuracy).copied().collect();
    if !learned.is_empty() {
        let _ = writeln!(
            text,
            "Accuracy on the test images after one epoch, each from its own start: median (least – \
             greatest) where there are several seeds.\n\n{}",
            accuracies(measured, &learned)
        );
    }
    let mut other: Vec<_> = measured.rows.iter().collect();
    other.retain(|row| row.unit != Unit::SamplesPerSecond);
    if !other.is_empty() {
        let _ = writeln!(text, "Beside training.\n\n{}", table(measured, &other));
    }
    let details = measured.contenders.iter();
    let details: Vec<_> = details
        .filter(|contender| contender.name != "notebook")
        .map(|contender| contender.detail.as_str())
        .collect();
    let _ = writeln!(text, "{}. {}.", machine.words, details.join("; "));
    if machine.busy().is_some() {
        // Ratios are worth something even so; a reader has to know.
        let load = machine.load.unwrap_or_default();
        let all = machine.processors;
        let _ = writeln!(
            text,
            "\nThe machine had other work: {load:.1} of {all} processors were busy before."
        );
    }
    for (name, why) in &measured.missing {
        let first = why.lines().next().unwrap_or_default();
        let _ = writeln!(text, "\nLeft out: {name} ({first}).");
    }
    text
}

/// Rows with a cell for each contender, and how many times as good ours is as the best peer.
fn table(measured: &Measured, rows: &[&Row]) -> String {
    let has_peers = rows.iter().any(|row| measured.ratio(row).is_some());
    let places = present(measured, rows, |row, i| !row.values[i].is_empty());
    let mut head = vec!["".to_owned(), "what".to_owned()];
    head.extend(places.iter().map(|&i| measured.contenders[i].name.clone()));
    if has_peers {
        head.push("ours ÷ best peer".to_owned());
    }
    let mut lines = vec![head];
    for row in rows {
        let mut line = vec![row.title.clone(), row.words.clone()];
        for &i in &places {
            let mut cell = cell(&row.values[i], row.unit);
            if measured.contenders[i].name == "notebook"
                && let Some(share) = measured.notebook_share(row)
            {
                let _ = write!(cell, ", ×{share:.2}");
            }
            line.push(cell);
        }
        if has_peers {
            let ratio = measured.ratio(row);
            line.push(ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}")));
        }
        lines.push(line);
    }
    aligned(&lines)
}

fn accuracies(measured: &Measured, rows: &[&Row]) -> String {
    let places = present(measured, rows, |row, i| !row.accuracies[i].is_empty());
    let mut head = vec!["".to_owned()];
    head.extend(places.iter().map(|&i| measured.contenders[i].name.clone()));
    let mut lines = vec![head];
    for row in rows {
        let cell = |&i: &usize| match (spread(&row.accuracies[i]), row.accuracies[i].len()) {
            (None, _) => String::new(),
            (Some([_, median, _]), 1) => format!("{median:.3}"),
            (Some([low, median, high]), _) => format!("{median:.3} ({low:.3} – {high:.3})"),
        };
        let cells = places.iter().map(cell);
        lines.push([row.title.clone()].into_iter().chain(cells).collect());
    }
    aligned(&lines)
}

/// The contenders that have something in one of the rows.
fn present(measured: &Measured, rows: &[&Row], has: impl Fn(&Row, usize) -> bool) -> Vec<usize> {
    let all = 0..measured.contenders.len();
    all.filter(|&i| rows.iter().any(|row| has(row, i)))
        .collect()
}

fn cell(values: &[f64], unit: Unit) -> String {
    let Some([least, median, greatest]) = spread(values) else {
        return String::new();
    };
    let said = |value: f64| match unit {
        Unit::SamplesPerSecond => three_digits(value / 1e3),
        Unit::Seconds | Unit::Megabytes => three_digits(value),
    };
    let unit_name = match unit {
        Unit::SamplesPerSecond => "",
        Unit::Seconds => " s",
        Unit::Megabytes => " MB",
    };
    match values.len() {
        1 => format!("{}{unit_name}", said(median)),
        _ => format!(
            "{}{unit_name} ({} – {})",
            said(median),
            said(least),
            said(greatest)
        ),
    }
}

/// A number with three digits that count, as far as it has them.
fn three_digits(value: f64) -> String {
    let digits = match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        size if size >= 0.1 => 3,
        _ => 4,
    };
    format!("{value:.digits$}")
}

/// A Markdown table whose columns line up.
fn aligned(lines: &[Vec<String>]) -> String {
    let columns = lines.first().map_or(0, Vec::len);
    let width = |column: usize| {
        let cells = lines.iter().map(|line| line[column].chars().count());
        cells.max().unwrap_or_default().max(3)
    };
    let widths: Vec<_> = (0..columns).map(width).collect();
    let mut text = String::new();
    for (i, line) in lines.iter().enumerate() {
        for (cell, &width) in line.iter().zip(&widths) {
            let _ = write!(text, "| {cell:<width$} ");
        }
        text.push_str("|\n");
        if i == 0 {
            for width in &widths {
                let _ = write!(text, "| {} ", "-".repeat(*width));
            }
            text.push_str("|\n");
        }
    }
    text
}

/// Every single value, and the machine they come from.
pub(super) fn json(measured: &Measured, machine: &Machine) -> Value {
    let contenders: Vec<_> = measured
        .contenders
        .iter()
        .map(|contender| json!({"name": contender.name, "detail": contender.detail}))
        .collect();
    let missing: Map<_, _> = measured
        .missing
        .iter()
        .map(|(name, why)| (name.clone(), Value::from(why.as_str())))
        .collect();
    let rows: Vec<_> = measured
        .rows
        .iter()
        .map(|row| json_row(measured, row))
        .collect();
    json!({
        "machine": machine.words, "processors": machine.processors, "load": machine.load,
        "contenders": contenders, "left_out": missing, "rows": rows,
        "geometric_mean_ratio": measured.mean_ratio(),
    })
}

fn json_row(measured: &Measured, row: &Row) -> Value {
    let unit = match row.unit {
        Unit::SamplesPerSecond => "samples/s",
        Unit::Seconds => "s",
        Unit::Megabytes => "MB",
    };
    let mut by = Map::new();
    for (i, contender) in measured.contenders.iter().enumerate() {
        if let Some([least, median, greatest]) = spread(&row.values[i]) {
            let value = json!({
                "median": median, "least": least, "greatest": greatest, "values": row.values[i],
                "accuracies": row.accuracies[i],
            });
            by.insert(contender.name.clone(), value);
        }
    }
    json!({
        "title": row.title, "what": row.words, "unit": unit, "by": by,
        "ratio": measured.ratio(row), "notebook_share": measured.notebook_share(row),
    })
}

#[cfg(test)]
mod tests {
    use super::super::results::tests::measured;
    use super::*;

    fn machine() -> Machine {
        Machine {
            words: "A machine".to_owned(),
            load: Some(0.1),
            processors: 2,
        }
    }

    #[test]
    fn the_table_has_medians_spreads_ratios_and_who_is_missing() {
        let text = markdown(&measured(), &machine());
        let line = |start: &str| text.lines().find(|line| line.starts_with(start)).unwrap();
        let m1 = line("| m1 ");
        assert!(m1.contains("| 1000 (800 – 1100) "), "{text}");
        assert!(
            m1.contains("| 1080 (792 – 1089), ×0.99 ") && m1.contains("| 225 (200 – 250) "),
            "{text}"
        );
        assert!(m1.ends_with("| 2.50             |"), "{text}");
        assert!(
            line("| load ").contains("| 0.100 s") && line("| load ").contains("| 0.50 "),
            "{text}"
        );
        assert!(line("Geometric").contains("**5.0**"), "{text}");
        assert!(line("Left out").contains("Keras (no internet)"), "{text}");
        assert!(line("A machine").contains("PyTorch 1.0"), "{text}");
        assert!(
            text.contains("| m1  | 0.900     | 0.920 (0.910 – 0.930) |"),
            "{text}"
        );
    }

    #[test]
    fn other_work_on_the_machine_is_told() {
        let (measured, mut machine) = (measured(), machine());
        assert!(!markdown(&measured, &machine).contains("other work"));
        machine.load = Some(1.5);
        assert!(markdown(&measured, &machine).contains("other work: 1.5 of 2 processors"));
    }

    #[test]
    fn columns_line_up() {
        let text = markdown(&measured(), &machine());
        let table: Vec<_> = text.lines().filter(|line| line.starts_with('|')).collect();
        let width = |line: &&str| line.chars().count();
        assert_eq!(
            table[..4].iter().map(width).min(),
            table[..4].iter().map(width).max()
        );
    }

    #[test]
    fn numbers_keep_three_digits() {
        let said = [1234.5, 123.4, 12.34, 1.234, 0.1234, 0.012_34].map(three_digits);
        assert_eq!(said, ["1234", "123", "12.3", "1.23", "0.123", "0.0123"]);
    }

    #[test]
    fn json_has_every_value() {
        let value = json(&measured(), &machine());
        let row = &value["rows"][0];
        assert_eq!(
            row["by"]["chainrule"]["values"],
            json!([800_000.0, 1_000_000.0, 1_100_000.0])
        );
        assert_eq!(
            (&row["ratio"], &row["unit"]),
            (&json!(2.5), &json!("samples/s"))
        );
        assert_eq!(row["by"]["PyTorch"]["accuracies"][1], 0.93);
        assert_eq!(value["rows"][2]["by"].get("notebook"), None);
        assert_eq!(value["left_out"]["Keras"], "no internet");
    }
}
