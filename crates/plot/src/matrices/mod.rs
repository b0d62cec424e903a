//! Matrices of numbers side by side, with cells and areas in colours that tell which belong together.

mod layout;

use chainrule_error::{Error, ErrorKind, Result};

use crate::figure::Figure;
use crate::numbers::short;

/// Rows and columns that a matrix may have, written out.
const MOST: usize = 64;

/// A matrix of numbers with a name.
///
/// Groups are counted from 0; each has its colour of [`SERIES_COLORS`](crate::SERIES_COLORS).
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    name: String,
    rows: usize,
    columns: usize,
    values: Vec<f64>,
    heads: Vec<String>,
    tints: Vec<(usize, usize, usize)>,
    areas: Vec<Area>,
    strong: Vec<(usize, usize)>,
}

/// A part of a matrix, framed: rows and columns from the first to the last.
#[derive(Clone, Debug, PartialEq)]
struct Area {
    group: usize,
    rows: (usize, usize),
    columns: (usize, usize),
}

impl Matrix {
    /// A matrix of `rows × columns` values, given row by row.
    pub fn new(name: impl Into<String>, rows: usize, columns: usize, values: &[f64]) -> Self {
        Self {
            name: name.into(),
            rows,
            columns,
            values: values.to_vec(),
            heads: Vec::new(),
            tints: Vec::new(),
            areas: Vec::new(),
            strong: Vec::new(),
        }
    }

    /// A name above each column.
    #[must_use]
    pub fn heads<T: Into<String>>(mut self, heads: impl IntoIterator<Item = T>) -> Self {
        self.heads = heads.into_iter().map(Into::into).collect();
        self
    }

    /// Gives a cell the colour of a group.
    #[must_use]
    pub fn tint(mut self, row: usize, column: usize, group: usize) -> Self {
        self.tints.push((row, column, group));
        self
    }

    /// Gives a column the colour of a group.
    #[must_use]
    pub fn tint_column(self, column: usize, group: usize) -> Self {
        let rows = self.rows;
        (0..rows).fold(self, |matrix, row| matrix.tint(row, column, group))
    }

    /// Frames an area in the colour of a group: rows and columns from the first to the last.
    #[must_use]
    pub fn frame(mut self, rows: (usize, usize), columns: (usize, usize), group: usize) -> Self {
        self.areas.push(Area {
            group,
            rows,
            columns,
        });
        self
    }

    /// Sets a number in bold.
    #[must_use]
    pub fn strong(mut self, row: usize, column: usize) -> Self {
        self.strong.push((row, column));
        self
    }
}

/// Matrices row by row, as wide as a page.
///
/// ```
/// use chainrule_plot::{Matrix, MatrixPlot};
///
/// let image = [0.0, 0.5, 1.0, 0.2];
/// let figure = MatrixPlot::new("The greatest of a window")
///     .matrix(Matrix::new("a", 2, 2, &image).frame((0, 1), (0, 1), 0).strong(1, 0))
///     .matrix(Matrix::new("p", 1, 1, &[1.0]).tint(0, 0, 0))
///     .draw()?;
/// assert_eq!(
///     figure.description(),
///     "Matrices \"The greatest of a window\": a 2 × 2 from 0 to 1, p 1 × 1 from 1 to 1."
/// );
/// # Ok::<(), chainrule_error::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct MatrixPlot {
    title: String,
    caption: String,
    rows: Vec<Row>,
}

/// Matrices beside each other, with a headline.
#[derive(Clone, Debug, Default)]
struct Row {
    name: String,
    matrices: Vec<Matrix>,
}

impl MatrixPlot {
    /// A figure without matrices yet.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            caption: String::new(),
            rows: vec![Row::default()],
        }
    }

    /// Adds a matrix beside those of the row.
    #[must_use]
    pub fn matrix(mut self, matrix: Matrix) -> Self {
        if let Some(row) = self.rows.last_mut() {
            row.matrices.push(matrix);
        }
        self
    }

    /// Begins a new row under a headline.
    #[must_use]
    pub fn row(mut self, name: impl Into<String>) -> Self {
        self.rows.push(Row {
            name: name.into(),
            matrices: Vec::new(),
        });
        self
    }

    /// A remark below.
    #[must_use]
    pub fn caption(mut self, text: impl Into<String>) -> Self {
        self.caption = text.into();
        self
    }

    /// Draws the figure.
    ///
    /// # Errors
    ///
    /// Without matrices, with one that has no cells or more than 64 rows or columns, with values or
    /// heads that are not one for each cell or column, or with a colour for a cell that is not there.
    pub fn draw(&self) -> Result<Figure> {
        self.check()?;
        Figure::draw(&self.canvas(), self.describe())
    }

    fn matrices(&self) -> impl Iterator<Item = &Matrix> {
        self.rows.iter().flat_map(|row| &row.matrices)
    }

    fn check(&self) -> Result<()> {
        let place = format!("matrices \"{}\"", self.title);
        if self.matrices().next().is_none() {
            return Err(Error::new(ErrorKind::Value, place)
                .expected("at least one matrix")
                .got("none")
                .hint("MatrixPlot::new(\"…\").matrix(Matrix::new(\"W\", 2, 2, &values))"));
        }
        for matrix in self.matrices() {
            let place = format!("{place}, matrix \"{}\"", matrix.name);
            let (rows, columns) = (matrix.rows, matrix.columns);
            let size = format!("{rows} × {columns}");
            if !(1..=MOST).contains(&rows) || !(1..=MOST).contains(&columns) {
                return Err(Error::new(ErrorKind::Value, place)
                    .expected(format!("1 to {MOST} rows and columns"))
                    .got(size)
                    .hint("an ImageGrid shows large ones, as colours"));
            }
            if matrix.values.len() != rows * columns {
                return Err(Error::new(ErrorKind::Shape, place)
                    .expected(format!("{size} = {} values", rows * columns))
                    .got(format!("{} values", matrix.values.len())));
            }
            if !matrix.heads.is_empty() && matrix.heads.len() != columns {
                return Err(Error::new(ErrorKind::Shape, place)
                    .expected(format!("a head for each of {columns} columns"))
                    .got(matrix.heads.len().to_string()));
            }
            let cells = matrix.tints.iter().map(|&(row, column, _)| (row, column));
            let areas = matrix.areas.iter();
            let corners = areas.flat_map(|a| [(a.rows.0, a.columns.0), (a.rows.1, a.columns.1)]);
            let mut cells = cells.chain(corners).chain(matrix.strong.iter().copied());
            if let Some((row, column)) = cells.find(|&(r, c)| r >= rows || c >= columns) {
                return Err(Error::new(ErrorKind::Value, place)
                    .expected(format!("a cell of {size}, counted from 0"))
                    .got(format!("[{row}, {column}]")));
            }
        }
        Ok(())
    }

    fn describe(&self) -> String {
        let matrices = self.matrices().map(|matrix| {
            let values = || matrix.values.iter().copied();
            let least = short(values().fold(f64::INFINITY, f64::min));
            let most = short(values().fold(f64::NEG_INFINITY, f64::max));
            let (rows, columns) = (matrix.rows, matrix.columns);
            format!("{} {rows} × {columns} from {least} to {most}", matrix.name)
        });
        let matrices: Vec<_> = matrices.collect();
        let mut text = format!("Matrices \"{}\": {}.", self.title, matrices.join(", "));
        if !self.caption.is_empty() {
            text.push_str(&format!(" {}", self.caption));
        }
        text
    }
}
