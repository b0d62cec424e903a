//! A table of amounts as colours with their numbers: confusion matrices.

mod layout;

use chainrule_error::{Error, ErrorKind, Result};

use crate::figure::Figure;
use crate::numbers::short;

/// What a cell's colour is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compared {
    /// With the greatest cell.
    Greatest,
    /// With the sum of its row.
    Row,
}

/// Amounts by row and column, each a cell with its number, the darker the greater.
///
/// A colour's strength goes with the root of the amount, so that small amounts beside large ones
/// are still seen.
///
/// ```
/// use chainrule_plot::HeatMap;
///
/// let figure = HeatMap::new("Taken for")
///     .x_label("predicted")
///     .y_label("true")
///     .columns(&["cat", "dog"])
///     .row("cat", &[48.0, 2.0])
///     .row("dog", &[7.0, 43.0])
///     .set_off_diagonal()
///     .beside("recall", &["0.96", "0.86"])
///     .below("precision", &["0.87", "0.96"])
///     .draw()?;
/// assert_eq!(
///     figure.description(),
///     "Heat map \"Taken for\": rows true, columns predicted.\n            \
///      cat   dog  recall\n\
///      cat          48     2    0.96\n\
///      dog           7    43    0.86\n\
///      precision  0.87  0.96"
/// );
/// # Ok::<(), chainrule_error::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct HeatMap {
    title: String,
    caption: String,
    x_label: String,
    y_label: String,
    columns: Vec<String>,
    rows: Vec<(String, Vec<f64>)>,
    compared: Compared,
    diagonal: bool,
    beside: Option<(String, Vec<String>)>,
    below: Option<(String, Vec<String>)>,
}

impl HeatMap {
    /// A heat map without rows and columns yet.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            caption: String::new(),
            x_label: String::new(),
            y_label: String::new(),
            columns: Vec::new(),
            rows: Vec::new(),
            compared: Compared::Greatest,
            diagonal: false,
            beside: None,
            below: None,
        }
    }

    /// What the columns are.
    #[must_use]
    pub fn x_label(mut self, label: impl Into<String>) -> Self {
        self.x_label = label.into();
        self
    }

    /// What the rows are.
    #[must_use]
    pub fn y_label(mut self, label: impl Into<String>) -> Self {
        self.y_label = label.into();
        self
    }

    /// The names of the columns.
    #[must_use]
    pub fn columns<S: AsRef<str>>(mut self, names: &[S]) -> Self {
        self.columns = texts(names);
        self
    }

    /// Adds a row of amounts, one for each column, none negative.
    #[must_use]
    pub fn row(mut self, name: impl Into<String>, amounts: &[f64]) -> Self {
        self.rows.push((name.into(), amounts.to_vec()));
        self
    }

    /// Colours a cell by its share of its row, rather than of the greatest cell of all.
    #[must_use]
    pub fn shares_of_rows(mut self) -> Self {
        self.compared = Compared::Row;
        self
    }

    /// Colours the cells off the diagonal orange rather than blue: in a confusion matrix they are
    /// the mistakes.
    #[must_use]
    pub fn set_off_diagonal(mut self) -> Self {
        self.diagonal = true;
        self
    }

    /// A last column of plain texts, one for each row.
    #[must_use]
    pub fn beside<S: AsRef<str>>(mut self, name: impl Into<String>, cells: &[S]) -> Self {
        self.beside = Some((name.into(), texts(cells)));
        self
    }

    /// A last row of plain texts, one for each column.
    #[must_use]
    pub fn below<S: AsRef<str>>(mut self, name: impl Into<String>, cells: &[S]) -> Self {
        self.below = Some((name.into(), texts(cells)));
        self
    }

    /// A remark below the map.
    #[must_use]
    pub fn caption(mut self, text: impl Into<String>) -> Self {
        self.caption = text.into();
        self
    }

    /// Draws the figure.
    ///
    /// # Errors
    ///
    /// Without rows or columns, when a row has another number of amounts than there are columns,
    /// when an amount is negative or not finite, when texts beside or below are too few or too many,
    /// or when the whole would be too large.
    pub fn draw(&self) -> Result<Figure> {
        self.check()?;
        Figure::draw(&self.canvas()?, self.describe())
    }

    fn check(&self) -> Result<()> {
        let place = format!("heat map \"{}\"", self.title);
        let (rows, columns) = (self.rows.len(), self.columns.len());
        if rows == 0 || columns == 0 {
            let place = format!("{place} has nothing to draw");
            return Err(Error::new(ErrorKind::Value, place)
                .expected("at least one row and one column")
                .got(format!("rows: {rows}, columns: {columns}"))
                .hint("HeatMap::new(\"…\").columns(&[\"a\", \"b\"]).row(\"a\", &[3.0, 1.0])"));
        }
        let sizes = self
            .rows
            .iter()
            .map(|(name, row)| (name.as_str(), row.len(), columns));
        let beside = self
            .beside
            .iter()
            .map(|(name, cells)| (name.as_str(), cells.len(), rows));
        let below = self
            .below
            .iter()
            .map(|(name, cells)| (name.as_str(), cells.len(), columns));
        for (name, got, expected) in sizes.chain(beside).chain(below) {
            if got != expected {
                return Err(Error::new(ErrorKind::Shape, format!("{place}, \"{name}\""))
                    .expected(format!("{expected} cells"))
                    .got(format!("{got} cells")));
            }
        }
        for (name, row) in &self.rows {
            if let Some(amount) = row.iter().find(|v| !(v.is_finite() && **v >= 0.0)) {
                return Err(
                    Error::new(ErrorKind::Value, format!("{place}, row \"{name}\""))
                        .expected("finite amounts that are not negative")
                        .got(short(*amount))
                        .hint("ImageGrid::values draws values of both signs"),
                );
            }
        }
        Ok(())
    }

    /// How strong a cell's colour is, 0 to 1.
    fn strength(&self, row: usize, column: usize) -> f64 {
        let cells = &self.rows[row].1;
        let whole = match self.compared {
            Compared::Row => cells.iter().sum(),
            Compared::Greatest => {
                let all = self.rows.iter().flat_map(|(_, cells)| cells);
                all.copied().fold(0.0, f64::max)
            }
        };
        if whole > 0.0 {
            (cells[column] / whole).sqrt()
        } else {
            0.0
        }
    }

    /// The map as a table of text, since that is what it says.
    fn describe(&self) -> String {
        let wide = |text: &str| text.chars().count();
        let mut table = vec![vec![String::new()]];
        table[0].extend(self.columns.iter().cloned());
        for (name, cells) in &self.rows {
            let numbers = cells.iter().map(|&amount| short(amount));
            table.push(std::iter::once(name.clone()).chain(numbers).collect());
        }
        if let Some((name, cells)) = &self.beside {
            table[0].push(name.clone());
            for (line, cell) in table[1..].iter_mut().zip(cells) {
                line.push(cell.clone());
            }
        }
        if let Some((name, cells)) = &self.below {
            table.push(
                std::iter::once(name.clone())
                    .chain(cells.iter().cloned())
                    .collect(),
            );
        }
        let width = |c: usize| {
            let cells = table.iter().filter_map(|line| line.get(c));
            cells.map(|cell| wide(cell)).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..table[0].len()).map(width).collect();
        let mut text = format!("Heat map \"{}\"", self.title);
        if !(self.x_label.is_empty() && self.y_label.is_empty()) {
            text.push_str(&format!(
                ": rows {}, columns {}",
                self.y_label, self.x_label
            ));
        }
        text.push('.');
        for line in table {
            text.push_str(&format!("\n{:<1$}", line[0], widths[0]));
            for (cell, width) in line.iter().zip(&widths).skip(1) {
                text.push_str(&format!("  {cell:>width$}"));
            }
        }
        if !self.caption.is_empty() {
            text.push('\n');
            text.push_str(&self.caption);
        }
        text
    }
}

fn texts<S: AsRef<str>>(texts: &[S]) -> Vec<String> {
    texts.iter().map(|text| text.as_ref().to_owned()).collect()
}
