//! Figures of a race of optimizers: their paths on the surface, and the table.

use chainrule_error::Result;
use chainrule_plot::{Cell, ContourPlot, Figure, TablePlot};
use chainrule_train::RaceResults;

/// Draws the paths of a race on the surface's contours, with a mark where each ended.
///
/// ```
/// use chainrule::prelude::*;
///
/// let race = Race::on(Surface::rosenbrock())
///     .with(Rule::momentum(), 0.001)
///     .with(Rule::adam(), 0.1)
///     .run()?;
/// let figure = plot_race(&race)?;
/// assert!(figure.description().contains("Path \"Adam, η 0.1\" has 501 points"));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
///
/// When nothing of the surface that is shown has a finite value.
pub fn plot_race(race: &RaceResults) -> Result<Figure> {
    let surface = &race.surface;
    let [x_range, y_range] = surface.ranges();
    let plot = ContourPlot::new(format!("{}: {} steps", surface.name(), race.steps))
        .x_label("x")
        .y_label("y")
        .surface(x_range, y_range, |x, y| surface.value([x, y]));
    let plot = if surface.has_log_levels() {
        plot.log_levels()
    } else {
        plot
    };
    let plot = race.racers.iter().fold(plot, |plot, racer| {
        let path: Vec<_> = racer.path.iter().map(|&[x, y]| (x, y)).collect();
        plot.path(format!("{}, η {}", racer.rule, racer.rate), &path)
    });
    let minima = surface.minima().iter();
    minima.fold(plot, |plot, &[x, y]| plot.minimum(x, y)).draw()
}

/// Draws a race's table: each rule with its learning rate, the steps until it was near a minimum,
/// and where it ended. The first that arrived is set off.
///
/// # Errors
///
/// When the figure would be too large.
pub fn plot_race_table(race: &RaceResults) -> Result<Figure> {
    let (head, rows) = race.table();
    let first = race.racers.iter().filter_map(|racer| racer.arrived).min();
    let table = TablePlot::new(format!("{}: who arrived when", race.surface.name()))
        .columns(&head[1..])
        .caption(race.caption());
    let rows = race.racers.iter().zip(rows);
    let table = rows.fold(
        table,
        |table, (racer, [name, rate, arrived, value, distance])| {
            let arrived = match racer.arrived {
                None => Cell::muted(arrived),
                some if some == first => Cell::best(arrived),
                Some(_) => Cell::new(arrived),
            };
            let cells = vec![
                Cell::new(rate),
                arrived,
                Cell::new(value),
                Cell::new(distance),
            ];
            table.row(name, cells)
        },
    );
    table.draw()
}
