//! Making the use cases, and what they all have at hand.

use std::sync::Arc;

use async_trait::async_trait;
use gennaker_core::Timestamp;
use gennaker_core::strategy::TrafficGuard;
use gennaker_ports::{TrafficGuards, TrafficGuardsUnavailable};
use gennaker_proto::v1;
use tokio::sync::Semaphore;

use crate::ids::Ids;
use crate::infrastructure::Views;
use crate::launch::Pipelines;
use crate::pump::Pumps;
use crate::trigger::Bursts;
use crate::{App, Inner, Options, Ports, names};

impl App {
    /// The use cases over these ports.
    pub fn new(options: Options, ports: Ports) -> Self {
        let inner = Inner {
            started: ports.clock.now(),
            watches: Arc::new(Semaphore::new(options.limits.max_concurrent_watches as usize)),
            bursts: Bursts::new(options.limits.max_trigger_events_per_minute),
            views: Views::default(),
            pumps: Pumps::default(),
            watched: Arc::default(),
            pipelines: Pipelines::default(),
            ids: Ids::default(),
            ports,
            options,
        };
        Self { inner: Arc::new(inner) }
    }

    /// What is allowed.
    pub fn limits(&self) -> &crate::Limits {
        &self.inner.options.limits
    }

    /// The time now.
    pub(crate) fn now(&self) -> Timestamp {
        self.inner.ports.clock.now()
    }
}

#[async_trait]
impl TrafficGuards for App {
    async fn guards(&self, application: &str) -> Result<Vec<TrafficGuard>, TrafficGuardsUnavailable> {
        let found = self.find::<v1::Application>(&names::application(application)).await;
        let found = found.map_err(|error| TrafficGuardsUnavailable {
            application: application.to_owned(),
            reason: error.to_string(),
        })?;
        let guards = found.map(|found| found.definition.traffic_guards).unwrap_or_default();
        let enabled = guards.into_iter().filter(|guard| !guard.disabled);
        Ok(enabled
            .map(|guard| TrafficGuard {
                account: guard.account,
                region: guard.region,
                stack: guard.stack,
                detail: guard.detail,
            })
            .collect())
    }
}
