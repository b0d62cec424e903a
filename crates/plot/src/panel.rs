//! One pair of axes among many, and a column of them.

use crate::annotations::Band;
use crate::series::Series;

/// One pair of axes of a [`CurveGrid`](crate::CurveGrid): the curves of one model under one setting.
#[derive(Clone, Debug, Default)]
pub struct Panel {
    pub(crate) setting: String,
    pub(crate) title: Option<String>,
    pub(crate) series: Vec<Series>,
    pub(crate) bands: Vec<Band>,
    pub(crate) backdrop: Vec<Series>,
    pub(crate) note: Option<String>,
    pub(crate) y_range: Option<(f64, f64)>,
    pub(crate) missing: bool,
}

impl Panel {
    /// A panel whose y axis is labelled with its setting: `Epochs: 5, Learning rate: 0.1`.
    pub fn new(setting: impl Into<String>) -> Self {
        Self {
            setting: setting.into(),
            ..Self::default()
        }
    }

    /// A place in the column that stays empty.
    pub fn missing() -> Self {
        Self {
            missing: true,
            ..Self::default()
        }
    }

    /// Adds a curve through these points (x, y).
    #[must_use]
    pub fn line(self, label: impl Into<String>, points: &[(f64, f64)]) -> Self {
        self.series(Series::new(label, points.iter().copied()))
    }

    /// Adds a series.
    #[must_use]
    pub fn series(mut self, series: Series) -> Self {
        self.series.push(series);
        self
    }

    /// Gives the panel a title of its own in the place of its column's.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Adds a band between `low` and `high`, from points (x, low, high) in the order of x, in the
    /// colour of the series added last; as [`LinePlot::band`](crate::LinePlot::band), without a
    /// place in the legend.
    #[must_use]
    pub fn band(mut self, label: impl Into<String>, points: &[(f64, f64, f64)]) -> Self {
        let band = Band::about_last(label.into(), points, self.series.len());
        self.bands.push(band);
        self
    }

    /// Adds a thin grey curve behind the others, to compare them with: it has no place in the
    /// legend and does not stretch the axes.
    ///
    /// ```
    /// use chainrule_plot::{Column, CurveGrid, Panel, Series};
    ///
    /// let adam = [(1.0, 0.93), (2.0, 0.96)];
    /// let panel = Panel::new("accuracy")
    ///     .title("Adam")
    ///     .line("mean", &adam)
    ///     .band("± deviation", &adam.map(|(x, y)| (x, y - 0.01, y + 0.01)))
    ///     .backdrop(Series::new("SGD", [(1.0, 0.90), (2.0, 0.94)]));
    /// let figure = CurveGrid::new("Rules").column(Column::new("", vec![panel])).draw()?;
    /// assert!(figure.description().contains("Adam, accuracy: \"mean\" has 2 points"));
    /// assert!(figure.description().ends_with("Behind them 1 grey curve."));
    /// # Ok::<(), chainrule_error::Error>(())
    /// ```
    #[must_use]
    pub fn backdrop(mut self, series: Series) -> Self {
        self.backdrop.push(series);
        self
    }

    /// Writes a remark into the panel: `diverged at step 83, layer conv2d_1`.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.note = Some(text.into());
        self
    }

    /// Shows y from `low` to `high` instead of what the curves need.
    #[must_use]
    pub fn y_range(mut self, low: f64, high: f64) -> Self {
        self.y_range = Some((low, high));
        self
    }
}

/// One column of a [`CurveGrid`](crate::CurveGrid): a model and its panels from the top.
#[derive(Clone, Debug, Default)]
pub struct Column {
    /// The model's name, above each of its panels.
    pub title: String,
    /// Its panels. Columns may differ in length: the rest stays empty.
    pub panels: Vec<Panel>,
}

impl Column {
    /// A column of these panels.
    pub fn new(title: impl Into<String>, panels: Vec<Panel>) -> Self {
        Self {
            title: title.into(),
            panels,
        }
    }
}
