//! What is done ahead: the libraries when the lab is set up, rust-analyzer's thinking while a student
//! still reads.

use std::sync::Arc;

use chainrule_error::{Error, ErrorKind, Result};

use crate::engine::new_context;
use crate::link::Link;
use crate::settings::Settings;
use crate::stage::Stage;

/// Code that the first cells of a notebook resemble, in small pieces: a cell that is run meanwhile
/// waits for one of them at most. Only looked at, never compiled or run.
pub(crate) const TASKS: [&str; 5] = [
    "let a = vec![1.0, 2.0]; let b = a.iter().map(|x| x * 2.0).sum::<f64>(); b.",
    "let a = array![[1.0, 2.0], [3.0, 4.0]]; let b = a.dot(&a); b.",
    "let data = Mnist::load()?; let model = Model::input(784).dense(10).softmax(); model.",
    "let z: Vec<f64> = (0..5).map(|i| i as f64).collect(); let s = format!(\"{:?}\", z); s.",
    "let mut r = Pcg64::seed_from_u64(1); let x: f64 = r.random(); x.",
];

/// Builds the libraries in the session's folder, by evcxr itself and thus as a session would, and
/// everything else that a session asks first. What cargo compiles is told on standard error.
///
/// # Errors
/// A library does not compile.
pub fn warm(settings: &Settings) -> Result<()> {
    let failed = |why: String| {
        Error::new(
            ErrorKind::Environment,
            "the libraries for the notebooks do not compile",
        )
        .why(why)
    };
    let stage = Arc::new(Stage::default());
    let link = Link::open(settings, &stage).map_err(|error| failed(error.to_string()))?;
    let mut context = new_context(settings, &link).map_err(failed)?;
    // What a cell with an error is checked with is compiled as well: its first error comes at once.
    context
        .check("42")
        .map_err(|error| failed(error.to_string()))?;
    Ok(())
}
