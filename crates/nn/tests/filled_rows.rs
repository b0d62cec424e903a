//! Steps that leave out rows whose gradients are known to be zero take the others' steps, bit for bit.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use chainrule_nn::{Model, Network, Optimizer, Sgd, Targets};

const FEATURES: usize = 50;

/// Parameters after a few steps. Of a clone of the gradients nothing is known.
fn trained(knows: bool, changes: bool) -> Vec<u32> {
    let model = Model::input(FEATURES).dense(9).relu().dense(3).softmax();
    let mut network: Network = model.build(2).unwrap();
    let mut workspace = network.workspace(10).unwrap();
    let mut sgd = Sgd::new(0.3).unwrap();
    for (step, batch) in [1, 1, 3, 10, 1, 4, 2, 1].into_iter().enumerate() {
        let x = workspace.input_mut(batch);
        for (i, x) in x.iter_mut().enumerate() {
            let n = (i + 1 + 1_000 * step).wrapping_mul(2_654_435_761) % 10_007;
            // One in five is no zero; the fourth step is of full rows.
            let is_filled = n % 5 == 0 || step == 3;
            *x = if is_filled { n as f32 / 10_007.0 } else { 0.0 };
        }
        let labels: Vec<u8> = (0..batch).map(|i| (i % 3) as u8).collect();
        let targets = Targets::Classes(&labels);
        network
            .forward_backward_in(&mut workspace, batch, targets)
            .unwrap();
        if changes && step % 2 == 0 {
            // As a penalty does: every row gets something.
            for entry in &mut workspace.gradients_mut().entries {
                entry.value += 0.01;
            }
        }
        if knows {
            sgd.step(&mut network, workspace.gradients()).unwrap();
        } else {
            let gradients = workspace.gradients().clone();
            sgd.step(&mut network, &gradients).unwrap();
        }
    }
    let parameters = network.parameters().iter();
    parameters
        .flat_map(|p| p.value.iter().map(|v| v.to_bits()))
        .collect()
}

#[test]
fn what_is_left_out_would_not_have_changed() {
    assert!(trained(true, false) == trained(false, false));
}

#[test]
fn what_somebody_changes_is_taken_whole() {
    assert!(trained(true, true) == trained(false, true));
    assert!(trained(true, true) != trained(true, false));
}
