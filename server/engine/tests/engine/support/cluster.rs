//! Several engines on one store.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use gennaker_core::execution::{
    Cause, Command, CommandId, Definition, Event, Execution, ExecutionId, ExecutionStatus, Origin, Start,
};
use gennaker_engine::{EngineError, Handle, Options, Ports, Request, Service};
use gennaker_ports::store::Claim;
use gennaker_ports::testing::clock::RuntimeClock;
use gennaker_ports::testing::store::MemoryStore;
use gennaker_ports::{Clock, Store};
use serde_json::Value;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Kinds, PATIENCE, collect};

/// Replicas by their number; those that have gone stay in the list.
pub(crate) struct Cluster {
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) kinds: Arc<Kinds>,
    pub(crate) clock: RuntimeClock,
    pub(crate) options: Options,
    pub(crate) replicas: Vec<Replica>,
    numbers: AtomicU64,
}

/// One of them.
pub(crate) struct Replica {
    pub(crate) handle: Handle,
    owner: String,
    running: CancellationToken,
    service: JoinHandle<()>,
}

impl Cluster {
    /// A cluster in which each replica has its share.
    pub(crate) async fn of(count: usize) -> Self {
        let mut cluster = Self {
            store: Arc::new(MemoryStore::new()),
            kinds: Arc::new(Kinds::default()),
            clock: RuntimeClock::default(),
            options: Options::default(),
            replicas: Vec::new(),
            numbers: AtomicU64::new(1),
        };
        for _ in 0..count {
            cluster.join();
        }
        cluster.balance().await;
        cluster
    }

    /// Starts one more replica.
    pub(crate) fn join(&mut self) -> usize {
        let owner = format!("replica-{}", self.replicas.len());
        let options = Options { owner: owner.clone(), ..self.options.clone() };
        let ports = Ports {
            store: self.store.clone(),
            kinds: self.kinds.clone(),
            tasks: self.kinds.clone(),
            clock: Arc::new(self.clock),
        };
        let (service, handle) = gennaker_engine::new(options, ports);
        let running = CancellationToken::new();
        let service = tokio::spawn(run(service, running.clone()));
        self.replicas.push(Replica { handle, owner, running, service });
        self.replicas.len() - 1
    }

    /// Stops a replica in good order.
    pub(crate) async fn shut_down(&mut self, number: usize) {
        let replica = &mut self.replicas[number];
        replica.running.cancel();
        (&mut replica.service).await.expect("the engine stops in good order");
    }

    /// Ends a replica in the midst of whatever it does.
    pub(crate) async fn kill(&mut self, number: usize) {
        let replica = &mut self.replicas[number];
        replica.service.abort();
        assert!((&mut replica.service).await.is_err(), "it was killed");
    }

    fn alive(&self) -> impl Iterator<Item = &Replica> {
        self.replicas.iter().filter(|replica| !replica.service.is_finished())
    }

    /// How many shards each live replica owns.
    pub(crate) async fn shares(&self) -> Vec<usize> {
        let mut shares = Vec::new();
        for replica in self.alive() {
            let now = self.clock.now();
            let until = now + self.options.lease * 9 / 10;
            let claim = Claim { owner: replica.owner.clone(), shards: Vec::new(), limit: 0, now, until };
            shares.push(self.store.lease(&claim).await.unwrap().leases.len());
        }
        shares
    }

    /// Waits until every live replica owns a fair share, and nobody else anything. Gives the time that took.
    pub(crate) async fn balance(&self) -> Duration {
        let began = Instant::now();
        let all = self.options.shards as usize;
        while began.elapsed() < PATIENCE {
            let shares = self.shares().await;
            if shares.iter().sum::<usize>() == all && shares.iter().all(|share| *share <= all.div_ceil(shares.len())) {
                return began.elapsed();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the shares stay uneven: {:?}", self.shares().await);
    }

    /// A new request.
    pub(crate) fn request(&self) -> Request {
        Request { id: CommandId(format!("request-{}", self.number())), digest: "same".into() }
    }

    fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// The start of a pipeline as a replica makes it.
    pub(crate) fn start_of(&self, number: usize, definition: &Definition) -> Start {
        let next = || ExecutionId::from_parts(self.clock.now(), u128::from(self.number()));
        Start {
            id: self.replicas[number].handle.place(definition, next),
            definition: Arc::new(definition.clone()),
            cause: Cause { actor: "ann".into(), origin: Origin::Manual, reason: String::new(), payload: Value::Null },
            parameters: Default::default(),
            labels: Default::default(),
            artifacts: Vec::new(),
            resolved_artifacts: Vec::new(),
        }
    }

    /// Starts a pipeline by a call to a replica.
    pub(crate) async fn start(&self, number: usize, definition: &Definition) -> Result<Arc<Execution>, EngineError> {
        self.replicas[number].handle.start(self.start_of(number, definition), self.request()).await
    }

    /// Gives a command by a call to a replica.
    pub(crate) async fn command(
        &self,
        number: usize,
        id: ExecutionId,
        command: Command,
    ) -> Result<Arc<Execution>, EngineError> {
        self.replicas[number].handle.command(id, command, self.request()).await
    }

    /// Waits for the end of an execution by a watch of a replica, and checks its log: it is dense, ends once, and no task was
    /// tried again because another replica has taken over.
    pub(crate) async fn ended(&self, number: usize, id: ExecutionId) -> ExecutionStatus {
        let records = collect(&mut self.replicas[number].handle.watch(id, 0).unwrap(), 0).await;
        let mut tries = BTreeSet::new();
        for record in &records {
            if let Event::TaskStarted { stage, task, attempt, .. } = &record.event {
                assert!(tries.insert((stage.clone(), *task, *attempt)), "{stage}.{task} was tried twice as {attempt}");
                assert_eq!(*attempt, 1, "{stage}.{task} was tried again");
            }
        }
        let ends = records.iter().filter(|record| matches!(record.event, Event::Finished { .. })).count();
        assert_eq!(ends, 1, "{id} ends once");
        self.store.execution(id).await.unwrap().expect("it is kept").status
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.replicas.iter().for_each(|replica| replica.running.cancel());
    }
}

async fn run(service: Service, running: CancellationToken) {
    service.run(running).await.expect("the engine runs");
}
