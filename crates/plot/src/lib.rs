//! What is seen: figures for notebooks, drawn with plotters and encoded as PNG.
//!
//! A builder takes plain numbers and texts; `draw()` gives a [`Figure`]: the picture's bytes, its
//! size, and a description in words for those who do not see it.
//!
//! ```
//! use chainrule_plot::LinePlot;
//!
//! let loss: Vec<(f64, f64)> = (1..=20).map(f64::from).map(|x| (x, 2.3 / x)).collect();
//! let figure = LinePlot::new("Loss").x_label("epoch").line("train", &loss).draw()?;
//! assert!(figure.png().len() > 5_000);
//! # Ok::<(), chainrule_error::Error>(())
//! ```
//!
//! | to show | use |
//! |---|---|
//! | curves, with bands, markers and lines to compare with | [`LinePlot`] |
//! | learning curves of several models and settings | [`CurveGrid`] |
//! | points in the plane, by class, with curves below them | [`ScatterPlot`] |
//! | points in space, by class | [`ScatterPlot3d`] |
//! | amounts, such as the balance of classes, alone or in groups | [`BarPlot`] |
//! | images with labels: grey, or of values such as weights; one large or many | [`ImageGrid`] |
//! | amounts by row and column, such as a confusion matrix | [`HeatMap`] |
//! | a function of two variables as contours, with paths on it | [`ContourPlot`] |
//! | a table of results | [`TablePlot`] |
//! | matrices of numbers, with what belongs together in colours | [`MatrixPlot`] |
//! | a network, with the numbers of a pass on nodes and edges | [`NetworkPlot`] |
//! | several of these in one picture | [`Figure::grid`] |
//!
//! Deliberately absent: reading data, training, and how a notebook displays a figure.

mod annotations;
mod bars;
mod canvas;
mod contour;
mod curve_grid;
mod figure;
mod frame;
mod heat_map;
mod images;
mod legend;
mod line;
mod log_axis;
mod matrices;
mod network;
mod numbers;
mod palette;
mod panel;
mod render;
mod save;
mod scatter;
mod scatter3d;
mod series;
mod table;
mod text;
mod ticks;
mod view;

pub use bars::BarPlot;
pub use contour::ContourPlot;
pub use curve_grid::CurveGrid;
pub use figure::Figure;
pub use heat_map::HeatMap;
pub use images::ImageGrid;
pub use line::LinePlot;
pub use matrices::{Matrix, MatrixPlot};
pub use network::{NetworkNode, NetworkPlot};
pub use palette::{Marker, Rgb, SERIES_COLORS};
pub use panel::{Column, Panel};
pub use scatter::ScatterPlot;
pub use scatter3d::ScatterPlot3d;
pub use series::Series;
pub use table::{Cell, TablePlot};
