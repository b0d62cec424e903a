//! A notebook file: read, understood as far as running it needs, and written back.
//!
//! The document stays the JSON value that was read, in its own order of keys, so that a written
//! copy differs from the original in outputs and execution counts alone.

use std::fs;
use std::path::{Path, PathBuf};

use chainrule_error::{Error, ErrorKind, Result};
use serde_json::{Map, Value, json};

/// A notebook of format 4, with the path it was read from.
#[derive(Clone, Debug)]
pub(super) struct Notebook {
    path: PathBuf,
    document: Value,
}

/// A code cell that has something to run.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct CodeCell {
    /// Position among all cells of the document.
    pub(super) index: usize,
    /// What Jupyter shows as `[7]` when the notebook has been run from its top.
    pub(super) number: usize,
    /// The code.
    pub(super) source: String,
    /// `metadata.tags`.
    pub(super) tags: Vec<String>,
    /// `metadata.chainrule.tolerance`.
    pub(super) tolerance: Option<f64>,
}

impl CodeCell {
    /// Whether the cell carries this tag.
    pub(super) fn is_tagged(&self, tag: &str) -> bool {
        self.tags.iter().any(|own| own == tag)
    }

    /// The first line that is not blank.
    pub(super) fn first_line(&self) -> &str {
        self.source
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty())
            .unwrap_or_default()
    }
}

impl Notebook {
    /// Reads a notebook.
    ///
    /// # Errors
    /// The file is missing or unreadable, is not JSON, has no cells, or is of another format than 4.
    pub(super) fn load(path: &Path) -> Result<Self> {
        let shown = path.display();
        let text = fs::read_to_string(path).map_err(|error| {
            let missing = error.kind() == std::io::ErrorKind::NotFound;
            let what = if missing {
                "there is no notebook"
            } else {
                "cannot read the notebook"
            };
            let error = Error::new(ErrorKind::Io, format!("{what} {shown}")).source(error);
            if missing {
                error.hint("name a file that ends in .ipynb")
            } else {
                error
            }
        })?;
        Self::parse(path, &text)
    }

    /// Understands the text of a notebook that was read from `path`.
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self> {
        let shown = path.display();
        let bad = |what: &str| Error::new(ErrorKind::Data, format!("{shown} {what}"));
        let document: Value = serde_json::from_str(text).map_err(|error| {
            bad("is not a notebook: it is not JSON")
                .source(error)
                .hint("restore the file, or save it again from JupyterLab")
        })?;
        if !document.get("cells").is_some_and(Value::is_array) {
            // Format 3 kept its cells in worksheets.
            if let Some(version) = document.get("nbformat").and_then(Value::as_i64)
                && version < 4
            {
                return Err(unsupported(&bad, version));
            }
            return Err(bad("is not a notebook: it is JSON without a list of cells"));
        }
        match document.get("nbformat").and_then(Value::as_i64) {
            Some(4) => {}
            Some(version) => return Err(unsupported(&bad, version)),
            None => return Err(bad("does not say its format").expected("\"nbformat\": 4")),
        }
        Ok(Self {
            path: path.to_owned(),
            document,
        })
    }

    /// Where the notebook was read from.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The name of the kernel that the notebook asks for.
    ///
    /// # Errors
    /// The metadata names none.
    pub(super) fn kernel_name(&self) -> Result<&str> {
        self.document
            .pointer("/metadata/kernelspec/name")
            .and_then(Value::as_str)
            .filter(|name| !name.is_empty())
            .ok_or_else(|| {
                Error::new(
                    ErrorKind::Data,
                    format!("{} names no kernel", self.path.display()),
                )
                .expected("metadata.kernelspec.name, as JupyterLab writes it")
                .hint("open it in JupyterLab, choose a kernel and save it, or give --kernel")
            })
    }

    /// The code cells that have something to run, in order.
    pub(super) fn code_cells(&self) -> Vec<CodeCell> {
        let cells = self.document["cells"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let mut found = Vec::new();
        for (index, cell) in cells.iter().enumerate() {
            let source = joined(&cell["source"]);
            if cell["cell_type"] != "code" || source.trim().is_empty() {
                continue;
            }
            let tags = cell.pointer("/metadata/tags").and_then(Value::as_array);
            found.push(CodeCell {
                index,
                number: found.len() + 1,
                source,
                tags: tags
                    .into_iter()
                    .flatten()
                    .filter_map(|tag| tag.as_str().map(str::to_owned))
                    .collect(),
                tolerance: cell
                    .pointer("/metadata/chainrule/tolerance")
                    .and_then(Value::as_f64),
            });
        }
        found
    }

    /// The outputs that the document holds for a cell.
    pub(super) fn outputs(&self, index: usize) -> &[Value] {
        self.document["cells"][index]["outputs"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// Whether the document was ever saved after a run.
    pub(super) fn has_been_run(&self) -> bool {
        self.code_cells().iter().any(|cell| {
            !self.outputs(cell.index).is_empty()
                || self.document["cells"][cell.index]["execution_count"].is_number()
        })
    }

    /// Takes every output and execution count away.
    pub(super) fn clear(&mut self) {
        let count = self.document["cells"].as_array().map_or(0, Vec::len);
        for index in 0..count {
            if self.document["cells"][index]["cell_type"] == "code" {
                self.set_outputs(index, None, Vec::new());
            }
        }
    }

    /// Replaces what a cell showed.
    pub(super) fn set_outputs(
        &mut self,
        index: usize,
        execution_count: Option<usize>,
        outputs: Vec<Value>,
    ) {
        let cell = &mut self.document["cells"][index];
        cell["execution_count"] = json!(execution_count);
        cell["outputs"] = Value::Array(outputs);
    }

    /// The file's text as Jupyter writes it: one space of indentation, a newline at the end.
    pub(super) fn to_text(&self) -> String {
        let mut bytes = Vec::new();
        let style = serde_json::ser::PrettyFormatter::with_indent(b" ");
        let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, style);
        serde::Serialize::serialize(&self.document, &mut serializer)
            .expect("a JSON value can be written to memory; please report");
        bytes.push(b'\n');
        String::from_utf8(bytes).expect("JSON is UTF-8; please report")
    }
}

fn unsupported(bad: &dyn Fn(&str) -> Error, version: i64) -> Error {
    bad("is of a notebook format that is not supported")
        .expected("nbformat 4")
        .got(format!("nbformat {version}"))
        .hint("open it in JupyterLab and save it, or: jupyter nbconvert --to notebook --nbformat 4")
}

/// A text that a notebook may store as one string or as a list of lines.
pub(super) fn joined(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        _ => String::new(),
    }
}

/// A text as the list of lines that notebooks store.
pub(super) fn split(text: &str) -> Value {
    text.split_inclusive('\n').collect::<Vec<_>>().into()
}

/// An object with its keys in alphabetical order, as Jupyter writes outputs.
pub(super) fn sorted(entries: impl IntoIterator<Item = (String, Value)>) -> Value {
    let mut entries: Vec<_> = entries.into_iter().collect();
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    Value::Object(entries.into_iter().collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r##"{
 "cells": [
  {
   "cell_type": "markdown",
   "id": "a",
   "metadata": {},
   "source": [
    "# Grüße"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "b",
   "metadata": {
    "zeta": 1.50,
    "chainrule": {
     "tolerance": 0.25
    },
    "tags": [
     "timing"
    ]
   },
   "outputs": [],
   "source": [
    "\n",
    "let x = 1;\n",
    "x"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "c",
   "metadata": {},
   "outputs": [],
   "source": " \n"
  },
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "d",
   "metadata": {},
   "outputs": [],
   "source": "2"
  }
 ],
 "metadata": {
  "unknown": {
   "b": 1,
   "a": 2
  },
  "kernelspec": {
   "name": "chainrule"
  }
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
"##;

    fn parse(text: &str) -> Result<Notebook> {
        Notebook::parse(Path::new("n.ipynb"), text)
    }

    fn refused(text: &str) -> String {
        parse(text).unwrap_err().to_string()
    }

    #[test]
    fn a_written_copy_is_the_text_that_was_read() {
        let text = TEXT.replace("1.50", "1.5");
        assert_eq!(parse(&text).unwrap().to_text(), text);
    }

    #[test]
    fn only_outputs_and_counts_change() {
        let mut notebook = parse(TEXT).unwrap();
        notebook.set_outputs(1, Some(1), vec![json!({"output_type": "stream"})]);
        assert!(notebook.has_been_run());
        let changed = notebook.to_text();
        assert!(
            changed.contains("\"execution_count\": 1,\n   \"id\": \"b\""),
            "{changed}"
        );
        notebook.clear();
        assert_eq!(notebook.to_text(), TEXT.replace("1.50", "1.5"));
        assert!(!notebook.has_been_run());
    }

    #[test]
    fn code_cells_are_numbered_as_jupyter_numbers_them() {
        let cells = parse(TEXT).unwrap().code_cells();
        assert_eq!(cells.len(), 2);
        assert_eq!((cells[0].index, cells[0].number), (1, 1));
        assert_eq!((cells[1].index, cells[1].number), (3, 2));
        assert_eq!(cells[0].first_line(), "let x = 1;");
        assert_eq!(cells[0].tolerance, Some(0.25));
        assert!(cells[0].is_tagged("timing") && !cells[1].is_tagged("timing"));
    }

    #[test]
    fn files_that_are_no_notebooks_are_refused_in_plain_words() {
        assert!(refused("# no").starts_with("n.ipynb is not a notebook: it is not JSON"));
        assert!(refused("{}").contains("without a list of cells"));
        assert!(refused("[1]").contains("without a list of cells"));
        assert!(refused(r#"{"cells": {}, "nbformat": 4}"#).contains("without a list of cells"));
        assert!(refused(r#"{"cells": []}"#).contains("does not say its format"));
        assert!(refused(r#"{"cells": [], "nbformat": 5}"#).contains("nbformat 5"));
        assert!(refused(r#"{"worksheets": [], "nbformat": 3}"#).contains("nbformat 3"));
        let missing = Notebook::load(Path::new("/nowhere/n.ipynb"))
            .unwrap_err()
            .to_string();
        assert!(
            missing.starts_with("there is no notebook /nowhere/n.ipynb"),
            "{missing}"
        );
    }

    #[test]
    fn a_notebook_without_a_kernel_says_how_to_name_one() {
        assert_eq!(parse(TEXT).unwrap().kernel_name().unwrap(), "chainrule");
        for metadata in [
            "{}",
            r#"{"kernelspec": {}}"#,
            r#"{"kernelspec": {"name": ""}}"#,
        ] {
            let text = format!(r#"{{"cells": [], "metadata": {metadata}, "nbformat": 4}}"#);
            let error = parse(&text).unwrap().kernel_name().unwrap_err().to_string();
            assert!(error.starts_with("n.ipynb names no kernel"), "{error}");
            assert!(error.contains("--kernel"));
        }
    }

    #[test]
    fn odd_documents_do_not_panic() {
        let odd = r#"{"cells": [1, {"cell_type": "code"}, {"cell_type": "code", "source": 3},
            {"cell_type": "code", "source": "x", "outputs": 4, "metadata": []}], "nbformat": 4}"#;
        let notebook = parse(odd).unwrap();
        assert_eq!(notebook.code_cells().len(), 1);
        assert!(notebook.outputs(3).is_empty());
    }
}
