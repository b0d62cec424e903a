//! What a data set looks like at a glance: counts, shape, value range, balance, a few images.

use std::fmt;

use ndarray::Array2;

use crate::text::{counted, grouped};
use crate::{Dataset, Scaler};

/// How many images of each class the strip shows.
const STRIP_IMAGES: usize = 10;

/// A data set at a glance, as plain values; its `Display` is the text of the card.
///
/// ```
/// use chainrule_data::Mnist;
///
/// let card = Mnist::load()?.card();
/// assert_eq!(card.value_range, (0, 255));
/// assert_eq!(card.classes[1].counts, [6_742, 1_135]); // ones, to train and to test
/// assert_eq!(card.strip[1].images[0].dim(), (28, 28)); // the first one
/// println!("{card}");
/// # Ok::<(), chainrule_data::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Card {
    /// The name of the data set.
    pub name: String,
    /// Its parts, in order.
    pub parts: Vec<CardPart>,
    /// Channels, height and width of an image.
    pub sample_shape: [usize; 3],
    /// The smallest and the largest stored pixel of all parts.
    pub value_range: (u8, u8),
    /// What standardizes the pixels when they are drawn, if something does.
    pub scaler: Option<Scaler>,
    /// Bytes of pixels and labels in memory.
    pub bytes: usize,
    /// How the classes are balanced, one row for each class.
    pub classes: Vec<ClassRow>,
    /// The first images of each class in the first part, one row for each class.
    pub strip: Vec<StripRow>,
}

/// One part of a data set.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CardPart {
    /// `train`, `validation`, `test`.
    pub name: String,
    /// How many samples it holds.
    pub samples: usize,
}

/// How often a class occurs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClassRow {
    /// The label.
    pub label: u8,
    /// The name.
    pub name: String,
    /// Samples in each part, in the card's order of parts.
    pub counts: Vec<usize>,
}

/// A few images of one class.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StripRow {
    /// The label.
    pub label: u8,
    /// The name.
    pub name: String,
    /// Up to ten images as stored, 0 to 255, each `[height, width]` (`[channels · height, width]`
    /// with several channels). Empty if the class does not occur.
    pub images: Vec<Array2<u8>>,
}

impl Card {
    pub(crate) fn of(name: &str, parts: &[(&str, &Dataset)]) -> Self {
        let (_, first) = parts
            .first()
            .expect("a card has a part at least; please report this");
        let counts: Vec<Vec<usize>> = parts.iter().map(|(_, data)| data.class_counts()).collect();
        let classes = (0..)
            .zip(first.class_names())
            .map(|(label, name)| ClassRow {
                label,
                name: name.clone(),
                counts: counts.iter().map(|part| part[usize::from(label)]).collect(),
            });
        let ranges = parts.iter().map(|(_, data)| value_range(data.bytes()));
        let bytes = |data: &Dataset| data.bytes().len() + data.labels().len();
        Self {
            name: name.to_owned(),
            parts: parts
                .iter()
                .map(|(name, data)| CardPart {
                    name: (*name).to_owned(),
                    samples: data.len(),
                })
                .collect(),
            sample_shape: first.sample_shape(),
            value_range: ranges.fold((u8::MAX, 0), |all, part| {
                (all.0.min(part.0), all.1.max(part.1))
            }),
            scaler: first.scaler().cloned(),
            bytes: parts.iter().map(|(_, data)| bytes(data)).sum(),
            classes: classes.collect(),
            strip: strip(first),
        }
    }

    /// How many samples all parts hold together.
    pub fn samples(&self) -> usize {
        self.parts.iter().map(|part| part.samples).sum()
    }
}

fn value_range(bytes: &[u8]) -> (u8, u8) {
    let smallest = bytes.iter().fold(u8::MAX, |least, &byte| least.min(byte));
    let largest = bytes.iter().fold(0, |most: u8, &byte| most.max(byte));
    (smallest, largest)
}

fn strip(data: &Dataset) -> Vec<StripRow> {
    let mut rows: Vec<StripRow> = (0..)
        .zip(data.class_names())
        .map(|(label, name)| StripRow {
            label,
            name: name.clone(),
            images: Vec::new(),
        })
        .collect();
    let mut wanting = rows.len();
    for (i, &label) in data.labels().iter().enumerate() {
        let images = &mut rows[usize::from(label)].images;
        if images.len() == STRIP_IMAGES {
            continue;
        }
        // Labels and images are as many; the index is good.
        images.extend(data.image(i));
        if images.len() == STRIP_IMAGES {
            wanting -= 1;
            if wanting == 0 {
                break;
            }
        }
    }
    rows
}

impl fmt::Display for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [channels, height, width] = self.sample_shape;
        let samples: Vec<String> = self
            .parts
            .iter()
            .map(|part| grouped(part.samples))
            .collect();
        let names: Vec<&str> = self.parts.iter().map(|part| part.name.as_str()).collect();
        writeln!(f, "{}", self.name)?;
        let of_parts = match names.len() {
            1 => String::new(),
            _ => format!("  ({})", names.join(" / ")),
        };
        writeln!(f, "  samples  {}{of_parts}", samples.join(" / "))?;
        let channels = counted(channels, "channel");
        writeln!(f, "  images   {height} × {width} pixels, {channels}")?;
        let (low, high) = self.value_range;
        writeln!(
            f,
            "  values   {low} to {high} as stored, divided by 255 when a batch is drawn"
        )?;
        if let Some(scaler) = &self.scaler {
            writeln!(f, "           then standardized: {scaler}")?;
        }
        let memory = match self.bytes {
            0..1_000 => counted(self.bytes, "byte"),
            1_000..1_000_000 => format!("{:.1} kB", self.bytes as f64 / 1e3),
            _ => format!("{:.1} MB", self.bytes as f64 / 1e6),
        };
        writeln!(f, "  memory   {memory}")?;
        writeln!(f, "  classes  {}", self.classes.len())?;
        self.write_balance(f)
    }
}

impl Card {
    /// A row for each class: its count in each part, and its share of it.
    fn write_balance(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name_of = |row: &ClassRow| match row.name == row.label.to_string() {
            true => row.name.clone(),
            false => format!("{} {}", row.label, row.name),
        };
        let length = |text: &str| text.chars().count();
        let width = self
            .classes
            .iter()
            .map(|row| length(&name_of(row)))
            .max()
            .unwrap_or(0)
            .max(5);
        let column = self
            .parts
            .iter()
            .map(|part| length(&part.name))
            .max()
            .unwrap_or(0)
            .max(15);
        write!(f, "\n  {:width$}", "class")?;
        for part in &self.parts {
            write!(f, "  {:>column$}", part.name)?;
        }
        for row in &self.classes {
            write!(f, "\n  {:width$}", name_of(row))?;
            for (part, &count) in self.parts.iter().zip(&row.counts) {
                let share = 100.0 * count as f64 / part.samples as f64;
                let cell = format!("{} {share:5.1} %", grouped(count));
                write!(f, "  {cell:>column$}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Folder, tiny_entry};
    use crate::{Places, catalog, load};

    const DATASETS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/datasets");

    #[test]
    fn the_card_of_mnist() {
        let mnist = load::load(catalog::MNIST, &Places::only(DATASETS))
            .unwrap()
            .with_validation(5_000)
            .unwrap();
        insta::assert_snapshot!(mnist.to_string());
        let card = mnist.card();
        assert_eq!(card.samples(), 70_000);
        assert_eq!(card.strip.len(), 10);
        for row in &card.strip {
            assert_eq!(row.images.len(), 10);
        }
    }

    #[test]
    fn the_card_of_a_small_set_with_named_classes() {
        let folder = Folder::new();
        folder.write_tiny("tiny", "");
        let tiny = load::load(&tiny_entry(&[]), &Places::only(folder.path())).unwrap();
        insta::assert_snapshot!(tiny.train.to_string());
        let card = tiny.train.first(2).unwrap().card();
        assert_eq!(card.value_range, (0, 77));
        let images: Vec<usize> = card.strip.iter().map(|row| row.images.len()).collect();
        assert_eq!(images, [1, 1, 0]); // class c does not occur
        assert_eq!(card.strip[1].images[0], tiny.train.image(1).unwrap());
    }
}
