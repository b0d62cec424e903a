//! Judges whole notebooks: every mismatch is collected, so that one run tells all of them.

use chainrule_error::{Error, ErrorKind, Result};

use super::compare::compare;
use super::failure::shortened;
use super::notebook::Notebook;

/// What all comparisons of a run have found.
#[derive(Debug, Default)]
pub(super) struct Check {
    notebooks: Vec<String>,
    mismatches: Vec<String>,
}

impl Check {
    /// Compares a notebook with itself as it is committed, and sums up in a line.
    pub(super) fn notebook(&mut self, name: &str, committed: &Notebook, run: &Notebook) -> String {
        let (mut exact, mut differ, mut timing) = (0, 0, 0);
        let mut near = Vec::new();
        for cell in run.code_cells() {
            let found = compare(
                &cell,
                committed.outputs(cell.index),
                run.outputs(cell.index),
            );
            timing += usize::from(found.timing);
            if found.is_exact() {
                exact += 1;
            } else if found.mismatches.is_empty() {
                let largest = found.largest.unwrap_or_default();
                near.push(format!("[{}] by up to {largest:.3e}", cell.number));
            } else {
                differ += 1;
            }
            for mismatch in found.mismatches {
                let line = shortened(cell.first_line());
                self.mismatches
                    .push(format!("{name}, cell {} ({line}): {mismatch}", cell.number));
            }
        }
        if differ > 0 {
            self.notebooks.push(name.to_owned());
        }
        let mut told = format!("compared: {exact} cells equal");
        if timing > 0 {
            told += &format!(" (numbers left out in {timing} that measure time)");
        }
        if !near.is_empty() {
            told += &format!(", {} within tolerance ({})", near.len(), near.join(", "));
        }
        if differ > 0 {
            told += &format!(", {differ} not as committed");
        }
        told
    }

    /// All mismatches as one error.
    pub(super) fn into_result(self) -> Result<()> {
        if self.mismatches.is_empty() {
            return Ok(());
        }
        let names = self.notebooks.join(" ");
        Err(Error::new(
            ErrorKind::Value,
            format!("outputs are not as committed in {names}"),
        )
        .why(self.mismatches.join("\n"))
        .hint(format!(
            "if the change is meant: cargo lab run --update {names}"
        )))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;

    fn notebook(texts: [&str; 3]) -> Notebook {
        let tags = [json!([]), json!(["timing"]), json!(["trained"])];
        let cells: Vec<_> = texts
            .iter()
            .zip(tags)
            .map(|(text, tags)| {
                let outputs = [json!({"name": "stdout", "output_type": "stream", "text": text})];
                json!({"cell_type": "code", "source": format!("show({tags})"),
                    "metadata": {"tags": tags}, "outputs": outputs})
            })
            .collect();
        let document = json!({"cells": cells, "nbformat": 4});
        Notebook::parse(Path::new("n.ipynb"), &document.to_string()).unwrap()
    }

    #[test]
    fn equality_and_tolerance_are_told_apart() {
        let committed = notebook(["a", "1 s", "0.5"]);
        let mut check = Check::default();
        assert_eq!(
            check.notebook("n", &committed, &notebook(["a", "2 s", "0.5"])),
            "compared: 3 cells equal (numbers left out in 1 that measure time)"
        );
        assert_eq!(
            check.notebook("n", &committed, &notebook(["a", "2 s", "0.505"])),
            "compared: 2 cells equal (numbers left out in 1 that measure time), \
             1 within tolerance ([3] by up to 5.000e-3)"
        );
        assert!(check.into_result().is_ok());
    }

    #[test]
    fn every_mismatch_is_in_the_error() {
        let committed = notebook(["a", "1 s", "0.5"]);
        let mut check = Check::default();
        let told = check.notebook("n", &committed, &notebook(["b", "1 min", "0.9"]));
        assert!(
            told.contains("0 cells equal") && told.contains("3 not as committed"),
            "{told}"
        );
        check.notebook("m", &committed, &committed);
        let error = check.into_result().unwrap_err().to_string();
        assert!(
            error.starts_with("outputs are not as committed in n\n"),
            "{error}"
        );
        for part in [
            "n, cell 1 (show([])): stdout",
            "cell 2",
            "cell 3",
            "--update n",
        ] {
            assert!(error.contains(part), "{part}: {error}");
        }
    }
}
