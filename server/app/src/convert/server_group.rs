//! Clusters, server groups and instances.

use std::collections::BTreeMap;

use gennaker_core::cloud::{
    Health, HealthCheck, HealthProbe, Instance, InstanceCounts, ResourceId, RestartPolicy, ServerGroup,
};
use gennaker_core::naming::Moniker;
use gennaker_proto::v1;

use super::time;
use crate::names;

/// A server group as a message. `share` is its part of its cluster's traffic in the region.
pub(crate) fn to_proto(group: &ServerGroup, share: f64) -> v1::ServerGroup {
    let location = &group.id.location;
    let workload = &group.workload;
    v1::ServerGroup {
        name: name(&group.id),
        application: names::application(&group.moniker.application),
        cluster: group.moniker.cluster(),
        account: location.account.clone(),
        region: location.region.clone(),
        moniker: Some(moniker(&group.moniker)),
        provider: group.provider.clone(),
        disabled: group.disabled,
        capacity: Some(v1::Capacity {
            min: group.capacity.min,
            desired: group.capacity.desired,
            max: group.capacity.max,
        }),
        instance_counts: Some(counts(&group.counts())),
        image: image_name(group),
        load_balancers: group.load_balancers.clone(),
        firewalls: group.firewalls.clone(),
        weight: if group.disabled { 0 } else { group.weight },
        traffic_share: share,
        create_time: Some(time::to_proto(group.created)),
        health: worst(group).into(),
        labels: group.labels.clone(),
        health_check: workload.health_check.as_ref().map(health_check),
        env: workload.env.clone(),
        args: workload.args.clone(),
        restart_policy: match workload.restart {
            RestartPolicy::Always => v1::RestartPolicy::Always.into(),
            RestartPolicy::Never => v1::RestartPolicy::Never.into(),
        },
        stop_grace: workload.stop_grace.map(time::duration_to_proto),
    }
}

/// Server groups as messages, with their shares.
pub(crate) fn all_to_proto(groups: &[ServerGroup]) -> Vec<v1::ServerGroup> {
    let shares = shares(groups, |group| (group.id.location.clone(), group.moniker.cluster()));
    groups.iter().zip(shares).map(|(group, share)| to_proto(group, share)).collect()
}

/// The full name of a server group's image.
fn image_name(group: &ServerGroup) -> String {
    if group.image.starts_with("accounts/") {
        group.image.clone()
    } else {
        names::resource(&group.id.location, "images", &group.image)
    }
}

/// The full name of a server group.
pub(crate) fn name(id: &ResourceId) -> String {
    names::resource(&id.location, "serverGroups", &id.name)
}

/// The part of the traffic that each of some server groups gets, by the weights of the enabled ones among those with the
/// same key.
pub(crate) fn shares<'a, K: Ord>(
    groups: impl IntoIterator<Item = &'a ServerGroup> + Clone,
    key: impl Fn(&ServerGroup) -> K,
) -> Vec<f64> {
    let weight = |group: &ServerGroup| if group.disabled { 0 } else { u64::from(group.weight) };
    let mut sums: BTreeMap<K, u64> = BTreeMap::new();
    for group in groups.clone() {
        *sums.entry(key(group)).or_default() += weight(group);
    }
    let share = |group: &ServerGroup| match sums.get(&key(group)).copied().unwrap_or_default() {
        0 => 0.0,
        sum => as_f64(weight(group)) / as_f64(sum),
    };
    groups.into_iter().map(share).collect()
}

#[expect(clippy::cast_precision_loss, reason = "sums of weights are far below 2^52")]
fn as_f64(weight: u64) -> f64 {
    weight as f64
}

/// Clusters, by account and name.
pub(crate) fn clusters(groups: &[ServerGroup]) -> Vec<v1::Cluster> {
    let mut clusters: BTreeMap<(String, String), v1::Cluster> = BTreeMap::new();
    for (group, message) in groups.iter().zip(all_to_proto(groups)) {
        let key = (group.id.location.account.clone(), group.moniker.cluster());
        let cluster = clusters.entry(key).or_insert_with_key(|(account, cluster)| v1::Cluster {
            name: format!("accounts/{account}/clusters/{cluster}"),
            application: message.application.clone(),
            moniker: Some(moniker(&Moniker { sequence: None, ..group.moniker.clone() })),
            provider: group.provider.clone(),
            server_groups: Vec::new(),
        });
        cluster.server_groups.push(message);
    }
    let newest_first = |a: &v1::ServerGroup, b: &v1::ServerGroup| {
        let made = |group: &v1::ServerGroup| group.create_time.map_or((0, 0), |time| (time.seconds, time.nanos));
        a.region.cmp(&b.region).then_with(|| made(b).cmp(&made(a))).then_with(|| b.name.cmp(&a.name))
    };
    clusters
        .into_values()
        .map(|mut cluster| {
            cluster.server_groups.sort_by(newest_first);
            cluster
        })
        .collect()
}

fn moniker(moniker: &Moniker) -> v1::Moniker {
    v1::Moniker {
        application: moniker.application.clone(),
        stack: moniker.stack.clone().unwrap_or_default(),
        detail: moniker.detail.clone().unwrap_or_default(),
        sequence: moniker.sequence,
    }
}

fn counts(counts: &InstanceCounts) -> v1::InstanceCounts {
    v1::InstanceCounts {
        total: counts.total,
        up: counts.up,
        down: counts.down,
        starting: counts.starting,
        out_of_service: counts.out_of_service,
        unknown: counts.unknown,
    }
}

/// The worst health of the instances. A group without instances is well if it needs none.
fn worst(group: &ServerGroup) -> v1::HealthState {
    match group.instances.iter().map(|instance| instance.health).min() {
        Some(worst) => health(worst),
        None if group.capacity.desired == 0 => v1::HealthState::Up,
        None => v1::HealthState::Starting,
    }
}

fn health(health: Health) -> v1::HealthState {
    match health {
        Health::Failed => v1::HealthState::Failed,
        Health::Down => v1::HealthState::Down,
        Health::OutOfService => v1::HealthState::OutOfService,
        Health::Unknown => v1::HealthState::Unspecified,
        Health::Starting => v1::HealthState::Starting,
        Health::Draining => v1::HealthState::Draining,
        Health::Up => v1::HealthState::Up,
    }
}

fn health_check(check: &HealthCheck) -> v1::HealthCheck {
    let probe = match &check.probe {
        HealthProbe::Http { path } => v1::health_check::Probe::Http(v1::HttpProbe { path: path.clone() }),
        HealthProbe::Tcp => v1::health_check::Probe::Tcp(v1::TcpProbe {}),
    };
    v1::HealthCheck {
        probe: Some(probe),
        interval: Some(time::duration_to_proto(check.interval)),
        timeout: Some(time::duration_to_proto(check.timeout)),
        healthy_threshold: Some(check.healthy_threshold),
        unhealthy_threshold: Some(check.unhealthy_threshold),
        startup_grace: Some(time::duration_to_proto(check.startup_grace)),
    }
}

/// An instance of a server group.
pub(crate) fn instance(group: &ResourceId, instance: &Instance) -> v1::Instance {
    let server_group = name(group);
    v1::Instance {
        name: format!("{server_group}/instances/{}", instance.name),
        server_group,
        health: health(instance.health).into(),
        reason: instance.reason.clone(),
        launch_time: Some(time::to_proto(instance.launched)),
        address: instance.address.clone().unwrap_or_default(),
        restarts: instance.restarts,
    }
}
