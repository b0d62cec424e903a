//! End-to-end tests: notebooks on the real kernel. What the tests of `tests/` share is here.
//!
//! They run on the kernels that `cargo lab setup` prepares in the checkout. The variable
//! `CHAINRULE_TEST_KERNELS` names another folder of kernel specifications to test instead.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chainrule_cli::run::RunOptions;
use image::{ImageFormat, Rgba, RgbaImage};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The names of the kernels: our own, and stock evcxr.
pub const KERNELS: [&str; 2] = ["chainrule", "chainrule-evcxr"];

/// The root of the checkout.
pub fn checkout() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests
        .parent()
        .expect("the tests lie in the checkout")
        .to_owned()
}

/// Options for notebooks on the real kernel. Fails the test where no kernel is set up.
pub fn options() -> RunOptions {
    let mut options = RunOptions::new(checkout());
    if let Some(folder) = std::env::var_os("CHAINRULE_TEST_KERNELS") {
        options.kernels = vec![folder.into()];
    }
    let set_up = options
        .kernels
        .iter()
        .any(|folder| folder.join("chainrule/kernel.json").is_file());
    assert!(
        set_up,
        "run `cargo lab test`, which sets up the kernel first"
    );
    options
}

/// A kernel takes half a gigabyte and keeps what it builds in one place: one at a time.
pub fn one_kernel_at_a_time() -> MutexGuard<'static, ()> {
    static KERNEL: Mutex<()> = Mutex::new(());
    KERNEL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A notebook in a folder of its own, which goes when the test ends.
pub struct Bench {
    folder: TempDir,
}

impl Bench {
    /// Writes a notebook of code cells, each with its tags.
    pub fn new(cells: &[(&str, &[&str])]) -> Self {
        let bench = Self {
            folder: tempfile::tempdir().expect("a folder for the test"),
        };
        let cells: Vec<_> = cells
            .iter()
            .enumerate()
            .map(|(position, (source, tags))| {
                json!({"cell_type": "code", "execution_count": null, "id": format!("c{position}"),
                    "metadata": {"tags": tags}, "outputs": [], "source": source})
            })
            .collect();
        let kernelspec = json!({"display_name": "Rust", "language": "rust", "name": "chainrule"});
        bench.write(
            &json!({"cells": cells, "metadata": {"kernelspec": kernelspec},
            "nbformat": 4, "nbformat_minor": 5}),
        );
        bench
    }

    /// Options that run the notebook, on our own kernel.
    pub fn options(&self) -> RunOptions {
        let mut options = options();
        options.notebooks = vec![self.path()];
        options.out = Some(self.out());
        options
    }

    /// Options that run the notebook on the kernel of that name.
    pub fn on(&self, kernel: &str) -> RunOptions {
        let mut options = self.options();
        options.kernel = Some(kernel.to_owned());
        options
    }

    /// The notebook.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("bench.ipynb")
    }

    /// Where its copy and pictures go.
    pub fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    /// Reads the notebook.
    pub fn read(&self) -> Value {
        read(&self.path())
    }

    /// Reads the executed copy.
    pub fn copy(&self) -> Value {
        read(&self.out().join("bench.ipynb"))
    }

    /// Replaces the notebook.
    pub fn write(&self, notebook: &Value) {
        fs::write(self.path(), notebook.to_string()).expect("the test's folder can be written");
    }
}

fn read(path: &Path) -> Value {
    let text = fs::read_to_string(path).expect("the notebook is there");
    serde_json::from_str(&text).expect("the notebook is JSON")
}

/// What a cell wrote to its standard output.
pub fn stdout(notebook: &Value, cell: usize) -> String {
    let outputs = notebook["cells"][cell]["outputs"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let lines = outputs.iter().filter(|output| output["name"] == "stdout");
    lines
        .flat_map(|output| output["text"].as_array().cloned().unwrap_or_default())
        .filter_map(|line| line.as_str().map(str::to_owned))
        .collect()
}

/// A white PNG picture in Base64, with a diagonal if it is not to be blank.
pub fn picture(side: u32, diagonal: bool) -> String {
    let pixels = RgbaImage::from_fn(side, side, |x, y| {
        Rgba(if diagonal && x == y {
            [0, 0, 0, 255]
        } else {
            [255; 4]
        })
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    pixels
        .write_to(&mut bytes, ImageFormat::Png)
        .expect("a picture can be encoded");
    STANDARD.encode(bytes.into_inner())
}

/// A cell that shows content of a MIME type, by the marks that evcxr itself understands.
pub fn showing(mime: &str, content: &str) -> String {
    let lines = format!("EVCXR_BEGIN_CONTENT {mime}\n{content}\nEVCXR_END_CONTENT");
    format!("println!(\"{{}}\", {lines:?});")
}
