//! What figures look like and say: sizes, colours in their places, descriptions, errors.

mod pixels;

use chainrule_plot::{
    BarPlot, Cell, Column, CurveGrid, Figure, ImageGrid, LinePlot, Panel, Rgb, SERIES_COLORS,
    ScatterPlot, Series, TablePlot,
};
use pixels::Pixels;

fn rising() -> Vec<(f64, f64)> {
    (0..=20)
        .map(|i| (f64::from(i), f64::from(i) / 20.0))
        .collect()
}

fn panel() -> Panel {
    Panel::new("Epochs: 5, Learning rate: 0.1")
        .line("train_accuracy", &rising())
        .line("test_accuracy", &rising())
}

#[test]
fn a_rising_line_rises_in_the_picture() {
    let figure = LinePlot::new("").line("", &rising()).draw().unwrap();
    assert_eq!(
        (figure.width(), figure.height(), figure.scale()),
        (1440, 860, 2)
    );
    let places = Pixels::of(&figure).places(SERIES_COLORS[0]);
    assert!(places.len() > 3000, "{}", places.len());
    let mean_y = |low: f64, high: f64| {
        let ys: Vec<f64> = places
            .iter()
            .filter(|p| p.0 > low && p.0 < high)
            .map(|p| p.1)
            .collect();
        ys.iter().sum::<f64>() / ys.len() as f64
    };
    assert!(mean_y(0.05, 0.2) > 0.7 && mean_y(0.8, 0.95) < 0.35);
}

#[test]
fn a_gap_is_a_gap() {
    let mut points = rising();
    for point in &mut points[8..=12] {
        point.1 = f64::NAN;
    }
    let figure = LinePlot::new("").line("", &points).draw().unwrap();
    let places = Pixels::of(&figure).places(SERIES_COLORS[0]);
    assert!(
        places.iter().all(|p| !(0.45..0.55).contains(&p.0)),
        "nothing in the middle"
    );
    assert!(figure.description().contains("5 not finite and left out"));
}

#[test]
fn curves_end_at_the_frame_when_the_range_is_set() {
    let steep: Vec<(f64, f64)> = (0..=20)
        .map(|i| (f64::from(i), f64::from(i) * 1e200))
        .collect();
    let figure = LinePlot::new("")
        .line("", &steep)
        .y_range(0.0, 1.0)
        .draw()
        .unwrap();
    let places = Pixels::of(&figure).places(SERIES_COLORS[0]);
    assert!(places.iter().all(|p| p.1 > 0.05 && p.1 < 0.95));
    let outside = LinePlot::new("")
        .line("", &rising())
        .y_range(5.0, 6.0)
        .draw()
        .unwrap();
    assert_eq!(Pixels::of(&outside).count(SERIES_COLORS[0]), 0);
}

#[test]
fn one_point_is_a_visible_dot_and_a_constant_is_a_line_in_the_middle() {
    let one = LinePlot::new("").line("", &[(3.0, 0.5)]).draw().unwrap();
    let places = Pixels::of(&one).places(SERIES_COLORS[0]);
    assert!((60..400).contains(&places.len()), "{}", places.len());
    assert!(places.iter().all(|p| (0.45..0.6).contains(&p.0)));
    let flat = LinePlot::new("").values("", &[0.0; 5]).draw().unwrap();
    let places = Pixels::of(&flat).places(SERIES_COLORS[0]);
    assert!(places.len() > 3000 && places.iter().all(|p| (0.35..0.6).contains(&p.1)));
}

#[test]
fn values_that_cannot_be_drawn_leave_a_frame_and_words() {
    let nan = f64::NAN;
    for points in [
        vec![],
        vec![(nan, nan)],
        vec![(1.0, f64::INFINITY), (f64::MAX, 0.0)],
    ] {
        let figure = LinePlot::new("Empty").line("", &points).draw().unwrap();
        let pixels = Pixels::of(&figure);
        assert_eq!(pixels.count(SERIES_COLORS[0]), 0);
        assert!(pixels.count(Rgb(101, 108, 118)) > 200, "a note in grey");
        ScatterPlot::new("Empty").class("", &points).draw().unwrap();
    }
    LinePlot::new("")
        .line("", &[(1e300, -1e300), (-1e300, 1e300)])
        .draw()
        .unwrap();
    LinePlot::new("")
        .line("", &[(5e-324, 1e-310), (0.0, 0.0)])
        .draw()
        .unwrap();
}

#[test]
fn the_grid_shows_notes_and_leaves_missing_panels_empty() {
    let grid = CurveGrid::new("Learning Curves for all Tasks and Hyper-parameter settings")
        .column(Column::new("Task 1", vec![panel(), panel()]))
        .column(Column::new(
            "Task 2",
            vec![panel().note("diverged at step 83, layer conv2d_1")],
        ));
    let figure = grid.draw().unwrap();
    let pixels = Pixels::of(&figure);
    let blue = pixels.places(SERIES_COLORS[0]);
    assert!(blue.iter().any(|p| p.0 < 0.5 && p.1 > 0.5));
    assert!(
        !blue.iter().any(|p| p.0 > 0.5 && p.1 > 0.52),
        "an empty place below Task 2"
    );
    let note = pixels.places(Rgb(255, 244, 235));
    assert!(note.len() > 5000 && note.iter().all(|p| p.0 > 0.5 && p.1 < 0.5));
    let line = "\"train_accuracy\" has 21 points, from (0, 0) to (20, 1); \
                \"test_accuracy\" has 21 points, from (0, 0) to (20, 1).";
    let setting = "Epochs: 5, Learning rate: 0.1";
    assert_eq!(
        figure.description(),
        format!(
            "Grid of learning curves \"Learning Curves for all Tasks and Hyper-parameter \
             settings\": columns: 2, rows: 2; x axis \"Number of samples processed\".\n\
             Task 1, {setting}: {line}\nTask 1, {setting}: {line}\n\
             Task 2, {setting}: {line} Note: diverged at step 83, layer conv2d_1."
        )
    );
}

#[test]
fn the_homework_s_grid_is_of_a_size_that_stays_legible() {
    let column = |i| Column::new(format!("Task {i}"), vec![panel(), panel(), panel()]);
    let grid = (1..=4).fold(CurveGrid::new("Twelve"), |grid, i| grid.column(column(i)));
    let figure = grid.draw().unwrap();
    assert_eq!(figure.width(), 2400);
    assert!(figure.height() < 1800 && figure.png().len() < 400_000);
}

#[test]
fn images_are_crisp_squares() {
    let pixels: Vec<u8> = vec![0, 255, 128, 64];
    let figure = ImageGrid::new("")
        .image(2, 2, &pixels, "four")
        .draw()
        .unwrap();
    let decoded = Pixels::of(&figure);
    let counts: Vec<usize> = [0, 128, 64]
        .iter()
        .map(|&g| decoded.count(Rgb(g, g, g)))
        .collect();
    // 84 logical pixels across two: squares of 42, at two pixels each.
    assert_eq!(counts[1], 84 * 84);
    assert_eq!(counts, [84 * 84; 3]);
    let inverted = ImageGrid::new("")
        .image(2, 2, &pixels, "four")
        .inverted()
        .draw()
        .unwrap();
    assert_eq!(Pixels::of(&inverted).count(Rgb(191, 191, 191)), 84 * 84);
}

#[test]
fn bars_are_as_high_as_their_values() {
    let plot = BarPlot::new("").bars(&[("a", 1.0), ("b", 2.0), ("c", -1.0), ("d", f64::NAN)]);
    let figure = plot.draw().unwrap();
    let places = Pixels::of(&figure).places(SERIES_COLORS[0]);
    let between = |low: f64, high: f64| places.iter().filter(|p| p.0 > low && p.0 < high).count();
    let (a, b, c, d) = (
        between(0.05, 0.27),
        between(0.3, 0.5),
        between(0.53, 0.72),
        between(0.76, 1.0),
    );
    assert!((b as f64 / a as f64 - 2.0).abs() < 0.05 && (c as f64 / a as f64 - 1.0).abs() < 0.05);
    assert_eq!(d, 0);
    assert!(figure.description().ends_with("a: 1, b: 2, c: -1, d: NaN."));
    let lying = plot.horizontal().draw().unwrap();
    assert!(Pixels::of(&lying).count(SERIES_COLORS[0]) > 5000);
}

#[test]
fn a_scatter_plot_shows_every_class() {
    let figure = ScatterPlot::new("Two")
        .class("a", &rising())
        .class("b", &[(1.0, 1.0), (2.0, f64::NAN)])
        .draw()
        .unwrap();
    let pixels = Pixels::of(&figure);
    assert!(pixels.count(SERIES_COLORS[0]) > 10 * pixels.count(SERIES_COLORS[1]) / 2);
    assert!(pixels.count(SERIES_COLORS[1]) > 100);
    assert_eq!(
        figure.description(),
        "Scatter plot \"Two\". Class \"a\" has 21 points, from (0, 0) to (20, 1). \
         Class \"b\" has 2 points, from (1, 1) to (1, 1), 1 not finite and left out."
    );
}

#[test]
fn the_best_cell_stands_out() {
    let table = |cell| {
        TablePlot::new("T")
            .columns(&["a", "b"])
            .row("r", vec![cell])
            .draw()
            .unwrap()
    };
    let tint = Rgb(221, 238, 248);
    assert!(Pixels::of(&table(Cell::best("0.98"))).count(tint) > 1000);
    assert_eq!(Pixels::of(&table(Cell::new("0.98"))).count(tint), 0);
}

#[test]
fn the_same_input_gives_the_same_bytes_on_any_thread() {
    let draw = || {
        CurveGrid::new("Same")
            .column(Column::new("A", vec![panel()]))
            .draw()
            .unwrap()
    };
    let first = draw();
    let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(draw)).collect();
    for thread in threads {
        assert_eq!(thread.join().unwrap().png(), first.png());
    }
}

#[test]
fn a_gallery_holds_its_figures_unchanged() {
    let small = TablePlot::new("T")
        .columns(&["a"])
        .row("r", vec!["1".into()])
        .draw()
        .unwrap();
    let line = LinePlot::new("L").line("", &rising()).draw().unwrap();
    let gallery = Figure::grid(2, &[line.clone(), small.clone(), line.clone()]).unwrap();
    assert_eq!(gallery.width(), line.width() + 32 + small.width());
    assert_eq!(gallery.height(), line.height() * 2 + 32);
    let (whole, part) = (Pixels::of(&gallery), Pixels::of(&line));
    assert_eq!(
        whole.count(SERIES_COLORS[0]),
        2 * part.count(SERIES_COLORS[0])
    );
    let debug = format!("{line:?}");
    assert!(debug.starts_with("Figure(1440×860 pixels, "), "{debug}");
    assert!(debug.ends_with(" kB, Line plot \"L\". \"\" has 21 points, from (0, 0) to (20, 1).)"));
}

#[test]
fn a_page_is_wider_and_its_figure_is_unchanged() {
    let line = LinePlot::new("L").line("", &rising()).draw().unwrap();
    let page = line.on_page(2000).unwrap();
    assert_eq!((page.width(), page.height()), (2000, line.height()));
    assert_eq!(page.description(), line.description());
    let (whole, part) = (Pixels::of(&page), Pixels::of(&line));
    let blue = SERIES_COLORS[0];
    assert_eq!(whole.count(blue), part.count(blue));
    assert_eq!(line.on_page(100).unwrap().png(), line.png());
    assert!(line.on_page(u32::MAX).is_err());
}

#[test]
fn endless_texts_neither_panic_nor_leave_the_picture() {
    let long = "word ".repeat(500) + &"unbroken".repeat(200) + "\n\n\t∂字🦀\0";
    let line = Series::new(long.clone(), rising());
    LinePlot::new(&long)
        .x_label(&long)
        .y_label(&long)
        .series(line)
        .note(&long)
        .draw()
        .unwrap();
    let crowded = Panel::new(&long).line(long.clone(), &rising()).note(&long);
    CurveGrid::new(&long)
        .column(Column::new(&long, vec![crowded]))
        .draw()
        .unwrap();
    TablePlot::new(&long)
        .columns(&[&long])
        .row(&long, vec![Cell::best(&long).detail(&long)])
        .caption(&long)
        .draw()
        .unwrap();
    BarPlot::new(&long)
        .bar(&long, 1.0)
        .bar("", 0.0)
        .draw()
        .unwrap();
    BarPlot::new(&long)
        .x_label(&long)
        .bar(&long, 1.0)
        .horizontal()
        .draw()
        .unwrap();
    ImageGrid::new(&long)
        .image(1, 1, &[7], &long)
        .caption(&long)
        .draw()
        .unwrap();
    ScatterPlot::new(&long)
        .class(&long, &rising())
        .draw()
        .unwrap();
}

#[test]
fn what_cannot_be_drawn_is_explained() {
    let table: [(chainrule_error::Result<Figure>, &str); 12] = [
        (
            LinePlot::new("L").draw(),
            "line plot \"L\" has nothing to draw\n  expected  at least one series\n  \
             got       none\n  \
             try       LinePlot::new(\"Loss\").line(\"train\", &[(1.0, 2.3), (2.0, 1.1)])",
        ),
        (
            LinePlot::new("L").xy("s", &[1.0, 2.0], &[1.0]).draw(),
            "line plot \"L\", series \"s\"\n  expected  as many y as x\n  got       2 x and 1 y",
        ),
        (
            LinePlot::new("L")
                .values("s", &[1.0])
                .y_range(1.0, f64::NAN)
                .draw(),
            "line plot \"L\", range of the y axis\n  \
             expected  a finite low end below a finite high end\n  got       1 to NaN",
        ),
        (CurveGrid::new("G").draw(), "curve grid \"G\" is empty"),
        (
            ScatterPlot::new("S").draw(),
            "scatter plot \"S\" has nothing to draw",
        ),
        (
            BarPlot::new("B").draw(),
            "bar plot \"B\" has nothing to draw",
        ),
        (
            TablePlot::new("T").draw(),
            "table \"T\" has nothing to draw",
        ),
        (
            TablePlot::new("T")
                .columns(&["a"])
                .row("r", vec!["1".into(), "2".into()])
                .draw(),
            "table \"T\", row \"r\"\n  expected  at most 1 cells, one per column\n  got       2 cells",
        ),
        (
            ImageGrid::new("I").image(0, 28, &[], "x").draw(),
            "image grid \"I\", image 0\n  expected  an image of at least 1 × 1 pixel\n  got       0 × 28",
        ),
        (
            ImageGrid::new("I").image(28, 28, &[0; 785], "x").draw(),
            "image grid \"I\", image 0\n  expected  28 × 28 = 784 pixels\n  got       785 pixels",
        ),
        (Figure::grid(2, &[]), "a gallery without figures"),
        (
            ImageGrid::new("I").columns(0).image(1, 1, &[0], "x").draw(),
            "image grid \"I\" has nothing to draw",
        ),
    ];
    for (result, text) in table {
        let error = result.unwrap_err().to_string();
        assert!(error.starts_with(text), "{error}");
        assert!(error.contains("\n  try       "), "{error}");
    }
    let tall = (0..5000).fold(TablePlot::new("T").columns(&["a"]), |t, i| {
        t.row(i.to_string(), vec!["1".into()])
    });
    assert!(
        tall.draw()
            .unwrap_err()
            .to_string()
            .starts_with("the figure is too large")
    );
}
