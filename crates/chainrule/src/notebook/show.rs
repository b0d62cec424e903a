//! Displays in the middle of a cell.

use serde_json::json;

use super::{Bundle, NotebookDisplay, live};

/// Shows a value now, in the middle of a cell: a figure, a model, an array.
///
/// A cell may show as many as it likes. On evcxr's own kernel they appear when the cell ends, and
/// of several pictures the last one stays.
///
/// ```
/// use chainrule::prelude::*;
///
/// let figure = LinePlot::new("Loss").line("train", &[(0.0, 2.3), (1.0, 0.4)]).draw()?;
/// let shown = show(&figure);
/// let figure = LinePlot::new("Loss").line("train", &[(0.0, 2.3), (2.0, 0.2)]).draw()?;
/// shown.update(&figure); // in the same place
/// # Ok::<(), chainrule::Error>(())
/// ```
pub fn show(value: &(impl NotebookDisplay + ?Sized)) -> DisplayHandle {
    let handle = DisplayHandle { id: live::new_id() };
    let bundle = value.bundle();
    if live::is_live() {
        live::emit(&json!({
            "event": "display", "id": handle.id, "data": bundle.data(), "metadata": {},
        }));
    } else {
        bundle.print_marked();
    }
    handle
}

/// A place in the notebook that [`show`] has filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayHandle {
    id: String,
}

impl DisplayHandle {
    /// Shows another value in the same place, also from a later cell.
    pub fn update(&self, value: &(impl NotebookDisplay + ?Sized)) {
        let bundle = value.bundle();
        if live::is_live() {
            live::emit(&json!({
                "event": "update", "id": self.id, "data": bundle.data(), "metadata": {},
            }));
        } else {
            bundle.print_marked();
        }
    }
}

/// A cell that ends in `show(&value)` has shown it already.
impl NotebookDisplay for DisplayHandle {
    fn bundle(&self) -> Bundle {
        Bundle::empty()
    }
}

/// Takes away what the cell has shown and printed until now; with `wait` only when something new
/// comes, so that nothing flickers. Does nothing on evcxr's own kernel.
pub fn clear_output(wait: bool) {
    if live::is_live() {
        live::emit(&json!({ "event": "clear", "wait": wait }));
    }
}
