//! `SystemService`.

use gennaker_core::expression::{Entry, Section, catalogue};
use gennaker_proto::v1::expression_group::Sort;
use gennaker_proto::{kinds, v1};

use crate::convert::time;
use crate::{App, AppError, Caller};

impl App {
    /// Says which version runs.
    pub async fn get_version(
        &self,
        caller: &Caller,
        request: v1::GetVersionRequest,
    ) -> Result<v1::GetVersionResponse, AppError> {
        self.admit(caller, &request).await?;
        Ok(v1::GetVersionResponse {
            version: self.inner.options.version.clone(),
            commit: self.inner.options.commit.clone(),
            start_time: Some(time::to_proto(self.inner.started)),
        })
    }

    /// Says how the parts of the server are.
    pub async fn get_health(
        &self,
        caller: &Caller,
        request: v1::GetHealthRequest,
    ) -> Result<v1::GetHealthResponse, AppError> {
        self.admit(caller, &request).await?;
        let mut components = vec![self.store_health().await];
        for (name, (account, _)) in self.inner.ports.clouds.accounts() {
            let status = if account.problem.is_some() { v1::HealthStatus::Degraded } else { v1::HealthStatus::Ok };
            components.push(v1::ComponentHealth {
                component: format!("accounts/{name}"),
                status: status.into(),
                message: account.problem.unwrap_or_default(),
            });
        }
        let status = components.iter().map(|component| component.status).max().unwrap_or_default();
        Ok(v1::GetHealthResponse { status, components })
    }

    /// Says what the limits are.
    pub async fn get_limits(
        &self,
        caller: &Caller,
        request: v1::GetLimitsRequest,
    ) -> Result<v1::GetLimitsResponse, AppError> {
        self.admit(caller, &request).await?;
        let limits = &self.inner.options.limits;
        let limits = v1::Limits {
            max_message_bytes: limits.max_message_bytes,
            max_page_size: limits.max_page_size,
            default_page_size: limits.default_page_size,
            max_stages_per_pipeline: limits.max_stages_per_pipeline,
            max_graph_depth: limits.max_graph_depth,
            max_concurrent_watches: limits.max_concurrent_watches,
            max_watch_subjects: limits.max_watch_subjects,
            max_webhook_bytes: limits.max_webhook_bytes,
            max_log_bytes: limits.max_log_bytes,
            max_output_bytes: limits.max_output_bytes,
            max_queued_executions: limits.max_queued_executions,
            heartbeat_interval: Some(time::duration_to_proto(limits.heartbeat_interval)),
        };
        Ok(v1::GetLimitsResponse { limits: Some(limits) })
    }

    /// Describes the fields of resources.
    pub async fn describe_resources(
        &self,
        caller: &Caller,
        request: v1::DescribeResourcesRequest,
    ) -> Result<v1::DescribeResourcesResponse, AppError> {
        self.admit(caller, &request).await?;
        Ok(v1::DescribeResourcesResponse { resources: kinds::resources().to_vec() })
    }

    /// Lists what can be written in expressions.
    pub async fn describe_expressions(
        &self,
        caller: &Caller,
        request: v1::DescribeExpressionsRequest,
    ) -> Result<v1::DescribeExpressionsResponse, AppError> {
        self.admit(caller, &request).await?;
        let all = catalogue();
        let groups = [
            (Sort::Operators, vec![all.operators]),
            (Sort::Functions, all.functions),
            (Sort::Methods, all.methods),
            (Sort::Types, all.types),
        ];
        let groups = groups.into_iter().flat_map(|(sort, sections)| sections.into_iter().map(move |s| group(sort, s)));
        Ok(v1::DescribeExpressionsResponse { groups: groups.collect() })
    }

    /// Whether the server can do its work: its store answers. For probes, which have no caller.
    pub async fn ready(&self) -> Result<(), AppError> {
        Ok(self.inner.ports.store.ping().await?)
    }

    async fn store_health(&self) -> v1::ComponentHealth {
        let (status, message) = match self.inner.ports.store.ping().await {
            Ok(()) => (v1::HealthStatus::Ok, String::new()),
            Err(error) => (v1::HealthStatus::Failing, error.to_string()),
        };
        v1::ComponentHealth { component: "store".to_owned(), status: status.into(), message }
    }
}

fn group(sort: Sort, section: Section) -> v1::ExpressionGroup {
    let element = |entry: Entry| v1::ExpressionElement {
        name: entry.name.to_owned(),
        signature: entry.signature,
        help: entry.summary.to_owned(),
        example: entry.example.to_owned(),
        example_value: entry.value.to_owned(),
    };
    v1::ExpressionGroup {
        sort: sort.into(),
        title: section.title.to_owned(),
        elements: section.entries.into_iter().map(element).collect(),
    }
}
