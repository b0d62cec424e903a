//! Networks that are kept while training, in memory and in files.

use std::fs;

use chainrule_train::{Callback, Checkpoint, Control, Ending, Epoch, Result};
use tempfile::TempDir;

use crate::{
    common::{model, turn},
    fit, weights,
};

#[test]
fn checkpoints_are_networks_of_their_epochs() {
    let _turn = turn();
    let history = fit(true)
        .callback(Checkpoint::every(2))
        .callback(Checkpoint::best_by("val_acc"))
        .epochs(5)
        .run()
        .unwrap();
    let epochs: Vec<_> = history
        .checkpoints
        .iter()
        .filter(|saved| saved.by == "Checkpoint")
        .map(|saved| saved.epoch)
        .collect();
    let best = history.best_epoch().unwrap();
    let mut expected = vec![2, 4, best];
    expected.sort_unstable();
    assert_eq!(epochs, expected);
    let second = fit(true).epochs(2).run().unwrap();
    let kept = &history.checkpoint(2).unwrap().network;
    assert_eq!(weights(kept), weights(&second.network));
    assert_eq!(history.network_epoch, Some(5));
    let text = history.checkpoint(99).unwrap_err().to_string();
    assert!(
        text.contains("no network was kept after epoch 99"),
        "{text}"
    );
}

#[test]
fn a_file_has_the_weights_of_the_epoch_that_was_kept() {
    let _turn = turn();
    let folder = TempDir::new().unwrap();
    let (best, each) = ("best.npz", "epoch-{epoch}.npz");
    let history = fit(true)
        .callback(Checkpoint::best().to_file(folder.path().join(best)))
        .callback(Checkpoint::every(2).to_file(folder.path().join(each)))
        .epochs(5)
        .run()
        .unwrap();
    let mut files: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert_eq!(files, ["best.npz", "epoch-2.npz", "epoch-4.npz"]);
    let epoch = history.best_epoch().unwrap();
    for (name, epoch) in [("best.npz", epoch), ("epoch-2.npz", 2), ("epoch-4.npz", 4)] {
        let mut network = model().build_f64(99).unwrap();
        network.load_weights(folder.path().join(name)).unwrap();
        let kept = &history.checkpoint(epoch).unwrap().network;
        assert_eq!(weights(&network), weights(kept), "{name}");
    }
    // Without a number in its name there is one file, of the last that was kept.
    let path = folder.path().join("latest.npz");
    let latest = Checkpoint::every(2).to_file(&path);
    fit(true).callback(latest).epochs(5).run().unwrap();
    let mut network = model().build_f64(99).unwrap();
    network.load_weights(&path).unwrap();
    let fourth = &history.checkpoint(4).unwrap().network;
    assert_eq!(weights(&network), weights(fourth));
}

/// Takes the folder away after the first epoch.
struct Remove<'a>(&'a TempDir);

impl Callback<f64> for Remove<'_> {
    fn on_epoch_end(&mut self, epoch: &mut Epoch<'_, f64>) -> Result<Control> {
        if epoch.number == 1 {
            fs::remove_dir_all(self.0.path()).unwrap();
        }
        Ok(Control::Continue)
    }
}

#[test]
fn a_file_that_cannot_be_is_refused_before_training_and_its_loss_keeps_the_history() {
    let _turn = turn();
    let folder = TempDir::new().unwrap();
    for (name, said) in [
        ("no/best.npz", "no such folder"),
        ("best.h5", "ends in .npz"),
    ] {
        let path = folder.path().join(name);
        let checkpoint = Checkpoint::best().to_file(path);
        let error = fit(true).callback(checkpoint).run().unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("fit: Checkpoint: cannot save"), "{text}");
        assert!(text.contains(said), "{text}");
    }
    let path = folder.path().join("{epoch}.npz");
    let history = fit(true)
        .callback(Checkpoint::every(1).to_file(path))
        .callback(Remove(&folder))
        .run()
        .unwrap();
    assert_eq!(history.epochs(), 2);
    assert!(matches!(history.ending, Ending::Failed { .. }));
    let remark = history.remark().unwrap();
    assert!(
        remark.contains("the callback Checkpoint failed: cannot save"),
        "{remark}"
    );
    assert!(history.checkpoint(1).is_ok());
}
