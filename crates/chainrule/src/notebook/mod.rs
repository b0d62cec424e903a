//! How values look when they end a notebook cell.
//!
//! The evcxr kernel calls `evcxr_display` on a cell's last expression and takes what the method
//! prints between its markers: a MIME type and the content. This is the only place that prints
//! them. Every display carries text/plain; pictures are image/png, tables text/html.

mod bundle;
mod plain;

use chainrule_data::{Dataset, Splits};
use chainrule_error::{Error, Result};
use chainrule_nn::{Gradients, Model, Network, Scalar, Summary};
use chainrule_plot::Figure;
use chainrule_train::{Results, Run};

use self::bundle::Bundle;
use crate::figures::{self, grouped};

/// What a notebook shows for a value. The prelude brings it into every cell.
pub trait NotebookDisplay {
    /// The value in every form that a notebook may show it in.
    #[doc(hidden)]
    fn bundle(&self) -> Bundle;

    /// Prints the value for the evcxr kernel, which calls this when the value ends a cell.
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
        Bundle::text(self.to_string()).figure(figures::plot_learning_curves(&[self]))
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
