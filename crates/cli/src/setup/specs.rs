//! Step 5: the kernel specifications, with this checkout's paths, and JupyterLab's settings.

use std::fs;
use std::path::{Path, PathBuf};

use chainrule_error::{Error, ErrorKind, Result};
use serde_json::Value;

use super::kernel::install;
use crate::places::{Places, cannot};

/// The folders of the kernel specifications, below `kernels/`.
const SPECS: [&str; 2] = ["chainrule", "chainrule-evcxr"];

/// The files to be written: where, and what.
fn files(places: &Places) -> Result<Vec<(PathBuf, Vec<u8>)>> {
    let read = |path: &str| {
        let path = places.kernels(path);
        fs::read(&path).map_err(|cause| cannot("read", &path, cause))
    };
    let mut files = vec![(
        places.jupyter("config").join("labconfig/page_config.json"),
        read("page_config.json")?,
    )];
    for name in SPECS {
        let spec = places.jupyter_path().join("kernels").join(name);
        let template = read(&format!("{name}/kernel.json"))?;
        let text = rendered(name, &String::from_utf8_lossy(&template), places)?;
        files.push((spec.join("kernel.json"), text.into_bytes()));
        files.push((
            spec.join("logo-svg.svg"),
            read(&format!("{name}/logo-svg.svg"))?,
        ));
    }
    Ok(files)
}

/// The kernel specification `name` with this checkout's paths.
///
/// # Errors
/// [`ErrorKind::Environment`] when the template is no JSON.
pub fn rendered(name: &str, template: &str, places: &Places) -> Result<String> {
    let broken = |cause| {
        Error::new(
            ErrorKind::Environment,
            format!("kernels/{name}/kernel.json is damaged"),
        )
        .source(cause)
        .hint("git checkout kernels")
    };
    let mut spec: Value = serde_json::from_str(template).map_err(broken)?;
    let names = [
        ("{launcher}", places.launcher()),
        ("{root}", places.root().to_owned()),
        ("{config}", places.kernels("chainrule")),
        ("{jupyter}", places.jupyter_path()),
    ];
    let names = names.map(|(name, path)| (name, path.to_string_lossy().into_owned()));
    fill(&mut spec, &names);
    serde_json::to_string_pretty(&spec)
        .map(|text| text + "\n")
        .map_err(broken)
}

/// Puts values for names in every text of a JSON document.
fn fill(value: &mut Value, names: &[(&str, String)]) {
    match value {
        Value::String(text) => {
            for (name, path) in names {
                *text = text.replace(name, path);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, names)),
        Value::Object(items) => items.values_mut().for_each(|item| fill(item, names)),
        _ => {}
    }
}

/// Whether every file is there as it should be, and the launcher is this program.
pub fn is_current(places: &Places) -> bool {
    let same = |(path, text): &(PathBuf, Vec<u8>)| fs::read(path).is_ok_and(|found| found == *text);
    files(places).is_ok_and(|files| files.iter().all(same)) && !launcher_is_stale(places)
}

/// Whether sessions would be started by another version of this program than this one. A test or
/// another program that calls this library is no launcher, and leaves the one that is there.
fn launcher_is_stale(places: &Places) -> bool {
    let Some(program) = this_program() else {
        return !places.launcher().is_file();
    };
    let content = |path: &Path| fs::read(path).ok();
    content(&program) != content(&places.launcher())
}

fn this_program() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    (program.file_stem()? == "chainrule-lab").then_some(program)
}

/// Writes the files and copies the launcher.
///
/// # Errors
/// The system refuses; or there is no launcher, and this program is none either.
pub fn prepare(places: &Places) -> Result<()> {
    for (path, text) in files(places)? {
        path.parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&path, text))
            .map_err(|cause| cannot("write", &path, cause))?;
    }
    match this_program() {
        Some(program) if launcher_is_stale(places) => install(&program, &places.launcher()),
        None if launcher_is_stale(places) => Err(Error::new(
            ErrorKind::Environment,
            "the program that starts kernel sessions is not installed",
        )
        .hint("cargo lab setup")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_specification_names_this_checkout_and_keeps_jupyters_own_placeholder() {
        let titles = ["Rust (chainrule)", "Rust (stock evcxr)"];
        for (name, title) in SPECS.into_iter().zip(titles) {
            let kernels = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../kernels");
            let template = fs::read_to_string(kernels.join(name).join("kernel.json")).unwrap();
            let spec = rendered(name, &template, &Places::of("/lab of \"Ada\"")).unwrap();
            let spec: Value = serde_json::from_str(&spec).unwrap();
            assert_eq!(spec["display_name"], title);
            assert_eq!(spec["language"], "rust");
            assert_eq!(spec["interrupt_mode"], "message");
            let mut argv: Vec<_> = spec["argv"]
                .as_array()
                .unwrap()
                .iter()
                .map(|v| v.as_str().unwrap())
                .collect();
            let stock = argv.iter().position(|word| *word == "--stock");
            assert_eq!(stock.is_some(), name == "chainrule-evcxr");
            argv.retain(|word| *word != "--stock");
            assert_eq!(
                argv,
                [
                    "/lab of \"Ada\"/.lab/kernel/bin/chainrule-lab",
                    "kernel",
                    "--root",
                    "/lab of \"Ada\"",
                    "{connection_file}"
                ]
            );
            assert_eq!(
                spec["env"]["EVCXR_CONFIG_DIR"],
                "/lab of \"Ada\"/kernels/chainrule"
            );
        }
    }

    #[test]
    fn a_damaged_template_is_an_error() {
        let error = rendered("chainrule", "{", &Places::of("/x")).unwrap_err();
        assert!(error.headline().contains("kernels/chainrule/kernel.json"));
    }
}
