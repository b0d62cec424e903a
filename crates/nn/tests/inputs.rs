//! Batches that a network draws itself, against the same numbers in its workspace.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::ops::Range;

use chainrule_nn::{ErrorKind, FilledBytes, Inputs, Model, Network, Targets};
use rayon::ThreadPoolBuilder;

/// Rows of bytes, of which so many of five are zero.
#[derive(Debug)]
struct Rows {
    bytes: Vec<u8>,
    features: usize,
    numbers: [f32; 256],
    /// Whether the network is told of the bytes.
    told: bool,
    /// The places and bytes that are not zero, row by row, if they are told, and each row's bounds.
    filled: Option<(Vec<u16>, Vec<u8>)>,
    bounds: Vec<[usize; 3]>,
    /// Where the second half of a row begins, as the network is told.
    middle: usize,
    /// How many rows at the end are not of the batch, but come next.
    following: usize,
}

impl Rows {
    fn new(samples: usize, features: usize, zeros: usize, zero: f32) -> Self {
        let byte = |i: usize| {
            let n = i.wrapping_mul(2_654_435_761) % 10_007;
            if n % 5 < zeros {
                0
            } else {
                (n % 255 + 1) as u8
            }
        };
        let mut numbers = [zero; 256];
        for (byte, number) in numbers.iter_mut().enumerate().skip(1) {
            *number = byte as f32 / 255.0;
        }
        Self {
            bytes: (0..samples * features).map(byte).collect(),
            features,
            numbers,
            told: true,
            filled: None,
            bounds: Vec::new(),
            middle: features.div_ceil(2),
            following: 0,
        }
    }

    fn note_filled(&mut self) {
        let (mut places, mut bytes) = (Vec::new(), Vec::new());
        for row in self.bytes.chunks(self.features) {
            let start = places.len();
            for (place, &byte) in row.iter().enumerate().filter(|(_, byte)| **byte != 0) {
                places.push(place as u16);
                bytes.push(byte);
            }
            let is_first = |place: &u16| usize::from(*place) < self.middle;
            let first = places[start..]
                .iter()
                .filter(|place| is_first(place))
                .count();
            self.bounds.push([start, start + first, places.len()]);
        }
        self.filled = Some((places, bytes));
    }
}

impl Inputs<f32> for Rows {
    fn len(&self) -> usize {
        self.bytes.len() / self.features - self.following
    }

    fn features(&self) -> usize {
        self.features
    }

    fn write(&self, samples: Range<usize>, x: &mut [f32]) {
        let bytes = &self.bytes[samples.start * self.features..samples.end * self.features];
        for (x, &byte) in x.iter_mut().zip(bytes) {
            *x = self.numbers[usize::from(byte)];
        }
    }

    fn bytes(&self, sample: usize) -> &[u8] {
        assert!(self.told);
        &self.bytes[sample * self.features..][..self.features]
    }

    fn filled(&self) -> Option<FilledBytes<'_>> {
        let (places, bytes) = self.filled.as_ref()?;
        Some(FilledBytes {
            places,
            bytes,
            middle: self.middle,
        })
    }

    fn following(&self) -> usize {
        self.following
    }

    fn bounds(&self, bounds: &mut [[usize; 3]]) {
        bounds.copy_from_slice(&self.bounds[..bounds.len()]);
    }

    fn numbers(&self) -> Option<&[f32; 256]> {
        self.told.then_some(&self.numbers)
    }
}

/// Scores, loss and gradients, by what is done with a workspace.
fn computed(
    network: &Network,
    batch: usize,
    forward: impl Fn(&mut chainrule_nn::Workspace) -> Vec<f32>,
    backward: impl Fn(&mut chainrule_nn::Workspace, Targets<'_, f32>) -> f64,
) -> Vec<f32> {
    let mut workspace = network.workspace(batch.max(20)).unwrap();
    // What other batches left behind does not matter.
    workspace.input_mut(20).fill(0.7);
    let others: Vec<u8> = vec![1; 20];
    network
        .forward_backward_in(&mut workspace, 20, Targets::Classes(&others))
        .unwrap();
    let mut all = forward(&mut workspace);
    let labels: Vec<u8> = (0..batch).map(|i| (i % 3) as u8).collect();
    all.push(backward(&mut workspace, Targets::Classes(&labels)) as f32);
    let gradients = workspace.gradients();
    let entries = gradients.entries.iter().chain(&gradients.statistics);
    all.extend(entries.flat_map(|entry| entry.value.iter().copied()));
    all
}

fn from_workspace(network: &Network, rows: &Rows) -> Vec<f32> {
    let batch = rows.len();
    let fill = |w: &mut chainrule_nn::Workspace| rows.write(0..batch, w.input_mut(batch));
    computed(
        network,
        batch,
        |w| {
            fill(w);
            network.forward_in(w, batch).unwrap().to_vec()
        },
        |w, targets| {
            fill(w);
            network.forward_backward_in(w, batch, targets).unwrap()
        },
    )
}

fn drawn(network: &Network, rows: &Rows) -> Vec<f32> {
    computed(
        network,
        rows.len(),
        |w| network.forward_from(w, rows).unwrap().to_vec(),
        |w, targets| network.forward_backward_from(w, rows, targets).unwrap(),
    )
}

/// Models, each with whether it takes the numbers of few zeros in the same way from bytes and from a
/// workspace.
fn models() -> Vec<(Model, bool)> {
    let image = || Model::input([1, 6, 12]);
    let models = [
        Model::input(72).dense(3).softmax(),
        Model::input(72).dense(41).relu().dense(3).softmax(),
        Model::input(72).dense(100).tanh().dense(3).softmax(),
        // Weights that are shared out by columns, alone and behind a layer.
        Model::input(72).dense(1_900).relu().dense(3).softmax(),
        image().flatten().dense(1_900).relu().dense(3).softmax(),
        image().flatten().dense(10).relu().dense(3).softmax(),
        image().conv2d(2, 3).relu().flatten().dense(3).softmax(),
        Model::input(72).batch_norm().dense(3).softmax(),
    ];
    let behind_a_layer = 4;
    let models = models.into_iter().enumerate();
    models
        .map(|(i, model)| (model, i != behind_a_layer))
        .collect()
}

#[test]
fn what_is_drawn_counts_as_what_is_in_the_workspace() {
    for (model, is_same_path) in models() {
        let network: Network = model.build(5).unwrap();
        for batch in [1, 2, 5, 19, 100] {
            if batch < network.least_batch() {
                continue;
            }
            for (zeros, zero) in [(4, 0.0), (1, 0.0), (4, 0.5)] {
                let mut rows = Rows::new(batch, 72, zeros, zero);
                let expected = from_workspace(&network, &rows);
                let agree = |got: &[f32], what: &str| {
                    let off = expected.iter().zip(got).fold(0.0_f32, |worst, (a, b)| {
                        let d = (a - b).abs() / (1.0 + a.abs());
                        if d.is_nan() {
                            f32::INFINITY
                        } else {
                            worst.max(d)
                        }
                    });
                    assert!(
                        expected.len() == got.len() && off < 2e-5,
                        "{what}, batch {batch}, {zeros} of 5 are {zero}: {off}\n{model}"
                    );
                };
                let by_bytes = drawn(&network, &rows);
                agree(&by_bytes, "by bytes");
                let pool = ThreadPoolBuilder::new().num_threads(3).build().unwrap();
                assert!(pool.install(|| drawn(&network, &rows)) == by_bytes);
                if zero == 0.0 && zeros == 4 && is_same_path {
                    assert!(by_bytes == expected, "to the last bit: {model}");
                }
                rows.note_filled();
                assert!(drawn(&network, &rows) == by_bytes, "noted: {model}");
                assert!(pool.install(|| drawn(&network, &rows)) == by_bytes);
                // Another middle is another order of the terms; one that is none cuts nothing.
                for middle in [0, 1, 40, 72, 1_000] {
                    let mut rows = Rows::new(batch, 72, zeros, zero);
                    rows.middle = middle;
                    rows.note_filled();
                    let alone = drawn(&network, &rows);
                    agree(&alone, &format!("cut at {middle}"));
                    assert!(pool.install(|| drawn(&network, &rows)) == alone);
                }
                // Rows that come next change nothing.
                let mut more = Rows::new(batch + 9, 72, zeros, zero);
                more.following = 9;
                more.note_filled();
                assert!(drawn(&network, &more) == by_bytes, "with more: {model}");
                rows.told = false;
                agree(&drawn(&network, &rows), "written");
            }
        }
    }
}

#[test]
fn samples_that_do_not_fit_are_refused() {
    let network = Model::input(72).dense(3).softmax().build(1).unwrap();
    let mut workspace = network.workspace(4).unwrap();
    let labels = [0_u8; 5];
    for (samples, features, kind, words) in [
        (2, 71, ErrorKind::Shape, "Model::input(71)"),
        (5, 72, ErrorKind::Value, "1 to 4 samples"),
        (0, 72, ErrorKind::Value, "1 to 4 samples"),
    ] {
        let rows = Rows::new(samples, features, 4, 0.0);
        let targets = Targets::Classes(&labels[..samples]);
        let errors = [
            network.forward_from(&mut workspace, &rows).unwrap_err(),
            network
                .forward_backward_from(&mut workspace, &rows, targets)
                .unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.kind(), kind);
            let text = error.to_string();
            assert!(text.contains(words), "{text}");
        }
    }
    let rows = Rows::new(3, 72, 4, 0.0);
    let targets = Targets::Classes(&labels[..2]);
    assert!(
        network
            .forward_backward_from(&mut workspace, &rows, targets)
            .is_err()
    );
}
