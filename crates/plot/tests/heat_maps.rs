//! Heat maps: where the colours are, and what is refused.

mod pixels;

use chainrule_plot::{HeatMap, Rgb, SERIES_COLORS};
use pixels::Pixels;

fn over_white(Rgb(r, g, b): Rgb, alpha: f64) -> Rgb {
    let mix = |c: u8| (255.0 - (255.0 - f64::from(c)) * alpha).round() as u8;
    Rgb(mix(r), mix(g), mix(b))
}

fn map() -> HeatMap {
    HeatMap::new("Taken for")
        .columns(&["a", "b"])
        .row("a", &[100.0, 0.0])
        .row("b", &[25.0, 75.0])
}

#[test]
fn the_greatest_amount_is_the_darkest_and_mistakes_are_orange() {
    let figure = map().set_off_diagonal().draw().unwrap();
    let pixels = Pixels::of(&figure);
    let blue = pixels.places(over_white(SERIES_COLORS[0], 0.95));
    assert!(blue.len() > 3_000, "{}", blue.len());
    // A quarter of the greatest: half as strong.
    let orange = pixels.places(over_white(SERIES_COLORS[1], 0.475));
    assert!(orange.len() > 3_000, "{}", orange.len());
    let mean =
        |places: &[(f64, f64)]| places.iter().map(|p| p.1).sum::<f64>() / places.len() as f64;
    assert!(mean(&blue) < mean(&orange), "the first row is above");
    let plain = Pixels::of(&map().draw().unwrap());
    assert_eq!(plain.count(over_white(SERIES_COLORS[1], 0.475)), 0);
}

#[test]
fn a_share_of_its_row_is_another_colour_than_one_of_all() {
    let rows = |map: HeatMap| {
        let map = map.row("b", &[0.0, 1.0]);
        Pixels::of(&map.draw().unwrap()).count(over_white(SERIES_COLORS[0], 0.95))
    };
    let begin = || {
        HeatMap::new("")
            .columns(&["a", "b"])
            .row("a", &[100.0, 0.0])
    };
    assert!(rows(begin().shares_of_rows()) > rows(begin()) * 3 / 2);
}

#[test]
fn long_names_stand_upright_and_a_map_of_zeros_is_drawn() {
    let names = ["a name that is far too long for a column", "b"];
    let long = HeatMap::new("")
        .columns(&names)
        .row("x", &[0.0, 0.0])
        .draw();
    let short = HeatMap::new("")
        .columns(&["a", "b"])
        .row("x", &[0.0, 0.0])
        .draw();
    let (long, short) = (long.unwrap(), short.unwrap());
    assert_eq!(long.width(), short.width());
    assert!(long.height() > short.height() + 200);
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let complaint = |map: HeatMap| map.draw().unwrap_err().to_string();
    let text = complaint(HeatMap::new("x"));
    assert!(
        text.contains("nothing to draw") && text.contains("rows: 0"),
        "{text}"
    );
    let text = complaint(map().row("c", &[1.0]));
    assert!(text.contains("\"c\"") && text.contains("2 cells"), "{text}");
    assert!(complaint(map().beside("recall", &["1"])).contains("2 cells"));
    assert!(complaint(map().below("precision", &["1"])).contains("2 cells"));
    for amount in [-1.0, f64::NAN, f64::INFINITY] {
        let text = complaint(map().row("c", &[amount, 0.0]));
        assert!(text.contains("not negative"), "{text}");
    }
}
