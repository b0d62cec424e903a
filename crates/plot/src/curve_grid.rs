//! A grid of learning curves: a column per model, a row per setting.

use chainrule_error::{Error, ErrorKind, Result};

use crate::canvas::{Align, Canvas, Rect, Style};
use crate::figure::Figure;
use crate::frame::Look;
use crate::legend::Legend;
use crate::palette::INK;
use crate::panel::{Column, Panel};
use crate::series::Series;
use crate::text::Weight;
use crate::ticks::Notation;
use crate::view::{Extras, View, axis_titles, check_range, check_series, line_entries};

const MARGIN: f64 = 24.0;
const GAP: f64 = 20.0;
const SUPTITLE: Style = Style::new(20.0, Weight::SemiBold, INK);

/// Learning curves of several models, each under several settings.
///
/// ```
/// use chainrule_plot::{Column, CurveGrid, Panel};
///
/// let curve = [(20_000.0, 0.71), (40_000.0, 0.80), (60_000.0, 0.84)];
/// let panel = |rate: &str| {
///     Panel::new(format!("Epochs: 5, Learning rate: {rate}"))
///         .line("train_accuracy", &curve)
///         .line("test_accuracy", &curve)
/// };
/// let figure = CurveGrid::new("Learning Curves for all Tasks and Hyper-parameter settings")
///     .column(Column { title: "Task 1".into(), panels: vec![panel("0.0001"), panel("0.1")] })
///     .column(Column {
///         title: "Task 2".into(),
///         panels: vec![Panel::new("Epochs: 5, Learning rate: 0.5").note("diverged at step 83")],
///     })
///     .draw()?;
/// assert!(figure.description().contains("Task 2, Epochs: 5, Learning rate: 0.5: no curves."));
/// # Ok::<(), chainrule_error::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct CurveGrid {
    title: String,
    x_label: String,
    columns: Vec<Column>,
}

impl CurveGrid {
    /// A grid without columns yet.
    pub fn new(title: impl Into<String>) -> Self {
        let x_label = "Number of samples processed".to_owned();
        Self {
            title: title.into(),
            x_label,
            columns: Vec::new(),
        }
    }

    /// What runs along the bottom of each panel, if not the number of samples processed.
    #[must_use]
    pub fn x_label(mut self, label: impl Into<String>) -> Self {
        self.x_label = label.into();
        self
    }

    /// Adds a column on the right.
    #[must_use]
    pub fn column(mut self, column: Column) -> Self {
        self.columns.push(column);
        self
    }

    /// Draws the figure.
    ///
    /// # Errors
    ///
    /// Without any panel, with an x and y of different lengths, with a range that is empty, or
    /// when the whole would be too large. Empty panels and NaN values are no errors.
    pub fn draw(&self) -> Result<Figure> {
        let rows = self
            .columns
            .iter()
            .map(|column| column.panels.len())
            .max()
            .unwrap_or(0);
        if rows == 0 {
            return Err(Error::new(
                ErrorKind::Value,
                format!("curve grid \"{}\" is empty", self.title),
            )
            .expected("at least one column with a panel")
            .got(format!("{} columns and no panel", self.columns.len()))
            .hint("CurveGrid::new(\"…\").column(Column { title, panels: vec![panel] })"));
        }
        for (_, _, column, panel) in self.panels() {
            let place = format!("curve grid, panel \"{}, {}\"", column.title, panel.setting);
            check_series(&panel.series, &place)?;
            check_series(&panel.backdrop, &place)?;
            for band in &panel.bands {
                band.check(&place)?;
            }
            check_range(panel.y_range, &place, "y")?;
        }
        let layout = Layout::new(self, rows);
        crate::render::check_size(layout.width * 2.0, layout.height * 2.0)?;
        let mut canvas = Canvas::new(layout.width, layout.height);
        let mut baseline = MARGIN - 8.0;
        for line in SUPTITLE.wrap(&self.title, layout.width - 2.0 * MARGIN, 2) {
            baseline += SUPTITLE.leading();
            canvas.text((MARGIN, baseline), Align::Start, SUPTITLE, &line);
        }
        for (i, j, column, panel) in self.panels() {
            layout.draw(&mut canvas, (i, j), &column.title, panel, &self.x_label);
        }
        Figure::draw(&canvas, self.describe(rows))
    }

    /// Every panel that is there: column, row, and what they hold.
    fn panels(&self) -> impl Iterator<Item = (usize, usize, &Column, &Panel)> {
        self.columns.iter().enumerate().flat_map(|(i, column)| {
            let present = column
                .panels
                .iter()
                .enumerate()
                .filter(|(_, panel)| !panel.missing);
            present.map(move |(j, panel)| (i, j, column, panel))
        })
    }

    fn describe(&self, rows: usize) -> String {
        let columns = self.columns.len();
        let mut text = format!(
            "Grid of learning curves \"{}\": columns: {columns}, rows: {rows}; x axis \"{}\".",
            self.title, self.x_label
        );
        for (_, _, column, panel) in self.panels() {
            let title = panel.title.as_ref().unwrap_or(&column.title);
            text.push_str(&format!("\n{title}, {}: ", panel.setting));
            let series: Vec<String> = panel.series.iter().map(Series::describe).collect();
            text.push_str(&if series.is_empty() {
                "no curves".to_owned()
            } else {
                series.join("; ")
            });
            text.push('.');
            for band in &panel.bands {
                let about = panel.series.get(band.series);
                text.push_str(&band.describe(about.map(|series| series.label.as_str())));
            }
            match panel.backdrop.len() {
                0 => {}
                1 => text.push_str(" Behind them 1 grey curve."),
                many => text.push_str(&format!(" Behind them {many} grey curves.")),
            }
            if let Some(note) = &panel.note {
                text.push_str(&format!(" Note: {note}."));
            }
        }
        text
    }
}

/// Where each panel goes.
struct Layout {
    width: f64,
    height: f64,
    cell: (f64, f64),
    top: f64,
    /// Room for the titles of panels.
    title: f64,
    /// Room above each row's plots for legends that found none inside.
    legend_rows: Vec<f64>,
    /// Room for the y tick labels of each column.
    labels: Vec<f64>,
}

const TITLE: f64 = 26.0;
const SETTING: f64 = 20.0;
const FOOT: f64 = 46.0;

/// Room that y labels take at the left of a panel of its own title, at most.
const LABELS: f64 = 66.0;

/// The lines of a panel's own title; none if it has none.
fn own_title(panel: &Panel, cell: f64) -> Vec<String> {
    let title = panel.title.as_deref().unwrap_or_default();
    match title.trim().is_empty() {
        true => vec![],
        false => Look::PANEL.title.wrap(title, cell - LABELS, 2),
    }
}

impl Layout {
    fn new(grid: &CurveGrid, rows: usize) -> Self {
        let columns = grid.columns.len();
        // Few columns may be wide; four give 1200 logical pixels, still legible at 1000.
        let cell = match columns {
            1 => (640.0, 300.0),
            2 => (470.0, 280.0),
            3 => (350.0, 260.0),
            _ => (273.0, 250.0),
        };
        let width = 2.0 * MARGIN + cell.0 * columns as f64 + GAP * (columns as f64 - 1.0);
        let lines = SUPTITLE.wrap(&grid.title, width - 2.0 * MARGIN, 2).len() as f64;
        let top = MARGIN + lines * SUPTITLE.leading() + 8.0;
        let titles = grid
            .panels()
            .map(|(.., panel)| own_title(panel, cell.0).len());
        let title_lines = titles.max().unwrap_or(0).max(1) as f64;
        let title = TITLE + (title_lines - 1.0) * Look::PANEL.title.leading();
        let cell = (cell.0, cell.1 + title - TITLE);
        let mut layout = Self {
            width,
            height: 0.0,
            cell,
            top,
            title,
            legend_rows: vec![0.0; rows],
            labels: vec![0.0; columns],
        };
        // A rehearsal on a canvas that is thrown away: how wide labels are, which legends fit.
        let mut rehearsal = Canvas::new(1.0, 1.0);
        for (i, j, column, panel) in grid.panels() {
            let (labels, lacking) =
                layout.draw(&mut rehearsal, (i, j), &column.title, panel, &grid.x_label);
            layout.labels[i] = layout.labels[i].max(labels);
            layout.legend_rows[j] = layout.legend_rows[j].max(lacking);
        }
        let legends: f64 = layout.legend_rows.iter().sum();
        layout.height = top + (cell.1 + GAP) * rows as f64 + legends - GAP + MARGIN;
        layout
    }

    /// Draws one panel; returns the width of its y labels, and the height its legend lacks.
    fn draw(
        &self,
        canvas: &mut Canvas,
        (i, j): (usize, usize),
        title: &str,
        panel: &Panel,
        x_label: &str,
    ) -> (f64, f64) {
        let look = Look::PANEL;
        let legends: f64 = self.legend_rows[..j].iter().sum();
        let left = MARGIN + (self.cell.0 + GAP) * i as f64;
        let top = self.top + (self.cell.1 + GAP) * j as f64 + legends;
        let extra = self.legend_rows[j];
        let area = Rect {
            x0: left + SETTING,
            y0: top + self.title,
            x1: left + self.cell.0 - 4.0,
            y1: top + self.cell.1 + extra - FOOT,
        };
        let legend = Legend::new(line_entries(&panel.series), &look, area.width());
        let view = View {
            series: &panel.series,
            x_range: None,
            y_range: panel.y_range,
            notation: Notation::Scientific,
            note: panel.note.as_deref(),
            labels: self.labels[i],
            extras: Extras {
                bands: &panel.bands,
                backdrop: &panel.backdrop,
                ..Extras::default()
            },
        };
        // A legend above its row may not push its neighbours' plots apart: all begin below it.
        let inside = Rect {
            y0: area.y0 + extra,
            ..area
        };
        let mark = canvas.mark();
        let mut drawn = view.draw(canvas, &look, inside, legend.as_ref(), 0.0);
        let mut lacking = 0.0;
        if let (false, Some(legend)) = (drawn.legend_placed, &legend) {
            lacking = legend.rows(area.width()) as f64 * look.legend.leading() + 8.0;
            if extra > 0.0 {
                canvas.rewind(mark);
                drawn = view.draw(canvas, &look, area, Some(legend), extra);
            }
        }
        let plot = drawn.frame.area;
        let own = own_title(panel, self.cell.0);
        let names = match own.is_empty() {
            true => vec![look.title.shorten(title, plot.width())],
            false => own,
        };
        for (k, name) in names.iter().enumerate() {
            let above = (names.len() - 1 - k) as f64 * look.title.leading();
            let baseline = top + self.title - 10.0 - above;
            canvas.text((plot.x0, baseline), Align::Start, look.title, name);
        }
        let lines = look.label.wrap(&panel.setting, plot.height() + 24.0, 2);
        let middle = (plot.y0 + plot.y1) / 2.0;
        for (k, line) in lines.iter().enumerate() {
            let x = left + 12.0 - (lines.len() - 1 - k) as f64 * look.label.leading();
            canvas.text_up((x, middle), Align::Middle, look.label, line);
        }
        axis_titles(canvas, &look, &drawn.frame, x_label, plot.y1 + FOOT - 4.0);
        (plot.x0 - area.x0, lacking)
    }
}
