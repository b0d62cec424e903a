//! What settings are called beside each other: by what differs between them.

use chainrule_error::{Error, ErrorKind, Result};

use crate::Setting;

/// Every field that can be in a label. What a curve is mostly known by comes first: a long label
/// may be cut at its end.
const FIELDS: [&str; 13] = [
    "model",
    "optimizer",
    "learning_rate",
    "epochs",
    "schedule",
    "clipping",
    "penalty",
    "gradient_noise",
    "weight_decay",
    "augment",
    "early_stopping",
    "batch_size",
    "seed",
];

/// The name of a field as a constant.
pub(crate) fn field(name: &str) -> &'static str {
    let known = FIELDS.iter().find(|&&known| known == name);
    known.copied().unwrap_or("name")
}

/// What is said of a field, all its words together.
fn said(setting: &Setting, field: &str) -> Option<String> {
    let words = setting.words().into_iter();
    let words: Vec<_> = words
        .filter(|(known, _)| *known == field)
        .map(|(_, words)| words)
        .collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// A field's words where it is as it is without being set.
fn absent(field: &str) -> String {
    match field {
        "seed" => "Seed of the experiment".to_owned(),
        "model" => "Model of the experiment".to_owned(),
        "augment" => "No augmentation".to_owned(),
        _ => format!("No {}", field.replace('_', " ")),
    }
}

/// The fields in which settings without a name differ.
fn varying(settings: &[Setting]) -> Vec<&'static str> {
    let unnamed: Vec<_> = settings.iter().filter(|s| s.name.is_none()).collect();
    let differs = |field: &&&str| {
        let mut values = unnamed.iter().map(|setting| said(setting, field));
        let first = values.next();
        values.any(|value| Some(&value) != first.as_ref())
    };
    FIELDS.iter().filter(differs).copied().collect()
}

/// A label for each setting: its name, otherwise what differs between those without a name; all
/// there is to say where nothing does.
pub(crate) fn short(settings: &[Setting]) -> Vec<String> {
    let fields = varying(settings);
    let label = |setting: &Setting| {
        if setting.name.is_some() || fields.is_empty() {
            return setting.to_string();
        }
        let words: Vec<_> = fields.iter().filter_map(|f| said(setting, f)).collect();
        if words.is_empty() {
            fields
                .iter()
                .map(|f| absent(f))
                .collect::<Vec<_>>()
                .join(", ")
        } else {
            words.join(", ")
        }
    };
    settings.iter().map(label).collect()
}

/// What all settings have in common: `Epochs: 5, Batch size: 100`.
pub(crate) fn common(settings: &[Setting]) -> String {
    let Some(first) = settings.first() else {
        return String::new();
    };
    let shared = |field: &&&str| {
        let words = said(first, field);
        words.is_some() && settings.iter().all(|other| said(other, field) == words)
    };
    let words: Vec<_> = FIELDS
        .iter()
        .filter(shared)
        .filter_map(|field| said(first, field))
        .collect();
    words.join(", ")
}

/// Refuses settings that would be called the same.
pub(crate) fn check(settings: &[Setting]) -> Result<()> {
    let labels = short(settings);
    for (i, label) in labels.iter().enumerate() {
        let Some(j) = labels[..i].iter().position(|other| other == label) else {
            continue;
        };
        let place = format!("settings {} and {} are both called “{label}”", j + 1, i + 1);
        let error = Error::new(ErrorKind::Value, place)
            .expected("a label of its own for each setting")
            .got(format!("the same label {} times", count(&labels, label)));
        return Err(if settings[i] == settings[j] {
            error
                .why("the settings are the same, and so would their numbers be")
                .hint("for the same setting under several seeds: .repeats(5)")
        } else {
            error
                .why("they differ in what their labels do not tell, such as their models")
                .hint("give them names: Setting::new(5, 0.1).model(&wide).named(\"wide\")")
        });
    }
    Ok(())
}

fn count(labels: &[String], label: &str) -> usize {
    labels.iter().filter(|other| *other == label).count()
}

/// What runs are called in progress and pictures: their settings, and which repeat each is where a
/// setting has several.
pub(crate) fn of_runs(settings: &[Setting]) -> Vec<String> {
    let name = |(i, setting): (usize, &Setting)| {
        let same = |settings: &[Setting]| settings.iter().filter(|s| *s == setting).count();
        match same(settings) {
            1 => setting.to_string(),
            all => format!("{setting}, run {} of {all}", same(&settings[..=i])),
        }
    };
    settings.iter().enumerate().map(name).collect()
}

#[cfg(test)]
mod tests {
    use chainrule_nn::{Model, Penalty, Rule};

    use super::*;

    #[test]
    fn labels_tell_what_differs_and_nothing_else() {
        let rules = [Rule::Sgd, Rule::adam()].map(|rule| Setting::new(5, 0.1).optimizer(rule));
        assert_eq!(short(&rules), ["SGD", "Adam"]);
        assert_eq!(
            common(&rules),
            "Learning rate: 0.1, Epochs: 5, Batch size: 100"
        );
        let penalties = [
            Setting::new(5, 0.1),
            Setting::new(5, 0.1).penalty(Penalty::l2(0.5)),
        ];
        let labels = short(&penalties);
        assert_eq!(labels[0], "No penalty");
        assert!(labels[1].starts_with("Penalty: L2"), "{labels:?}");
        let one = [Setting::new(5, 0.1)];
        assert_eq!(short(&one), ["Epochs: 5, Learning rate: 0.1"]);
        let named = [
            Setting::new(5, 0.1).named("a"),
            Setting::new(2, 0.1),
            Setting::new(3, 0.1),
        ];
        assert_eq!(short(&named), ["a", "Epochs: 2", "Epochs: 3"]);
    }

    #[test]
    fn settings_that_would_be_called_the_same_are_refused() {
        let setting = || Setting::new(5, 0.1);
        let same = check(&[setting(), setting().batch_size(20), setting()]);
        let text = same.unwrap_err().to_string();
        assert!(
            text.starts_with("settings 1 and 3 are both called “Batch size: 100”"),
            "{text}"
        );
        assert!(text.contains(".repeats(5)"), "{text}");
        let wide = Model::input(4).dense(9).softmax();
        let text = check(&[setting(), setting().model(&wide)])
            .unwrap_err()
            .to_string();
        assert!(text.contains(".named("), "{text}");
        let named = check(&[setting().named("a"), setting().batch_size(3).named("a")]);
        assert!(named.unwrap_err().to_string().contains("both called “a”"));
        assert!(check(&[setting(), setting().model(&wide).named("wide")]).is_ok());
    }

    #[test]
    fn repeats_are_numbered() {
        let settings = [(1, 0.1), (1, 0.1), (2, 0.1)].map(Setting::from);
        let labels = of_runs(&settings);
        assert!(labels[0].ends_with(", run 1 of 2") && labels[1].ends_with(", run 2 of 2"));
        assert_eq!(labels[2], "Epochs: 2, Learning rate: 0.1");
    }
}
