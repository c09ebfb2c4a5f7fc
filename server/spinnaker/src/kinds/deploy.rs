//! Deployments of new server groups.

use serde_json::{Map, Value as Json, json};

use super::server_group::CAPACITY;
use super::{Kind, PLAIN, strategy, target};
use crate::document;
use crate::export::Export;
use crate::form::{FOREIGN, Field, Form, field};
use crate::import::Import;
use crate::names;
use crate::source::{Source, flag, is_empty};

const CLUSTER: &[Field] = &[
    field("stack", "stack", Form::Text),
    field("freeFormDetails", "detail", Form::Text),
    field("imageId", "image", Form::Text),
    field("imageArtifactId", "image_artifact", Form::Text),
    field("capacity", "capacity", Form::Inner(CAPACITY)),
    field("useSourceCapacity", "use_source_capacity", Form::Flag),
    field("loadBalancers", "load_balancers", Form::Texts),
    field("securityGroups", "firewalls", Form::Texts),
    field("env", "env", Form::Map),
    field("tags", "labels", Form::Map),
    field("targetHealthyDeployPercentage", "target_healthy_percent", Form::Whole),
];

/// What says nothing that the other fields don't, or what a run has left.
const NOTED: &[&str] = &[
    "moniker",
    "imageSource",
    "viewState",
    "stackDetails",
    "reason",
    "source",
    "availabilityZoneOptions",
    "overrides",
    "imageDescription",
    "imageName",
];

/// What another provider's server groups have.
const FOREIGN_PROVIDER: &str = "this is a field of a certain provider, and server groups here have none like it";

pub(super) const DEPLOY: Kind = Kind {
    types: &["deploy"],
    ours: "deploy",
    import: |import, from, to, at| {
        let mut clusters = Vec::new();
        for (path, element) in from.take_list("clusters") {
            let Json::Object(object) = element else { return Err("one of its clusters is no object".to_owned()) };
            for source in by_region(Source::new(path, object))? {
                let at = format!("{at}.clusters[{}]", clusters.len());
                let mut cluster = Map::new();
                describe(import, source, &mut cluster, &at)?;
                clusters.push(Json::Object(cluster));
            }
        }
        from.skip(target::PROVIDER);
        to.insert("clusters".to_owned(), Json::Array(clusters));
        Ok(())
    },
    export: |export, from, to, at| {
        let clusters = from.take_list("clusters").into_iter().enumerate();
        let list = clusters.filter_map(|(number, (path, element))| {
            let Json::Object(object) = element else { return None };
            let mut cluster = Map::new();
            export_description(export, Source::new(path, object), &mut cluster, &format!("{at}.clusters[{number}]"));
            Some(Json::Object(cluster))
        });
        let list = list.collect();
        to.insert("clusters".to_owned(), Json::Array(list));
    },
    ..PLAIN
};

pub(super) const CREATE_SERVER_GROUP: Kind = Kind {
    types: &["createServerGroup"],
    ours: "create_server_group",
    import: |import, from, to, at| {
        let mut cluster = Map::new();
        describe(import, take_all(from), &mut cluster, &format!("{at}.cluster"))?;
        to.insert("cluster".to_owned(), Json::Object(cluster));
        Ok(())
    },
    export: |export, from, to, at| {
        if let Some(cluster) = from.take_object("cluster") {
            export_description(export, cluster, to, &format!("{at}.cluster"));
        }
    },
    ..PLAIN
};

pub(super) const CLONE_SERVER_GROUP: Kind = Kind {
    types: &["cloneServerGroup"],
    ours: "clone_server_group",
    import: |import, from, to, at| {
        let mut source = source_of_clone(from);
        target::server_group(import, &mut source, to, (at, "source"))?;
        from.skip(&["target", "targetCluster", "serverGroupName", "asgName"]);
        let mut overrides = Map::new();
        describe(import, take_all(from), &mut overrides, &format!("{at}.overrides"))?;
        to.insert("overrides".to_owned(), Json::Object(overrides));
        Ok(())
    },
    export: |export, from, to, at| {
        let mut source = Map::new();
        target::export_server_group(export, from, &mut source, ("source", "targetCluster"));
        if let Some(overrides) = from.take_object("overrides") {
            export_description(export, overrides, to, &format!("{at}.overrides"));
        }
        let same_place = ["credentials", "region"].iter().all(|key| source.get(*key) == to.get(*key));
        if !same_place {
            export.findings.dropped(export.at(at), "Spinnaker clones within one account and region in a pipeline");
        }
        to.extend(source);
    },
    ..PLAIN
};

/// The server group to clone, beside what is to be different.
fn source_of_clone(from: &mut Source) -> Source {
    let named = from.take_object("source").filter(|source| source.peek("serverGroupName").is_some());
    let mut source = named.unwrap_or_else(|| Source::new(from.path(), Map::new()));
    for key in ["target", "targetCluster", "serverGroupName", "asgName", "credentials", "account", "region", "regions"]
    {
        if let (Some(value), None) = (from.peek(key).cloned(), source.peek(key)) {
            source.put(key, value);
        }
    }
    source
}

/// Everything that is left in an object, as one of its own.
fn take_all(from: &mut Source) -> Source {
    let path = from.path().to_owned();
    std::mem::replace(from, Source::new(path, Map::new()))
}

/// A cluster of several regions makes a server group in each of them.
fn by_region(mut from: Source) -> Result<Vec<Source>, String> {
    let Some(Json::Object(zones)) = from.peek("availabilityZones").filter(|zones| !is_empty(zones)).cloned() else {
        return Ok(vec![from]);
    };
    from.skip(&["region"]);
    from.with(|object| document::check_copies(object, zones.len()))?;
    let in_region = |(region, zones): (String, Json)| {
        let mut cluster = from.clone();
        cluster.put("region", Json::from(region));
        cluster.put("availabilityZones", zones);
        cluster
    };
    Ok(zones.into_iter().map(in_region).collect())
}

/// Reads the description of a new server group.
fn describe(import: &mut Import<'_>, mut from: Source, to: &mut Map<String, Json>, at: &str) -> Result<(), String> {
    target::account(import, &mut from, to, at);
    target::region(import, &mut from, to, at);
    if let Some(application) = from.take_text("application").filter(|name| !name.is_empty())
        && names::application(&application) != import.known.application()
    {
        let application = if application.contains("${") { application } else { names::application(&application) };
        to.insert("application".to_owned(), Json::from(application));
    }
    strategy::import(import, &mut from, to, at)?;
    if let Some((_, image)) = from.take_first(&["amiName", "imageId", "image"]) {
        from.put("imageId", image);
    }
    if from.take("preferSourceCapacity").as_ref().and_then(flag).unwrap_or_default() {
        from.put("useSourceCapacity", Json::Bool(true));
    }
    target_groups(&mut from);
    // What providers with one number of instances call it.
    if let Some(size) = from.take("targetSize").filter(|_| from.peek("capacity").is_none()) {
        from.put("capacity", json!({"min": size, "desired": size, "max": size}));
    }
    target::health(import, &mut from);
    from.skip(NOTED);
    import.fields(CLUSTER, &mut from, to, at);
    finish(import, from);
    Ok(())
}

/// Target groups are load balancers here.
fn target_groups(from: &mut Source) {
    let groups = from.take_list("targetGroups");
    if groups.is_empty() {
        return;
    }
    let mut all: Vec<Json> = from.take_list("loadBalancers").into_iter().map(|(_, name)| name).collect();
    all.extend(groups.into_iter().map(|(_, name)| name));
    from.put("loadBalancers", Json::Array(all));
}

/// Reports what is left; what is false says nothing here.
fn finish(import: &mut Import<'_>, mut from: Source) {
    let zones = from.take("availabilityZones");
    if zones.is_some_and(|zones| !is_empty(&zones)) {
        import.findings.note(from.at("availabilityZones"), "the region says where it is; its zones are left out");
    }
    let path = from.path().to_owned();
    let rest = from.into_rest().into_iter().filter(|(_, value)| *value != Json::Bool(false)).collect();
    Source::new(path, rest).finish(&mut import.findings, FOREIGN_PROVIDER);
}

/// And back.
fn export_description(export: &mut Export<'_>, mut from: Source, to: &mut Map<String, Json>, at: &str) {
    for (key, theirs) in [("account", "account"), ("region", "region")] {
        to.extend(from.take(key).map(|value| (theirs.to_owned(), value)));
    }
    to.extend(to.get("account").cloned().map(|account| ("credentials".to_owned(), account)));
    let application = from.take_text("application").filter(|name| !name.is_empty());
    to.insert("application".to_owned(), Json::from(application.unwrap_or_else(|| export.application.clone())));
    strategy::export(export, &mut from, to, at);
    export.fields(CLUSTER, &mut from, to, at);
    if to.get("useSourceCapacity").is_some_and(|value| *value == Json::Bool(true)) {
        to.insert("preferSourceCapacity".to_owned(), Json::Bool(true));
    }
    from.finish(&mut export.findings, FOREIGN);
}
