//! A table of results as a picture.

use chainrule_error::{Error, ErrorKind, Result};

use crate::canvas::{Align, Canvas, Rect, Style};
use crate::figure::Figure;
use crate::palette::{BEST, BEST_TEXT, FAINT, GRID, INK, SPINE, TEXT};
use crate::render::check_size;
use crate::text::{Weight, tabular};

const MARGIN: f64 = 28.0;
const ROW: f64 = 42.0;
const TALL_ROW: f64 = 62.0;
/// Between the text of one column and the next.
const PADDING: f64 = 22.0;
const MOST_CELL: f64 = 260.0;
const MOST_NAME: f64 = 400.0;

const TITLE: Style = Style::new(18.0, Weight::SemiBold, INK);
const HEADER: Style = Style::new(13.5, Weight::SemiBold, TEXT);
const NAME: Style = Style::new(14.5, Weight::SemiBold, INK);
const PLAIN: Style = Style::new(14.5, Weight::Regular, INK);
const STRONG: Style = Style::new(14.5, Weight::SemiBold, BEST_TEXT);
const MUTED: Style = Style::new(13.5, Weight::Regular, FAINT);
const DETAIL: Style = Style::new(12.0, Weight::Regular, FAINT);
const CAPTION: Style = Style::new(13.0, Weight::Regular, FAINT);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Plain,
    Best,
    Muted,
}

/// One entry of a [`TablePlot`]. A `&str` or `String` becomes a plain one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    text: String,
    detail: String,
    kind: Kind,
}

impl Cell {
    /// An ordinary cell.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            detail: String::new(),
            kind: Kind::Plain,
        }
    }

    /// A cell that stands out, as the best of its table.
    pub fn best(text: impl Into<String>) -> Self {
        Self {
            kind: Kind::Best,
            ..Self::new(text)
        }
    }

    /// A cell that steps back, such as `diverged`.
    pub fn muted(text: impl Into<String>) -> Self {
        Self {
            kind: Kind::Muted,
            ..Self::new(text)
        }
    }

    /// A second, smaller line: `5 epochs, rate 0.1`.
    #[must_use]
    pub fn detail(mut self, text: impl Into<String>) -> Self {
        self.detail = text.into();
        self
    }

    /// The text as drawn: numbers have digits of equal width, to stand below each other.
    fn shown(&self) -> String {
        let number = |text: &str| decimals(text).is_some();
        // A mean and its deviation: `0.9740 ± 0.0012`.
        let spread = |(mean, deviation)| number(mean) && number(deviation);
        if number(&self.text) || self.text.split_once(" ± ").is_some_and(spread) {
            tabular(&self.text)
        } else {
            self.text.clone()
        }
    }

    fn style(&self) -> Style {
        match self.kind {
            Kind::Plain => PLAIN,
            Kind::Best => STRONG,
            Kind::Muted => MUTED,
        }
    }
}

/// How many characters of a number follow its last integer digit; `None` for other texts.
fn decimals(text: &str) -> Option<usize> {
    let number = text.trim_end_matches('%').trim();
    number.parse::<f64>().ok()?;
    Some(
        number
            .split_once('.')
            .map_or(0, |(_, decimals)| decimals.len() + 1),
    )
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

/// A table with a name for each row and each column.
///
/// ```
/// use chainrule_plot::{Cell, TablePlot};
///
/// let figure = TablePlot::new("Test accuracy")
///     .columns(&["Setting 1", "Setting 2"])
///     .row("Model 3", vec![Cell::new("0.8507"), Cell::best("0.9703")])
///     .row("Model 4", vec![Cell::muted("diverged"), "0.9839".into()])
///     .caption("After the last epoch, on 10 000 test images.")
///     .draw()?;
/// assert_eq!(
///     figure.description(),
///     "Table \"Test accuracy\":\n         \
///               Setting 1  Setting 2\n\
///      Model 3     0.8507    0.9703*\n\
///      Model 4   diverged     0.9839\n\
///      * the best. After the last epoch, on 10 000 test images."
/// );
/// # Ok::<(), chainrule_error::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct TablePlot {
    title: String,
    columns: Vec<String>,
    rows: Vec<(String, Vec<Cell>)>,
    caption: String,
}

impl TablePlot {
    /// A table without columns and rows yet.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            columns: Vec::new(),
            rows: Vec::new(),
            caption: String::new(),
        }
    }

    /// The names of the columns.
    #[must_use]
    pub fn columns<S: AsRef<str>>(mut self, names: &[S]) -> Self {
        self.columns = names.iter().map(|name| name.as_ref().to_owned()).collect();
        self
    }

    /// Adds a row. Cells that it lacks at its end stay empty.
    #[must_use]
    pub fn row(mut self, name: impl Into<String>, cells: Vec<Cell>) -> Self {
        self.rows.push((name.into(), cells));
        self
    }

    /// A remark below the table.
    #[must_use]
    pub fn caption(mut self, text: impl Into<String>) -> Self {
        self.caption = text.into();
        self
    }

    /// Draws the figure.
    ///
    /// # Errors
    ///
    /// Without columns or rows, with a row that has more cells than there are columns, or when the
    /// whole would be too large.
    pub fn draw(&self) -> Result<Figure> {
        self.check()?;
        let widths: Vec<f64> = (0..self.columns.len())
            .map(|c| self.column_width(c))
            .collect();
        let names = self
            .rows
            .iter()
            .map(|(name, _)| NAME.width(name))
            .fold(0.0, f64::max);
        let names = names.clamp(60.0, MOST_NAME) + PADDING;
        let table = names + widths.iter().sum::<f64>();
        let width = (table + 2.0 * MARGIN).max(420.0);
        let tall = self.cells().any(|cell| !cell.detail.is_empty());
        let row = if tall { TALL_ROW } else { ROW };
        let room = width - 2.0 * MARGIN;
        let title = if self.title.trim().is_empty() {
            vec![]
        } else {
            TITLE.wrap(&self.title, room, 2)
        };
        let caption = if self.caption.trim().is_empty() {
            vec![]
        } else {
            CAPTION.wrap(&self.caption, room, 6)
        };
        let top = MARGIN + title.len() as f64 * TITLE.leading();
        let bottom = top + 38.0 + row * self.rows.len() as f64;
        let height = bottom + 12.0 + caption.len() as f64 * CAPTION.leading() + MARGIN * 0.6;
        check_size(width * 2.0, height * 2.0)?;

        let mut canvas = Canvas::new(width, height);
        for (i, line) in title.iter().enumerate() {
            let y = MARGIN + TITLE.leading() * (i as f64 + 0.6);
            canvas.text((MARGIN, y), Align::Start, TITLE, line);
        }
        let right = |c: usize| {
            MARGIN
                + names
                + widths[..=c].iter().sum::<f64>()
                + (room - table).max(0.0) * (c + 1) as f64 / widths.len() as f64
        };
        let edge = width - MARGIN;
        for (c, name) in self.columns.iter().enumerate() {
            let text = HEADER.shorten(name, MOST_CELL);
            canvas.text(
                (right(c) - PADDING / 2.0, top + 24.0),
                Align::End,
                HEADER,
                &text,
            );
        }
        for (r, (name, cells)) in self.rows.iter().enumerate() {
            let y0 = top + 38.0 + row * r as f64;
            if r > 0 {
                canvas.segment((MARGIN, y0), (edge, y0), 1.0, GRID);
            }
            let text = NAME.shorten(name, names - PADDING);
            canvas.text(
                (MARGIN + 4.0, y0 + row / 2.0 + 5.0),
                Align::Start,
                NAME,
                &text,
            );
            for (c, cell) in cells.iter().enumerate() {
                self.cell(
                    &mut canvas,
                    cell,
                    (right(c) - PADDING / 2.0, y0 + row / 2.0),
                    c,
                );
            }
        }
        canvas.segment((MARGIN, top + 38.0), (edge, top + 38.0), 1.5, SPINE);
        canvas.segment((MARGIN, bottom), (edge, bottom), 1.5, SPINE);
        for (i, line) in caption.iter().enumerate() {
            let y = bottom + 12.0 + CAPTION.leading() * (i as f64 + 0.8);
            canvas.text((MARGIN, y), Align::Start, CAPTION, line);
        }
        Figure::draw(&canvas, self.describe())
    }

    fn check(&self) -> Result<()> {
        let place = format!("table \"{}\"", self.title);
        if self.columns.is_empty() || self.rows.is_empty() {
            let (columns, rows) = (self.columns.len(), self.rows.len());
            return Err(Error::new(ErrorKind::Value, format!("{place} has nothing to draw"))
                .expected("at least one column and one row")
                .got(format!("columns: {columns}, rows: {rows}"))
                .hint("TablePlot::new(\"…\").columns(&[\"a\"]).row(\"first\", vec![\"1\".into()])"));
        }
        for (name, cells) in &self.rows {
            if cells.len() > self.columns.len() {
                return Err(
                    Error::new(ErrorKind::Shape, format!("{place}, row \"{name}\""))
                        .expected(format!(
                            "at most {} cells, one per column",
                            self.columns.len()
                        ))
                        .got(format!("{} cells", cells.len()))
                        .hint("name more columns, or give the row fewer cells"),
                );
            }
        }
        Ok(())
    }

    fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.rows.iter().flat_map(|(_, cells)| cells)
    }

    fn column_width(&self, c: usize) -> f64 {
        let header = HEADER.width(&self.columns[c]);
        let widest = self
            .rows
            .iter()
            .filter_map(|(_, cells)| cells.get(c))
            .map(|cell| {
                let text = cell.style().width(&cell.shown()) + self.shift(cell, c);
                text.max(DETAIL.width(&cell.detail))
            })
            .fold(header, f64::max);
        widest.clamp(78.0, MOST_CELL) + PADDING
    }

    /// How far a number's end lies left of the column's, so that decimal points stand in line.
    fn shift(&self, cell: &Cell, c: usize) -> f64 {
        let decimals = |cell: &Cell| decimals(&cell.text);
        let Some(own) = decimals(cell) else {
            return 0.0;
        };
        let column = self.rows.iter().filter_map(|(_, cells)| cells.get(c));
        let most = column.filter_map(decimals).max().unwrap_or(0);
        let digit = PLAIN.width(&tabular("0"));
        let point = if own == 0 && most > 0 {
            PLAIN.width(".") - digit
        } else {
            0.0
        };
        most.saturating_sub(own) as f64 * digit + point
    }

    fn cell(&self, canvas: &mut Canvas, cell: &Cell, (right, middle): (f64, f64), c: usize) {
        let style = cell.style();
        let text = style.shorten(&cell.shown(), MOST_CELL);
        let end = right - self.shift(cell, c);
        let detailed = !cell.detail.is_empty();
        let baseline = middle + 5.0 - if detailed { 10.0 } else { 0.0 };
        let long = style.width(&text);
        if cell.kind == Kind::Best {
            let around = Rect::new(end - long - 9.0, baseline - 18.5, long + 18.0, 27.0);
            canvas.pill(around, 7.0, BEST);
        }
        canvas.text((end, baseline), Align::End, style, &text);
        if detailed {
            let text = DETAIL.shorten(&cell.detail, MOST_CELL);
            canvas.text((right, baseline + 23.5), Align::End, DETAIL, &text);
        }
    }

    /// The table itself as text, since that is what it says.
    fn describe(&self) -> String {
        let text = |cell: &Cell| {
            let star = if cell.kind == Kind::Best { "*" } else { "" };
            let detail = if cell.detail.is_empty() {
                String::new()
            } else {
                format!(" ({})", cell.detail)
            };
            format!("{}{star}{detail}", cell.text)
        };
        let wide = |text: &str| text.chars().count();
        let names = self
            .rows
            .iter()
            .map(|(name, _)| wide(name))
            .max()
            .unwrap_or(0);
        let mut lines = vec![format!("Table \"{}\":", self.title)];
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|c| {
                let cells = self.rows.iter().filter_map(|(_, cells)| cells.get(c));
                cells
                    .map(|cell| wide(&text(cell)))
                    .max()
                    .unwrap_or(0)
                    .max(wide(&self.columns[c]))
            })
            .collect();
        let mut header = " ".repeat(names);
        for (name, width) in self.columns.iter().zip(&widths) {
            header.push_str(&format!("  {name:>width$}"));
        }
        lines.push(header);
        for (name, cells) in &self.rows {
            let mut line = format!("{name:<names$}");
            for (cell, width) in cells.iter().zip(&widths) {
                line.push_str(&format!("  {:>width$}", text(cell)));
            }
            lines.push(line);
        }
        let best = self
            .cells()
            .any(|cell| cell.kind == Kind::Best)
            .then_some("* the best.");
        let caption = Some(self.caption.as_str()).filter(|text| !text.is_empty());
        let last: Vec<&str> = best.into_iter().chain(caption).collect();
        if !last.is_empty() {
            lines.push(last.join(" "));
        }
        lines.join("\n")
    }
}
