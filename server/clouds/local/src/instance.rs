//! One instance from its start to its end: started, asked for its health, started again when it ends, ended when told.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use gennaker_core::cloud::{Health, ResourceId, RestartPolicy};
use gennaker_ports::CloudError;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use crate::health::{Check, Prober, Verdict};
use crate::hub::Hub;
use crate::process::{CLOUD_VARIABLE, INSTANCE_VARIABLE, Launch, Process};
use crate::record::{Change, GroupWish, InstanceRecord};
use crate::world::World;

/// The first pause before an instance is started again, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(30));
/// An instance that ran so long is started again as if it had never ended.
const RAN_WELL: Duration = Duration::from_secs(10);

pub(crate) struct Runner {
    hub: Arc<Hub>,
    group: ResourceId,
    name: String,
    stop: watch::Receiver<bool>,
}

impl Runner {
    pub(crate) const fn new(hub: Arc<Hub>, group: ResourceId, name: String, stop: watch::Receiver<bool>) -> Self {
        Self { hub, group, name, stop }
    }

    /// Runs the instance until it is told to end, and then forgets it.
    pub(crate) async fn run(mut self) {
        let mut pause = Backoff::default();
        let mut ended = None;
        if let Some(recorded) = self.look(|_, record| record.process).flatten() {
            ended = match Process::adopt(recorded) {
                Some(process) => {
                    tracing::info!(server_group = %self.group, instance = %self.name, "adopted an instance");
                    Some(self.attend(process, true).await)
                }
                None => Some(Some("ended while the server was away".to_owned())),
            };
        }
        loop {
            if let Some(ended) = ended.take() {
                let Some(reason) = ended else { break };
                if !self.rest(reason, pause.next()).await {
                    break;
                }
            }
            if *self.stop.borrow() {
                break;
            }
            let begun = Instant::now();
            ended = Some(match self.launch().await {
                Ok(process) => self.attend(process, false).await,
                Err(error) => Some(format!("cannot start: {error}")),
            });
            pause.ran(begun.elapsed());
        }
        self.forget().await;
    }

    fn look<T>(&self, look: impl FnOnce(&GroupWish, &InstanceRecord) -> T) -> Option<T> {
        self.hub.read(|world| {
            let group = world.groups.get(&self.group)?;
            let instance = group.instances.iter().find(|instance| instance.record.name == self.name)?;
            Some(look(&group.wish, &instance.record))
        })
    }

    fn publish(&self, verdict: Verdict) {
        let same = |world: &World| {
            let instances = world.groups.get(&self.group).map(|group| group.instances.as_slice()).unwrap_or_default();
            instances.iter().any(|instance| instance.record.name == self.name && instance.verdict == verdict)
        };
        if !self.hub.read(same) {
            self.hub.change(|world| {
                if let Some(instance) = world.instance_mut(&self.group, &self.name) {
                    instance.verdict = verdict;
                }
            });
        }
    }

    /// Starts the process and records it.
    async fn launch(&self) -> Result<Process, CloudError> {
        let port = self.hub.assign_port(&self.group, &self.name).ok_or_else(|| {
            CloudError::Unavailable(format!("no free port between {:?}", self.hub.options.limits.instance_ports))
        })?;
        let missing = || CloudError::Conflict("the instance is gone".to_owned());
        let (wish, mut record) = self.look(|wish, record| (wish.clone(), record.clone())).ok_or_else(missing)?;
        self.hub
            .blocking(move |hub| {
                let process = Process::start(prepare(hub, &wish, &record.name, port)?)
                    .map_err(|error| CloudError::Unavailable(error.to_string()))?;
                record.process = Some(process.id());
                record.launched = hub.clock.now();
                let recorded = hub.commit(|_| Ok((vec![Change::Instance(record)], ())), |_, ()| ());
                if let Err(error) = recorded {
                    process.kill();
                    return Err(error);
                }
                Ok(process)
            })
            .await?
    }

    /// Watches a process until it ends (then says how), or until it was told to end and has.
    async fn attend(&mut self, mut process: Process, adopted: bool) -> Option<String> {
        let (check, port) = self.look(|wish, record| (wish.workload.health_check.clone(), record.port))?;
        // It was checked when the server group was created.
        let check = check.and_then(|check| Check::new(&check).ok());
        let asks = check.is_some();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut prober = Prober::new(check, address);
        let first = prober.first();
        self.hub.change(|world| {
            if let Some(instance) = world.instance_mut(&self.group, &self.name) {
                instance.address = Some(address);
                if !(adopted && asks) {
                    instance.verdict = first;
                }
            }
        });
        loop {
            tokio::select! {
                how = process.ended() => return Some(how),
                () = told(&mut self.stop) => {
                    self.end(process).await;
                    return None;
                }
                verdict = prober.next() => self.publish(verdict),
            }
        }
    }

    /// Takes it out of traffic, lets its requests finish, asks it to end, and makes it.
    async fn end(&self, mut process: Process) {
        let endpoint = self.hub.change(|world| {
            let instance = world.instance_mut(&self.group, &self.name)?;
            instance.stopping = true;
            instance.endpoint.clone()
        });
        if let Some(endpoint) = endpoint {
            let drained = timeout(self.hub.options.drain_timeout, endpoint.idle());
            tokio::select! {
                _ = drained => {}
                _ = process.ended() => return,
            }
        }
        let grace = self.look(|wish, _| wish.workload.stop_grace).flatten().unwrap_or(self.hub.options.stop_grace);
        process.terminate();
        if timeout(grace, process.ended()).await.is_err() {
            tracing::info!(instance = %self.name, ?grace, "an instance did not end in time and is killed");
            process.kill();
            process.ended().await;
        }
    }

    /// Says why it does not run, and waits before the next start; tells whether there shall be one.
    async fn rest(&mut self, reason: String, pause: Duration) -> bool {
        tracing::info!(server_group = %self.group, instance = %self.name, reason, "an instance ended");
        let policy = self.look(|wish, _| wish.workload.restart).unwrap_or_default();
        match policy {
            RestartPolicy::Never => {
                self.publish(Verdict { health: Health::Failed, reason });
                told(&mut self.stop).await;
                false
            }
            RestartPolicy::Always => {
                let reason = format!("{reason}; starts again in {pause:?}");
                self.publish(Verdict { health: Health::Down, reason });
                if timeout(pause, told(&mut self.stop)).await.is_ok() {
                    return false;
                }
                self.hub.change(|world| {
                    if let Some(instance) = world.instance_mut(&self.group, &self.name) {
                        instance.record.restarts = instance.record.restarts.saturating_add(1);
                    }
                });
                true
            }
        }
    }

    async fn forget(&self) {
        let (group, name) = (self.group.clone(), self.name.clone());
        let plan = move |world: &World| {
            let mut changes = vec![Change::InstanceGone { group: group.clone(), name: name.clone() }];
            if let Some(group) = world.groups.get(&group) {
                let mut wish = group.wish.clone();
                if wish.condemned.remove(&name) {
                    changes.push(Change::Group(Box::new(wish)));
                }
            }
            Ok((changes, ()))
        };
        let forgotten = self.hub.blocking(|hub| hub.commit(plan, |_, ()| ())).await;
        if let Err(error) = forgotten.flatten() {
            tracing::error!(instance = %self.name, %error, "cannot forget an instance; the next start will");
        }
    }
}

/// Waits until the instance is told to end, by word or because nobody is left who could say so.
async fn told(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// What to start for an instance.
fn prepare(hub: &Hub, wish: &GroupWish, name: &str, port: u16) -> Result<Launch, CloudError> {
    let digest = hub.read(|world| world.image_digest(&wish.id.location, &wish.image))?;
    let manifest = hub.library.manifest(&digest)?;
    let own = [
        ("PORT", port.to_string()),
        ("INSTANCE", name.to_owned()),
        ("SERVER_GROUP", wish.id.name.clone()),
        (CLOUD_VARIABLE, hub.identity.clone()),
        (INSTANCE_VARIABLE, name.to_owned()),
    ];
    let env = hub.options.environment(manifest.env, wish.workload.env.clone(), own);
    let mut command = manifest.command;
    command.extend(wish.workload.args.iter().cloned());
    let output = hub
        .logs
        .open(&wish.id, name)
        .map_err(|error| CloudError::Unavailable(format!("cannot open its log: {error}")))?;
    Ok(Launch { command, directory: manifest.directory, env, input: Stdio::null(), output })
}

/// Growing pauses between starts.
#[derive(Debug)]
struct Backoff {
    pause: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { pause: PAUSES.0 }
    }
}

impl Backoff {
    fn next(&mut self) -> Duration {
        let pause = self.pause;
        self.pause = (pause * 2).min(PAUSES.1);
        pause
    }

    fn ran(&mut self, for_so_long: Duration) {
        if for_so_long >= RAN_WELL {
            self.pause = PAUSES.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_limit_and_start_over_after_a_good_run() {
        let mut backoff = Backoff::default();
        let pauses: Vec<_> = (0..11).map(|_| backoff.next().as_millis()).collect();
        assert_eq!(pauses, [100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000, 30000]);
        backoff.ran(RAN_WELL - Duration::from_millis(1));
        assert_eq!(backoff.next(), PAUSES.1);
        backoff.ran(RAN_WELL);
        assert_eq!(backoff.next(), PAUSES.0);
    }
}
