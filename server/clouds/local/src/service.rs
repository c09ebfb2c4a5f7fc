//! Starting the local cloud from what an earlier server left, and ending it.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use gennaker_core::cloud::{LoadBalancer, ResourceId};
use gennaker_ports::{Clock, CloudError};
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::cloud::LocalCloud;
use crate::hub::{Hub, Parts};
use crate::image::{Bounds, Library};
use crate::job::{self, JobFiles};
use crate::journal::Journal;
use crate::logs::Logs;
use crate::options::{Error, Options};
use crate::process::{ProcessId, Survivor, reap, survivors};
use crate::proxy::Common;
use crate::record::Change;
use crate::traffic;
use crate::world::{JobEntry, World};

/// How long connections may finish when the server ends.
const CLOSING: Duration = Duration::from_secs(5);
/// How often a load balancer tries to get its port back.
const LISTEN_AGAIN: Duration = Duration::from_secs(1);
/// How long, and how often, the lock of the directory is tried.
const LOCK_PATIENCE: Duration = Duration::from_millis(500);
const LOCK_AGAIN: Duration = Duration::from_millis(10);
const LOG_ROTATION: Duration = Duration::from_secs(2);
const LOG_PRUNING: Duration = Duration::from_hours(1);

/// Owns everything that runs for the local cloud in this server.
#[must_use = "the local cloud ends when its service is dropped"]
pub struct Service {
    hub: Arc<Hub>,
    _over: DropGuard,
    _lock: File,
}

impl LocalCloud {
    /// Starts the local cloud in its directory: what it was told before holds on, instances that still run are adopted,
    /// and processes that nobody knows any more are killed.
    ///
    /// # Errors
    /// Where the directory cannot be used, is in use by another server, or is damaged.
    pub async fn start(options: Options, clock: Arc<dyn Clock>) -> Result<(Self, Service), Error> {
        traffic::describe();
        // What runs in a directory of its own finds its files by whole paths only.
        let root = std::path::absolute(&options.data_dir).map_err(Error::file(&options.data_dir))?.join("local");
        let lock = lock(&root).await?;
        let over = CancellationToken::new();
        let hub = open(options, clock, &root, &over)?;
        for (id, wish) in hub.read(balancers) {
            listen(&hub, id, wish);
        }
        tidy_jobs(&hub);
        hub.supervise();
        hub.tracker.spawn(keep_logs(hub.clone(), over.clone()));
        let service = Service { hub: hub.clone(), _over: over.drop_guard(), _lock: lock };
        Ok((Self { hub }, service))
    }
}

impl Service {
    /// Runs until `shutdown`: then connections finish, instances end or go on by themselves
    /// ([`Options::stop_on_shutdown`]), and all tasks are over when this returns.
    pub async fn run(self, shutdown: CancellationToken) {
        shutdown.cancelled().await;
        let hub = &self.hub;
        hub.common.close(CLOSING).await;
        if hub.options.stop_on_shutdown {
            hub.end_all().await;
        }
        hub.over.cancel();
        for tracker in [&hub.supervisors, &hub.tracker] {
            tracker.close();
            tracker.wait().await;
        }
    }
}

/// Keeps a second server out of the directory. The system gives the lock back when the server ends, however it ends; a
/// process that the server was just starting when it was killed may hold it a moment longer.
async fn lock(root: &Path) -> Result<File, Error> {
    fs::create_dir_all(root).map_err(Error::file(root))?;
    let path = root.join("lock");
    let file = File::create(&path).map_err(Error::file(&path))?;
    let last = Instant::now() + LOCK_PATIENCE;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if Instant::now() < last => tokio::time::sleep(LOCK_AGAIN).await,
            Err(TryLockError::WouldBlock) => return Err(Error::InUse(root.to_owned())),
            Err(TryLockError::Error(error)) => return Err(Error::file(&path)(error)),
        }
    }
}

fn open(options: Options, clock: Arc<dyn Clock>, root: &Path, over: &CancellationToken) -> Result<Arc<Hub>, Error> {
    let limits = &options.limits;
    let bounds = Bounds { bytes: limits.image_bytes, entries: limits.image_entries };
    let library = Library::open(root.join("images"), bounds)?;
    let logs = Logs::new(root.join("logs"), limits.log_bytes);
    let jobs = JobFiles::new(root.join("jobs"), limits.log_bytes);
    let tracker = TaskTracker::new();
    let common = Arc::new(Common::new(&options, tracker.clone(), over));
    let path = root.join("journal.jsonl");
    let mut journal = Journal::open(&path)?;
    let mut world = World::new(common.clone());
    let orphans = replay(&journal, &mut world);
    let identity = world.identity.clone().unwrap_or_else(|| format!("{:032x}", rand::random::<u128>()));
    let first = world.identity.is_none().then(|| Change::Identity(identity.clone()));
    let changes: Vec<_> = orphans.into_iter().chain(first).collect();
    if !changes.is_empty() {
        journal.commit(&changes).map_err(Error::file(&path))?;
    }
    reap_unknown(&world, survivors(&identity));
    let over = over.clone();
    Ok(Hub::new(Parts { options, clock, library, logs, jobs, common, identity, journal, world, tracker, over }))
}

/// Takes over what the journal holds. Gives the changes that forget instances whose group is gone.
fn replay(journal: &Journal, world: &mut World) -> Vec<Change> {
    let mut instances = Vec::new();
    for change in journal.changes() {
        match change {
            Change::Instance(record) => instances.push(record),
            other => world.apply(other),
        }
    }
    let mut orphans = Vec::new();
    for record in instances {
        if world.groups.contains_key(&record.group) {
            world.apply(&Change::Instance(record.clone()));
        } else {
            orphans.push(Change::InstanceGone { group: record.group.clone(), name: record.name.clone() });
        }
    }
    orphans
}

/// Kills the processes of this cloud that belong to no instance and no job: those of forgotten groups, and those that an
/// earlier server started and could not record.
fn reap_unknown(world: &World, survivors: Vec<Survivor>) {
    let instances = world.groups.values().flat_map(|group| &group.instances);
    let instances = instances.filter_map(|instance| Some((instance.record.name.clone(), instance.record.process?)));
    let jobs = world.running_jobs().filter_map(|record| Some((job::mark(&record.spec.id), record.process?)));
    let recorded: BTreeMap<String, ProcessId> = instances.chain(jobs).collect();
    for survivor in survivors {
        let known = recorded.get(&survivor.instance).is_some_and(|process| process.is_running());
        if !known {
            tracing::warn!(pid = survivor.id.pid, instance = survivor.instance, "ending an orphaned process");
            reap(&survivor);
        }
    }
}

/// Removes what is left of jobs that have ended or are forgotten, where an earlier server was interrupted at that.
fn tidy_jobs(hub: &Hub) {
    hub.jobs.keep_only(&hub.read(|world| world.jobs.keys().cloned().collect()));
    let ended = |(id, job): (&ResourceId, &JobEntry)| job.record.end.as_ref().map(|_| id.clone());
    for id in hub.read(|world| world.jobs.iter().filter_map(ended).collect::<Vec<_>>()) {
        hub.jobs.clear(&id);
    }
}

fn balancers(world: &World) -> Vec<(ResourceId, LoadBalancer)> {
    world.balancers.iter().map(|(id, balancer)| (id.clone(), balancer.wish.clone())).collect()
}

/// Lets a load balancer listen again, now or as soon as its ports are free.
fn listen(hub: &Arc<Hub>, id: ResourceId, wish: LoadBalancer) {
    let Err(error) = try_listen(hub, &id, &wish) else { return };
    tracing::error!(load_balancer = %id, %error, "cannot listen; trying again until it works");
    let (hub, over) = (hub.clone(), hub.over.clone());
    hub.clone().tracker.spawn(async move {
        let trying = async {
            while try_listen(&hub, &id, &wish).is_err() {
                tokio::time::sleep(LISTEN_AGAIN).await;
            }
        };
        over.run_until_cancelled(trying).await;
    });
}

/// Binds the sockets of a load balancer whose wish is still the same; otherwise there is nothing left to do.
fn try_listen(hub: &Arc<Hub>, id: &ResourceId, wish: &LoadBalancer) -> Result<(), CloudError> {
    let plan = |world: &World| {
        let Some(balancer) = world.balancers.get(id).filter(|balancer| balancer.wish == *wish) else {
            return Ok((Vec::new(), None));
        };
        let prepared = balancer.proxy.prepare(&wish.listeners, &wish.listeners)?;
        let listeners = prepared.listeners().to_vec();
        let moved = listeners != wish.listeners;
        let change = moved.then(|| Change::Balancer(LoadBalancer { listeners, ..wish.clone() }));
        Ok((change.into_iter().collect(), Some(prepared)))
    };
    let install = |world: &mut World, prepared| {
        if let (Some(balancer), Some(prepared)) = (world.balancers.get_mut(id), prepared) {
            // Nothing was bound before, so nothing is closed.
            drop(balancer.proxy.install(prepared));
            balancer.problem = None;
        }
    };
    hub.commit(plan, install).inspect_err(|error| {
        let known = hub.problems().get(id) == Some(&error.to_string());
        if !known {
            hub.change(|world| {
                if let Some(balancer) = world.balancers.get_mut(id) {
                    balancer.problem = Some(error.to_string());
                }
            });
        }
    })
}

/// Keeps log files, and what is known of jobs, within their limits.
async fn keep_logs(hub: Arc<Hub>, over: CancellationToken) {
    let keeping = async {
        let mut turns = 0_u64;
        let turns_to_prune = LOG_PRUNING.as_secs() / LOG_ROTATION.as_secs();
        loop {
            let prune = turns.is_multiple_of(turns_to_prune);
            // An error means that the server is shutting down.
            let _ = hub.blocking(move |hub| keep_logs_once(hub, prune)).await;
            turns += 1;
            tokio::time::sleep(LOG_ROTATION).await;
        }
    };
    over.run_until_cancelled(keeping).await;
}

fn keep_logs_once(hub: &Arc<Hub>, prune: bool) {
    let groups: Vec<(ResourceId, Vec<String>)> = hub.read(|world| {
        let names = |group: &crate::world::Group| group.instances.iter().map(|i| i.record.name.clone()).collect();
        world.groups.iter().map(|(id, group)| (id.clone(), names(group))).collect()
    });
    for (group, instances) in &groups {
        for instance in instances {
            if let Err(error) = hub.logs.rotate(group, instance) {
                tracing::warn!(server_group = %group, instance, %error, "cannot rotate a log");
            }
        }
    }
    for id in hub.read(|world| world.running_jobs().map(|record| record.spec.id.clone()).collect::<Vec<_>>()) {
        if let Err(error) = hub.jobs.rotate(&id) {
            tracing::warn!(job = %id, %error, "cannot rotate a log");
        }
    }
    if prune {
        job::forget_old(hub);
        let exists =
            |region: &str, name: &str| groups.iter().any(|(id, _)| id.location.region == region && id.name == name);
        hub.logs.prune(exists, hub.clock.now(), hub.options.limits.log_retention);
    }
}
