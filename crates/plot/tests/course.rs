//! What the figures of a course show: points in plane and space, curves with bands, images of
//! values, groups of bars.

mod pixels;

use chainrule_error::Result;
use chainrule_plot::{
    BarPlot, Figure, ImageGrid, LinePlot, Marker, Rgb, SERIES_COLORS, ScatterPlot, ScatterPlot3d,
};
use pixels::Pixels;

const BLUE: Rgb = SERIES_COLORS[0];
const ORANGE: Rgb = SERIES_COLORS[1];
const XOR: [&[(f64, f64)]; 2] = [&[(0.0, 0.0), (1.0, 1.0)], &[(0.0, 1.0), (1.0, 0.0)]];

fn xor() -> ScatterPlot {
    ScatterPlot::new("XOR").class("", XOR[0]).class("", XOR[1])
}

fn space() -> ScatterPlot3d {
    ScatterPlot3d::new("XOR")
        .class("", &[(0.0, 0.0, 0.0), (1.0, 1.0, 0.0)])
        .class("", &[(0.0, 1.0, 1.0), (1.0, 0.0, 1.0)])
        .point_size(14.0)
}

/// The middles of groups of pixels that lie apart by more than a few hundredths.
fn spots(places: &[(f64, f64)]) -> Vec<(f64, f64, usize)> {
    let mut groups: Vec<(f64, f64, usize)> = Vec::new();
    for &(x, y) in places {
        let near = |g: &&mut (f64, f64, usize)| {
            let n = g.2 as f64;
            (g.0 / n - x).hypot(g.1 / n - y) < 0.045
        };
        match groups.iter_mut().find(near) {
            Some(group) => *group = (group.0 + x, group.1 + y, group.2 + 1),
            None => groups.push((x, y, 1)),
        }
    }
    let mean = |(x, y, n): (f64, f64, usize)| (x / n as f64, y / n as f64, n);
    groups.into_iter().map(mean).collect()
}

#[test]
fn the_points_of_xor_are_large_and_in_the_corners() {
    let figure = xor().point_size(14.0).draw().unwrap();
    let pixels = Pixels::of(&figure);
    let blue = spots(&pixels.places(BLUE));
    assert_eq!(blue.len(), 2, "{blue:?}");
    for &(_, _, area) in &blue {
        // A disc of 14 logical pixels at two pixels each: π · 14².
        assert!((560..=660).contains(&area), "{area}");
    }
    let (low, high) = (
        blue.iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap(),
        blue[0],
    );
    assert!(
        low.0 < 0.2 && low.1 > 0.7 && high.0 > 0.8 && high.1 < 0.3,
        "{blue:?}"
    );
    let usual = Pixels::of(&xor().draw().unwrap()).count(BLUE);
    let large = pixels.count(BLUE);
    assert!(
        (3.4..4.6).contains(&(large as f64 / usual as f64)),
        "{large} {usual}"
    );
    assert_eq!(
        xor().point_size(7.0).draw().unwrap().png(),
        xor().draw().unwrap().png()
    );
}

#[test]
fn equal_axes_make_a_square_square() {
    let figure = xor().equal_axes().draw().unwrap();
    let (blue, orange) = {
        let pixels = Pixels::of(&figure);
        (spots(&pixels.places(BLUE)), spots(&pixels.places(ORANGE)))
    };
    let (w, h) = (f64::from(figure.width()), f64::from(figure.height()));
    let all: Vec<_> = blue.iter().chain(&orange).collect();
    let span = |of: fn(&(f64, f64, usize)) -> f64| {
        let values = || all.iter().map(|spot| of(spot));
        values().fold(f64::MIN, f64::max) - values().fold(f64::MAX, f64::min)
    };
    let (wide, high) = (span(|s| s.0) * w, span(|s| s.1) * h);
    // 5 % of air at the sides, 7 % above and below: the points' own square stays square.
    assert!((wide / high - 1.0).abs() < 0.01, "{wide} {high}");
    assert!(figure.width() < 1000);
    // A tall range in a figure that is wider than it needs.
    let tall = ScatterPlot::new("A title").class("a name", &[(0.0, 0.0), (1.0, 4.0)]);
    let tall = tall.equal_axes().point_size(14.0).draw().unwrap();
    let mut ends = spots(&Pixels::of(&tall).places(BLUE));
    ends.retain(|spot| spot.2 > 400);
    let [a, b] = ends[..] else { panic!("{ends:?}") };
    let (wide, high) = (f64::from(tall.width()), f64::from(tall.height()));
    let ratio = ((a.0 - b.0) * wide).abs() / ((a.1 - b.1) * high).abs();
    assert!((ratio - 0.25).abs() < 0.005, "{ratio}");
    let flat: Vec<(f64, f64)> = (0..9)
        .map(|i| (f64::from(i), 1e-9 * f64::from(i)))
        .collect();
    let error = ScatterPlot::new("S").class("", &flat).equal_axes().draw();
    let error = error.unwrap_err().to_string();
    assert!(
        error.starts_with("scatter plot \"S\", equal axes\n  expected  ranges"),
        "{error}"
    );
}

#[test]
fn classes_in_one_place_all_stay_visible() {
    let points = [(0.0, 0.0), (1.0, 1.0)];
    let both = ScatterPlot::new("").class("", &points).class("", &points);
    let pixels = Pixels::of(&both.draw().unwrap());
    assert!(pixels.count(BLUE) > 150 && pixels.count(ORANGE) > 150);
    let ring = both.hollow().draw().unwrap();
    let pixels = Pixels::of(&ring);
    assert!(pixels.count(BLUE) > 200 && pixels.count(ORANGE) > 200);
    let (inside, around) = (spots(&pixels.places(BLUE)), spots(&pixels.places(ORANGE)));
    assert_eq!((inside.len(), around.len()), (2, 2));
    for (a, b) in inside.iter().zip(&around) {
        assert!((a.0 - b.0).hypot(a.1 - b.1) < 0.003, "{a:?} {b:?}");
    }
    // The other way round too: a hollow class goes around a later one.
    let first = ScatterPlot::new("")
        .class_as("", &points, Marker::Disc, BLUE)
        .hollow();
    let pixels = Pixels::of(&first.class("", &points).draw().unwrap());
    assert!(pixels.count(BLUE) > 200 && pixels.count(ORANGE) > 150);
    for marker in [
        Marker::Square,
        Marker::Triangle,
        Marker::Diamond,
        Marker::Cross,
    ] {
        let plot = ScatterPlot::new("")
            .class_as("", &points, marker, ORANGE)
            .hollow();
        assert!(
            Pixels::of(&plot.draw().unwrap()).count(ORANGE) > 100,
            "{marker:?}"
        );
    }
}

#[test]
fn a_curve_runs_below_the_points_and_reaches_between_them() {
    let curve: Vec<(f64, f64)> = (0..=50)
        .map(|i| f64::from(i) / 50.0)
        .map(|x| (x, x))
        .collect();
    let truth = [(0.0, 0.0), (1.0, 1.0)];
    let plot = ScatterPlot::new("").class("", &truth).line("", &curve);
    let pixels = Pixels::of(&plot.draw().unwrap());
    assert!(
        pixels
            .places(ORANGE)
            .iter()
            .any(|p| (0.45..0.55).contains(&p.0))
    );
    let alone = ScatterPlot::new("")
        .class("", &truth)
        .x_range(-0.05, 1.05)
        .y_range(-0.07, 1.07);
    let alone = Pixels::of(&alone.draw().unwrap());
    assert_eq!(pixels.count(BLUE), alone.count(BLUE), "no point is covered");
    let only = ScatterPlot::new("").line("f", &[(0.0, f64::NAN), (1.0, 2.0), (2.0, 3.0)]);
    assert_eq!(
        only.draw().unwrap().description(),
        "Scatter plot \"\". Line \"f\" has 3 points, from (1, 2) to (2, 3), 1 not finite and left out."
    );
}

#[test]
fn points_in_space_stand_apart_and_where_they_should() {
    let figure = space().draw().unwrap();
    assert_eq!((figure.width(), figure.height()), (1440, 1080));
    let pixels = Pixels::of(&figure);
    let (blue, orange) = (spots(&pixels.places(BLUE)), spots(&pixels.places(ORANGE)));
    assert_eq!((blue.len(), orange.len()), (2, 2), "{blue:?} {orange:?}");
    let mean = |spots: &[(f64, f64, usize)]| spots.iter().map(|s| s.1).sum::<f64>() / 2.0;
    assert!(mean(&orange) < mean(&blue) - 0.2, "x₃ = 1 is above x₃ = 0");
    // (0, 0, 0) is left of (1, 1, 0) and nearer, so lower and larger.
    let (left, right) = if blue[0].0 < blue[1].0 {
        (blue[0], blue[1])
    } else {
        (blue[1], blue[0])
    };
    assert!(left.0 < 0.35 && right.0 > 0.65 && left.1 > right.1 && left.2 > right.2);
    let draw = || space().draw().unwrap();
    let other = std::thread::spawn(draw).join().unwrap();
    assert_eq!(other.png(), figure.png());
}

#[test]
fn a_map_from_above_shows_x_and_y() {
    let figure = space().view(-90.0, 90.0).draw().unwrap();
    let pixels = Pixels::of(&figure);
    let mut blue = spots(&pixels.places(BLUE));
    blue.sort_by(|a, b| a.0.total_cmp(&b.0));
    let [low, high] = blue[..] else {
        panic!("{blue:?}")
    };
    assert!(low.1 > high.1 + 0.4 && low.0 < high.0 - 0.3);
    assert_eq!(low.2, high.2, "one size on a map");
}

#[test]
fn near_points_hide_far_ones_and_planes_let_shine_through() {
    // Seen along y: the second class stands right behind the first.
    let pair = |first: f64, second: f64| {
        ScatterPlot3d::new("")
            .class_as("", &[(0.5, first, 0.5)], Marker::Square, BLUE)
            .class_as("", &[(0.5, second, 0.5)], Marker::Square, ORANGE)
            .point_size(20.0)
            .view(-90.0, 0.0)
            .draw()
            .unwrap()
    };
    let near = Pixels::of(&pair(0.0, 1.0));
    assert_eq!(near.count(ORANGE), 0);
    assert!(near.count(BLUE) > 1000);
    let far = Pixels::of(&pair(1.0, 0.0));
    assert_eq!(far.count(BLUE), 0);
    let plain = Pixels::of(&space().draw().unwrap());
    let plane = space().plane("z = ½", 0.5).view(-60.0, 60.0);
    let over = Pixels::of(&plane.draw().unwrap());
    assert!(
        over.count(ORANGE) > 500,
        "what is above the plane keeps its colour"
    );
    assert!(
        over.count(BLUE) < plain.count(BLUE),
        "what is below is tinted"
    );
}

#[test]
fn points_that_cannot_stand_in_space_are_told() {
    let nan = f64::NAN;
    let figure = ScatterPlot3d::new("S")
        .class(
            "a",
            &[(0.0, 1.0, 2.0), (nan, 0.0, 0.0), (0.0, 0.0, f64::INFINITY)],
        )
        .class("b", &[(nan, nan, nan)])
        .class("c", &[])
        .class("d", &[(1.0, 1.0, 1.0)])
        .draw()
        .unwrap();
    assert_eq!(
        figure.description(),
        "Scatter plot in space \"S\": seen from azimuth -60°, elevation 24°. \
         Class \"a\" has 3 points, from (0, 1, 2) to (0, 1, 2), 2 not finite and left out. \
         Class \"b\" has 1 point, none of them finite. Class \"c\" has no points. \
         Class \"d\" has 1 point at (1, 1, 1)."
    );
    for (azimuth, elevation) in [(1e300, 0.0), (-720.5, -90.0), (45.0, 90.0), (0.0, 0.0)] {
        space().view(azimuth, elevation).draw().unwrap();
    }
    let huge = [(1e300, -1e300, 1e-300), (-1e300, 1e300, 5e-324)];
    ScatterPlot3d::new("")
        .class("", &huge)
        .plane("", 1e300)
        .draw()
        .unwrap();
    let outside = space().x_range(5.0, 6.0).draw().unwrap();
    assert_eq!(Pixels::of(&outside).count(BLUE), 0);
    let many: Vec<(f64, f64, f64)> = (0..3000).map(f64::from).map(|i| (i, i.sin(), -i)).collect();
    ScatterPlot3d::new("").class("", &many).draw().unwrap();
}

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
fn endless_texts_stay_in_the_picture() {
    let long = "word ".repeat(300) + &"unbroken".repeat(100) + "\n\t∂字🦀\0";
    space()
        .class(&long, &[(0.5, 0.5, 0.5)])
        .x_label(&long)
        .y_label(&long)
        .z_label(&long)
        .plane(&long, 0.2)
        .draw()
        .unwrap();
    xor()
        .class(&long, &[])
        .line(&long, XOR[0])
        .equal_axes()
        .y_label(&long)
        .draw()
        .unwrap();
    LinePlot::new(&long)
        .band(&long, &[(0.0, 1.0, 2.0)])
        .reference(&long, 1.0)
        .draw()
        .unwrap();
    ImageGrid::new(&long)
        .values(1, 1, &[-1.0], &long)
        .axes()
        .draw()
        .unwrap();
    let bars = BarPlot::new(&long)
        .names(&[&long, &long])
        .group(&long, &[1.0, -2.0]);
    bars.draw().unwrap();
    bars.horizontal().draw().unwrap();
}

#[test]
fn what_cannot_be_drawn_is_explained() {
    let nan = f64::NAN;
    let line = || LinePlot::new("L").values("", &[1.0, 2.0]);
    let image = || ImageGrid::new("I").values(1, 2, &[0.0, 1.0], "");
    let table: [(Result<Figure>, &str); 19] = [
        (
            xor().point_size(nan).draw(),
            "scatter plot \"XOR\", point size\n  expected  1 to 100",
        ),
        (
            xor().point_size(1e9).draw(),
            "scatter plot \"XOR\", point size\n  expected  1 to 100",
        ),
        (
            ScatterPlot3d::new("S").draw(),
            "scatter plot in space \"S\" has nothing to draw",
        ),
        (
            space().point_size(0.0).draw(),
            "scatter plot in space \"XOR\", point size",
        ),
        (
            space().view(nan, 0.0).draw(),
            "scatter plot in space \"XOR\", view\n  expected  degrees",
        ),
        (
            space().view(0.0, 91.0).draw(),
            "scatter plot in space \"XOR\", view\n  expected  degrees",
        ),
        (
            space().view(0.0, nan).draw(),
            "scatter plot in space \"XOR\", view\n  expected  degrees",
        ),
        (
            space().z_range(1.0, 1.0).draw(),
            "scatter plot in space \"XOR\", range of the z axis",
        ),
        (
            space().x_range(0.0, nan).draw(),
            "scatter plot in space \"XOR\", range of the x axis",
        ),
        (
            space().plane("p", nan).draw(),
            "scatter plot in space \"XOR\", plane \"p\"",
        ),
        (
            line().reference("r", nan).draw(),
            "line plot \"L\", reference \"r\"\n  expected  a finite",
        ),
        (
            line().reference("r", 0.0).log_y().draw(),
            "line plot \"L\", reference \"r\"\n  expected  a finite value above zero",
        ),
        (
            line().band("b", &[(0.0, 2.0, 1.0)]).draw(),
            "line plot \"L\", band \"b\"\n  expected  a low end",
        ),
        (
            line().band("b", &[(1.0, 0.0, 1.0), (0.0, 0.0, 1.0)]).draw(),
            "line plot \"L\", band \"b\"\n  expected  x in rising order",
        ),
        (
            image().side(nan).draw(),
            "image grid \"I\", side of an image\n  expected  8 to 2048",
        ),
        (
            image().side(1e9).draw(),
            "image grid \"I\", side of an image\n  expected  8 to 2048",
        ),
        (
            image().value_range(1.0, 0.0).draw(),
            "image grid \"I\", range of the value",
        ),
        (
            image().values(2, 2, &[0.0; 3], "").draw(),
            "image grid \"I\", image 1\n  expected  2 × 2 = 4 pixels",
        ),
        (
            BarPlot::new("B")
                .names(&["a", "b"])
                .group("g", &[1.0])
                .draw(),
            "bar plot \"B\", group \"g\"\n  expected  2 values, one for each name\n  got       1 values",
        ),
    ];
    for (result, text) in table {
        let error = result.unwrap_err().to_string();
        assert!(error.starts_with(text), "{error}");
        assert!(error.contains("\n  try       "), "{error}");
    }
    let huge = (0..400).fold(ImageGrid::new("I").side(1000.0), |grid, _| {
        grid.image(1, 1, &[0], "")
    });
    let error = huge.draw().unwrap_err().to_string();
    assert!(error.starts_with("the figure is too large"), "{error}");
    let group = |values: &[f64]| BarPlot::new("B").group("g", values).draw();
    assert!(
        group(&[])
            .unwrap_err()
            .to_string()
            .contains("nothing to draw")
    );
    assert!(
        group(&[1.0; 61])
            .unwrap_err()
            .to_string()
            .contains("too many bars")
    );
}
