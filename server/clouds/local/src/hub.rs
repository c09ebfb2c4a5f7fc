//! What all tasks of the local cloud share. Wishes change only here: planned on the world as it is, written to the
//! journal, then applied, one after another.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use gennaker_core::cloud::ResourceId;
use gennaker_ports::{Clock, CloudError};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::group;
use crate::image::Library;
use crate::job::{self, JobFiles};
use crate::journal::Journal;
use crate::logs::Logs;
use crate::options::Options;
use crate::proxy::Common;
use crate::proxy::endpoint::Endpoint;
use crate::record::{Change, Operation, RequestRecord};
use crate::world::World;

/// Requests whose effects are remembered.
const MAX_REQUESTS: usize = 5000;
const MAX_REQUEST_KEY: usize = 512;

pub(crate) struct Hub {
    pub(crate) options: Options,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) library: Library,
    pub(crate) logs: Logs,
    pub(crate) jobs: JobFiles,
    pub(crate) common: Arc<Common>,
    pub(crate) changes: watch::Sender<u64>,
    pub(crate) identity: String,
    /// Locked before the world, never after.
    journal: Mutex<Journal>,
    world: Mutex<World>,
    pub(crate) tracker: TaskTracker,
    pub(crate) supervisors: TaskTracker,
    /// All instances and jobs shall end, while the wishes stay.
    ending: AtomicBool,
    pub(crate) over: CancellationToken,
}

/// What a hub is made of.
pub(crate) struct Parts {
    pub(crate) options: Options,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) library: Library,
    pub(crate) logs: Logs,
    pub(crate) jobs: JobFiles,
    pub(crate) common: Arc<Common>,
    pub(crate) identity: String,
    pub(crate) journal: Journal,
    pub(crate) world: World,
    pub(crate) tracker: TaskTracker,
    pub(crate) over: CancellationToken,
}

impl Hub {
    pub(crate) fn new(parts: Parts) -> Arc<Self> {
        Arc::new(Self {
            options: parts.options,
            clock: parts.clock,
            library: parts.library,
            logs: parts.logs,
            jobs: parts.jobs,
            common: parts.common,
            changes: watch::Sender::new(0),
            identity: parts.identity,
            journal: Mutex::new(parts.journal),
            world: Mutex::new(parts.world),
            tracker: parts.tracker,
            supervisors: TaskTracker::new(),
            ending: AtomicBool::new(false),
            over: parts.over,
        })
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("nothing panics while it holds the lock")
    }

    /// Looks at the world.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.world())
    }

    /// Changes what is (not what shall be): routes follow at once, and watchers hear of it.
    pub(crate) fn change<T>(self: &Arc<Self>, change: impl FnOnce(&mut World) -> T) -> T {
        let (result, retired) = {
            let mut world = self.world();
            let result = change(&mut world);
            (result, world.reroute())
        };
        for endpoint in retired {
            self.drain(endpoint);
        }
        self.bump();
        result
    }

    pub(crate) fn bump(&self) {
        self.changes.send_modify(|version| *version += 1);
    }

    fn drain(self: &Arc<Self>, endpoint: Arc<Endpoint>) {
        let (hub, over) = (self.clone(), self.over.clone());
        self.tracker.spawn(async move {
            if over.run_until_cancelled(endpoint.drain(hub.options.drain_timeout)).await.is_some() {
                hub.bump(); // draining has become out of service
            }
        });
    }

    /// Plans changes of wishes and carries them out together: they are durable and visible, or nothing has happened.
    /// `then` runs before the next wish can change. It waits for the disk: call it from [`Hub::blocking`].
    pub(crate) fn commit<P, T>(
        self: &Arc<Self>,
        plan: impl FnOnce(&World) -> Result<(Vec<Change>, P), CloudError>,
        then: impl FnOnce(&mut World, P) -> T,
    ) -> Result<T, CloudError> {
        let mut journal = self.journal.lock().expect("nothing panics while it holds the lock");
        let (changes, planned) = plan(&self.world())?;
        if !changes.is_empty() {
            journal.commit(&changes).map_err(|error| {
                CloudError::Unavailable(format!("cannot write the journal of the local cloud: {error}"))
            })?;
        }
        let result = self.change(|world| {
            changes.iter().for_each(|change| world.apply(change));
            then(world, planned)
        });
        drop(journal);
        self.supervise();
        Ok(result)
    }

    /// Carries a change of a server group out once for its request.
    pub(crate) async fn once(
        self: &Arc<Self>,
        request: &str,
        operation: Operation,
        target: &ResourceId,
        plan: impl FnOnce(&World) -> Result<Vec<Change>, CloudError> + Send + 'static,
    ) -> Result<(), CloudError> {
        self.once_answering(request, operation, target, |world, _| plan(world)).await.map(drop)
    }

    /// Like [`Hub::once`], for a plan that leaves an answer in the request's record.
    pub(crate) async fn once_answering(
        self: &Arc<Self>,
        request: &str,
        operation: Operation,
        target: &ResourceId,
        plan: impl FnOnce(&World, &mut RequestRecord) -> Result<Vec<Change>, CloudError> + Send + 'static,
    ) -> Result<RequestRecord, CloudError> {
        let (key, target) = (request.to_owned(), target.clone());
        let planning = move |world: &World| {
            if let Some(done) = done(world, &key, operation, &target)? {
                return Ok((Vec::new(), done));
            }
            let number = world.request_order.last_key_value().map_or(0, |(number, _)| number + 1);
            let mut record = RequestRecord { key, number, operation, target, answer: None };
            let mut changes = plan(world, &mut record)?;
            let surplus = (world.requests.len() + 1).saturating_sub(MAX_REQUESTS);
            changes.extend(world.request_order.values().take(surplus).cloned().map(Change::RequestGone));
            changes.push(Change::Request(record.clone()));
            Ok((changes, record))
        };
        self.blocking(|hub| hub.commit(planning, |_, record| record)).await?
    }

    /// Runs something that waits for the disk. It is carried out to its end even where the caller goes away.
    pub(crate) async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Arc<Self>) -> T + Send + 'static,
    ) -> Result<T, CloudError> {
        let hub = self.clone();
        match tokio::task::spawn_blocking(move || work(&hub)).await {
            Ok(result) => Ok(result),
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(CloudError::Unavailable("the server is shutting down".to_owned())),
            },
        }
    }

    /// Starts the tasks of server groups and jobs that have none yet.
    pub(crate) fn supervise(self: &Arc<Self>) {
        let mut world = self.world();
        for (id, job) in world.jobs.iter_mut().filter(|(_, job)| !job.attended && job.record.end.is_none()) {
            job.attended = true;
            let task = job::attend(self.clone(), id.clone(), job.wake.clone());
            let over = self.over.clone();
            self.supervisors.spawn(async move { over.run_until_cancelled(task).await });
        }
        for (id, group) in world.groups.iter_mut().filter(|(_, group)| !group.supervised) {
            group.supervised = true;
            let supervisor = group::supervise(self.clone(), id.clone(), group.wake.clone());
            let over = self.over.clone();
            self.supervisors.spawn(async move { over.run_until_cancelled(supervisor).await });
        }
    }

    pub(crate) fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Acquire)
    }

    /// Ends all instances and jobs and waits until they have.
    pub(crate) async fn end_all(&self) {
        self.ending.store(true, Ordering::Release);
        self.read(|world| {
            world.groups.values().for_each(|group| group.wake.notify_one());
            world.jobs.values().for_each(|job| job.wake.notify_one());
        });
        self.supervisors.close();
        self.supervisors.wait().await;
    }

    /// Gives an instance a port: the one it had, if that is free.
    pub(crate) fn assign_port(self: &Arc<Self>, group: &ResourceId, name: &str) -> Option<u16> {
        let range = self.options.limits.instance_ports.clone();
        self.change(|world| {
            let before = world.instance_mut(group, name)?.record.port;
            let taken = world.ports();
            let offset = rand::random::<u16>() % u16::try_from(range.len()).unwrap_or(u16::MAX).max(1);
            let from_offset = range.clone().skip(usize::from(offset)).chain(range.clone());
            let untaken = from_offset.filter(|port| !taken.contains(port));
            let port = [before].into_iter().filter(|port| *port != 0).chain(untaken).find(|port| is_free(*port))?;
            world.instance_mut(group, name)?.record.port = port;
            Some(port)
        })
    }

    /// What is wrong, by load balancer.
    pub(crate) fn problems(&self) -> BTreeMap<ResourceId, String> {
        self.read(|world| {
            let problem = |(id, balancer): (&ResourceId, &crate::world::Balancer)| {
                balancer.problem.clone().map(|problem| (id.clone(), problem))
            };
            world.balancers.iter().filter_map(problem).collect()
        })
    }
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// What a request did, where it was carried out before.
fn done(
    world: &World,
    key: &str,
    operation: Operation,
    target: &ResourceId,
) -> Result<Option<RequestRecord>, CloudError> {
    if key.is_empty() || key.len() > MAX_REQUEST_KEY {
        return Err(CloudError::Invalid(format!("a request needs a key of 1 to {MAX_REQUEST_KEY} bytes")));
    }
    match world.requests.get(key) {
        Some(done) if done.operation == operation && done.target == *target => Ok(Some(done.clone())),
        Some(done) => Err(CloudError::Invalid(format!(
            "request {key} was used before, for {:?} of {}",
            done.operation, done.target
        ))),
        None => Ok(None),
    }
}
