//! The same numbers, to the last bit, on any number of threads.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use chainrule_nn::{Model, Network, Reduction, Rule, Targets};
use rayon::ThreadPoolBuilder;

/// Parameters and losses, as bits, after a few steps on batches of several sizes.
fn trained(model: &Model, rule: Rule, data: &[f32], threads: Option<usize>) -> Vec<u64> {
    let mut network: Network = model.build(3).unwrap();
    let features = data.len() / SAMPLES;
    let mut bits = Vec::new();
    let mut train = || {
        let mut workspace = network.workspace(150).unwrap();
        let mut optimizer = rule.optimizer(0.05).unwrap();
        for (step, batch) in [100, 37, 2, 150, 64].into_iter().enumerate() {
            let x = &data[step * 17 * features..][..batch * features];
            workspace.input_mut(batch).copy_from_slice(x);
            let labels: Vec<u8> = (0..batch).map(|i| (i * 7 % 4) as u8).collect();
            let targets = Targets::Classes(&labels);
            let loss = network
                .forward_backward_in(&mut workspace, batch, targets)
                .unwrap();
            optimizer.step(&mut network, workspace.gradients()).unwrap();
            bits.push(loss.to_bits());
        }
    };
    match threads {
        None => train(),
        Some(threads) => {
            let pool = ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(train);
        }
    }
    let parameters = network.parameters().iter().chain(network.statistics());
    bits.extend(parameters.flat_map(|p| p.value.iter().map(|v| u64::from(v.to_bits()))));
    bits
}

const SAMPLES: usize = 220;

fn agree(model: &Model) {
    agree_by(model, Rule::Sgd);
}

fn agree_by(model: &Model, rule: Rule) {
    let features = model.clone().summary().unwrap().input.features();
    for zeros in [0, 4] {
        let number = |i: usize| {
            let n = i.wrapping_mul(2_654_435_761) % 10_007;
            if n % 5 < zeros {
                0.0
            } else {
                n as f32 / 10_007.0
            }
        };
        let data: Vec<f32> = (0..SAMPLES * features).map(number).collect();
        let alone = trained(model, rule, &data, None);
        for threads in [1, 2, 3, 5] {
            assert!(
                trained(model, rule, &data, Some(threads)) == alone,
                "{threads} threads, {zeros} of 5 numbers are zero\n{model}"
            );
        }
    }
}

#[test]
fn dense_networks() {
    agree(
        &Model::input(150)
            .dense(33)
            .relu()
            .dense(12)
            .tanh()
            .dense(4)
            .softmax(),
    );
    agree(
        &Model::input(150)
            .dense(4)
            .squared_error()
            .reduction(Reduction::Sum),
    );
}

#[test]
fn large_layers() {
    agree(
        &Model::input(300)
            .dense(260)
            .relu()
            .dense(260)
            .sigmoid()
            .dense(4)
            .softmax(),
    );
}

#[test]
fn convolutions_and_pooling() {
    let model = Model::input([1, 12, 12])
        .conv2d(4, 3)
        .relu()
        .max_pool2d(2)
        .conv2d(5, 3);
    agree(&model.max_pool2d(2).flatten().dense(4).softmax());
}

#[test]
fn dropout_and_batch_normalization() {
    agree(
        &Model::input(150)
            .dense(30)
            .relu()
            .dropout(0.5)
            .dense(4)
            .softmax(),
    );
    agree(
        &Model::input(150)
            .dense(30)
            .batch_norm()
            .relu()
            .dense(4)
            .batch_norm()
            .softmax(),
    );
}

#[test]
fn more_layers_than_go_in_one_piece() {
    let mut model = Model::input(20);
    for _ in 0..20 {
        model = model.dense(9).tanh();
    }
    agree(&model.dense(4).softmax());
}

/// Weights of so many numbers that threads share a rule's step.
#[test]
fn every_rule() {
    for rule in Rule::all() {
        agree_by(
            &Model::input(150).dense(120).relu().dense(4).softmax(),
            rule,
        );
    }
}
