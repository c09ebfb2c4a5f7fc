//! Operations on server groups: executions of one stage, without a pipeline.

use std::collections::BTreeMap;
use std::sync::Arc;

use gennaker_core::execution::{
    Cause, Concurrency, Definition, Event, EventRecord, Execution, ExecutionStatus, Origin, Start,
};
use gennaker_core::naming::Moniker;
use gennaker_ports::cloud::ServerGroupFilter;
use gennaker_ports::{Access, Target};
use gennaker_proto::v1::stage::Kind;
use gennaker_proto::{rules, v1};
use serde_json::Value;

use crate::call::Call;
use crate::{App, AppError, Caller, convert, names, request};

/// An operation to start.
struct Operation<'a, R> {
    caller: &'a Caller,
    request: &'a R,
    request_id: &'a str,
    reason: &'a str,
    application: String,
    title: String,
    kind: Kind,
    validate_only: bool,
}

impl App {
    /// Makes a server group.
    pub async fn create_server_group(
        &self,
        caller: &Caller,
        request: v1::CreateServerGroupRequest,
    ) -> Result<v1::CreateServerGroupResponse, AppError> {
        self.admit(caller, &request).await?;
        let mut cluster = request.cluster.clone().unwrap_or_default();
        self.authorize(caller, Access::Write, &Target::Account(cluster.account.clone())).await?;
        let application = names::application_id("parent", &request.parent)?.to_owned();
        if !cluster.application.is_empty() && cluster.application != application {
            return Err(AppError::invalid(
                "cluster.application",
                format!("must be {application:?}, the parent's id, or empty"),
            ));
        }
        cluster.application.clone_from(&application);
        self.get::<v1::Application>(&request.parent).await?;
        self.region_of(&cluster.account, &cluster.region)?;
        let name = Moniker::new(&application, &cluster.stack, &cluster.detail)
            .map_err(|error| AppError::invalid("cluster", error.to_string()))?
            .cluster();
        let operation = Operation {
            caller,
            request: &request,
            request_id: &request.request_id,
            reason: &request.reason,
            application,
            title: format!("Create a server group of {name}"),
            kind: Kind::CreateServerGroup(v1::CreateServerGroupStage { cluster: Some(cluster) }),
            validate_only: request.validate_only,
        };
        Ok(v1::CreateServerGroupResponse { execution: Some(self.operate(operation).await?) })
    }

    /// Changes the capacity of a server group.
    pub async fn resize_server_group(
        &self,
        caller: &Caller,
        request: v1::ResizeServerGroupRequest,
    ) -> Result<v1::ResizeServerGroupResponse, AppError> {
        self.admit(caller, &request).await?;
        let kind = |target| {
            Kind::ResizeServerGroup(v1::ResizeServerGroupStage {
                target: Some(target),
                resize: request.resize,
                target_healthy_percent: request.target_healthy_percent,
            })
        };
        let common = (caller, &request, request.request_id.as_str(), request.reason.as_str());
        let execution = self.operate_on(common, &request.name, "Resize", kind).await?;
        Ok(v1::ResizeServerGroupResponse { execution: Some(execution) })
    }

    /// Gives traffic to a server group.
    pub async fn enable_server_group(
        &self,
        caller: &Caller,
        request: v1::EnableServerGroupRequest,
    ) -> Result<v1::EnableServerGroupResponse, AppError> {
        self.admit(caller, &request).await?;
        let kind = |target| {
            Kind::EnableServerGroup(v1::EnableServerGroupStage {
                target: Some(target),
                target_healthy_percent: request.target_healthy_percent,
            })
        };
        let common = (caller, &request, request.request_id.as_str(), request.reason.as_str());
        let execution = self.operate_on(common, &request.name, "Enable", kind).await?;
        Ok(v1::EnableServerGroupResponse { execution: Some(execution) })
    }

    /// Takes the traffic from a server group.
    pub async fn disable_server_group(
        &self,
        caller: &Caller,
        request: v1::DisableServerGroupRequest,
    ) -> Result<v1::DisableServerGroupResponse, AppError> {
        self.admit(caller, &request).await?;
        let kind = |target| Kind::DisableServerGroup(v1::DisableServerGroupStage { target: Some(target) });
        let common = (caller, &request, request.request_id.as_str(), request.reason.as_str());
        let execution = self.operate_on(common, &request.name, "Disable", kind).await?;
        Ok(v1::DisableServerGroupResponse { execution: Some(execution) })
    }

    /// Goes back from a server group to another one of its cluster.
    pub async fn rollback_server_group(
        &self,
        caller: &Caller,
        request: v1::RollbackServerGroupRequest,
    ) -> Result<v1::RollbackServerGroupResponse, AppError> {
        self.admit(caller, &request).await?;
        let kind = |target| {
            Kind::RollbackServerGroup(v1::RollbackServerGroupStage {
                target: Some(target),
                restore_server_group: request.restore_server_group.clone(),
                target_healthy_percent: request.target_healthy_percent,
                ..v1::RollbackServerGroupStage::default()
            })
        };
        let common = (caller, &request, request.request_id.as_str(), request.reason.as_str());
        let execution = self.operate_on(common, &request.name, "Roll back", kind).await?;
        Ok(v1::RollbackServerGroupResponse { execution: Some(execution) })
    }

    /// Destroys a server group.
    pub async fn destroy_server_group(
        &self,
        caller: &Caller,
        request: v1::DestroyServerGroupRequest,
    ) -> Result<v1::DestroyServerGroupResponse, AppError> {
        self.admit(caller, &request).await?;
        let kind = |target| {
            let skip_disable = request.skip_disable;
            Kind::DestroyServerGroup(v1::DestroyServerGroupStage { target: Some(target), skip_disable })
        };
        let common = (caller, &request, request.request_id.as_str(), request.reason.as_str());
        let execution = self.operate_on(common, &request.name, "Destroy", kind).await?;
        Ok(v1::DestroyServerGroupResponse { execution: Some(execution) })
    }

    /// Goes back to the previous server group of a cluster.
    pub async fn rollback_cluster(
        &self,
        caller: &Caller,
        request: v1::RollbackClusterRequest,
    ) -> Result<v1::RollbackClusterResponse, AppError> {
        self.admit(caller, &request).await?;
        let (account, cluster) = names::parse_cluster("name", &request.name)?;
        let application = Moniker::parse(cluster).application;
        self.authorize(caller, Access::Execute, &Target::Application(application.clone())).await?;
        let filter = ServerGroupFilter {
            account: Some(account.to_owned()),
            cluster: Some(cluster.to_owned()),
            ..ServerGroupFilter::default()
        };
        let groups = self.inner.ports.clouds.of(account)?.server_groups(&filter).await?;
        if groups.is_empty() {
            return Err(AppError::not_found("cluster", &request.name));
        }
        let mut regions = request.regions.clone();
        if regions.is_empty() {
            regions = groups.iter().map(|group| group.id.location.region.clone()).collect();
            regions.dedup();
        }
        let target = v1::ClusterTarget { account: account.to_owned(), regions, cluster: cluster.to_owned() };
        let operation = Operation {
            caller,
            request: &request,
            request_id: &request.request_id,
            reason: &request.reason,
            application,
            title: format!("Roll back {cluster}"),
            kind: Kind::RollbackCluster(v1::RollbackClusterStage {
                target: Some(target),
                target_healthy_percent: request.target_healthy_percent,
                wait_between_regions: request.wait_between_regions,
            }),
            validate_only: false,
        };
        Ok(v1::RollbackClusterResponse { execution: Some(self.operate(operation).await?) })
    }

    /// Starts an operation on one server group, which must be there unless this is a repeat.
    async fn operate_on<R: Call>(
        &self,
        (caller, request, request_id, reason): (&Caller, &R, &str, &str),
        name: &str,
        verb: &str,
        kind: impl FnOnce(v1::ServerGroupTarget) -> Kind,
    ) -> Result<v1::Execution, AppError> {
        let id = names::parse_resource("name", name, "serverGroups")?;
        let application = Moniker::parse(&id.name).application;
        self.authorize(caller, Access::Execute, &Target::Application(application.clone())).await?;
        let key = request::command(caller, request, request_id);
        if let Some(execution) = self.repeated(&key).await? {
            return self.show(caller, &execution).await;
        }
        self.server_group(name).await?;
        let target = v1::ServerGroupTarget {
            account: id.location.account,
            region: id.location.region,
            target: Some(v1::server_group_target::Target::ServerGroup(id.name.clone())),
        };
        let title = format!("{verb} {}", id.name);
        let kind = kind(target);
        self.operate(Operation { caller, request, request_id, reason, application, title, kind, validate_only: false })
            .await
    }

    async fn operate<R: Call>(&self, operation: Operation<'_, R>) -> Result<v1::Execution, AppError> {
        let caller = operation.caller;
        let start = self.operation_start(&operation)?;
        if operation.validate_only {
            let event = Event::Created { start: Box::new(start), queued: false };
            let record = EventRecord { sequence: 1, time: self.now(), event };
            let execution = Execution::replay([&record]).expect("the log begins with its creation");
            debug_assert_eq!(execution.status, ExecutionStatus::Running);
            return self.show(caller, &execution).await;
        }
        let key = request::command(caller, operation.request, operation.request_id);
        let execution = self.inner.ports.engine.start(start, key).await?;
        self.show(caller, &execution).await
    }

    fn operation_start<R: Call>(&self, operation: &Operation<'_, R>) -> Result<Start, AppError> {
        let stage = v1::Stage {
            id: "operation".to_owned(),
            name: operation.title.clone(),
            kind: Some(operation.kind.clone()),
            ..v1::Stage::default()
        };
        let violations = rules::check(&stage);
        if !violations.is_empty() {
            return Err(AppError::InvalidArgument { violations });
        }
        let stage =
            convert::stage::to_core(&stage).ok().flatten().expect("a stage with a kind and without a window converts");
        let definition = Definition {
            application: operation.application.clone(),
            pipeline: None,
            revision: 0,
            display_name: operation.title.clone(),
            stages: vec![stage],
            concurrency: Concurrency::default(),
            expected_artifacts: Vec::new(),
            notifications: Vec::new(),
        };
        let cause = Cause {
            actor: operation.caller.name().to_owned(),
            origin: Origin::Operation,
            reason: operation.reason.to_owned(),
            payload: Value::Null,
        };
        Ok(Start {
            id: self.new_id(),
            definition: Arc::new(definition),
            cause,
            parameters: serde_json::Map::new(),
            labels: BTreeMap::new(),
            artifacts: Vec::new(),
            resolved_artifacts: Vec::new(),
        })
    }
}
