//! Figures described in JSON: the one whose drawing is timed, and those of the bench itself.

use std::time::Instant;

use chainrule::plot::{BarPlot, Column, CurveGrid, Figure, LinePlot, Panel};
use chainrule::{Error, Result};
use serde_json::{Value, json};

/// Draws `{"title", "x_label", "columns": [{"title", "panels": [{"setting", "lines": [[label,
/// [[x, y], …]], …]}]}]}` as a grid of learning curves.
pub(crate) fn curves(figure: &Value, path: Option<&str>) -> Result<Value> {
    let columns: Vec<_> = items(figure, "columns")?
        .iter()
        .map(column)
        .collect::<Result<_>>()?;
    let start = Instant::now();
    let grid = CurveGrid::new(text(figure, "title")).x_label(text(figure, "x_label"));
    let grid = columns.into_iter().fold(grid, CurveGrid::column);
    let drawn = grid.draw()?;
    let seconds = start.elapsed().as_secs_f64();
    kept(&drawn, path, seconds)
}

fn column(described: &Value) -> Result<Column> {
    let panel = |panel: &Value| {
        let mut lines = items(panel, "lines")?.iter();
        lines.try_fold(Panel::new(text(panel, "setting")), |panel, line| {
            Ok(panel.line(line[0].as_str().unwrap_or_default(), &points(&line[1])?))
        })
    };
    let panels: Result<_> = items(described, "panels")?.iter().map(panel).collect();
    Ok(Column {
        title: text(described, "title"),
        panels: panels?,
    })
}

/// Draws `{"title", "x_label", "names": […], "groups": [[label, [value, …]], …]}` as lying bars on a
/// logarithmic axis. A value of null is one that there is not.
pub(crate) fn bars(figure: &Value, path: Option<&str>) -> Result<Value> {
    let names: Vec<&str> = items(figure, "names")?
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let mut plot = BarPlot::new(text(figure, "title"))
        .x_label(text(figure, "x_label"))
        .names(&names)
        .horizontal()
        .log();
    for group in items(figure, "groups")? {
        let values = group[1].as_array().map(Vec::as_slice).unwrap_or_default();
        let values: Vec<f64> = values
            .iter()
            .map(|v| v.as_f64().unwrap_or(f64::NAN))
            .collect();
        plot = plot.group(group[0].as_str().unwrap_or_default(), &values);
    }
    kept(&plot.draw()?, path, 0.0)
}

/// Draws `{"figures": [{"title", "x_label", "y_label", "lines": [[label, points], …],
/// "references": [[label, y], …]}], "columns"}`: plots with both axes logarithmic, side by side.
pub(crate) fn lines(figure: &Value, path: Option<&str>) -> Result<Value> {
    let plot = |described: &Value| {
        let plot = LinePlot::new(text(described, "title"))
            .x_label(text(described, "x_label"))
            .y_label(text(described, "y_label"))
            .log_x()
            .log_y();
        let plot = items(described, "lines")?
            .iter()
            .try_fold(plot, |plot, line| {
                let points = points(&line[1])?;
                Ok::<_, Error>(
                    plot.line_with_markers(line[0].as_str().unwrap_or_default(), &points),
                )
            })?;
        let references = described["references"].as_array();
        let references = references.map(Vec::as_slice).unwrap_or_default();
        let plot = references.iter().fold(plot, |plot, reference| {
            let label = reference[0].as_str().unwrap_or_default();
            plot.reference(label, reference[1].as_f64().unwrap_or(f64::NAN))
        });
        plot.draw()
    };
    let figures: Vec<_> = items(figure, "figures")?
        .iter()
        .map(plot)
        .collect::<Result<_>>()?;
    let columns = figure["columns"].as_u64().unwrap_or(2) as usize;
    kept(&Figure::grid(columns, &figures)?, path, 0.0)
}

fn kept(figure: &Figure, path: Option<&str>, seconds: f64) -> Result<Value> {
    if let Some(path) = path {
        figure.save(path)?;
    }
    let (width, height) = (figure.width(), figure.height());
    Ok(json!({
        "seconds": seconds, "width": width, "height": height, "description": figure.description(),
    }))
}

fn items<'a>(value: &'a Value, key: &str) -> Result<&'a [Value]> {
    let items = value[key].as_array();
    let missing = || crate::wrong(&format!("the figure has no {key}"));
    items.map(Vec::as_slice).ok_or_else(missing)
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

fn points(value: &Value) -> Result<Vec<(f64, f64)>> {
    let point = |point: &Value| Some((point[0].as_f64()?, point[1].as_f64()?));
    let points = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let points: Option<Vec<_>> = points.iter().map(point).collect();
    points.ok_or_else(|| crate::wrong("a point of the figure is no pair of numbers"))
}
