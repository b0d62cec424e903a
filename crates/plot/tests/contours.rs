//! Contour plots: where the bands and the paths are, and what is refused.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod pixels;

use chainrule_plot::{ContourPlot, Rgb, SERIES_COLORS};
use pixels::Pixels;

const LOWEST: Rgb = Rgb(178, 194, 214);
const HIGHEST: Rgb = Rgb(250, 250, 247);
const NOWHERE: Rgb = Rgb(222, 222, 222);

/// Below 1 on the left half, above on the right.
fn halves() -> ContourPlot {
    ContourPlot::new("Halves")
        .surface((0.0, 2.0), (0.0, 1.0), |x, _| x)
        .levels(&[1.0])
}

fn mean(places: &[(f64, f64)]) -> (f64, f64) {
    let sum = |at: fn(&(f64, f64)) -> f64| places.iter().map(at).sum::<f64>();
    let count = places.len() as f64;
    (sum(|p| p.0) / count, sum(|p| p.1) / count)
}

#[test]
fn each_band_has_its_area_and_colour() {
    let pixels = Pixels::of(&halves().draw().unwrap());
    let (low, high) = (pixels.places(LOWEST), pixels.places(HIGHEST));
    assert!(low.len() > 100_000, "{}", low.len());
    let ratio = low.len() as f64 / high.len() as f64;
    assert!((0.97..1.03).contains(&ratio), "{ratio}");
    assert!(mean(&low).0 + 0.3 < mean(&high).0, "low values are left");
}

#[test]
fn y_rises_upwards() {
    let plot = ContourPlot::new("").surface((0.0, 1.0), (0.0, 1.0), |_, y| y);
    let pixels = Pixels::of(&plot.levels(&[0.5]).draw().unwrap());
    assert!(mean(&pixels.places(HIGHEST)).1 < mean(&pixels.places(LOWEST)).1);
}

#[test]
fn paths_show_their_way_and_their_end_and_are_cut_at_the_frame() {
    let without = Pixels::of(&halves().draw().unwrap());
    assert_eq!(without.count(SERIES_COLORS[0]), 0);
    let plot = halves().path("a", &[(0.2, 0.2), (0.2, 0.8)]);
    let plot = plot.path("b", &[(1.0, 0.5), (9.0, 0.5)]);
    let with = Pixels::of(&plot.draw().unwrap());
    let (a, b) = (with.count(SERIES_COLORS[0]), with.count(SERIES_COLORS[1]));
    assert!(a > 1_000 && b > 500, "{a} {b}");
    // The legend's samples apart, none lies right of the ground.
    let ground = with.places(HIGHEST).iter().map(|p| p.0).fold(0.0, f64::max);
    let right = with.places(SERIES_COLORS[1]);
    assert!(right.iter().filter(|p| p.0 > ground).count() < 600);
}

#[test]
fn twelve_paths_are_all_named() {
    let plot = (0..12).fold(halves(), |plot, i| {
        let y = f64::from(i + 1) / 14.0;
        plot.path(format!("rule {i}"), &[(0.1, y), (1.9, y)])
    });
    let figure = plot.minimum(1.0, 0.5).draw().unwrap();
    let words = figure.description();
    assert!(words.contains("\"rule 11\" has 2 points") && words.ends_with("Minimum at (1, 0.5)."));
    assert_eq!((figure.width(), figure.height()), (1880, 1000));
}

#[test]
fn what_has_no_value_is_grey_and_counted() {
    let plot = ContourPlot::new("").surface((-1.0, 1.0), (-1.0, 1.0), |x, _| x.sqrt());
    let figure = plot.draw().unwrap();
    assert!(figure.description().contains("not finite and grey"));
    assert!(Pixels::of(&figure).count(NOWHERE) > 100_000);
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let complaint = |plot: ContourPlot| plot.draw().unwrap_err().to_string();
    let empty = || ContourPlot::new("x");
    assert!(complaint(empty()).contains("nothing to draw"));
    let flat = empty().surface((1.0, 1.0), (0.0, 1.0), |x, _| x);
    assert!(complaint(flat).contains("range of the x axis"));
    let nan = empty().surface((0.0, 1.0), (0.0, 1.0), |_, _| f64::NAN);
    assert!(complaint(nan).contains("finite values"));
    let ragged = empty().values((0.0, 1.0), (0.0, 1.0), &[vec![1.0, 2.0], vec![1.0]]);
    assert!(complaint(ragged).contains("row 1"));
    let few = empty().values((0.0, 1.0), (0.0, 1.0), &[vec![1.0, 2.0]]);
    assert!(complaint(few).contains("rows: 1"));
    for levels in [&[][..], &[2.0, 1.0], &[1.0, 1.0], &[f64::NAN]] {
        assert!(complaint(halves().levels(levels)).contains("each above the one before"));
    }
    let negative = empty().surface((0.0, 1.0), (0.0, 1.0), |x, _| -x);
    assert!(complaint(negative.log_levels()).contains("positive values"));
    assert!(complaint(halves().minimum(f64::INFINITY, 0.0)).contains("(∞, 0)"));
}
