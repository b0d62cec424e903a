//! A network as nodes and edges, with the numbers of a forward and a backward pass on them.

mod draw;
mod labels;

use chainrule_error::{Error, ErrorKind, Result};

use crate::figure::Figure;
use crate::numbers::short;

/// A unit of a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkNode {
    label: String,
    value: f64,
    note: String,
    gradient: Option<(String, f64)>,
}

impl NetworkNode {
    /// A unit with its label and what it puts out.
    pub fn new(label: impl Into<String>, value: f64) -> Self {
        Self {
            label: label.into(),
            value,
            note: String::new(),
            gradient: None,
        }
    }

    /// A remark below the unit in the forward pass, such as its bias.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// Its gradient, with a label.
    #[must_use]
    pub fn gradient(mut self, label: impl Into<String>, value: f64) -> Self {
        self.gradient = Some((label.into(), value));
        self
    }
}

/// What leads into a layer: `weights[unit][source]`, and gradients in the same order.
#[derive(Clone, Debug, Default, PartialEq)]
struct Edges {
    weights: Vec<Vec<f64>>,
    gradients: Option<Vec<Vec<f64>>>,
}

#[derive(Clone, Debug, PartialEq)]
struct Layer {
    name: String,
    nodes: Vec<NetworkNode>,
    edges: Edges,
}

/// A network: layers from left to right, above with what went forward, below with the gradients
/// that came back. Edges and nodes are red above zero and blue below, the stronger the larger; a
/// small network has all its numbers, of a large layer the first and the last units are shown.
///
/// ```
/// use chainrule_plot::{NetworkNode, NetworkPlot};
///
/// let figure = NetworkPlot::new("One step")
///     .input("x", vec![NetworkNode::new("x₁", 1.0), NetworkNode::new("x₂", -1.0)])
///     .layer(
///         "sigmoid",
///         vec![NetworkNode::new("a₁", 0.57).gradient("δ₁", -0.11)],
///         &[vec![0.25, 0.1]],
///     )
///     .gradients(&[vec![-0.11, 0.11]])
///     .draw()?;
/// assert!(figure.description().starts_with("Network \"One step\": x 2, sigmoid 1."));
/// # Ok::<(), chainrule_error::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct NetworkPlot {
    title: String,
    layers: Vec<Layer>,
}

impl NetworkPlot {
    /// A network without layers yet.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            layers: Vec::new(),
        }
    }

    /// Begins with the inputs.
    #[must_use]
    pub fn input(self, name: impl Into<String>, nodes: Vec<NetworkNode>) -> Self {
        self.layer(name, nodes, &[])
    }

    /// Adds a layer with the weights that lead into it, `weights[unit][source]`.
    #[must_use]
    pub fn layer(
        mut self,
        name: impl Into<String>,
        nodes: Vec<NetworkNode>,
        weights: &[Vec<f64>],
    ) -> Self {
        self.layers.push(Layer {
            name: name.into(),
            nodes,
            edges: Edges {
                weights: weights.to_vec(),
                gradients: None,
            },
        });
        self
    }

    /// The gradients of the weights of the layer added last, in the same order.
    #[must_use]
    pub fn gradients(mut self, gradients: &[Vec<f64>]) -> Self {
        if let Some(layer) = self.layers.last_mut() {
            layer.edges.gradients = Some(gradients.to_vec());
        }
        self
    }

    /// Draws the figure.
    ///
    /// # Errors
    ///
    /// With fewer than two layers, or more than 12; with a layer of no nodes; with weights or
    /// gradients that are not one for each pair of nodes.
    pub fn draw(&self) -> Result<Figure> {
        self.check()?;
        Figure::draw(&self.canvas(), self.describe())
    }

    fn check(&self) -> Result<()> {
        let place = format!("network \"{}\"", self.title);
        if !(2..=12).contains(&self.layers.len()) {
            return Err(Error::new(ErrorKind::Value, place)
                .expected("2 to 12 layers, the inputs among them")
                .got(self.layers.len().to_string())
                .hint(
                    "NetworkPlot::new(\"…\").input(\"x\", nodes).layer(\"a\", nodes, &weights)",
                ));
        }
        let mut sources = 0;
        for (i, layer) in self.layers.iter().enumerate() {
            let place = format!("{place}, layer \"{}\"", layer.name);
            if layer.nodes.is_empty() {
                return Err(Error::new(ErrorKind::Value, place)
                    .expected("at least one node")
                    .got("none"));
            }
            let all = std::iter::once(&layer.edges.weights).chain(&layer.edges.gradients);
            for edges in all.filter(|_| i > 0) {
                let fits = edges.len() == layer.nodes.len()
                    && edges.iter().all(|row| row.len() == sources);
                if !fits {
                    let columns = edges.first().map_or(0, Vec::len);
                    return Err(Error::new(ErrorKind::Shape, place)
                        .expected(format!(
                            "[{}, {sources}] weights: a row for each node, a column for each source",
                            layer.nodes.len()
                        ))
                        .got(format!("[{}, {columns}]", edges.len())));
                }
            }
            sources = layer.nodes.len();
        }
        Ok(())
    }

    /// Whether there is a backward pass to draw.
    fn has_gradients(&self) -> bool {
        let mut layers = self.layers.iter();
        layers.any(|layer| {
            layer.edges.gradients.is_some() || layer.nodes.iter().any(|n| n.gradient.is_some())
        })
    }

    fn describe(&self) -> String {
        let layers = self.layers.iter();
        let sizes = layers.map(|layer| format!("{} {}", layer.name, layer.nodes.len()));
        let sizes: Vec<_> = sizes.collect();
        let mut text = format!("Network \"{}\": {}.", self.title, sizes.join(", "));
        for layer in self.layers.iter().filter(|layer| layer.nodes.len() <= 6) {
            let values = layer.nodes.iter().map(|node| {
                let gradient = node
                    .gradient
                    .as_ref()
                    .map_or_else(String::new, |(label, d)| {
                        format!(" ({label} {})", short(*d))
                    });
                format!("{} {}{gradient}", node.label, short(node.value))
            });
            let values: Vec<_> = values.collect();
            text.push_str(&format!(" {}: {}.", layer.name, values.join(", ")));
        }
        text
    }
}
