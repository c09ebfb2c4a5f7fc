//! Making a server group: what creating and cloning have in common.

use std::time::Duration;

use gennaker_core::cloud::{Capacity, Location, ResourceId, ServerGroup, ServerGroupSpec};
use gennaker_core::execution::{Failure, Scope, SyntheticStage, TaskOutcome, TaskSpec, TaskStatus};
use gennaker_core::naming::Moniker;
use gennaker_core::strategy::{RecoveryStep, Step, Strategy, new_group_capacity, pick_source};
use gennaker_engine::TaskRun;
use gennaker_ports::CloudError;
use gennaker_proto::v1;
use serde_json::{Value, json};

use super::config::synthetic;
use super::description::{capacity, location, moniker, spec};
use super::operate::{Explain, cloud, groups_of, request};
use super::outputs::{Deployment, read, succeeded};
use super::target::Target;
use super::watch::{Goal, until};
use super::{description, timeouts};
use crate::kind::Context;

/// The task that finds what the new server group follows, and decides its name and capacity.
pub(crate) const DETERMINE_SOURCE: &str = "determine_source";
/// The task that makes it.
pub(crate) const CREATE: &str = "create_server_group";
/// The task that waits for its instances.
pub(crate) const WAIT_FOR_UP: &str = "wait_for_up";

/// How many names are tried when others make server groups of the cluster at the same time.
const NAME_TRIES: usize = 20;

/// The tasks, with the longest time the instances may take to come up.
pub(crate) fn tasks(up: Duration) -> Vec<TaskSpec> {
    vec![
        TaskSpec::run(DETERMINE_SOURCE, timeouts::DETERMINE),
        TaskSpec::run(CREATE, timeouts::OPERATION),
        TaskSpec::run(WAIT_FOR_UP, up),
    ]
}

/// Finds the source in the cluster, and decides the name and the capacity: here, so that a repeat of the next task after
/// a crash means the same server group.
pub(crate) async fn determine_source(
    context: &Context,
    cluster: &v1::DeployCluster,
) -> Result<(Option<ServerGroup>, Value), Failure> {
    let (location, moniker) = (location(cluster), moniker(cluster)?);
    let cloud = cloud(context, &location.account)?;
    let groups = groups_of(cloud.as_ref(), &location, &moniker.cluster()).await?;
    let source = pick_source(&groups, cluster.use_source_capacity).cloned();
    let capacity = new_group_capacity(
        capacity(cluster),
        cluster.use_source_capacity,
        source.as_ref().map(|source| source.capacity),
    )
    .map_err(|error| Failure::permanent(format!("cluster {} in {location}: {error}", moniker.cluster())))?;
    let next = next_name(&moniker, &groups)?;
    let outputs = json!({
        "account": location.account,
        "region": location.region,
        "cluster": moniker.cluster(),
        "image": cluster.image,
        "source_server_group": source.as_ref().map(|source| &source.id.name),
        "planned_name": next.name(),
        "capacity": capacity,
    });
    Ok((source, outputs))
}

fn next_name(moniker: &Moniker, groups: &[ServerGroup]) -> Result<Moniker, Failure> {
    let newest = groups.iter().max_by_key(|group| group.created).and_then(|group| group.moniker.sequence);
    let taken = |sequence| groups.iter().any(|group| group.moniker.sequence == Some(sequence));
    moniker.next(newest, taken).map_err(|error| Failure::permanent(error.to_string()))
}

/// Makes the server group under the name that was decided, or, where somebody else has taken it meanwhile, under one of
/// the next. Every name has its own request, so a repeat finds the one that it made before.
pub(crate) async fn create(
    context: &Context,
    run: &TaskRun,
    cluster: &v1::DeployCluster,
) -> Result<TaskOutcome, Failure> {
    let cloud = cloud(context, &cluster.account)?;
    let capacity: Capacity = read(&run.outputs, "capacity")?;
    let mut name = Moniker::parse(&read::<String>(&run.outputs, "planned_name")?);
    for _ in 0..NAME_TRIES {
        let spec = spec(cluster, &name.name(), capacity)?;
        match cloud.create_server_group(&request(&run.key, &spec.id.to_string()), &spec).await {
            Ok(group) => return created(run, &spec, &group),
            Err(CloudError::Exists { .. }) => {
                name = name.next(name.sequence, |_| false).map_err(|error| Failure::permanent(error.to_string()))?;
            }
            Err(error) => return Err(error).during("creating", &spec.id),
        }
    }
    Err(Failure::permanent(format!("{NAME_TRIES} names up to {} were taken by others", name.name())))
}

fn created(run: &TaskRun, spec: &ServerGroupSpec, group: &ServerGroup) -> Result<TaskOutcome, Failure> {
    let ResourceId { location, name } = &spec.id;
    let deployment = Deployment {
        account: location.account.clone(),
        region: location.region.clone(),
        cluster: group.moniker.cluster(),
        server_group: name.clone(),
        image: spec.image.clone(),
        source_server_group: read(&run.outputs, "source_server_group")?,
    };
    let outputs = json!({
        "server_group": name,
        "server_groups": { &location.region: [name] },
        "deployments": [deployment],
    });
    Ok(succeeded(format!("{name} with {} instances", spec.capacity.desired), outputs))
}

/// Waits for the instances.
pub(crate) async fn wait_for_up(
    context: &Context,
    run: &TaskRun,
    cluster: &v1::DeployCluster,
) -> Result<TaskOutcome, Failure> {
    let cloud = cloud(context, &cluster.account)?;
    let id = ResourceId::new(location(cluster), read::<String>(&run.outputs, "server_group")?);
    let capacity: Capacity = read(&run.outputs, "capacity")?;
    let percent = cluster.target_healthy_percent.unwrap_or(100);
    until(Goal::Up { id: &id, configured: Some(capacity), percent }, cloud.as_ref(), run).await
}

/// The stages of the strategy, once the server group is up.
pub(crate) fn after(scope: &Scope<'_>, cluster: &v1::DeployCluster) -> Result<Vec<SyntheticStage>, Failure> {
    let strategy = description::strategy(cluster)?;
    let target = v1::ClusterTarget {
        account: cluster.account.clone(),
        regions: vec![cluster.region.clone()],
        cluster: moniker(cluster)?.cluster(),
    };
    let steps = strategy.steps(had_source(scope)?);
    Ok(SyntheticStage::sequence(steps.into_iter().map(|step| strategy_stage(step, &target))))
}

fn strategy_stage(step: Step, target: &v1::ClusterTarget) -> SyntheticStage {
    let place = format!("{} in {}", target.cluster, target.regions.join(", "));
    let target = Some(target.clone());
    match step {
        Step::Wait { name, duration } => {
            let duration = prost_types::Duration::try_from(duration).ok();
            synthetic(name, "wait", &v1::WaitStage { duration, ..v1::WaitStage::default() })
        }
        Step::Disable { keep } => synthetic(
            format!("Disable the others of {place}"),
            "disable_cluster",
            &v1::DisableClusterStage { target, remaining_enabled: Some(keep), ..v1::DisableClusterStage::default() },
        ),
        Step::ScaleDown { keep, allow_active } => synthetic(
            format!("Scale down the others of {place}"),
            "scale_down_cluster",
            &v1::ScaleDownClusterStage {
                target,
                remaining_full_size: Some(keep),
                allow_active,
                ..v1::ScaleDownClusterStage::default()
            },
        ),
        Step::Shrink { keep, allow_active } => synthetic(
            format!("Shrink {place} to {keep}"),
            "shrink_cluster",
            &v1::ShrinkClusterStage {
                target,
                shrink_to: Some(keep),
                allow_delete_active: allow_active,
                ..v1::ShrinkClusterStage::default()
            },
        ),
    }
}

/// The stages that clean up, where the server group was made and did not come up.
pub(crate) fn on_failure(scope: &Scope<'_>, strategy: &Strategy) -> Result<Vec<SyntheticStage>, Failure> {
    let ended_well = |name: &str| {
        scope.stage.tasks.iter().any(|task| task.spec.name == name && task.status == TaskStatus::Succeeded)
    };
    if !ended_well(CREATE) || ended_well(WAIT_FOR_UP) {
        return Ok(Vec::new());
    }
    let outputs = scope.outputs();
    let text = |key| read::<String>(outputs, key);
    let id = ResourceId::new(Location::new(text("account")?, text("region")?), text("server_group")?);
    let steps = strategy.recovery(had_source(scope)?);
    Ok(SyntheticStage::sequence(steps.into_iter().map(|step| recovery_stage(step, &id))))
}

fn recovery_stage(step: RecoveryStep, id: &ResourceId) -> SyntheticStage {
    let target = Some(Target::named(id));
    let stage = match step {
        RecoveryStep::DisableNew => synthetic(
            format!("Roll back: disable {}", id.name),
            "disable_server_group",
            &v1::DisableServerGroupStage { target },
        ),
        RecoveryStep::DestroyNew => synthetic(
            format!("Roll back: destroy {}", id.name),
            "destroy_server_group",
            &v1::DestroyServerGroupStage { target, skip_disable: false },
        ),
    };
    SyntheticStage { timeout: Some(step.timeout()), ..stage }
}

fn had_source(scope: &Scope<'_>) -> Result<bool, Failure> {
    Ok(read::<Option<String>>(scope.outputs(), "source_server_group")?.is_some())
}
