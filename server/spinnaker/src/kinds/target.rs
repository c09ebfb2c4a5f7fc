//! The clusters and server groups that stages act on.

use serde_json::{Map, Value as Json, json};

use crate::export::Export;
use crate::form::{FOREIGN, Field, Form, field};
use crate::import::Import;
use crate::source::{Source, is_empty};

/// What says which provider it is. Here the account does.
pub(super) const PROVIDER: &[&str] = &["cloudProvider", "cloudProviderType", "provider", "providerType"];

/// Server groups here have one health check, and no providers of health to choose from.
pub(super) fn health(import: &mut Import<'_>, from: &mut Source) {
    let key = "interestingHealthProviderNames";
    if from.take(key).is_some_and(|names| !is_empty(&names)) {
        import
            .findings
            .note(from.at(key), "what counts is the health check of the server group; the choice is left out");
    }
}

const ACCOUNTS: &[&str] = &["credentials", "account"];

/// What a provider calls the place of a cluster.
const REGIONS: &[&str] = &["regions", "zones", "namespaces"];
const REGION: &[&str] = &["region", "zone", "namespace"];

/// The account of a stage or a cluster.
pub(super) fn account(import: &mut Import<'_>, from: &mut Source, to: &mut Map<String, Json>, at: &str) {
    from.skip(PROVIDER);
    if let Some((path, name)) = from.take_first(ACCOUNTS) {
        let name = import.value(&Form::Account, name, &path, &format!("{at}.account"));
        to.extend(name.map(|name| ("account".to_owned(), name)));
    }
}

/// The one region of a stage or a cluster.
pub(super) fn region(import: &mut Import<'_>, from: &mut Source, to: &mut Map<String, Json>, at: &str) {
    let many = from.take_first(REGIONS);
    let one = from.take_first(REGION).or_else(|| match many {
        Some((path, Json::Array(regions))) => Some((format!("{path}[0]"), regions.into_iter().next()?)),
        other => other,
    });
    if let Some((path, name)) = one {
        let name = import.value(&Form::Text, name, &path, &format!("{at}.region"));
        to.extend(name.map(|name| ("region".to_owned(), name)));
    }
}

/// The name of the cluster; the moniker has it too.
fn cluster_name(from: &mut Source, keys: &[&str]) -> Option<(String, Json)> {
    let moniker = from.take_object("moniker").and_then(|mut moniker| moniker.take_first(&["cluster"]));
    from.take_first(keys).or(moniker)
}

const CLUSTER: &[Field] = &[
    field("credentials", "account", Form::Account),
    field("regions", "regions", Form::Texts),
    field("cluster", "cluster", Form::Text),
];

/// The target of a stage that acts on a cluster, or a precondition about one.
pub(super) fn cluster(
    import: &mut Import<'_>,
    from: &mut Source,
    to: &mut Map<String, Json>,
    at: &str,
) -> Result<(), String> {
    from.skip(PROVIDER);
    let regions = from.take_first(REGIONS).or_else(|| from.take_first(REGION));
    for (key, found) in [
        ("credentials", from.take_first(ACCOUNTS)),
        ("regions", regions),
        ("cluster", cluster_name(from, &["cluster"])),
    ] {
        match found {
            Some((_, value)) => from.put(key, value),
            None => return Err(format!("it names no {key}")),
        }
    }
    let mut target = Map::new();
    import.fields(CLUSTER, from, &mut target, &format!("{at}.target"));
    to.insert("target".to_owned(), Json::Object(target));
    Ok(())
}

/// And back.
pub(super) fn export_cluster(export: &mut Export<'_>, from: &mut Source, to: &mut Map<String, Json>, at: &str) {
    let mut target = from.take_object("target").unwrap_or_else(|| Source::new(from.path(), Map::new()));
    export.fields(CLUSTER, &mut target, to, &format!("{at}.target"));
    target.finish(&mut export.findings, FOREIGN);
}

/// Places in a cluster. Those without `dynamic` were looked up when the pipeline started.
const PLACES: [(&str, &str); 5] = [
    ("current_asg_dynamic", "SELECT_NEWEST"),
    ("ancestor_asg_dynamic", "SELECT_PREVIOUS"),
    ("oldest_asg_dynamic", "SELECT_OLDEST"),
    ("current_asg", "SELECT_NEWEST"),
    ("ancestor_asg", "SELECT_PREVIOUS"),
];

/// The target of a stage that acts on one server group, as a field of this name.
pub(super) fn server_group(
    import: &mut Import<'_>,
    from: &mut Source,
    to: &mut Map<String, Json>,
    (at, key): (&str, &str),
) -> Result<(), String> {
    let (mut target, at) = (Map::new(), format!("{at}.{key}"));
    account(import, from, &mut target, &at);
    region(import, from, &mut target, &at);
    let name = from.take_first(&["serverGroupName", "asgName"]);
    let cluster = cluster_name(from, &["cluster", "targetCluster"]);
    match (from.take("target").filter(|place| !is_empty(place)), cluster, name) {
        (Some(place), Some((path, cluster)), _) => {
            let word = place.as_str().unwrap_or_default();
            let Some((_, select)) = PLACES.iter().find(|(theirs, _)| *theirs == word) else {
                return Err(format!("this server knows no target {place}"));
            };
            if !word.ends_with("_dynamic") {
                import.findings.note(from.at("target"), "the server group is looked up when the stage starts");
            }
            let cluster = import.value(&Form::Text, cluster, &path, &format!("{at}.dynamic.cluster"));
            target.insert("dynamic".to_owned(), json!({"cluster": cluster, "select": select}));
        }
        (_, _, Some((path, name))) => {
            let name = import.value(&Form::Text, name, &path, &format!("{at}.server_group"));
            target.extend(name.map(|name| ("server_group".to_owned(), name)));
        }
        (_, _, None) => return Err("it names no server group".to_owned()),
    }
    to.insert(key.to_owned(), Json::Object(target));
    Ok(())
}

/// And back. A cluster is written under this name.
pub(super) fn export_server_group(
    export: &mut Export<'_>,
    from: &mut Source,
    to: &mut Map<String, Json>,
    (key, cluster): (&str, &str),
) {
    let Some(mut target) = from.take_object(key) else { return };
    to.extend(target.take("account").map(|account| ("credentials".to_owned(), account)));
    if let Some(region) = target.take("region") {
        to.insert("regions".to_owned(), json!([region]));
        to.insert("region".to_owned(), region);
    }
    if let Some(mut dynamic) = target.take_object("dynamic") {
        let select = dynamic.take_text("select");
        let place =
            PLACES.iter().find(|(_, ours)| Some(*ours) == select.as_deref()).map_or(PLACES[0].0, |place| place.0);
        to.insert("target".to_owned(), Json::from(place));
        to.extend(dynamic.take("cluster").map(|name| (cluster.to_owned(), name)));
    }
    to.extend(target.take("server_group").map(|name| ("serverGroupName".to_owned(), name)));
    target.finish(&mut export.findings, FOREIGN);
}
