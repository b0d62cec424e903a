//! A workload as it is described in JSON, made into a model and a setting.

use chainrule::prelude::{Init, Model, Reduction, Rule, Setting};
use chainrule::{Error, ErrorKind, Result};
use serde_json::Value;

/// A network and how it learns.
#[derive(Clone, Debug)]
pub(crate) struct Workload {
    pub(crate) data: String,
    pub(crate) standardized: bool,
    /// How many training samples; all where there is none.
    pub(crate) samples: Option<usize>,
    pub(crate) model: Model,
    pub(crate) setting: Setting,
}

impl Workload {
    /// Reads a description such as
    /// `{"data": "mnist", "standardized": false, "layers": ["dense 32", "relu", "dense 10"],
    /// "loss": "cross-entropy", "reduction": "mean", "batch": 100, "rule": "sgd", "rate": 0.1}`.
    ///
    /// Weights begin as Glorot's uniform ones and biases as zero, as everywhere in the bench.
    pub(crate) fn read(described: &Value) -> Result<Self> {
        let text = |key: &str| described[key].as_str().ok_or_else(|| missing(key));
        let data = text("data")?.to_owned();
        let layers = described["layers"].as_array();
        let layers = layers.ok_or_else(|| missing("layers"))?;
        let layers: Vec<&str> = layers.iter().filter_map(Value::as_str).collect();
        let images = layers
            .first()
            .is_some_and(|first| first.starts_with("conv"));
        let mut model = if images {
            Model::input([1, 28, 28])
        } else {
            Model::input(784)
        };
        for layer in layers {
            model = add(model, layer)?;
        }
        model = match text("loss")? {
            "cross-entropy" => model.softmax(),
            "half-squared-error" => model.half_squared_error(),
            other => return Err(unknown("loss", other)),
        };
        model = match text("reduction")? {
            "mean" => model,
            "sum" => model.reduction(Reduction::Sum),
            other => return Err(unknown("reduction", other)),
        };
        let rule = match text("rule")? {
            "sgd" => Rule::sgd(),
            "momentum" => Rule::momentum(),
            "adam" => Rule::adam(),
            other => return Err(unknown("rule", other)),
        };
        let rate = described["rate"].as_f64().ok_or_else(|| missing("rate"))?;
        let count = |key: &str| described[key].as_u64().map(|count| count as usize);
        let batch = count("batch").ok_or_else(|| missing("batch"))?;
        Ok(Self {
            data,
            standardized: described["standardized"].as_bool().unwrap_or(false),
            samples: count("samples"),
            model: model.weights(Init::GlorotUniform).biases(Init::Zeros),
            setting: Setting::new(1, rate).optimizer(rule).batch_size(batch),
        })
    }
}

/// Adds the layer that a few words describe: `dense 100 nobias`.
fn add(model: Model, layer: &str) -> Result<Model> {
    let words: Vec<&str> = layer.split(' ').collect();
    let number = |i: usize| words.get(i).and_then(|word| word.parse::<usize>().ok());
    Ok(match (words[0], number(1), number(2)) {
        ("dense", Some(units), _) if words.get(2) == Some(&"nobias") => {
            model.dense(units).without_bias()
        }
        ("dense", Some(units), _) => model.dense(units),
        ("conv", Some(filters), Some(size)) => model.conv2d(filters, size),
        ("pool", Some(size), _) => model.max_pool2d(size),
        ("flatten", ..) => model.flatten(),
        ("relu", ..) => model.relu(),
        ("batchnorm", ..) => model.batch_norm(),
        ("dropout", ..) => match words.get(1).and_then(|word| word.parse().ok()) {
            Some(rate) => model.dropout(rate),
            None => return Err(unknown("layer", layer)),
        },
        _ => return Err(unknown("layer", layer)),
    })
}

fn missing(key: &str) -> Error {
    crate::wrong(&format!("the workload says no {key}"))
}

fn unknown(what: &str, got: &str) -> Error {
    Error::new(
        ErrorKind::Value,
        format!("the workload has a {what} that there is not"),
    )
    .got(got)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn described() -> Value {
        json!({
            "data": "mnist", "standardized": false, "layers": ["dense 32", "relu", "dense 10 nobias"],
            "loss": "cross-entropy", "reduction": "mean", "batch": 20, "rule": "adam", "rate": 0.01,
        })
    }

    #[test]
    fn a_description_becomes_a_model_and_a_setting() {
        let workload = Workload::read(&described()).unwrap();
        let network = workload.model.build(1).unwrap();
        let names: Vec<_> = network
            .parameters()
            .iter()
            .map(|parameter| parameter.name.clone())
            .collect();
        assert_eq!(names, ["dense_1.weight", "dense_1.bias", "dense_2.weight"]);
        assert_eq!(workload.setting.batch_size, 20);
        assert_eq!(workload.setting.optimizer, Rule::adam());
        assert_eq!(workload.samples, None);
    }

    #[test]
    fn every_kind_of_layer_is_known() {
        let mut described = described();
        described["layers"] = json!([
            "conv 8 3",
            "pool 2",
            "flatten",
            "dense 5 nobias",
            "batchnorm",
            "relu",
            "dropout 0.2",
            "dense 10",
        ]);
        Workload::read(&described).unwrap().model.build(1).unwrap();
    }

    #[test]
    fn what_is_missing_or_unknown_is_named() {
        for (key, value) in [
            ("layers", json!(["dense many"])),
            ("layers", json!(["dropout"])),
            ("rule", json!("lion")),
            ("loss", json!("hinge")),
            ("rate", json!(null)),
            ("batch", json!("all")),
        ] {
            let mut described = described();
            described[key] = value;
            let error = Workload::read(&described).unwrap_err().to_string();
            assert!(error.contains(key.trim_end_matches('s')), "{key}: {error}");
        }
    }
}
