//! A convolution or a max pooling as matrices of numbers, with colours for what belongs together.

use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::{Inside, LayerRecord, Shape};
use chainrule_plot::{Figure, Matrix, MatrixPlot};
use chainrule_trace::Trace;
use ndarray::{Array2, ArrayView2, ArrayView3, Axis, s};

use super::{
    network::{raised, short},
    trace_plot::titled,
};

/// Larger images are not written out in numbers.
const MOST_SIDE: usize = 12;
/// Nor are more images than that, and longer columns.
const MOST_IMAGES: usize = 8;
const MOST_ROWS: usize = 36;
/// Up to so many columns, all of them are shown; else those of the framed patches.
const MOST_COLUMNS: usize = 16;

/// Rows and columns, each from the first to the last.
type Area = ((usize, usize), (usize, usize));

pub(super) fn layer(trace: &Trace, layer: &LayerRecord, sample: usize) -> Result<Figure> {
    let (
        Shape::Image {
            channels,
            height,
            width,
        },
        Shape::Image {
            channels: filters, ..
        },
    ) = (layer.input_shape, layer.output_shape)
    else {
        return Err(neither(layer));
    };
    let place = || format!("{} is too large to write all its numbers", layer.name);
    if height.max(width) > MOST_SIDE || channels.max(filters) > MOST_IMAGES {
        let got = format!("{channels} and {filters} images of {height} × {width}");
        return Err(Error::new(ErrorKind::Value, place())
            .expected(format!(
                "at most {MOST_IMAGES} images of {MOST_SIDE} × {MOST_SIDE}"
            ))
            .got(got)
            .hint("TracePlot::new(&trace).maps() shows them as colours; or trace a small model"));
    }
    match &layer.inside {
        Inside::Conv2d {
            kernel,
            columns,
            d_columns,
        } => {
            let rows = columns.shape()[1];
            if rows > MOST_ROWS {
                return Err(Error::new(ErrorKind::Value, place())
                    .expected(format!("columns of at most {MOST_ROWS} numbers"))
                    .got(format!("{channels} · {kernel} · {kernel} = {rows}"))
                    .hint("trace a model with fewer channels or smaller filters"));
            }
            let of = |columns: ArrayView3<'_, f64>| columns.index_axis(Axis(0), sample).to_owned();
            let columns = [of(columns.view()), of(d_columns.view())];
            convolution(trace, layer, sample, *kernel, &columns)
        }
        Inside::MaxPool2d { size, winners } => {
            pooling(trace, layer, sample, *size, &winners.row(sample).to_vec())
        }
        _ => Err(neither(layer)),
    }
}

fn neither(layer: &LayerRecord) -> Error {
    Error::new(
        ErrorKind::Value,
        format!("{} has no windows to draw", layer.name),
    )
    .expected("a convolution or a max pooling")
    .got(layer.place.clone())
    .hint("TracePlot::new(&trace).network() draws dense layers")
}

/// The images of a row of numbers, one matrix for each channel.
fn images(row: &[f64], shape: Shape, name: impl Fn(usize) -> String) -> Vec<Matrix> {
    let Shape::Image { height, width, .. } = shape else {
        return Vec::new();
    };
    let images = row.chunks(height * width).enumerate();
    images
        .map(|(channel, image)| Matrix::new(name(channel + 1), height, width, image))
        .collect()
}

fn with(plot: MatrixPlot, matrices: impl IntoIterator<Item = Matrix>) -> MatrixPlot {
    matrices.into_iter().fold(plot, MatrixPlot::matrix)
}

fn convolution(
    trace: &Trace,
    layer: &LayerRecord,
    sample: usize,
    kernel: usize,
    [columns, d_columns]: &[Array2<f64>; 2],
) -> Result<Figure> {
    let Shape::Image { height, width, .. } = layer.output_shape else {
        return Err(neither(layer));
    };
    let layers = trace.record().layers.iter();
    let weighted = layers.take_while(|other| other.name != layer.name);
    let weighted =
        weighted.filter(|other| matches!(other.inside, Inside::Dense | Inside::Conv2d { .. }));
    let number = raised(weighted.count() + 1);
    // A corner, the middle, the other corner.
    let mut places = vec![0, height / 2 * width + width / 2, height * width - 1];
    places.dedup();
    let chosen = |place: usize| places.iter().position(|&other| other == place);
    let row = |values: &Array2<f64>| values.row(sample).to_vec();
    let framed = |matrices: Vec<Matrix>| {
        matrices
            .into_iter()
            .map(|matrix| {
                let patches = places.iter().enumerate();
                patches.fold(matrix, |matrix, (group, &place)| {
                    let ((top, bottom), (left, right)) = patch(place, kernel, (height, width));
                    matrix.frame((top, bottom), (left, right), group)
                })
            })
            .collect::<Vec<_>>()
    };
    let tinted = |matrices: Vec<Matrix>| {
        matrices
            .into_iter()
            .map(|matrix| {
                let cells = places.iter().enumerate();
                cells.fold(matrix, |matrix, (group, &place)| {
                    matrix.tint(place / width, place % width, group)
                })
            })
            .collect::<Vec<_>>()
    };
    let shown: Vec<usize> = match columns.ncols() {
        0..=MOST_COLUMNS => (0..columns.ncols()).collect(),
        _ => places.clone(),
    };
    let as_columns = |name: String, values: &Array2<f64>| {
        let picked = values.select(Axis(1), &shown);
        let numbers: Vec<_> = picked.iter().copied().collect();
        let matrix = Matrix::new(name, picked.nrows(), picked.ncols(), &numbers);
        let matrix = matrix.heads(shown.iter().map(|place| (place + 1).to_string()));
        let tints = shown.iter().enumerate();
        tints.fold(matrix, |matrix, (column, &place)| match chosen(place) {
            Some(group) => matrix.tint_column(column, group),
            None => matrix,
        })
    };
    let filters = |name: &str, values: &ndarray::ArrayD<f64>| {
        let rows = values.shape()[0];
        let flat: Vec<_> = values.iter().copied().collect();
        let each = flat.len() / rows;
        let flat = ArrayView2::from_shape((rows, each), &flat).map(|rows| rows.t().to_owned());
        let flat = flat.unwrap_or_else(|_| Array2::zeros((each, rows)));
        let numbers: Vec<_> = flat.iter().copied().collect();
        let matrix = Matrix::new(name, each, rows, &numbers);
        matrix.heads((1..=rows).map(|filter| filter.to_string()))
    };
    let cut = if shown.len() < columns.ncols() {
        ", those of the frames"
    } else {
        ""
    };
    let title = titled(trace, sample, &format!("{}, step by step", layer.name));
    let mut plot = MatrixPlot::new(title)
        .row("Forward: a patch becomes a column (im2col), each filter multiplies each column");
    plot = with(
        plot,
        framed(images(&row(&layer.input), layer.input_shape, |c| {
            format!("input, channel {c}")
        })),
    );
    plot = plot
        .row("")
        .matrix(as_columns(
            format!("X{number}, the patches as columns{cut}"),
            columns,
        ))
        .matrix(filters(
            &format!("(W{number})ᵀ, a column for each filter"),
            &layer.parameters[0].value,
        ));
    plot = plot.row("");
    plot = with(
        plot,
        tinted(images(&row(&layer.output), layer.output_shape, |f| {
            format!("z{number}, filter {f}")
        })),
    );
    plot = plot.row("Backward: the filters times δ are the columns' gradients, added up at their pixels (col2im)");
    plot = with(
        plot,
        tinted(images(&row(&layer.d_output), layer.output_shape, |f| {
            format!("δ{number}, filter {f}")
        })),
    );
    let batch = if trace.samples() > 1 {
        " of the batch"
    } else {
        ""
    };
    plot = plot
        .row("")
        .matrix(as_columns(format!("∂C/∂X{number}{cut}"), d_columns))
        .matrix(filters(
            &format!("(∂C/∂W{number})ᵀ{batch}"),
            &layer.gradients[0].value,
        ));
    plot = plot.row("");
    plot = with(
        plot,
        framed(images(&row(&layer.d_input), layer.input_shape, |c| {
            format!("∂C/∂input, channel {c}")
        })),
    );
    plot.caption(format!(
        "Column p is the patch around pixel p, counted row by row from 1; what lies outside the image is 0. \
         A frame, a column and a number of one colour belong together{}.",
        match layer.parameters.get(1) {
            Some(bias) => {
                let biases: Vec<_> = bias.value.iter().map(|&bias| short(bias)).collect();
                format!("; b{number} = ({}) is added", biases.join(", "))
            }
            None => String::new(),
        }
    ))
    .draw()
}

/// The pixels of the image that the window around a place covers.
fn patch(place: usize, kernel: usize, (height, width): (usize, usize)) -> Area {
    let before = (kernel - 1) / 2;
    let range = |at: usize, all: usize| {
        (
            at.saturating_sub(before),
            (at + kernel - before).min(all) - 1,
        )
    };
    (range(place / width, height), range(place % width, width))
}

fn pooling(
    trace: &Trace,
    layer: &LayerRecord,
    sample: usize,
    size: usize,
    winners: &[usize],
) -> Result<Figure> {
    let (
        Shape::Image { height, width, .. },
        Shape::Image {
            height: rows,
            width: columns,
            ..
        },
    ) = (layer.input_shape, layer.output_shape)
    else {
        return Err(neither(layer));
    };
    let row = |values: &Array2<f64>| values.slice(s![sample, ..]).to_vec();
    // Neighbouring windows have different colours.
    let group = |window: usize| (window / columns * 2 + window % columns) % 7;
    let windowed = |matrices: Vec<Matrix>| {
        let channels = matrices.into_iter().enumerate();
        channels
            .map(|(channel, matrix)| {
                (0..rows * columns).fold(matrix, |matrix, window| {
                    let (top, left) = (window / columns * size, window % columns * size);
                    let matrix = matrix.frame(
                        (top, (top + size).min(height) - 1),
                        (left, (left + size).min(width) - 1),
                        group(window),
                    );
                    let winner = winners[channel * rows * columns + window] % (height * width);
                    let (row, column) = (winner / width, winner % width);
                    matrix.tint(row, column, group(window)).strong(row, column)
                })
            })
            .collect::<Vec<_>>()
    };
    let tinted = |matrices: Vec<Matrix>| {
        matrices
            .into_iter()
            .map(|matrix| {
                (0..rows * columns).fold(matrix, |matrix, window| {
                    matrix.tint(window / columns, window % columns, group(window))
                })
            })
            .collect::<Vec<_>>()
    };
    let title = titled(trace, sample, &format!("{}, window by window", layer.name));
    let mut plot = MatrixPlot::new(title).row("Forward: of each window the greatest number wins");
    plot = with(
        plot,
        windowed(images(&row(&layer.input), layer.input_shape, |c| {
            format!("input, channel {c}")
        })),
    );
    plot = plot.row("");
    plot = with(
        plot,
        tinted(images(&row(&layer.output), layer.output_shape, |c| {
            format!("output, channel {c}")
        })),
    );
    plot = plot.row("Backward: the winner gets the window's gradient, the others nothing");
    plot = with(
        plot,
        tinted(images(&row(&layer.d_output), layer.output_shape, |c| {
            format!("∂C/∂output, channel {c}")
        })),
    );
    plot = plot.row("");
    plot = with(
        plot,
        windowed(images(&row(&layer.d_input), layer.input_shape, |c| {
            format!("∂C/∂input, channel {c}")
        })),
    );
    plot.caption("A window is framed in its colour, and its winner is filled with it; of equals the first wins.")
        .draw()
}
