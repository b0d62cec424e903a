//! A plot that grows while a loop runs.

use chainrule_error::Result;
use chainrule_plot::{Figure, LinePlot};

use super::{
    Bundle, NotebookDisplay, live, page,
    painter::{Painter, Turn},
};

/// Curves that move while a loop written by hand adds their points.
///
/// On the chainrule kernel the plot is drawn anew while the loop runs, a few times a second at
/// most and for a twentieth of the time at most. It is complete when it is finished or dropped, and
/// then stays where it is. On evcxr's own kernel it is shown once, complete.
///
/// ```
/// use chainrule::prelude::*;
///
/// let mut plot = LivePlot::new("Newton's method").x_label("step").y_label("guess");
/// let mut guess = 10.0_f64;
/// for step in 0..6 {
///     plot.point("√2", f64::from(step), guess);
///     guess = (guess + 2.0 / guess) / 2.0;
/// }
/// assert!(plot.figure()?.description().contains("from (0, 10)"));
/// plot.finish();
/// # Ok::<(), chainrule::Error>(())
/// ```
pub struct LivePlot {
    title: String,
    x_label: String,
    y_label: String,
    series: Vec<(String, Vec<(f64, f64)>)>,
    /// How it is shown; none away from the chainrule kernel.
    painter: Option<Painter>,
    changed: bool,
}

impl LivePlot {
    /// A plot without points. It appears with the first of them.
    pub fn new(title: impl Into<String>) -> Self {
        Self::with(title, live::is_live().then(|| Painter::new(false)))
    }

    fn with(title: impl Into<String>, painter: Option<Painter>) -> Self {
        Self {
            title: title.into(),
            x_label: String::new(),
            y_label: String::new(),
            series: Vec::new(),
            painter,
            changed: false,
        }
    }

    /// What runs along the bottom.
    #[must_use]
    pub fn x_label(mut self, label: impl Into<String>) -> Self {
        self.x_label = label.into();
        self
    }

    /// What runs upwards.
    #[must_use]
    pub fn y_label(mut self, label: impl Into<String>) -> Self {
        self.y_label = label.into();
        self
    }

    /// Adds a point to the curve of that name; a new name begins a new curve. NaN leaves a gap.
    pub fn point(&mut self, series: &str, x: f64, y: f64) {
        let place = self.series.iter().position(|(name, _)| name == series);
        let place = place.unwrap_or_else(|| {
            self.series.push((series.to_owned(), Vec::new()));
            self.series.len() - 1
        });
        self.series[place].1.push((x, y));
        self.changed = true;
        self.tick();
    }

    /// The plot as it is now.
    ///
    /// # Errors
    ///
    /// When it has no point yet.
    pub fn figure(&self) -> Result<Figure> {
        let plot = LinePlot::new(&self.title)
            .x_label(&self.x_label)
            .y_label(&self.y_label);
        let series = self.series.iter();
        series
            .fold(plot, |plot, (name, points)| plot.line(name, points))
            .draw()
    }

    /// Shows the plot complete. Dropping it does the same.
    pub fn finish(self) {
        drop(self);
    }

    fn tick(&mut self) {
        let Some(painter) = &self.painter else { return };
        let began = painter.now();
        if painter.turn(began, self.changed) != Turn::Picture {
            return;
        }
        let drawn = self.figure();
        self.changed = false;
        let Some(painter) = &mut self.painter else {
            return;
        };
        painter.drew_since(began);
        if let Ok(figure) = drawn {
            let html = page::picture(&figure);
            painter.show(Bundle::text(figure.description()).html(html).data());
        }
    }
}

impl Drop for LivePlot {
    fn drop(&mut self) {
        if self.series.is_empty() {
            return;
        }
        let bundle = self.bundle();
        match &mut self.painter {
            Some(painter) => painter.show(bundle.data()),
            None => bundle.print_marked(),
        }
    }
}

/// A cell may end in the plot itself.
impl NotebookDisplay for LivePlot {
    fn bundle(&self) -> Bundle {
        match self.figure() {
            Ok(figure) => figure.bundle(),
            Err(error) => Bundle::error(&error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{super::painter::tests::Bench, *};

    #[test]
    fn it_grows_and_ends_complete_in_the_same_place() {
        let bench = Bench::new(Duration::from_millis(1));
        let mut plot = LivePlot::with("Loss", Some(bench.painter(false)));
        for step in 0..200 {
            bench.pass(Duration::from_millis(20));
            plot.point("train", f64::from(step), 1.0 / f64::from(step + 1));
        }
        let moved = bench.events().len();
        assert!((10..=40).contains(&moved), "{moved}");
        plot.finish();
        let events = bench.events();
        assert_eq!(events.len(), moved + 1);
        assert_eq!(events[0]["event"], "display");
        assert!(events[0].get("live").is_none(), "it stays");
        let last = &events[moved];
        assert_eq!(
            (&last["event"], &last["id"]),
            (&"update".into(), &events[0]["id"])
        );
        let text = last["data"]["text/plain"].as_str().unwrap();
        assert!(text.contains("has 200 points"), "{text}");
        assert!(last["data"]["image/png"].is_string());
    }

    #[test]
    fn without_a_point_there_is_nothing_to_show() {
        let bench = Bench::new(Duration::ZERO);
        let plot = LivePlot::with("Loss", Some(bench.painter(false)));
        assert!(plot.figure().is_err());
        drop(plot);
        assert!(bench.events().is_empty());
    }
}
