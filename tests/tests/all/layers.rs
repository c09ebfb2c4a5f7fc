//! The directions of dependencies, as the design draws them.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// What each crate of the house may depend on.
const ALLOWED: [(&str, &[&str]); 19] = [
    ("gennaker-proto", &[]),
    ("gennaker-core", &[]),
    ("gennaker-ports", &["gennaker-core"]),
    ("gennaker-engine", &["gennaker-core", "gennaker-ports"]),
    ("gennaker-stages", &["gennaker-core", "gennaker-ports", "gennaker-engine", "gennaker-proto"]),
    ("gennaker-triggers", &["gennaker-core", "gennaker-ports", "gennaker-engine", "gennaker-proto"]),
    ("gennaker-store", &["gennaker-core", "gennaker-ports"]),
    ("gennaker-cloud-local", &["gennaker-core", "gennaker-ports"]),
    ("gennaker-integrations", &["gennaker-core", "gennaker-ports"]),
    ("gennaker-spinnaker", &["gennaker-proto"]),
    (
        "gennaker-app",
        &[
            "gennaker-core",
            "gennaker-ports",
            "gennaker-engine",
            "gennaker-stages",
            "gennaker-triggers",
            "gennaker-spinnaker",
            "gennaker-proto",
        ],
    ),
    ("gennaker-ui", &[]),
    (
        "gennaker-api",
        &["gennaker-core", "gennaker-ports", "gennaker-engine", "gennaker-app", "gennaker-ui", "gennaker-proto"],
    ),
    (
        "gennaker",
        &[
            "gennaker-core",
            "gennaker-ports",
            "gennaker-engine",
            "gennaker-stages",
            "gennaker-triggers",
            "gennaker-store",
            "gennaker-cloud-local",
            "gennaker-integrations",
            "gennaker-app",
            "gennaker-ui",
            "gennaker-api",
            "gennaker-cli",
            "gennaker-client",
            "gennaker-proto",
        ],
    ),
    ("gennaker-client", &["gennaker-proto"]),
    ("gennaker-cli", &["gennaker-client", "gennaker-proto"]),
    ("gennaker-parts", &[]),
    ("gennaker-tests", &["gennaker-client", "gennaker-proto", "gennaker-parts"]),
    ("gennaker-bench", &["gennaker-client", "gennaker-proto", "gennaker-parts"]),
];

/// What the pure crates must not see, however many crates lie between.
const NO_IO: [&str; 7] = ["tokio", "tonic", "rusqlite", "sqlx", "hyper", "reqwest", "kube"];

fn metadata() -> Metadata {
    let options = ["--filter-platform".to_owned(), "x86_64-unknown-linux-gnu".to_owned()];
    MetadataCommand::new().other_options(options).exec().unwrap()
}

#[test]
fn every_crate_depends_only_on_what_its_layer_allows() {
    let metadata = metadata();
    let allowed: BTreeMap<&str, BTreeSet<&str>> =
        ALLOWED.iter().map(|(name, allowed)| (*name, allowed.iter().copied().collect())).collect();
    let mut seen = BTreeSet::new();
    for package in metadata.workspace_packages() {
        let name = package.name.as_str();
        seen.insert(name);
        let allowed = allowed.get(name).unwrap_or_else(|| panic!("{name} has no place in the layers; give it one"));
        let wrong: Vec<&str> = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind != DependencyKind::Development && dependency.path.is_some())
            .map(|dependency| dependency.name.as_str())
            .filter(|dependency| !allowed.contains(dependency))
            .collect();
        assert!(wrong.is_empty(), "{name} must not depend on {wrong:?}");
    }
    assert_eq!(seen, allowed.keys().copied().collect(), "the layers name crates that are gone");
}

#[test]
fn core_does_no_io() {
    let metadata = metadata();
    let resolve = metadata.resolve.as_ref().unwrap();
    let names: BTreeMap<_, _> = metadata.packages.iter().map(|p| (&p.id, p.name.as_str())).collect();
    let core = metadata.packages.iter().find(|p| p.name.as_str() == "gennaker-core").unwrap();
    let (mut reached, mut open) = (BTreeSet::new(), vec![&core.id]);
    while let Some(id) = open.pop() {
        let node = resolve.nodes.iter().find(|node| node.id == *id).unwrap();
        let normal = node.deps.iter().filter(|d| d.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal));
        for dependency in normal {
            if reached.insert(names[&dependency.pkg]) {
                open.push(&dependency.pkg);
            }
        }
    }
    let wrong: Vec<&str> = NO_IO.into_iter().filter(|name| reached.contains(name)).collect();
    assert!(wrong.is_empty(), "gennaker-core reaches {wrong:?}");
}
