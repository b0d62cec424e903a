//! A picture of what the steps of all update rules cost.

use chainrule_error::Result;
use chainrule_nn::StepCosts;
use chainrule_plot::{Cell, Figure, TablePlot};

/// Draws the table of step costs; shares of the limit above 1 are pale.
pub(crate) fn step_costs(costs: &StepCosts) -> Result<Figure> {
    let (head, rows) = costs.table();
    let table = TablePlot::new("What a step of each update rule costs")
        .columns(&head[1..])
        .caption(costs.caption());
    let rows = costs.rows.iter().zip(rows);
    let table = rows.fold(table, |table, (cost, [name, cells @ .., share])| {
        let share = match cost.is_within() {
            true => Cell::new(share),
            false => Cell::muted(share),
        };
        table.row(
            name,
            cells.map(Cell::new).into_iter().chain([share]).collect(),
        )
    });
    table.draw()
}
