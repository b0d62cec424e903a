//! How values look in a notebook, and what a cell can ask of it.
//!
//! The evcxr kernel calls `evcxr_display` on a cell's last expression and takes what the method
//! prints between its markers: a MIME type and the content. On the chainrule kernel, which says so
//! in the environment, the same method sends an event instead, and so do [`show`] in the middle of
//! a cell, [`LivePlot`], and the curve that moves while an experiment trains. This is the only
//! place that prints either. Every display carries text/plain; pictures are image/png, tables
//! text/html, derivations text/markdown with LaTeX in it.
//!
//! | in a cell | chainrule kernel | evcxr's own |
//! | --- | --- | --- |
//! | the last value | shown | shown |
//! | [`show`]`(&value)` | shown at once, as often as wanted | shown when the cell ends; the last picture wins |
//! | [`DisplayHandle::update`] | replaces what was shown | the last picture wins |
//! | [`clear_output`] | takes away what the cell showed | does nothing |
//! | `Experiment::run` | a bar and curves that move | lines of text |
//! | `Fit::run` | the same, then a line for each epoch | a line for each epoch |
//! | [`LivePlot`] | a curve that moves | the finished picture |
//! | [`input`], [`password`] | ask in the page | ask in the page |

mod bundle;
#[doc(hidden)]
pub mod cell;
mod epochs;
mod input;
mod live;
mod live_plot;
mod page;
mod painter;
mod plain;
mod seen;
mod show;
mod tracing;
mod training;

use std::{rc::Rc, sync::Arc};

use chainrule_data::{Dataset, Splits, Toy};
use chainrule_error::{Error, Result};
use chainrule_nn::{Gradients, Model, Network, RuleTable, Scalar, StepCosts, Summary};
use chainrule_plot::Figure;
use chainrule_train::{
    Comparison, Comparisons, ConfusionMatrix, History, Mistakes, RaceResults, Results,
    ResultsSummary, Run, grouped,
};

pub use self::input::{input, password};
pub use self::live::is_live;
pub use self::live_plot::LivePlot;
pub use self::show::{DisplayHandle, clear_output, show};

use self::bundle::Bundle;
use crate::figures;

/// What a notebook shows for a value. The prelude brings it into every cell.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no display of its own",
    label = "cannot be shown like this",
    note = "end the cell with the value, or print it: println!(\"{{value:?}}\")"
)]
pub trait NotebookDisplay {
    /// The value in every form that a notebook may show it in.
    #[doc(hidden)]
    fn bundle(&self) -> Bundle;

    /// Shows the value as a cell's result: kernels call this when the value ends a cell.
    fn evcxr_display(&self) {
        self.bundle().print();
    }
}

impl NotebookDisplay for Figure {
    fn bundle(&self) -> Bundle {
        Bundle::text(self.description()).figure(Ok(self.clone()))
    }
}

impl NotebookDisplay for Splits {
    fn bundle(&self) -> Bundle {
        let card = self.card();
        Bundle::text(card.to_string()).figure(figures::card(&card))
    }
}

impl NotebookDisplay for Dataset {
    fn bundle(&self) -> Bundle {
        let card = self.card();
        Bundle::text(card.to_string()).figure(figures::card(&card))
    }
}

impl NotebookDisplay for Toy {
    fn bundle(&self) -> Bundle {
        Bundle::text(self.to_string()).figure(figures::toy(self))
    }
}

impl NotebookDisplay for Summary {
    fn bundle(&self) -> Bundle {
        let rows = self.rows.iter().map(|row| {
            [
                row.name.clone(),
                row.output.to_string(),
                grouped(row.parameters),
            ]
        });
        let input = ["input".to_owned(), self.input.to_string(), "0".to_owned()];
        let total = ["total".to_owned(), String::new(), grouped(self.total)];
        let rows: Vec<_> = std::iter::once(input).chain(rows).chain([total]).collect();
        let caption = format!("loss: {}, {}", self.loss, self.reduction);
        let head = ["layer", "output shape", "parameters"];
        Bundle::text(self.to_string()).table(&head, &rows, &caption)
    }
}

impl NotebookDisplay for Model {
    fn bundle(&self) -> Bundle {
        match self.summary() {
            Ok(summary) => summary.bundle(),
            Err(error) => Bundle::error(&error),
        }
    }
}

impl<F: Scalar> NotebookDisplay for Network<F> {
    fn bundle(&self) -> Bundle {
        Bundle::text(self.to_string())
    }
}

impl<F: Scalar> NotebookDisplay for Gradients<F> {
    fn bundle(&self) -> Bundle {
        Bundle::text(self.to_string())
    }
}

impl<F: Scalar> NotebookDisplay for Results<F> {
    fn bundle(&self) -> Bundle {
        let figure = match self.has_repeats() {
            true => figures::plot_mean_curves(self),
            false => figures::plot_learning_curves(&[self]),
        };
        Bundle::text(self.to_string()).figure(figure)
    }
}

impl NotebookDisplay for ResultsSummary {
    fn bundle(&self) -> Bundle {
        Bundle::text(self.to_string()).figure(figures::summary_table(self))
    }
}

impl NotebookDisplay for Comparison {
    fn bundle(&self) -> Bundle {
        Bundle::text(self.to_string())
    }
}

impl NotebookDisplay for Comparisons {
    fn bundle(&self) -> Bundle {
        Bundle::text(self.to_string())
    }
}

impl<F: Scalar> NotebookDisplay for Run<F> {
    fn bundle(&self) -> Bundle {
        let alone = Results {
            name: "Run".to_owned(),
            runs: vec![self.clone()],
            seconds: self.seconds,
        };
        alone.bundle()
    }
}

impl<F: Scalar> NotebookDisplay for History<F> {
    fn bundle(&self) -> Bundle {
        Bundle::text(self.to_string()).figure(figures::plot_history(self))
    }
}

impl NotebookDisplay for ConfusionMatrix {
    fn bundle(&self) -> Bundle {
        Bundle::text(self.to_string()).figure(figures::plot_confusion_matrix(self))
    }
}

impl NotebookDisplay for Mistakes {
    fn bundle(&self) -> Bundle {
        let bundle = Bundle::text(self.to_string());
        if self.worst.is_empty() {
            return bundle;
        }
        bundle.figure(figures::plot_mistakes(self))
    }
}

impl NotebookDisplay for RuleTable {
    fn bundle(&self) -> Bundle {
        Bundle::text(self.to_string()).markdown(self.markdown())
    }
}

impl NotebookDisplay for StepCosts {
    fn bundle(&self) -> Bundle {
        Bundle::text(self.to_string()).figure(figures::step_costs(self))
    }
}

impl NotebookDisplay for RaceResults {
    fn bundle(&self) -> Bundle {
        let figures = figures::plot_race(self)
            .and_then(|paths| Figure::grid(1, &[paths, figures::plot_race_table(self)?]));
        Bundle::text(self.to_string()).figure(figures)
    }
}

/// A cell that ends without `?`: the value, or the error as an error.
impl<T: NotebookDisplay> NotebookDisplay for Result<T, Error> {
    fn bundle(&self) -> Bundle {
        match self {
            Ok(value) => value.bundle(),
            Err(error) => Bundle::error(error),
        }
    }
}

impl NotebookDisplay for Error {
    fn bundle(&self) -> Bundle {
        Bundle::error(self)
    }
}

/// Nothing to see, such as the end of a loop.
impl NotebookDisplay for () {
    fn bundle(&self) -> Bundle {
        Bundle::empty()
    }
}

macro_rules! shown_as_what_it_points_to {
    ($($pointer:ty)*) => {$(
        impl<T: NotebookDisplay + ?Sized> NotebookDisplay for $pointer {
            fn bundle(&self) -> Bundle {
                (**self).bundle()
            }
        }
    )*};
}

shown_as_what_it_points_to!(&T &mut T Box<T> Rc<T> Arc<T>);
