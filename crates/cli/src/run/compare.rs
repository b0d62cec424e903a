//! Compares what a cell showed with what is committed in its notebook.
//!
//! Text must be equal. Lines of progress are left out. In a cell tagged `timing` the numbers are
//! left out, and in one tagged `trained` they may differ a little, since the vector units of
//! processors round differently; which one has the star of the best does not count in either.
//! Pictures must be there, as large as before, and not blank: their bytes may change with a font's
//! rasteriser. Of a `trained` cell their height may change a little, as a legend finds its place.

use serde_json::Value;

use super::notebook::{CodeCell, joined};
use super::outputs::ERROR_MIME;
use super::pictures::{Picture, are_alike, is_blank, pictures_of};
use super::text::{Numbers, difference, plain, without_numbers, without_progress, without_stars};

/// How far numbers of a `trained` cell may be apart, absolutely or relatively.
const TOLERANCE: f64 = 0.01;
/// How much a picture's height may change where numbers may.
const HEIGHT: f64 = 0.1;

/// What a comparison found.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Comparison {
    /// What differs, in words; empty when the cell is as it should be.
    pub(super) mismatches: Vec<String>,
    /// The largest difference among numbers that may differ.
    pub(super) largest: Option<f64>,
    /// Whether numbers were left out.
    pub(super) timing: bool,
}

impl Comparison {
    /// Whether everything that was compared was equal, without use of a tolerance.
    pub(super) fn is_exact(&self) -> bool {
        self.mismatches.is_empty() && self.largest.is_none_or(|largest| largest == 0.0)
    }
}

/// Compares the outputs of one cell.
pub(super) fn compare(cell: &CodeCell, expected: &[Value], got: &[Value]) -> Comparison {
    let mut comparison = Comparison {
        timing: cell.is_tagged("timing"),
        ..Comparison::default()
    };
    let (before, now) = (texts(expected), texts(got));
    let mut names: Vec<_> = before.iter().chain(&now).map(|(name, _)| name).collect();
    names.sort();
    names.dedup();
    for name in names {
        let find = |texts: &[(String, String)]| {
            texts
                .iter()
                .find(|(own, _)| own == name)
                .map(|(_, text)| text.clone())
        };
        let (before, now) = (
            find(&before).unwrap_or_default(),
            find(&now).unwrap_or_default(),
        );
        compare_text(cell, name, &before, &now, &mut comparison);
    }
    let height = if cell.is_tagged("trained") {
        HEIGHT
    } else {
        0.0
    };
    let (before, now) = (pictures_of(expected), pictures_of(got));
    compare_pictures(&before, &now, height, &mut comparison);
    comparison
}

/// Every text among the outputs, by a name that says where it stands. What the two streams wrote
/// interleaves by chance, so each is one text.
fn texts(outputs: &[Value]) -> Vec<(String, String)> {
    let mut texts = Vec::new();
    for stream in ["stdout", "stderr"] {
        let own = outputs
            .iter()
            .filter(|o| o["output_type"] == "stream" && o["name"] == stream);
        let text: String = own.map(|output| joined(&output["text"])).collect();
        texts.push((stream.to_owned(), without_progress(&plain(&text))));
    }
    let mut number = 0;
    for output in outputs {
        if output["output_type"] == "error" {
            // The report names the kernel's own count of requests; the message does not.
            texts.push(("error".to_owned(), plain(&joined(&output["evalue"]))));
        }
        let Some(data) = output["data"].as_object() else {
            continue;
        };
        number += 1;
        for (mime, content) in data {
            let text = match content {
                // Pictures are compared as pictures.
                _ if mime == "image/png" || mime == ERROR_MIME => continue,
                Value::Object(_) => content.to_string(),
                _ => joined(content),
            };
            texts.push((format!("result {number}, {mime}"), text));
        }
    }
    texts
}

fn compare_text(cell: &CodeCell, name: &str, expected: &str, got: &str, found: &mut Comparison) {
    if expected == got {
        return;
    }
    let (tidy, tidy_got) = (without_stars(expected), without_stars(got));
    if found.timing {
        if without_numbers(&tidy) != without_numbers(&tidy_got) {
            found.mismatches.push(difference(name, expected, got));
        }
        return;
    }
    if !cell.is_tagged("trained") {
        return found.mismatches.push(difference(name, expected, got));
    }
    let (before, now) = (Numbers::of(&tidy), Numbers::of(&tidy_got));
    if before.around != now.around || before.numbers.len() != now.numbers.len() {
        return found.mismatches.push(difference(name, expected, got));
    }
    let tolerance = cell.tolerance.unwrap_or(TOLERANCE);
    let mut far = Vec::new();
    for (before, now) in before.numbers.iter().zip(&now.numbers) {
        let (Ok(a), Ok(b)) = (before.parse::<f64>(), now.parse::<f64>()) else {
            continue;
        };
        let apart = (a - b).abs();
        if apart > 0.0 {
            found.largest = Some(found.largest.map_or(apart, |largest| largest.max(apart)));
        }
        if apart > tolerance && apart > tolerance * a.abs().max(b.abs()) {
            far.push(format!("    expected  {before}\n    got       {now}"));
        }
    }
    if !far.is_empty() {
        let percent = tolerance * 100.0;
        found.mismatches.push(format!(
            "{name}: numbers further apart than {tolerance} and than {percent} %\n{}",
            far.join("\n")
        ));
    }
}

fn compare_pictures(expected: &[Picture], got: &[Picture], height: f64, found: &mut Comparison) {
    if expected.len() != got.len() {
        let (before, now) = (expected.len(), got.len());
        let text = format!("pictures\n    expected  {before}\n    got       {now}");
        found.mismatches.push(text);
    }
    for (position, now) in got.iter().enumerate() {
        let name = format!("picture {}", position + 1);
        let now = match now.pixels() {
            Ok(now) => now,
            Err(why) => {
                found
                    .mismatches
                    .push(format!("{name} cannot be read: {why}"));
                continue;
            }
        };
        if is_blank(&now) {
            found.mismatches.push(format!("{name} is blank"));
        }
        let size = |pixels: &image::RgbaImage| format!("{} × {}", pixels.width(), pixels.height());
        match expected.get(position).map(Picture::pixels) {
            Some(Ok(before)) if !are_alike(before.dimensions(), now.dimensions(), height) => {
                let (before, now) = (size(&before), size(&now));
                let text =
                    format!("{name} has another size\n    expected  {before}\n    got       {now}");
                found.mismatches.push(text);
            }
            Some(Err(why)) => {
                found
                    .mismatches
                    .push(format!("{name} as committed cannot be read: {why}"));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::pictures::tests::{blank, png};
    use super::*;

    fn cell(tags: &[&str], tolerance: Option<f64>) -> CodeCell {
        let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        CodeCell {
            index: 0,
            number: 1,
            source: String::new(),
            tags,
            tolerance,
        }
    }

    fn printed(text: &str) -> Vec<Value> {
        vec![json!({"name": "stdout", "output_type": "stream", "text": text})]
    }

    fn pictured(picture: &str) -> Vec<Value> {
        vec![json!({"output_type": "execute_result",
            "data": {"image/png": picture, "text/plain": ["figure"]}})]
    }

    fn between(tags: &[&str], expected: &str, got: &str) -> Comparison {
        compare(&cell(tags, None), &printed(expected), &printed(got))
    }

    #[test]
    fn text_must_be_equal() {
        assert!(between(&[], "a\nb\n", "a\nb\n").is_exact());
        let found = between(&[], "a\nb\nc\n", "a\nx\nc\n");
        let lines = [
            "stdout",
            "              a",
            "    expected  b",
            "    got       x",
        ];
        assert_eq!(
            found.mismatches,
            [format!("{}\n              c", lines.join("\n"))]
        );
        assert!(!between(&[], "1.0", "1.00").is_exact());
    }

    #[test]
    fn streams_that_interleave_otherwise_are_equal() {
        let stream =
            |name: &str, text: &str| json!({"name": name, "output_type": "stream", "text": text});
        let a = [
            stream("stdout", "1\n"),
            stream("stderr", "e\n"),
            stream("stdout", "2\n"),
        ];
        let b = [stream("stdout", "1\n2\n"), stream("stderr", "e\n")];
        assert!(compare(&cell(&[], None), &a, &b).is_exact());
        assert!(!compare(&cell(&[], None), &a, &b[..1]).is_exact());
    }

    #[test]
    fn progress_is_left_out_in_both() {
        assert!(between(&[], "[ 40 %] a\nend\n", "[ 50 %] b\n[ 60 %] c\nend\n").is_exact());
        assert!(!between(&[], "[ 40 %] a\nend\n", "[ 40 %] a\nEnd\n").is_exact());
    }

    #[test]
    fn numbers_of_a_timing_cell_are_left_out_and_its_words_are_not() {
        assert!(
            between(&["timing"], "took 1.2 s", "took 12 s")
                .mismatches
                .is_empty()
        );
        assert!(
            !between(&[], "took 1.2 s", "took 12 s")
                .mismatches
                .is_empty()
        );
        assert!(
            !between(&["timing"], "took 1.2 s", "took 1.2 ms")
                .mismatches
                .is_empty()
        );
        let stars = ["a 0.97*\nb 0.96", "a 0.97\nb 0.96*"];
        assert!(
            between(&["timing"], stars[0], stars[1])
                .mismatches
                .is_empty()
        );
        assert!(
            between(&["trained"], stars[0], stars[1])
                .mismatches
                .is_empty()
        );
        assert!(!between(&[], stars[0], stars[1]).mismatches.is_empty());
    }

    #[test]
    fn numbers_of_a_trained_cell_may_differ_a_little() {
        let near = between(&["trained"], "loss 0.250, 97.51 %", "loss 0.255, 97.60 %");
        assert!(near.mismatches.is_empty() && !near.is_exact());
        assert!((near.largest.unwrap() - 0.09).abs() < 1e-9);
        let far = between(&["trained"], "loss 0.250\nrate 1", "loss 0.262\nrate 1");
        assert_eq!(
            far.mismatches,
            ["stdout: numbers further apart than 0.01 and than 1 %\n    \
              expected  0.250\n    got       0.262"]
        );
        assert!(
            !between(&["trained"], "loss 1", "cost 1")
                .mismatches
                .is_empty()
        );
        assert!(!between(&["trained"], "1 2", "1").mismatches.is_empty());
        assert!(!between(&["trained"], "0.5", "NaN").mismatches.is_empty());
        assert!(between(&["trained"], "0.5", "0.5").is_exact());
    }

    #[test]
    fn a_cell_states_its_own_tolerance() {
        let compared = |tolerance| {
            compare(
                &cell(&["trained"], Some(tolerance)),
                &printed("0.5"),
                &printed("0.6"),
            )
        };
        assert!(compared(0.2).mismatches.is_empty());
        assert!(!compared(0.05).mismatches.is_empty());
    }

    #[test]
    fn pictures_must_be_there_as_large_and_not_blank() {
        let told = |expected: &[Value], got: &[Value]| {
            compare(&cell(&[], None), expected, got)
                .mismatches
                .join("\n")
        };
        let usual = pictured(&png(20));
        assert_eq!(told(&usual, &usual), "");
        assert_eq!(told(&usual, &pictured(&blank(20))), "picture 1 is blank");
        assert!(told(&usual, &pictured(&png(21))).contains("expected  20 × 20"));
        let missing = told(&usual, &[]);
        assert!(
            missing.contains("pictures\n    expected  1\n    got       0"),
            "{missing}"
        );
        assert!(missing.contains("text/plain"), "{missing}");
        assert!(told(&[], &usual).contains("got       1"));
        assert!(told(&usual, &pictured("AAAA")).contains("picture 1 cannot be read"));
        assert!(told(&pictured("AAAA"), &usual).contains("as committed cannot be read"));
    }

    #[test]
    fn results_and_errors_are_compared_by_kind() {
        let result = |mime: &str, value: Value| vec![json!({"data": {mime: value}})];
        let differs = |a: &[Value], b: &[Value]| !compare(&cell(&[], None), a, b).is_exact();
        let html = result("text/html", json!(["<b>", "1"]));
        assert!(!differs(&html, &result("text/html", json!("<b>1"))));
        assert!(differs(&html, &result("text/html", json!("<b>2"))));
        assert!(differs(&html, &result("text/plain", json!("<b>1"))));
        assert!(differs(
            &result("a/b+json", json!({"x": 1})),
            &result("a/b+json", json!({"x": 2}))
        ));
        let error = |value: &str, report: &str| {
            vec![json!({"output_type": "error", "evalue": value, "traceback": [report]})]
        };
        assert!(!differs(
            &error("bad", "command_2"),
            &error("bad", "command_5")
        ));
        assert!(differs(&error("bad", ""), &error("worse", "")));
    }
}
