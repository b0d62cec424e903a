//! What is written of it: logs, histories, the lines of epochs.

use chainrule_train::{EarlyStopping, Log, ProgressLines};

use crate::{
    common::{Shared, turn},
    fit,
};

#[test]
fn csv_and_json_hold_every_number() {
    let _turn = turn();
    let folder = std::env::temp_dir().join(format!("chainrule-fit-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (log, saved) = (folder.join("log.csv"), folder.join("history.json"));
    let history = fit(true).callback(Log::csv(&log)).run().unwrap();
    let text = std::fs::read_to_string(&log).unwrap();
    assert_eq!(text, history.csv());
    let rows: Vec<Vec<f64>> = text
        .lines()
        .skip(1)
        .map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect())
        .collect();
    assert_eq!(rows.len(), 4);
    for (i, row) in rows.iter().enumerate() {
        assert_eq!(row[0], (i + 1) as f64);
        assert_eq!(row[4], history.metric("val_loss").unwrap()[i]);
    }
    history.save(&saved).unwrap();
    let read: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&saved).unwrap()).unwrap();
    let accuracies: Vec<f64> = serde_json::from_value(read["metrics"]["val_acc"].clone()).unwrap();
    assert_eq!(accuracies, history.metric("val_acc").unwrap());
    assert_eq!(read["epochs"], 4);
    let text = history
        .save(folder.join("history.txt"))
        .unwrap_err()
        .to_string();
    assert!(text.contains(".csv or .json"), "{text}");
    let nowhere = folder.join("missing").join("log.csv");
    let error = fit(true).callback(Log::csv(nowhere)).run().unwrap_err();
    assert!(
        error.to_string().contains("fit: Log: cannot write"),
        "{error}"
    );
    std::fs::remove_dir_all(&folder).unwrap();
    let text = history.metric("val_accuracy").unwrap_err().to_string();
    assert!(text.contains("“val_acc”"), "{text}");
}

#[test]
fn epochs_are_told_as_keras_tells_them() {
    let _turn = turn();
    let out = Shared::default();
    let mut lines = ProgressLines::to(Box::new(out.clone()));
    let history = fit(false)
        .validate_on_test()
        .epochs(50)
        .callback(EarlyStopping::patience(1))
        .run_observed(&mut lines)
        .unwrap();
    let text = out.text();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(
        lines[0],
        "Train on 60 samples, validate on 30 of the test set (loss, acc: of the weights after \
         each epoch; val_loss, val_acc: on the test set)"
    );
    assert_eq!(lines[1], "Epoch 1/50");
    let metric = |name| history.metric(name).unwrap()[0];
    let expected = format!(
        " - 0.0s - loss: {:.4} - acc: {:.4} - val_loss: {:.4} - val_acc: {:.4}",
        metric("loss"),
        metric("acc"),
        metric("val_loss"),
        metric("val_acc")
    );
    assert_eq!(lines[2], expected);
    assert_eq!(lines.len(), 2 + 2 * history.epochs());
    assert_eq!(*lines.last().unwrap(), history.remark().unwrap());
}
