//! Pictures of a traced pass: its network, one of its layers, its images.

use chainrule_error::{Error, ErrorKind, Result};
use chainrule_nn::{Inside, LayerRecord, Shape};
use chainrule_plot::{Figure, ImageGrid};
use chainrule_trace::Trace;

use super::{layer, network};

/// Draws the network of a trace of one sample: above what each unit put out, and the weights; below
/// the gradients of both. The thicker an edge, the larger its number; red is above zero, blue below.
///
/// Of a network with convolutions the dense layers behind them are drawn; [`TracePlot`] draws the
/// others, and one sample of a batch.
///
/// ```
/// use chainrule::prelude::*;
///
/// let network = Model::input(2).dense(2).relu().dense(1).sigmoid().half_squared_error();
/// let network = network.build_f64(1)?;
/// let trace = network.trace(&array![[1.0, -1.0]], &array![[1.0]])?;
/// let figure = plot_trace(&trace)?;
/// assert!(figure.description().starts_with("Network \"One pass, C = "));
/// # Ok::<(), chainrule::Error>(())
/// ```
///
/// # Errors
///
/// When the trace is of several samples, or the network has no dense layer or more than eleven.
pub fn plot_trace(trace: &Trace) -> Result<Figure> {
    TracePlot::new(trace).network()
}

/// Pictures of a trace: of its network, of a convolution or a max pooling with the numbers of each
/// window, of all that are images. Of a batch it shows one sample, which has to be named.
///
/// ```
/// use chainrule::prelude::*;
///
/// let model = Model::input([1, 4, 4]).conv2d(2, 3).relu().max_pool2d(2).flatten().dense(2).softmax();
/// let images = Array2::from_shape_fn((3, 16), |(i, j)| ((i + j * 7) % 10) as f64 / 10.0);
/// let trace = model.build_f64(1)?.trace(&images, &[0, 1, 1])?;
/// let second = TracePlot::new(&trace).sample(1);
/// let figure = second.layer("conv2d_1")?; // patches, their matrix, filters, and all gradients
/// assert!(figure.description().contains("X¹, the patches as columns 9 × 16"));
/// let figure = second.layer("max_pool2d_1")?; // windows and their winners
/// let figure = second.maps()?; // what each layer puts out, as images
/// let figure = second.network()?; // the dense layers
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct TracePlot {
    trace: Trace,
    sample: Option<usize>,
}

impl TracePlot {
    /// Pictures of this trace.
    pub fn new(trace: &Trace) -> Self {
        Self {
            trace: trace.clone(),
            sample: None,
        }
    }

    /// Which sample of the batch, counted from 0.
    #[must_use]
    pub fn sample(mut self, sample: usize) -> Self {
        self.sample = Some(sample);
        self
    }

    /// The dense layers as nodes and edges. Activations and δ are those of the sample; the gradients of
    /// weights are the whole batch's, as the pass has them, and the title says so.
    ///
    /// # Errors
    ///
    /// When the batch has several samples and none is chosen or there is none of that number; when the
    /// network has no dense layer or more than eleven.
    pub fn network(&self) -> Result<Figure> {
        network::network(&self.trace, self.chosen()?)
    }

    /// A convolution or a max pooling with its numbers, forwards and backwards.
    ///
    /// Of a convolution three patches are framed in the image; the columns that they become (im2col)
    /// and the numbers that come of them have the same colours, and the gradients of the columns, which
    /// are added up at the pixels that they came from (col2im), too. Of a max pooling each window has
    /// a colour and its winner stands out.
    ///
    /// # Errors
    ///
    /// As [`network`](Self::network); when the trace has no convolution and no max pooling of that name;
    /// when its images are larger than 12 × 12 or there are too many to write all numbers.
    pub fn layer(&self, name: &str) -> Result<Figure> {
        let sample = self.chosen()?;
        let layers = &self.trace.record().layers;
        let Some(found) = layers.iter().find(|layer| layer.name == name) else {
            let windowed = layers.iter().filter(|layer| windowed(layer));
            let names: Vec<_> = windowed.map(|layer| layer.name.as_str()).collect();
            let expected = match names.is_empty() {
                true => "a network with a convolution or a max pooling".to_owned(),
                false => format!("one of {}", names.join(", ")),
            };
            let error = Error::new(ErrorKind::Value, format!("the trace has no layer {name:?}"));
            return Err(error
                .expected(expected)
                .hint("trace.table() lists every step"));
        };
        layer::layer(&self.trace, found, sample)
    }

    /// What each layer with images puts out, channel by channel, and the input: one sample's images, all
    /// in one scale of colours.
    ///
    /// # Errors
    ///
    /// As [`network`](Self::network), and when no layer has images.
    pub fn maps(&self) -> Result<Figure> {
        let sample = self.chosen()?;
        let layers = &self.trace.record().layers;
        let all = layers
            .iter()
            .map(|layer| (layer.name.as_str(), layer.output_shape, &layer.output));
        let first = layers
            .first()
            .map(|layer| ("input", layer.input_shape, &layer.input));
        let images: Vec<_> = first
            .into_iter()
            .chain(all)
            .filter_map(|(name, shape, values)| match shape {
                Shape::Image { height, width, .. } => {
                    Some((name, height, width, values.row(sample).to_vec()))
                }
                Shape::Flat(_) => None,
            })
            .collect();
        if images.is_empty() {
            let error = Error::new(ErrorKind::Model, "the network has no images");
            return Err(error
                .expected("an input of channels, rows and columns")
                .hint("TracePlot::new(&trace).network() draws dense layers"));
        }
        let values = images.iter().flat_map(|(.., values)| values);
        let greatest = values.map(|value| value.abs()).fold(0.0, f64::max);
        let most = if greatest > 0.0 { greatest } else { 1.0 };
        let figures = images.iter().map(|(name, height, width, values)| {
            let title = titled(&self.trace, sample, name);
            let grid = ImageGrid::new(title).value_range(-most, most);
            let channels = values.chunks(height * width).enumerate();
            let grid = channels.fold(grid, |grid, (channel, image)| {
                grid.values(*height, *width, image, (channel + 1).to_string())
            });
            grid.draw()
        });
        Figure::grid(1, &figures.collect::<Result<Vec<_>>>()?)
    }

    fn chosen(&self) -> Result<usize> {
        let samples = self.trace.samples();
        match self.sample {
            None if samples == 1 => Ok(0),
            Some(sample) if sample < samples => Ok(sample),
            chosen => {
                let got = match chosen {
                    None => format!("{samples} samples, and none chosen"),
                    Some(sample) => format!("sample {sample} of {samples}"),
                };
                Err(
                    Error::new(ErrorKind::Value, "a picture of a trace shows one sample")
                        .expected(format!("a sample from 0 to {}", samples - 1))
                        .got(got)
                        .hint("TracePlot::new(&trace).sample(0)"),
                )
            }
        }
    }
}

fn windowed(layer: &LayerRecord) -> bool {
    matches!(
        layer.inside,
        Inside::Conv2d { .. } | Inside::MaxPool2d { .. }
    )
}

/// Words that also tell the sample, if there are several.
pub(super) fn titled(trace: &Trace, sample: usize, text: &str) -> String {
    match trace.samples() {
        1 => text.to_owned(),
        samples => format!("{text}, sample [{sample}] of {samples}"),
    }
}
