//! The use cases, for the stage kinds: these are made first, because the engine needs them and the use cases need the engine.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use gennaker_app::App;
use gennaker_core::execution::{Execution, ExecutionId, ExecutionStatus};
use gennaker_core::strategy::TrafficGuard;
use gennaker_ports::{
    Launch, LaunchError, Launcher, Records, RecordsUnavailable, TrafficGuards, TrafficGuardsUnavailable,
};

/// The use cases, once there are any.
#[derive(Default)]
pub(crate) struct Late(OnceLock<App>);

impl Late {
    pub(crate) fn bind(&self, app: App) {
        assert!(self.0.set(app).is_ok(), "the use cases are bound once");
    }

    fn app(&self) -> &App {
        self.0.get().expect("the engine runs only after the use cases were bound")
    }
}

#[async_trait]
impl Launcher for Late {
    async fn launch(&self, launch: Launch) -> Result<ExecutionId, LaunchError> {
        self.app().launch(launch).await
    }
}

#[async_trait]
impl TrafficGuards for Late {
    async fn guards(&self, application: &str) -> Result<Vec<TrafficGuard>, TrafficGuardsUnavailable> {
        self.app().guards(application).await
    }
}

#[async_trait]
impl Records for Late {
    async fn pipeline(&self, application: &str, name: &str) -> Result<Option<String>, RecordsUnavailable> {
        Records::pipeline(self.app(), application, name).await
    }

    async fn application(&self, application: &str) -> Result<Option<serde_json::Value>, RecordsUnavailable> {
        Records::application(self.app(), application).await
    }

    async fn latest_execution(
        &self,
        pipeline: &str,
        statuses: &[ExecutionStatus],
    ) -> Result<Option<Arc<Execution>>, RecordsUnavailable> {
        Records::latest_execution(self.app(), pipeline, statuses).await
    }

    async fn end_of(
        &self,
        application: &str,
        execution: ExecutionId,
        patience: Duration,
    ) -> Result<Option<ExecutionStatus>, RecordsUnavailable> {
        Records::end_of(self.app(), application, execution, patience).await
    }
}
