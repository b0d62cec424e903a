//! A training step allocates nothing once its buffers are there, but for what the `gemm` crate
//! takes for a moment to pack the operands of a product: at most two buffers for each.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use chainrule_nn::{Model, Network, Optimizer, Rule, Targets, Workspace};

fn step(
    network: &mut Network,
    workspace: &mut Workspace,
    optimizer: &mut dyn Optimizer<f32>,
    labels: &[u8],
) {
    workspace
        .input_mut(labels.len())
        .iter_mut()
        .enumerate()
        .for_each(|(i, x)| {
            *x = (i % 7) as f32 / 7.0;
        });
    network
        .forward_backward_in(workspace, labels.len(), Targets::Classes(labels))
        .unwrap();
    optimizer.step(network, workspace.gradients()).unwrap();
}

/// Allocations in five steps that are more than the products of these steps may make.
fn surplus(model: &Model, products: impl Fn(u64) -> u64) -> i64 {
    surplus_of(Rule::Sgd, model, products)
}

fn surplus_of(rule: Rule, model: &Model, products: impl Fn(u64) -> u64) -> i64 {
    let mut network = model.build(1).unwrap();
    let mut workspace = network.workspace(20).unwrap();
    let mut optimizer = rule.optimizer(0.01).unwrap();
    let labels: Vec<u8> = (0..20).map(|i| i % 4).collect();
    step(&mut network, &mut workspace, &mut *optimizer, &labels);
    let batches = [20, 20, 7, 20, 2];
    let info = allocation_counter::measure(|| {
        for batch in batches {
            step(
                &mut network,
                &mut workspace,
                &mut *optimizer,
                &labels[..batch],
            );
        }
    });
    assert_eq!(info.bytes_current, 0, "nothing is kept");
    let allowed: u64 = batches
        .iter()
        .map(|&batch| 2 * products(batch as u64))
        .sum();
    info.count_total as i64 - allowed as i64
}

#[test]
fn dense_networks_allocate_nothing_after_the_first_batch() {
    let model = Model::input(64)
        .dense(32)
        .relu()
        .dense(16)
        .tanh()
        .dense(8)
        .sigmoid()
        .dense(4);
    // One product forward, two backward, but for the input's gradient, which nobody needs.
    let products = |_| 4 + 2 * 4 - 1;
    assert!(surplus(&model.clone().softmax(), products) <= 0);
    assert!(surplus(&model.squared_error(), products) <= 0);
    let model = Model::input(64).dense(32).relu().dropout(0.5).dense(4);
    assert!(surplus(&model.softmax(), |_| 2 + 2 * 2 - 1) <= 0);
    let model = Model::input(64).dense(32).batch_norm().relu().dense(4);
    assert!(surplus(&model.softmax(), |_| 2 + 2 * 2 - 1) <= 0);
}

/// Small products are made in registers, and so is all that is made of the numbers that are not zero.
#[test]
fn data_of_many_zeros_allocate_nothing_after_the_first_batch() {
    for units in [8, 32, 100] {
        let model = Model::input(64).dense(units).relu().dense(4).softmax();
        let mut network = model.build(1).unwrap();
        let mut workspace = network.workspace(20).unwrap();
        let mut sgd = Rule::Sgd.optimizer(0.01).unwrap();
        let labels: Vec<u8> = (0..20).map(|i| i % 4).collect();
        let mut step = |batch: usize| {
            let x = workspace.input_mut(batch).iter_mut().enumerate();
            x.for_each(|(i, x)| *x = if i % 5 == 0 { 0.3 } else { 0.0 });
            let targets = Targets::Classes(&labels[..batch]);
            network
                .forward_backward_in(&mut workspace, batch, targets)
                .unwrap();
            sgd.step(&mut network, workspace.gradients()).unwrap();
        };
        step(20);
        let info = allocation_counter::measure(|| [20, 7, 20].into_iter().for_each(&mut step));
        assert_eq!(info.count_total, 0, "{units} units");
    }
}

#[test]
fn convolutional_networks_allocate_nothing_after_the_first_batch() {
    let model = Model::input([1, 12, 12])
        .conv2d(4, 3)
        .max_pool2d(2)
        .conv2d(4, 3)
        .max_pool2d(2)
        .flatten()
        .dense(8)
        .relu()
        .dense(4)
        .softmax();
    // Small convolutions make no product; two dense layers follow.
    assert!(surplus(&model, |_| 2 + 4) <= 0);
    let model = Model::input([24, 6, 6]).conv2d(32, 3).conv2d(24, 3);
    let model = model.max_pool2d(2).flatten().dense(4).softmax();
    // Large ones make theirs image by image.
    assert!(surplus(&model, |batch| batch * (2 + 3) + 1 + 2) <= 0);
}

#[test]
fn no_optimizer_allocates_after_its_first_step() {
    let model = Model::input(64).dense(32).relu().dense(4).softmax();
    for rule in Rule::all() {
        assert!(surplus_of(rule, &model, |_| 2 + 2 * 2 - 1) <= 0, "{rule}");
    }
}

#[test]
fn the_counter_counts() {
    let allocate = || drop(std::hint::black_box(vec![0_u8; 100]));
    assert_eq!(allocation_counter::measure(allocate).count_total, 1);
}
