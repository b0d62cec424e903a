//! Which kernels there are, and how one is started.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use chainrule_error::{Error, ErrorKind, Result};
use jupyter_protocol::JupyterKernelspec;

/// A kernel specification and the folder that holds it.
#[derive(Clone, Debug)]
pub(crate) struct Kernelspec {
    pub(crate) name: String,
    folder: PathBuf,
    spec: JupyterKernelspec,
}

impl Kernelspec {
    /// The command line, with Jupyter's placeholders filled in.
    pub(super) fn command_line(&self, connection_file: &Path) -> Vec<String> {
        let connection_file = connection_file.display().to_string();
        let folder = self.folder.display().to_string();
        let fill = |argument: &String| {
            argument
                .replace("{connection_file}", &connection_file)
                .replace("{resource_dir}", &folder)
        };
        self.spec.argv.iter().map(fill).collect()
    }

    /// The environment that the specification adds; `${NAME}` stands for the caller's own.
    pub(super) fn environment(&self) -> Vec<(String, String)> {
        let own = |name: &str| env::var(name).ok();
        self.spec
            .env
            .iter()
            .flatten()
            .map(|(name, value)| (name.clone(), substituted(value, own)))
            .collect()
    }

    /// What a person sees in JupyterLab's launcher.
    pub(super) fn display_name(&self) -> &str {
        &self.spec.display_name
    }
}

/// Finds a kernel in `folders` first, then where Jupyter looks for them.
///
/// # Errors
/// No folder holds a kernel of this name, or its `kernel.json` cannot be used.
pub(crate) fn find(name: &str, folders: &[PathBuf]) -> Result<Kernelspec> {
    find_in(name, &[folders, &jupyter_folders()].concat())
}

fn find_in(name: &str, folders: &[PathBuf]) -> Result<Kernelspec> {
    let known = known(folders);
    let Some(folder) = known.get(name) else {
        let names: Vec<_> = known.keys().map(String::as_str).collect();
        let error = Error::new(
            ErrorKind::Environment,
            format!("there is no kernel \"{name}\""),
        )
        .got(if names.is_empty() {
            "no kernel is installed".to_owned()
        } else {
            format!("these are installed: {}", names.join(", "))
        });
        return Err(error.hint("cargo lab setup, which installs the kernel \"chainrule\""));
    };
    let file = folder.join("kernel.json");
    let unusable = || {
        Error::new(
            ErrorKind::Environment,
            format!("cannot use the kernel \"{name}\""),
        )
        .hint("cargo lab setup writes the specification of \"chainrule\" anew")
    };
    let text = fs::read_to_string(&file).map_err(|error| unusable().source(error))?;
    let spec: JupyterKernelspec = serde_json::from_str(&text)
        .map_err(|error| unusable().why(format!("{}: {error}", file.display())))?;
    if spec.argv.is_empty() {
        return Err(unusable().why(format!("{} has an empty argv", file.display())));
    }
    Ok(Kernelspec {
        name: name.to_owned(),
        folder: folder.clone(),
        spec,
    })
}

/// Every kernel by name; the first folder that has a name wins.
fn known(folders: &[PathBuf]) -> BTreeMap<String, PathBuf> {
    let mut kernels = BTreeMap::new();
    for folder in folders {
        let Ok(entries) = fs::read_dir(folder) else {
            continue;
        };
        for entry in entries.flatten() {
            if entry.path().join("kernel.json").is_file()
                && let Ok(name) = entry.file_name().into_string()
            {
                kernels.entry(name).or_insert_with(|| entry.path());
            }
        }
    }
    kernels
}

/// Where Jupyter itself looks, most particular first.
fn jupyter_folders() -> Vec<PathBuf> {
    let mut data = Vec::new();
    if let Some(paths) = env::var_os("JUPYTER_PATH") {
        data.extend(env::split_paths(&paths).filter(|path| !path.as_os_str().is_empty()));
    }
    match env::var_os("JUPYTER_DATA_DIR") {
        Some(own) => data.push(own.into()),
        None => data.extend(jupyter_zmq_client::user_data_dir().ok()),
    }
    data.extend(jupyter_zmq_client::system_data_dirs());
    data.into_iter()
        .map(|folder| folder.join("kernels"))
        .collect()
}

/// Replaces `${NAME}` where the name is known, and leaves it as it is elsewhere.
fn substituted(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else {
            break;
        };
        let end = start + length + 1;
        result.push_str(&rest[..start]);
        match value(&rest[start + 2..end - 1]) {
            Some(known) => result.push_str(&known),
            None => result.push_str(&rest[start..end]),
        }
        rest = &rest[end..];
    }
    result + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn install(folder: &Path, name: &str, json: &str) {
        fs::create_dir_all(folder.join(name)).unwrap();
        fs::write(folder.join(name).join("kernel.json"), json).unwrap();
    }

    const GOOD: &str = r#"{"argv": ["{resource_dir}/k", "-f", "{connection_file}"],
        "display_name": "Rust", "language": "rust", "env": {"A": "b:${NOT_SET_ANYWHERE}"}}"#;

    #[test]
    fn the_first_folder_wins_and_placeholders_are_filled() {
        let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        install(first.path(), "rust", GOOD);
        install(second.path(), "rust", "{}");
        let folders = [first.path().to_owned(), second.path().to_owned()];
        let found = find_in("rust", &folders).unwrap();
        let program = format!("{}/rust/k", first.path().display());
        assert_eq!(
            found.command_line(Path::new("/c.json")),
            [&program, "-f", "/c.json"]
        );
        assert_eq!(
            found.environment(),
            [("A".into(), "b:${NOT_SET_ANYWHERE}".into())]
        );
        assert_eq!(found.display_name(), "Rust");
    }

    #[test]
    fn an_unknown_kernel_is_told_with_those_that_exist() {
        let folder = tempfile::tempdir().unwrap();
        let folders = [folder.path().to_owned(), "/nowhere".into()];
        let none = find_in("rust", &folders).unwrap_err().to_string();
        assert!(none.contains("no kernel is installed"), "{none}");
        install(folder.path(), "other", GOOD);
        install(folder.path(), "another", GOOD);
        let some = find_in("rust", &folders).unwrap_err().to_string();
        assert_eq!(
            some,
            "there is no kernel \"rust\"\n  \
             got       these are installed: another, other\n  \
             try       cargo lab setup, which installs the kernel \"chainrule\""
        );
    }

    #[test]
    fn a_specification_that_cannot_be_used_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        install(folder.path(), "broken", "{");
        install(
            folder.path(),
            "empty",
            r#"{"argv": [], "display_name": "", "language": ""}"#,
        );
        for name in ["broken", "empty"] {
            let error = find_in(name, &[folder.path().to_owned()])
                .unwrap_err()
                .to_string();
            assert!(error.contains("cannot use the kernel"), "{error}");
            assert!(error.contains("kernel.json"), "{error}");
        }
    }

    #[test]
    fn variables_in_the_environment_are_substituted() {
        let value = |name: &str| (name == "HOME").then(|| "/h".to_owned());
        assert_eq!(
            substituted("${HOME}/x:${OTHER}:${", value),
            "/h/x:${OTHER}:${"
        );
        assert_eq!(substituted("plain", value), "plain");
    }
}
