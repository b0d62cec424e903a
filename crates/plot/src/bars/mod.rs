//! Bars: amounts side by side, such as how many images a class has, alone or in groups.

mod lying;
mod upright;

use chainrule_error::{Error, ErrorKind, Result};

use crate::canvas::Style;
use crate::figure::Figure;
use crate::frame::Look;
use crate::legend::{Entry, Legend, Sample};
use crate::log_axis::{log_range, placeable};
use crate::numbers::short;
use crate::palette::{TEXT, color};
use crate::text::Weight;
use crate::ticks::{drawable, range};
use crate::view::{MARGIN, WIDTH, describe_axes};

const VALUE: Style = Style::new(12.5, Weight::SemiBold, TEXT);
/// From the names of grouped bars to the plot below them.
const LEGEND_GAP: f64 = 12.0;

/// Bars beside each other with one label; a single bar is a group of one.
#[derive(Clone, Debug)]
struct Group {
    label: String,
    values: Vec<f64>,
}

/// Labelled bars that begin at zero, upright or lying. [`log`](BarPlot::log) is for amounts of
/// different magnitudes.
///
/// ```
/// use chainrule_plot::BarPlot;
///
/// let figure = BarPlot::new("Images per digit")
///     .y_label("images")
///     .bars(&[("0", 5923.0), ("1", 6742.0), ("2", 5958.0)])
///     .draw()?;
/// assert_eq!(
///     figure.description(),
///     "Bar plot \"Images per digit\": y axis \"images\". 0: 5923, 1: 6742, 2: 5958."
/// );
/// # Ok::<(), chainrule_error::Error>(())
/// ```
///
/// Several bars for each label, a colour for each name:
///
/// ```
/// use chainrule_plot::BarPlot;
///
/// let figure = BarPlot::new("Error in %")
///     .names(&["train", "test"])
///     .group("plain", &[0.1, 28.2])
///     .group("dropout", &[16.2, 18.7])
///     .draw()?;
/// assert_eq!(
///     figure.description(),
///     "Bar plot \"Error in %\". plain: train 0.1, test 28.2; dropout: train 16.2, test 18.7."
/// );
/// # Ok::<(), chainrule_error::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct BarPlot {
    title: String,
    x_label: String,
    y_label: String,
    names: Vec<String>,
    groups: Vec<Group>,
    horizontal: bool,
    log: bool,
}

impl BarPlot {
    /// A plot without bars yet.
    pub fn new(title: impl Into<String>) -> Self {
        let (x_label, y_label) = (String::new(), String::new());
        Self {
            title: title.into(),
            x_label,
            y_label,
            names: Vec::new(),
            groups: Vec::new(),
            horizontal: false,
            log: false,
        }
    }

    /// What stands below the plot.
    #[must_use]
    pub fn x_label(mut self, label: impl Into<String>) -> Self {
        self.x_label = label.into();
        self
    }

    /// What stands above the plot's left end.
    #[must_use]
    pub fn y_label(mut self, label: impl Into<String>) -> Self {
        self.y_label = label.into();
        self
    }

    /// Adds a bar.
    #[must_use]
    pub fn bar(self, label: impl Into<String>, value: f64) -> Self {
        self.group(label, &[value])
    }

    /// Adds bars in their order.
    #[must_use]
    pub fn bars<S: AsRef<str>>(self, bars: &[(S, f64)]) -> Self {
        bars.iter().fold(self, |plot, (label, value)| {
            plot.bar(label.as_ref(), *value)
        })
    }

    /// Names the bars of each group: each name has a colour, and stands above the plot.
    #[must_use]
    pub fn names<S: AsRef<str>>(mut self, names: &[S]) -> Self {
        self.names = names.iter().map(|name| name.as_ref().to_owned()).collect();
        self
    }

    /// Adds a group of bars side by side, one for each name.
    #[must_use]
    pub fn group(mut self, label: impl Into<String>, values: &[f64]) -> Self {
        self.groups.push(Group {
            label: label.into(),
            values: values.to_vec(),
        });
        self
    }

    /// Lets the bars lie, which long labels need.
    #[must_use]
    pub fn horizontal(mut self) -> Self {
        self.horizontal = true;
        self
    }

    /// Makes the axis of values logarithmic, for amounts that differ by more than ten times: bars
    /// begin at a power of ten below the least, and equal lengths are equal factors. A value that
    /// is not positive has no bar, and is written.
    ///
    /// ```
    /// use chainrule_plot::BarPlot;
    ///
    /// let speeds = BarPlot::new("Samples per second").bar("ours", 3e5).bar("by hand", 2e3);
    /// let figure = speeds.horizontal().log().draw()?;
    /// assert!(figure.description().ends_with("The axis of values is logarithmic."));
    /// # Ok::<(), chainrule_error::Error>(())
    /// ```
    #[must_use]
    pub fn log(mut self) -> Self {
        self.log = true;
        self
    }

    /// Draws the figure.
    ///
    /// # Errors
    ///
    /// Without bars, with more than can be drawn (60 upright, 1000 lying), or with a group that has
    /// not one value for each name. A value that is not finite is written in place of its bar.
    pub fn draw(&self) -> Result<Figure> {
        self.check()?;
        let canvas = if self.horizontal {
            self.lying()
        } else {
            self.upright()
        };
        Figure::draw(&canvas, self.describe())
    }

    fn check(&self) -> Result<()> {
        let place = format!("bar plot \"{}\"", self.title);
        let count = self
            .groups
            .iter()
            .map(|group| group.values.len())
            .sum::<usize>();
        if count == 0 {
            return Err(
                Error::new(ErrorKind::Value, format!("{place} has nothing to draw"))
                    .expected("at least one bar")
                    .got("none")
                    .hint("BarPlot::new(\"…\").bar(\"first\", 5923.0)"),
            );
        }
        let most = if self.horizontal { 1000 } else { 60 };
        if count > most {
            let hint = if self.horizontal {
                "show fewer"
            } else {
                "show fewer, or add .horizontal()"
            };
            return Err(
                Error::new(ErrorKind::Value, format!("{place} has too many bars"))
                    .expected(format!("at most {most}"))
                    .got(count.to_string())
                    .hint(hint),
            );
        }
        let named = self.names.len();
        let other = self
            .groups
            .iter()
            .find(|group| group.values.len() != self.each());
        if let Some(group) = other {
            let place = format!("{place}, group \"{}\"", group.label);
            let expected = match named {
                0 => format!("as many values as the first group, {}", self.each()),
                _ => format!("{named} values, one for each name"),
            };
            return Err(Error::new(ErrorKind::Shape, place)
                .expected(expected)
                .got(format!("{} values", group.values.len()))
                .hint(".names(&[\"train\", \"test\"]).group(\"plain\", &[0.1, 28.2])"));
        }
        Ok(())
    }

    /// How many bars a group has.
    fn each(&self) -> usize {
        let first = self.groups.first().map_or(1, |group| group.values.len());
        if self.names.is_empty() {
            first
        } else {
            self.names.len()
        }
    }

    /// The names with their colours, if any.
    fn legend(&self, look: &Look) -> Option<Legend> {
        let names = self.names.iter().enumerate();
        let entries = names.map(|(i, name)| Entry {
            label: name.clone(),
            color: color(i),
            sample: Sample::Bar,
        });
        Legend::new(entries.collect(), look, WIDTH - 2.0 * MARGIN)
    }

    fn values(&self) -> impl Iterator<Item = f64> + Clone + '_ {
        self.groups.iter().flat_map(|group| &group.values).copied()
    }

    /// Where bars begin.
    fn base(&self) -> f64 {
        if self.log { self.range().0 } else { 0.0 }
    }

    /// Where the bar of a value ends; where it begins, if it cannot be drawn.
    fn end(&self, value: f64) -> f64 {
        let can = if self.log { placeable } else { drawable };
        if can(value) { value } else { self.base() }
    }

    /// From a power of ten below the least to a little beyond the largest.
    fn log_range(&self) -> (f64, f64) {
        let Some((low, high)) = log_range(self.values(), 0.0) else {
            return (0.1, 1.0);
        };
        // A bar that ends where it begins would be none.
        let below = 10_f64.powf((low * 0.8).log10().floor());
        let air = (high.ln() - below.ln()) * 0.09;
        // Hundreds of decades need no tens of them as air, and have to end somewhere.
        (below, (high * air.exp().min(10.0)).min(1e301))
    }

    /// From zero to a little beyond the largest, on both sides if need be.
    fn range(&self) -> (f64, f64) {
        if self.log {
            return self.log_range();
        }
        let values = self.values().chain([0.0]);
        let Some((low, high)) = range(values.clone(), 0.0) else {
            return (0.0, 1.0);
        };
        if values.filter(|&v| drawable(v)).all(|v| v == 0.0) {
            return (0.0, 1.0);
        }
        let air = (high - low) * 0.09;
        (
            if low < 0.0 { low - air } else { 0.0 },
            if high > 0.0 { high + air } else { 0.0 },
        )
    }

    fn describe(&self) -> String {
        let axes = describe_axes(&self.x_label, &self.y_label);
        let grouped = !self.names.is_empty() || self.each() > 1;
        let groups: Vec<String> = self
            .groups
            .iter()
            .map(|group| {
                let values = group.values.iter().enumerate().map(|(i, value)| {
                    let name = self
                        .names
                        .get(i)
                        .map_or_else(String::new, |name| format!("{name} "));
                    format!("{name}{}", short(*value))
                });
                format!("{}: {}", group.label, values.collect::<Vec<_>>().join(", "))
            })
            .collect();
        let between = if grouped { "; " } else { ", " };
        let log = if self.log {
            " The axis of values is logarithmic."
        } else {
            ""
        };
        format!(
            "Bar plot \"{}\"{axes} {}.{log}",
            self.title,
            groups.join(between)
        )
    }
}
