//! The legend and the note: put where they cover no curve.

use crate::annotations::REFERENCE_WIDTH;
use crate::canvas::{Align, Canvas, Rect, Style};
use crate::frame::Look;
use crate::palette::{Marker, Rgb, WARN, WARN_EDGE, WHITE};

/// How a legend shows a series before its name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Sample {
    Line(&'static [f64]),
    /// A line with a dot on it.
    Dotted(&'static [f64]),
    /// A reference line of this width.
    Fine(&'static [f64]),
    /// A line with a marker at its end: a path.
    Path(&'static [f64], Marker),
    Point(Marker),
    Hollow(Marker),
    /// A filled area.
    Area,
    Bar,
}

/// One name with its sample.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) label: String,
    pub(crate) color: Rgb,
    pub(crate) sample: Sample,
}

/// A legend set out and ready to be placed.
pub(crate) struct Legend {
    entries: Vec<Entry>,
    /// The width of the widest sample: names below each other begin together.
    samples: f64,
    style: Style,
    line: f64,
    width: f64,
    height: f64,
}

/// More names than this are counted, not listed.
const MOST_ENTRIES: usize = 12;
const PADDING: f64 = 7.0;
/// Between a curve or spine and the legend.
const CLEARANCE: f64 = 8.0;

impl Sample {
    fn width(self) -> f64 {
        match self {
            Self::Line(_) | Self::Fine(_) | Self::Area => 22.0,
            Self::Dotted(_) => 26.0,
            Self::Path(..) => 34.0,
            Self::Point(_) | Self::Hollow(_) | Self::Bar => 12.0,
        }
    }
}

impl Legend {
    /// `None` when no entry has a name.
    pub(crate) fn new(mut entries: Vec<Entry>, look: &Look, room: f64) -> Option<Self> {
        entries.retain(|entry| !entry.label.trim().is_empty());
        if entries.len() > MOST_ENTRIES {
            let more = entries.len() - (MOST_ENTRIES - 1);
            entries.truncate(MOST_ENTRIES - 1);
            let label = format!("and {more} more");
            entries.push(Entry {
                label,
                color: WHITE,
                sample: Sample::Line(&[]),
            });
        }
        Self::whole(entries, look, room)
    }

    /// As [`new`](Self::new), with all entries, however many they are.
    pub(crate) fn whole(mut entries: Vec<Entry>, look: &Look, room: f64) -> Option<Self> {
        entries.retain(|entry| !entry.label.trim().is_empty());
        if entries.is_empty() {
            return None;
        }
        let style = look.legend;
        let most = (room - 60.0).max(40.0);
        for entry in &mut entries {
            entry.label = style.shorten(&entry.label, most);
        }
        let widest = entries
            .iter()
            .map(|entry| style.width(&entry.label))
            .fold(0.0, f64::max);
        let samples = entries
            .iter()
            .map(|entry| entry.sample.width())
            .fold(0.0, f64::max);
        let height = style.leading() * entries.len() as f64 + 2.0 * PADDING - 2.0;
        Some(Self {
            width: samples + 7.0 + widest + 2.0 * PADDING,
            samples,
            height,
            entries,
            style,
            line: look.line,
        })
    }

    /// The width and height that the names below each other take.
    pub(crate) fn size(&self) -> (f64, f64) {
        (self.width, self.height)
    }

    /// A place within the area that no point of the trails touches, best corner first.
    pub(crate) fn place(&self, area: Rect, trails: &[(f64, f64)], taken: &[Rect]) -> Option<Rect> {
        let (box_, covered) = find(area, (self.width, self.height), trails, taken, &CORNERS)?;
        (covered == 0).then_some(box_)
    }

    /// Draws the names below each other.
    pub(crate) fn draw(&self, canvas: &mut Canvas, place: Rect) {
        // Grid lines would cross the letters.
        canvas.pill(place, 4.0, WHITE);
        for (i, entry) in self.entries.iter().enumerate() {
            let middle = place.y0 + PADDING - 1.0 + self.style.leading() * (i as f64 + 0.5);
            self.entry(canvas, entry, (place.x0 + PADDING, middle), self.samples);
        }
    }

    /// How many rows the names need above a plot of this width.
    pub(crate) fn rows(&self, room: f64) -> usize {
        self.flow(room).last().map_or(1, |&(row, _)| row + 1)
    }

    /// Draws the names in rows from the left, the first about this height.
    pub(crate) fn draw_rows(&self, canvas: &mut Canvas, left: f64, middle: f64, room: f64) {
        for (entry, (row, x)) in self.entries.iter().zip(self.flow(room)) {
            let middle = middle + row as f64 * self.style.leading();
            self.entry(canvas, entry, (left + x, middle), entry.sample.width());
        }
    }

    fn flow(&self, room: f64) -> Vec<(usize, f64)> {
        let (mut row, mut x) = (0, 0.0);
        self.entries
            .iter()
            .map(|entry| {
                let advance = self.advance(entry);
                if x > 0.0 && x + advance - ROW_GAP > room {
                    row += 1;
                    x = 0.0;
                }
                x += advance;
                (row, x - advance)
            })
            .collect()
    }

    fn advance(&self, entry: &Entry) -> f64 {
        entry.sample.width() + 7.0 + self.style.width(&entry.label) + ROW_GAP
    }

    /// Draws one sample in the middle of its room, and its name behind that.
    fn entry(&self, canvas: &mut Canvas, entry: &Entry, (x, middle): (f64, f64), room: f64) {
        let width = entry.sample.width();
        let (name, x) = (x + room + 7.0, x + (room - width) / 2.0);
        let ends = [(x, middle), (x + width, middle)];
        let centre = (x + width / 2.0, middle);
        match entry.sample {
            Sample::Line(dash) => canvas.stroke(&ends, self.line, dash, entry.color),
            Sample::Dotted(dash) => {
                // From the dot outwards: both sides show the same dashes.
                for end in ends {
                    canvas.stroke(&[centre, end], self.line, dash, entry.color);
                }
                canvas.disc(centre, self.line * 1.7 + 1.0, WHITE);
                canvas.disc(centre, self.line * 1.7, entry.color);
            }
            Sample::Path(dash, marker) => {
                let end = (x + width - 6.0, middle);
                canvas.stroke(&[ends[0], end], self.line, dash, entry.color);
                canvas.marker(end, marker, 11.0, WHITE);
                canvas.marker(end, marker, 9.0, entry.color);
            }
            Sample::Fine(dash) => canvas.stroke(&ends, REFERENCE_WIDTH, dash, entry.color),
            Sample::Hollow(marker) => canvas.hollow(centre, marker, 10.5, 2.0, entry.color),
            Sample::Bar => {
                canvas.fill(Rect::new(x, middle - 5.0, 11.0, 11.0), entry.color);
            }
            Sample::Area => {
                canvas.fill(Rect::new(x, middle - 5.0, width, 10.0), entry.color);
            }
            Sample::Point(marker) => {
                canvas.marker(centre, marker, 8.0, entry.color);
            }
        }
        let baseline = middle + self.style.size * 0.36;
        canvas.text((name, baseline), Align::Start, self.style, &entry.label);
    }
}

const ROW_GAP: f64 = 14.0;

/// Shares of the free width and height: lower right first, where accuracy curves leave room.
const CORNERS: [(f64, f64); 8] = [
    (1.0, 1.0),
    (1.0, 0.0),
    (0.0, 0.0),
    (0.0, 1.0),
    (1.0, 0.5),
    (0.5, 1.0),
    (0.5, 0.0),
    (0.0, 0.5),
];

/// The middle first: a note is to be seen.
const MIDDLE: [(f64, f64); 9] = [
    (0.5, 0.5),
    (0.5, 0.3),
    (0.5, 0.7),
    (0.5, 0.0),
    (0.5, 1.0),
    (1.0, 0.5),
    (0.0, 0.5),
    (1.0, 1.0),
    (1.0, 0.0),
];

/// The first candidate that covers the least; with how many points it covers.
fn find(
    area: Rect,
    (width, height): (f64, f64),
    trails: &[(f64, f64)],
    taken: &[Rect],
    candidates: &[(f64, f64)],
) -> Option<(Rect, usize)> {
    let inner = area.grown(-CLEARANCE);
    let (free_x, free_y) = (inner.width() - width, inner.height() - height);
    if free_x < 0.0 || free_y < 0.0 {
        return None;
    }
    let mut best: Option<(Rect, usize)> = None;
    for &(across, down) in candidates {
        let place = Rect::new(
            inner.x0 + free_x * across,
            inner.y0 + free_y * down,
            width,
            height,
        );
        let near = place.grown(CLEARANCE * 0.6);
        let meets = |other: &&Rect| {
            other.x0 < near.x1 && near.x0 < other.x1 && other.y0 < near.y1 && near.y0 < other.y1
        };
        let covered = trails.iter().filter(|&&point| near.holds(point)).count()
            + 1000 * taken.iter().filter(meets).count();
        if best.is_none_or(|(_, least)| covered < least) {
            best = Some((place, covered));
        }
        if covered == 0 {
            break;
        }
    }
    best
}

/// Writes a note big and clear into the area; returns the place it takes.
pub(crate) fn note(
    canvas: &mut Canvas,
    area: Rect,
    look: &Look,
    text: &str,
    trails: &[(f64, f64)],
) -> Rect {
    let style = look.note;
    let lines = style.wrap(text, (area.width() - 2.0 * CLEARANCE - 28.0).max(20.0), 4);
    let width = lines
        .iter()
        .map(|line| style.width(line))
        .fold(0.0, f64::max)
        + 28.0;
    let height = style.leading() * lines.len() as f64 + 16.0;
    let (x, y) = (
        (area.x0 + area.x1 - width) / 2.0,
        (area.y0 + area.y1 - height) / 2.0,
    );
    let place = find(area, (width, height), trails, &[], &MIDDLE)
        .map_or(Rect::new(x, y, width, height), |(place, _)| place);
    canvas.pill(place.grown(1.0), 7.0, WARN_EDGE);
    canvas.pill(place, 6.0, WARN);
    for (i, line) in lines.iter().enumerate() {
        let y = place.y0 + 8.0 + style.leading() * (i as f64 + 0.5) + style.size * 0.36;
        canvas.text(((place.x0 + place.x1) / 2.0, y), Align::Middle, style, line);
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: Rect = Rect {
        x0: 0.0,
        y0: 0.0,
        x1: 400.0,
        y1: 200.0,
    };

    fn legend() -> Legend {
        let entry = |label: &str| Entry {
            label: label.to_owned(),
            color: crate::palette::color(0),
            sample: Sample::Line(&[]),
        };
        Legend::new(
            vec![entry("train_accuracy"), entry("test_accuracy")],
            &Look::PANEL,
            400.0,
        )
        .unwrap()
    }

    #[test]
    fn a_legend_goes_where_no_curve_is() {
        let rising: Vec<_> = (0..400)
            .map(|x| (f64::from(x), 200.0 - f64::from(x) / 2.0))
            .collect();
        let place = legend().place(AREA, &rising, &[]).unwrap();
        assert!(
            place.x1 > 380.0 && place.y1 > 180.0,
            "lower right: {place:?}"
        );
        let falling: Vec<_> = (0..400)
            .map(|x| (f64::from(x), f64::from(x) / 2.0))
            .collect();
        let place = legend().place(AREA, &falling, &[]).unwrap();
        assert!(
            place.x1 > 380.0 && place.y0 < 20.0,
            "upper right: {place:?}"
        );
        let everywhere: Vec<_> = (0..8000)
            .map(|i| (f64::from(i % 100) * 4.0, f64::from(i / 100) * 2.5))
            .collect();
        assert_eq!(legend().place(AREA, &everywhere, &[]), None);
    }

    #[test]
    fn a_legend_keeps_away_from_a_note() {
        let corner = legend().place(AREA, &[], &[]).unwrap();
        let other = legend().place(AREA, &[], &[corner]).unwrap();
        assert_ne!(corner, other);
    }

    #[test]
    fn many_names_are_counted() {
        let entry = |i| Entry {
            label: format!("series {i}"),
            color: crate::palette::color(i),
            sample: Sample::Line(&[]),
        };
        let legend = Legend::new((0..40).map(entry).collect(), &Look::SINGLE, 600.0).unwrap();
        assert_eq!(legend.entries.len(), MOST_ENTRIES);
        assert_eq!(legend.entries.last().unwrap().label, "and 29 more");
    }
}
