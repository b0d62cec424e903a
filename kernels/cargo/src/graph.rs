//! The packages that rust-analyzer is told of.
//!
//! It loads the sources of all of them and keeps what it finds: with the libraries that draw, pack
//! and download, half a gigabyte, and seconds at each start. A cell names none of those. So what
//! our crates use inside is left out; what the student adds with `:dep` is all there.

use std::collections::{HashMap, HashSet, VecDeque};

use serde_json::Value;

/// Packages beside our own whose types and traits a cell may meet.
const NAMED: [&str; 8] = [
    "ndarray",
    "num-complex",
    "num-integer",
    "num-traits",
    "rand",
    "rand_core",
    "rand_distr",
    "rand_pcg",
];

/// Whether what that package depends on is followed only as far as [`NAMED`] and our own.
fn is_library(name: &str) -> bool {
    name.starts_with("chainrule") || NAMED.contains(&name)
}

/// The answer of `cargo metadata` without what is left out; none if it is no such answer.
pub(crate) fn reduced(metadata: &str) -> Option<String> {
    let mut metadata: Value = serde_json::from_str(metadata).ok()?;
    let names: HashMap<String, String> = metadata["packages"]
        .as_array()?
        .iter()
        .filter_map(|package| {
            let text = |key: &str| package[key].as_str().map(str::to_owned);
            Some((text("id")?, text("name")?))
        })
        .collect();
    let name = |id: &str| names.get(id).map_or("", String::as_str);
    // `pins` depends on everything for no platform at all.
    let members = metadata["workspace_members"].as_array()?;
    let members: Vec<String> = members
        .iter()
        .filter_map(Value::as_str)
        .filter(|id| name(id) != "pins")
        .map(str::to_owned)
        .collect();
    let edges = |from: &str, to: &str| !is_library(name(from)) || is_library(name(to));
    let nodes = metadata["resolve"]["nodes"].as_array()?;
    let by_id: HashMap<&str, &Value> = nodes
        .iter()
        .filter_map(|node| Some((node["id"].as_str()?, node)))
        .collect();
    let mut kept: HashSet<String> = members.iter().cloned().collect();
    let mut queue: VecDeque<String> = members.iter().cloned().collect();
    while let Some(id) = queue.pop_front() {
        let depends = by_id
            .get(id.as_str())
            .and_then(|node| node["deps"].as_array());
        for to in depends
            .into_iter()
            .flatten()
            .filter_map(|dep| dep["pkg"].as_str())
        {
            if edges(&id, to) && kept.insert(to.to_owned()) {
                queue.push_back(to.to_owned());
            }
        }
    }
    let is_kept = |value: &Value| value.as_str().is_some_and(|id| kept.contains(id));
    let retain = |value: &mut Value, id: &dyn Fn(&Value) -> bool| {
        if let Some(items) = value.as_array_mut() {
            items.retain(|item| id(item));
        }
    };
    retain(&mut metadata["packages"], &|package| {
        is_kept(&package["id"])
    });
    for list in ["workspace_members", "workspace_default_members"] {
        retain(&mut metadata[list], &|id| is_kept(id));
    }
    retain(&mut metadata["resolve"]["nodes"], &|node| {
        is_kept(&node["id"])
    });
    for node in metadata["resolve"]["nodes"].as_array_mut()? {
        let from = node["id"].as_str().unwrap_or_default().to_owned();
        let stays = |id: &Value| is_kept(id) && id.as_str().is_some_and(|to| edges(&from, to));
        retain(&mut node["deps"], &|dep| stays(&dep["pkg"]));
        retain(&mut node["dependencies"], &stays);
    }
    Some(metadata.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_our_crates_use_inside_is_left_out_and_what_a_student_adds_is_not() {
        let package = |name: &str| json!({ "id": name, "name": name });
        let node = |id: &str, on: &[&str]| {
            let deps: Vec<_> = on.iter().map(|to| json!({ "pkg": to })).collect();
            json!({ "id": id, "deps": deps, "dependencies": on })
        };
        let names = [
            "ctx",
            "pins",
            "chainrule",
            "ndarray",
            "plotters",
            "png",
            "regex",
            "memchr",
        ];
        let metadata = json!({
            "packages": names.map(package),
            "workspace_members": ["ctx", "pins"],
            "workspace_default_members": ["ctx", "pins"],
            "resolve": { "nodes": [
                node("ctx", &["chainrule", "regex"]),
                node("pins", &["chainrule"]),
                node("chainrule", &["ndarray", "plotters"]),
                node("ndarray", &[]),
                node("plotters", &["png"]),
                node("png", &[]),
                node("regex", &["memchr"]),
                node("memchr", &[]),
            ] },
        });
        let reduced: Value =
            serde_json::from_str(&reduced(&metadata.to_string()).unwrap()).unwrap();
        let ids = |list: &Value| -> Vec<String> {
            let ids = list.as_array().unwrap().iter();
            ids.map(|item| item["id"].as_str().unwrap().to_owned())
                .collect()
        };
        let kept = ["ctx", "chainrule", "ndarray", "regex", "memchr"];
        assert_eq!(ids(&reduced["packages"]), kept);
        assert_eq!(ids(&reduced["resolve"]["nodes"]), kept);
        assert_eq!(reduced["workspace_members"], json!(["ctx"]));
        let chainrule = &reduced["resolve"]["nodes"][1];
        assert_eq!(chainrule["dependencies"], json!(["ndarray"]));
        assert_eq!(chainrule["deps"], json!([{ "pkg": "ndarray" }]));
    }

    #[test]
    fn what_is_no_metadata_is_left_alone() {
        assert_eq!(reduced("{}"), None);
        assert_eq!(reduced("error"), None);
    }
}
