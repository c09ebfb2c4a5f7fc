//! What is asked of the local cloud, checked before anything happens.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use gennaker_core::cloud::{Capacity, JobSpec, LoadBalancer, Location, ResourceId, ServerGroupSpec, Workload};
use gennaker_ports::CloudError;

use crate::health::Check;
use crate::options::Options;
use crate::world::{World, not_found};

const MAX_NAME: usize = 128;
const MAX_PATH: usize = 500;
const MAX_LISTENERS: usize = 20;
const MAX_ENTRIES: usize = 500;
const MAX_TEXT: usize = 64 * 1024;
const LONGEST_GRACE: std::time::Duration = std::time::Duration::from_hours(1);
const LONGEST_JOB: std::time::Duration = std::time::Duration::from_hours(30 * 24);
/// Variables that the cloud sets itself, for instances and for jobs.
const INSTANCE_VARIABLES: [&str; 3] = ["PORT", "INSTANCE", "SERVER_GROUP"];
const JOB_VARIABLES: [&str; 1] = ["JOB"];

fn invalid<T>(message: String) -> Result<T, CloudError> {
    Err(CloudError::Invalid(message))
}

/// Names become directories and environment variables.
pub(crate) fn name(what: &str, name: &str) -> Result<(), CloudError> {
    let good = |c: char| c.is_ascii_alphanumeric() || "._~^-".contains(c);
    let begins = name.chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
    if begins && name.len() <= MAX_NAME && name.chars().all(good) {
        Ok(())
    } else {
        invalid(format!(
            "the {what} name {name:?} must have 1 to {MAX_NAME} of the characters a-z A-Z 0-9 . _ ~ ^ - and begin with a \
             letter or digit"
        ))
    }
}

pub(crate) fn location(options: &Options, location: &Location) -> Result<(), CloudError> {
    if location.account != options.account {
        return Err(CloudError::NotFound { kind: "account", name: location.account.clone() });
    }
    if options.regions.contains(&location.region) {
        Ok(())
    } else {
        Err(CloudError::NotFound { kind: "region", name: location.to_string() })
    }
}

/// A new server group's own terms.
pub(crate) fn spec(options: &Options, spec: &ServerGroupSpec) -> Result<(), CloudError> {
    location(options, &spec.id.location)?;
    name("server group", &spec.id.name)?;
    bounded("labels", spec.labels.iter().flat_map(|(key, value)| [key, value]))?;
    workload(&spec.workload)
}

fn workload(workload: &Workload) -> Result<(), CloudError> {
    bounded("args", &workload.args)?;
    environment(&workload.env, &INSTANCE_VARIABLES)?;
    if workload.stop_grace.is_some_and(|grace| grace > LONGEST_GRACE) {
        return invalid("stop_grace may be 1 h at the most".to_owned());
    }
    workload.health_check.as_ref().map(Check::new).transpose().map(drop)
}

fn environment(env: &BTreeMap<String, String>, own: &[&str]) -> Result<(), CloudError> {
    bounded("env", env.iter().flat_map(|(key, value)| [key, value]))?;
    for key in env.keys() {
        if key.is_empty() || key.contains('=') {
            return invalid(format!("the environment variable name {key:?} must not be empty or have an equals sign"));
        }
        if own.contains(&key.as_str()) || key.starts_with("GENNAKER_") {
            return invalid(format!("the environment variable {key} is set by the local cloud itself"));
        }
    }
    Ok(())
}

/// A new job's own terms.
pub(crate) fn job(options: &Options, spec: &JobSpec) -> Result<(), CloudError> {
    location(options, &spec.id.location)?;
    name("job", &spec.id.name)?;
    bounded("command", &spec.command)?;
    environment(&spec.env, &JOB_VARIABLES)?;
    if spec.timeout.is_zero() || spec.timeout > LONGEST_JOB {
        return invalid("a job may run for up to 30 days".to_owned());
    }
    spec.property_file.as_deref().map_or(Ok(()), property_file)
}

/// A path that leads from a directory to something within it, as far as its words go.
fn property_file(path: &str) -> Result<(), CloudError> {
    let inside = |component| matches!(component, Component::Normal(_));
    let parts = Path::new(path).components();
    if path.is_empty() || path.len() > MAX_PATH || path.contains('\0') || !parts.into_iter().all(inside) {
        return invalid(format!(
            "the property file {path:?} must be a path of up to {MAX_PATH} bytes within the job's directory, without `..`"
        ));
    }
    Ok(())
}

fn bounded<'a>(what: &str, texts: impl IntoIterator<Item = &'a String>) -> Result<(), CloudError> {
    let (mut count, mut bytes) = (0, 0);
    for text in texts {
        (count, bytes) = (count + 1, bytes + text.len());
        if text.contains('\0') {
            return invalid(format!("{what} must not have NUL characters"));
        }
    }
    if count > 2 * MAX_ENTRIES || bytes > MAX_TEXT {
        return invalid(format!("{what} may have {MAX_ENTRIES} entries and {MAX_TEXT} bytes at the most"));
    }
    Ok(())
}

/// The capacity of a server group beside those there are.
pub(crate) fn capacity(
    options: &Options,
    world: &World,
    group: &ResourceId,
    capacity: Capacity,
) -> Result<Capacity, CloudError> {
    let capacity = capacity.checked().map_err(|error| CloudError::Invalid(error.to_string()))?;
    let others = world.groups.values().filter(|other| other.wish.id != *group && !other.wish.deleting);
    let taken: u64 = others.map(|other| u64::from(other.wish.capacity.desired)).sum();
    let limit = options.limits.instances;
    if taken + u64::from(capacity.desired) > u64::from(limit) {
        return Err(CloudError::Unavailable(format!(
            "the local cloud may run {limit} instances; {taken} are taken and {} more were asked for",
            capacity.desired
        )));
    }
    Ok(capacity)
}

/// That what a server group names exists.
pub(crate) fn neighbours(world: &World, spec: &ServerGroupSpec) -> Result<(), CloudError> {
    let location = &spec.id.location;
    let image = (location.clone(), spec.image.clone());
    if !world.images.contains_key(&image) {
        return Err(CloudError::NotFound { kind: "image", name: format!("{location}/{}", spec.image) });
    }
    for name in &spec.load_balancers {
        let id = ResourceId::new(location.clone(), name);
        world.balancers.get(&id).ok_or_else(|| not_found("load balancer", &id))?;
    }
    firewalls(world, location, &spec.firewalls)
}

pub(crate) fn firewalls(world: &World, location: &Location, names: &[String]) -> Result<(), CloudError> {
    for name in names {
        let id = ResourceId::new(location.clone(), name);
        world.firewalls.get(&id).ok_or_else(|| not_found("firewall", &id))?;
    }
    Ok(())
}

pub(crate) fn balancer(options: &Options, balancer: &LoadBalancer) -> Result<(), CloudError> {
    location(options, &balancer.id.location)?;
    name("load balancer", &balancer.id.name)?;
    if (1..=MAX_LISTENERS).contains(&balancer.listeners.len()) {
        Ok(())
    } else {
        invalid(format!(
            "a load balancer needs 1 to {MAX_LISTENERS} listeners; this one has {}",
            balancer.listeners.len()
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_become_paths() {
        for good in ["shop-prod-v000", "a", "shop--canary~1^x_y.z"] {
            assert!(name("server group", good).is_ok(), "{good}");
        }
        for bad in ["", ".", "..", "../x", "a/b", "-x", ".x", "a b", "ä", &"x".repeat(129)] {
            assert!(name("server group", bad).is_err(), "{bad}");
        }
        assert!(name("server group", &"x".repeat(128)).is_ok());
    }

    #[test]
    fn property_files_are_within_the_directory() {
        for good in ["out.json", "a/b.properties", "..a/b"] {
            assert!(property_file(good).is_ok(), "{good}");
        }
        for bad in ["", "/etc/passwd", "../x", "a/../../b", "a\0b", &"x".repeat(MAX_PATH + 1)] {
            assert!(property_file(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn workloads_that_cannot_run_are_refused() {
        let env = |key: &str, value: &str| Workload {
            env: [(key.to_owned(), value.to_owned())].into(),
            ..Workload::default()
        };
        for (bad, reason) in [
            (env("PORT", "1"), "set by the local cloud"),
            (env("GENNAKER_CLOUD", "x"), "set by the local cloud"),
            (env("A=B", "x"), "equals sign"),
            (env("A", "x\0"), "NUL"),
            (env("A", &"x".repeat(MAX_TEXT)), "bytes at the most"),
            (Workload { stop_grace: Some(LONGEST_GRACE * 2), ..Workload::default() }, "stop_grace"),
        ] {
            let error = workload(&bad).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
        assert!(workload(&env("A", &"x".repeat(MAX_TEXT - 1))).is_ok());
    }
}
