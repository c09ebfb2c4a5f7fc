//! What a new server group shall be: the API's `DeployCluster`, completed and in the domain's words.

use std::time::Duration;

use gennaker_core::cloud::{
    Capacity, HealthCheck, HealthProbe, Location, ResourceId, RestartPolicy, ServerGroup, ServerGroupSpec, Workload,
};
use gennaker_core::execution::{Failure, Scope};
use gennaker_core::naming::Moniker;
use gennaker_core::strategy::{Highlander, RedBlack, Rollback, Strategy};
use gennaker_proto::v1;
use gennaker_proto::v1::deploy_cluster::Strategy as StrategyMessage;
use gennaker_proto::v1::health_check::Probe;

use super::config::duration;
use super::image;
use super::outputs::found_image;
use super::timeouts;

/// The path of a probe that names none.
const DEFAULT_PATH: &str = "/";

/// Fills in what a description leaves open: the application, the image that a stage before has found, defaults.
pub(crate) fn complete(mut cluster: v1::DeployCluster, scope: &Scope<'_>) -> Result<v1::DeployCluster, Failure> {
    if cluster.application.is_empty() {
        cluster.application.clone_from(&scope.execution.start.definition.application);
    }
    let location = location(&cluster);
    let image = image::named(&cluster.image, &cluster.image_artifact, &location, scope)?;
    cluster.image = image.or_else(|| found_image(scope, &location)).ok_or_else(|| {
        Failure::permanent(format!(
            "no image for {} in {location}: the stage names none, and no stage before it has found one there",
            moniker(&cluster).map_or_else(|_| cluster.application.clone(), |moniker| moniker.cluster()),
        ))
    })?;
    cluster.image_artifact.clear();
    cluster.target_healthy_percent.get_or_insert(100);
    cluster.strategy.get_or_insert(StrategyMessage::None(v1::NoStrategy {}));
    wait_limit(&cluster)?;
    moniker(&cluster)?;
    strategy(&cluster)?;
    workload(&cluster)?;
    Ok(cluster)
}

/// Where the new server group goes.
pub(crate) fn location(cluster: &v1::DeployCluster) -> Location {
    Location::new(&cluster.account, &cluster.region)
}

/// The names of its cluster.
pub(crate) fn moniker(cluster: &v1::DeployCluster) -> Result<Moniker, Failure> {
    Moniker::new(&cluster.application, &cluster.stack, &cluster.detail)
        .map_err(|error| Failure::permanent(error.to_string()))
}

/// The capacity that the description gives.
pub(crate) fn capacity(cluster: &v1::DeployCluster) -> Option<Capacity> {
    cluster.capacity.map(|v1::Capacity { min, desired, max }| match (min, desired, max) {
        // Only the wanted number is given.
        (0, desired, 0) => Capacity::pinned(desired),
        (min, desired, max) => Capacity { min, desired, max },
    })
}

/// How long the instances may take to come up.
pub(crate) fn wait_limit(cluster: &v1::DeployCluster) -> Result<Duration, Failure> {
    duration(cluster.timeout.as_ref(), timeouts::UP)
}

/// What the provider is asked for.
pub(crate) fn spec(cluster: &v1::DeployCluster, name: &str, capacity: Capacity) -> Result<ServerGroupSpec, Failure> {
    Ok(ServerGroupSpec {
        id: ResourceId::new(location(cluster), name),
        image: cluster.image.clone(),
        capacity,
        load_balancers: cluster.load_balancers.clone(),
        firewalls: cluster.firewalls.clone(),
        disabled: false,
        workload: workload(cluster)?,
        labels: cluster.labels.clone(),
    })
}

fn workload(cluster: &v1::DeployCluster) -> Result<Workload, Failure> {
    Ok(Workload {
        args: cluster.args.clone(),
        env: cluster.env.clone(),
        health_check: cluster.health_check.as_ref().map(health_check).transpose()?,
        restart: match cluster.restart_policy() {
            v1::RestartPolicy::Unspecified | v1::RestartPolicy::Always => RestartPolicy::Always,
            v1::RestartPolicy::Never => RestartPolicy::Never,
        },
        stop_grace: cluster.stop_grace.as_ref().map(|grace| duration(Some(grace), Duration::ZERO)).transpose()?,
    })
}

fn health_check(check: &v1::HealthCheck) -> Result<HealthCheck, Failure> {
    let probe = match &check.probe {
        Some(Probe::Http(http)) if http.path.is_empty() => HealthProbe::Http { path: DEFAULT_PATH.to_owned() },
        Some(Probe::Http(http)) => HealthProbe::Http { path: http.path.clone() },
        Some(Probe::Tcp(_)) | None => HealthProbe::Tcp,
    };
    Ok(HealthCheck {
        probe,
        interval: duration(check.interval.as_ref(), Duration::from_secs(1))?,
        timeout: duration(check.timeout.as_ref(), Duration::from_secs(2))?,
        healthy_threshold: check.healthy_threshold.unwrap_or(1),
        unhealthy_threshold: check.unhealthy_threshold.unwrap_or(3),
        startup_grace: duration(check.startup_grace.as_ref(), Duration::from_secs(60))?,
    })
}

/// What happens to the other server groups of the cluster.
pub(crate) fn strategy(cluster: &v1::DeployCluster) -> Result<Strategy, Failure> {
    Ok(match &cluster.strategy {
        None | Some(StrategyMessage::None(_)) => Strategy::None,
        Some(StrategyMessage::RedBlack(message)) => Strategy::RedBlack(RedBlack {
            max_remaining: message.max_remaining,
            allow_delete_active: message.allow_delete_active,
            scale_down: message.scale_down,
            delay_before_disable: duration(message.delay_before_disable.as_ref(), Duration::ZERO)?,
            delay_before_scale_down: duration(message.delay_before_scale_down.as_ref(), Duration::ZERO)?,
            rollback: Rollback { on_failure: message.rollback_on_failure, destroy_failed: message.destroy_failed },
        }),
        Some(StrategyMessage::Highlander(message)) => Strategy::Highlander(Highlander {
            rollback: Rollback { on_failure: message.rollback_on_failure, destroy_failed: message.destroy_failed },
        }),
    })
}

/// The description of a server group like `source`, with what `changes` gives in place of what the source has.
pub(crate) fn cloned(source: &ServerGroup, changes: &v1::DeployCluster) -> v1::DeployCluster {
    let text = |changed: &str, own: Option<&str>| {
        if changed.is_empty() { own.unwrap_or_default().to_owned() } else { changed.to_owned() }
    };
    let moniker = &source.moniker;
    let here = location(changes) == source.id.location;
    // Load balancers and firewalls belong to a location; those of another one mean nothing there.
    let names = |changed: &[String], own: &[String]| match changed {
        [] if here => own.to_vec(),
        changed => changed.to_vec(),
    };
    let Capacity { min, desired, max } = source.capacity;
    v1::DeployCluster {
        application: text(&changes.application, Some(&moniker.application)),
        stack: text(&changes.stack, moniker.stack.as_deref()),
        detail: text(&changes.detail, moniker.detail.as_deref()),
        image: text(&changes.image, Some(&source.image)),
        capacity: changes.capacity.or(Some(v1::Capacity { min, desired, max })),
        load_balancers: names(&changes.load_balancers, &source.load_balancers),
        firewalls: names(&changes.firewalls, &source.firewalls),
        env: if changes.env.is_empty() { source.workload.env.clone() } else { changes.env.clone() },
        args: names_or(&changes.args, &source.workload.args),
        health_check: changes.health_check.clone().or_else(|| source.workload.health_check.as_ref().map(to_message)),
        labels: if changes.labels.is_empty() { source.labels.clone() } else { changes.labels.clone() },
        restart_policy: match changes.restart_policy() {
            v1::RestartPolicy::Unspecified => restart_policy(source.workload.restart).into(),
            changed @ (v1::RestartPolicy::Always | v1::RestartPolicy::Never) => changed.into(),
        },
        stop_grace: changes.stop_grace.or_else(|| source.workload.stop_grace.and_then(time)),
        ..changes.clone()
    }
}

fn names_or(changed: &[String], own: &[String]) -> Vec<String> {
    if changed.is_empty() { own.to_vec() } else { changed.to_vec() }
}

const fn restart_policy(policy: RestartPolicy) -> v1::RestartPolicy {
    match policy {
        RestartPolicy::Always => v1::RestartPolicy::Always,
        RestartPolicy::Never => v1::RestartPolicy::Never,
    }
}

fn time(duration: Duration) -> Option<prost_types::Duration> {
    prost_types::Duration::try_from(duration).ok()
}

fn to_message(check: &HealthCheck) -> v1::HealthCheck {
    v1::HealthCheck {
        probe: Some(match &check.probe {
            HealthProbe::Http { path } => Probe::Http(v1::HttpProbe { path: path.clone() }),
            HealthProbe::Tcp => Probe::Tcp(v1::TcpProbe {}),
        }),
        interval: time(check.interval),
        timeout: time(check.timeout),
        healthy_threshold: Some(check.healthy_threshold),
        unhealthy_threshold: Some(check.unhealthy_threshold),
        startup_grace: time(check.startup_grace),
    }
}
