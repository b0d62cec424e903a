//! Curves with bands and references, images of values, groups of bars.

mod pixels;

use chainrule_plot::{BarPlot, ImageGrid, LinePlot, Rgb, SERIES_COLORS};
use pixels::Pixels;

const BLUE: Rgb = SERIES_COLORS[0];
const ORANGE: Rgb = SERIES_COLORS[1];

#[test]
fn markers_bands_and_references_are_in_their_places() {
    let points: Vec<(f64, f64)> = (0..20).map(f64::from).map(|x| (x, 0.5)).collect();
    let plain = LinePlot::new("").line("", &points).y_range(0.0, 1.0);
    let count = |plot: &LinePlot| Pixels::of(&plot.draw().unwrap()).count(BLUE);
    let marked = plain.clone().markers();
    assert!(
        count(&marked) > count(&plain) + 20 * 60,
        "a dot for each epoch"
    );
    let by_line = LinePlot::new("")
        .line_with_markers("", &points)
        .y_range(0.0, 1.0);
    assert_eq!(marked.draw().unwrap().png(), by_line.draw().unwrap().png());

    let band: Vec<(f64, f64, f64)> = points
        .iter()
        .map(|&(x, y)| (x, y - 0.25, y + 0.25))
        .collect();
    let banded = Pixels::of(&plain.clone().band("", &band).draw().unwrap());
    let tint = Rgb(205, 227, 240);
    let places = banded.places(tint);
    // Half the height of the plot, less grid and curve.
    assert!(places.len() > 300_000, "{}", places.len());
    let (top, bottom) = places
        .iter()
        .fold((1.0f64, 0.0f64), |(t, b), p| (t.min(p.1), b.max(p.1)));
    assert!((0.38..0.44).contains(&(bottom - top)), "{top} {bottom}");

    let dark = Rgb(64, 70, 79);
    let referred = plain.reference("", 0.75).draw().unwrap();
    let line = Pixels::of(&referred).places(dark);
    let height = line.iter().map(|p| p.1).sum::<f64>() / line.len() as f64;
    assert!(
        line.len() > 700 && (height - top).abs() < 0.01,
        "{} {height}",
        line.len()
    );
    assert!(
        referred
            .description()
            .ends_with(" Reference line \"\" at 0.75.")
    );
}

#[test]
fn a_band_has_gaps_and_stays_in_the_frame() {
    let nan = f64::NAN;
    let mut band: Vec<(f64, f64, f64)> = (0..=20).map(f64::from).map(|x| (x, -1e9, 1e9)).collect();
    band[10].1 = nan;
    let figure = LinePlot::new("")
        .band("b", &band)
        .y_range(0.0, 1.0)
        .draw()
        .unwrap();
    let tint = Pixels::of(&figure).places(Rgb(205, 227, 240));
    assert!(
        !tint.iter().any(|p| (0.49..0.54).contains(&p.0)),
        "a gap in the middle"
    );
    assert!(tint.iter().all(|p| p.1 > 0.03 && p.1 < 0.95));
    let ending = "at x = 20, 1 not finite and left out.";
    assert!(figure.description().ends_with(ending));
    LinePlot::new("").band("", &[]).draw().unwrap();
    LinePlot::new("")
        .band("", &[(0.0, 0.0, 0.0)])
        .draw()
        .unwrap();
    LinePlot::new("")
        .band("", &[(0.0, -1e300, 1e300), (1e300, 0.0, 0.0)])
        .draw()
        .unwrap();
}

#[test]
fn a_logarithmic_axis_makes_a_decay_straight() {
    let decay: Vec<(f64, f64)> = (0..=100)
        .map(f64::from)
        .map(|x| (x, 10f64.powf(-x / 25.0)))
        .collect();
    let figure = LinePlot::new("L").line("a", &decay).log_y().draw().unwrap();
    let places = Pixels::of(&figure).places(BLUE);
    let at = |x: f64| {
        let near: Vec<f64> = places
            .iter()
            .filter(|p| (p.0 - x).abs() < 0.01)
            .map(|p| p.1)
            .collect();
        near.iter().sum::<f64>() / near.len() as f64
    };
    assert!(
        (at(0.3) + at(0.7) - 2.0 * at(0.5)).abs() < 0.005,
        "a straight line"
    );
    assert!(at(0.7) > at(0.3) + 0.2);
    let zeros = LinePlot::new("L").line("a", &[(0.0, 0.0), (1.0, -1.0), (2.0, 5.0)]);
    let figure = zeros.clone().log_y().log_x().draw().unwrap();
    assert_eq!(
        figure.description(),
        "Line plot \"L\". The x axis is logarithmic. The y axis is logarithmic. \
         \"a\" has 3 points, from (0, 0) to (2, 5), 2 not positive and left out."
    );
    LinePlot::new("")
        .line("", &[(0.0, 0.0)])
        .log_y()
        .draw()
        .unwrap();
    LinePlot::new("")
        .values("", &[1e-300, 1e300, 5e-324])
        .log_y()
        .log_x()
        .draw()
        .unwrap();
    let error = zeros
        .log_y()
        .y_range(0.0, 1.0)
        .draw()
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("line plot \"L\", range of the logarithmic y axis"),
        "{error}"
    );
}

#[test]
fn one_image_can_be_large_and_numbered() {
    let pixels: Vec<u8> = (0..784).map(|i| if i == 0 { 77 } else { 0 }).collect();
    let large = ImageGrid::new("5").image(28, 28, &pixels, "").side(280.0);
    let first = Pixels::of(&large.draw().unwrap());
    assert_eq!(
        first.count(Rgb(77, 77, 77)),
        20 * 20,
        "10 logical pixels, crisp"
    );
    let numbered = large.axes().draw().unwrap();
    let second = Pixels::of(&numbered);
    assert_eq!(second.count(Rgb(77, 77, 77)), 20 * 20);
    let left = |pixels: &Pixels| pixels.places(Rgb(77, 77, 77))[0].0;
    assert!(
        left(&second) > left(&first),
        "room for the numbers of the rows"
    );
    let usual = ImageGrid::new("5").image(28, 28, &pixels, "");
    assert_eq!(
        usual.clone().side(84.0).draw().unwrap().png(),
        usual.draw().unwrap().png()
    );
}

#[test]
fn values_share_a_scale_with_white_at_zero() {
    let (blue, white, red) = (Rgb(5, 48, 97), Rgb(247, 247, 247), Rgb(103, 0, 31));
    let grid = ImageGrid::new("W")
        .values(1, 2, &[-2.0, 0.0], "a")
        .values(1, 2, &[2.0, 1.0], "b");
    let figure = grid.draw().unwrap();
    let pixels = Pixels::of(&figure);
    // Squares of 42 logical pixels; the bar of colours has a little of its ends' colours too.
    for color in [blue, white, red] {
        assert!(
            (84 * 84..84 * 84 + 200).contains(&pixels.count(color)),
            "{color:?}"
        );
    }
    let bar = |wanted: fn(i32) -> bool| {
        let right = pixels.0.enumerate_pixels().filter(|(x, _, _)| *x > 440);
        let hue = |pixel: [u8; 3]| i32::from(pixel[0]) - i32::from(pixel[2]);
        let rows = right.filter(|(_, _, pixel)| wanted(hue(pixel.0)));
        rows.map(|(_, y, _)| y).collect::<Vec<u32>>()
    };
    let (reds, blues) = (bar(|hue| hue > 50), bar(|hue| hue < -50));
    assert!(
        reds.len() > 1000 && blues.len() > 1000,
        "a bar at the right"
    );
    assert!(
        reds.iter().max() < blues.iter().min(),
        "with its high end at the top"
    );
    assert_eq!(
        figure.description(),
        "Images \"W\": 2 images of 1 × 2 pixels, labelled a, b. \
         Values from -2 to 2; colours from -2 (blue) over zero (white) to 2 (red)."
    );
    let narrow = grid.value_range(-1.0, 1.0).draw().unwrap();
    assert!(
        Pixels::of(&narrow).count(red) >= 2 * 84 * 84,
        "beyond the end as at the end"
    );
}

#[test]
fn values_without_sign_are_grey_and_what_is_no_number_is_green() {
    let grid = ImageGrid::new("").values(2, 2, &[0.0, 0.5, 1.0, f64::NAN], "");
    let figure = grid.draw().unwrap();
    let pixels = Pixels::of(&figure);
    for color in [Rgb(0, 0, 0), Rgb(128, 128, 128), Rgb(0, 158, 115)] {
        assert_eq!(pixels.count(color), 84 * 84, "{color:?}");
    }
    assert!(figure.description().ends_with(
        "Values from 0 to 1, 1 not finite and green; greys from 0 (black) to 1 (white)."
    ));
    let inverted = Pixels::of(&grid.inverted().draw().unwrap());
    assert_eq!(inverted.count(Rgb(0, 0, 0)), 84 * 84);
    let nothing = ImageGrid::new("")
        .values(1, 1, &[f64::INFINITY], "")
        .draw()
        .unwrap();
    assert!(
        nothing
            .description()
            .contains("No finite values, 1 not finite and green")
    );
    ImageGrid::new("")
        .values(1, 2, &[-1e300, 1e300], "")
        .axes()
        .draw()
        .unwrap();
    ImageGrid::new("")
        .values(1, 1, &[-5e-324], "")
        .draw()
        .unwrap();
}

#[test]
fn grouped_bars_are_as_high_as_their_values() {
    let plot = BarPlot::new("E")
        .names(&["train", "test"])
        .group("plain", &[10.0, 30.0])
        .group("dropout", &[20.0, f64::NAN]);
    let figure = plot.draw().unwrap();
    let pixels = Pixels::of(&figure);
    let bars = |color, low: f64, high: f64| {
        let places = pixels.places(color);
        // Below the names and their samples.
        places
            .iter()
            .filter(|p| p.1 > 0.25 && p.0 > low && p.0 < high)
            .count() as f64
    };
    let (a, b) = (bars(BLUE, 0.05, 0.5), bars(BLUE, 0.5, 1.0));
    assert!((b / a - 2.0).abs() < 0.05, "{a} {b}");
    // The test bar of `plain` reaches above the 0.25 that is counted from.
    assert!(bars(ORANGE, 0.05, 0.5) > 2.4 * a && bars(ORANGE, 0.5, 1.0) == 0.0);
    assert_eq!(
        figure.description(),
        "Bar plot \"E\". plain: train 10, test 30; dropout: train 20, test NaN."
    );
    let lying = plot.horizontal().draw().unwrap();
    assert!(Pixels::of(&lying).count(ORANGE) > 5000);
}

#[test]
fn logarithmic_bars_are_as_long_as_their_magnitudes() {
    let plot = BarPlot::new("Speed")
        .names(&["ours", "theirs"])
        .group("small", &[100.0, 1000.0])
        .group("nothing", &[0.0, f64::NAN])
        .log();
    for plot in [plot.clone(), plot.horizontal()] {
        let figure = plot.draw().unwrap();
        let pixels = Pixels::of(&figure);
        // They begin at 10: one decade and two, as thick as each other. The samples beside the
        // names add a little to both.
        let ratio = pixels.count(ORANGE) as f64 / pixels.count(BLUE) as f64;
        assert!((ratio - 2.0).abs() < 0.1, "{ratio}");
        assert!(
            figure
                .description()
                .contains("nothing: ours 0, theirs NaN.")
        );
        assert!(figure.description().ends_with("is logarithmic."));
    }
    // Without anything to draw there still is a figure.
    let empty = BarPlot::new("").bar("a", -1.0).bar("b", f64::INFINITY);
    empty.clone().log().draw().unwrap();
    empty.horizontal().log().draw().unwrap();
    let far = BarPlot::new("").bar("a", 1e-289).bar("b", 1e299).log();
    far.clone().draw().unwrap();
    far.horizontal().draw().unwrap();
}
