//! Races every optimizer, each with the best of some learning rates, on four surfaces, and draws
//! paths and tables into a folder: `cargo run --release -p chainrule --example race -- FOLDER`.

use std::path::PathBuf;

use chainrule::prelude::*;

fn main() -> Result<()> {
    let folder: PathBuf = std::env::args_os()
        .nth(1)
        .unwrap_or_else(|| ".".into())
        .into();
    let surfaces = [
        ("rosenbrock", Surface::rosenbrock()),
        ("ravine", Surface::ravine()),
        ("saddle", Surface::saddle()),
        ("himmelblau", Surface::himmelblau()),
    ];
    for (name, surface) in surfaces {
        let race = Race::on(surface)
            .all(&[0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0])
            .run()?;
        plot_race(&race)?.save(folder.join(format!("{name}.png")))?;
        plot_race_table(&race)?.save(folder.join(format!("{name}_table.png")))?;
    }
    Ok(())
}
