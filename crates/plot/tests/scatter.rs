//! Points in the plane and in space: their places, sizes and colours, and what lies over what.

mod pixels;

use chainrule_plot::{Marker, Rgb, SERIES_COLORS, ScatterPlot, ScatterPlot3d};
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
    let outside = space().x_range(0.3, 0.7).draw().unwrap();
    assert_eq!(Pixels::of(&outside).count(BLUE), 0);
    let many: Vec<(f64, f64, f64)> = (0..3000).map(f64::from).map(|i| (i, i.sin(), -i)).collect();
    ScatterPlot3d::new("").class("", &many).draw().unwrap();
}
