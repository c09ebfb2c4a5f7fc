//! `resize`, `enable`, `disable`, `rollback` and `destroy`: operations on a server group, which are executions.

use clap::{ArgGroup, Args};
use gennaker_client::v1;
use gennaker_client::v1::resize::Action;
use gennaker_client::v1::scale_by::By;

use super::run::started;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::names::{last, server_group};
use crate::session::Session;

/// What all operations have.
#[derive(Debug, Clone, Args)]
pub(super) struct Operation {
    /// The server group: its name, or ACCOUNT/REGION/NAME
    server_group: String,

    /// Why, for the people who read the history
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,

    /// Follows the operation until it ends, with its result as the exit code
    #[arg(short, long)]
    follow: bool,
}

/// The arguments of `resize`.
#[derive(Debug, Clone, Args)]
#[command(group(ArgGroup::new("change").required(true).args(["to", "up", "down"])))]
pub struct Resize {
    #[command(flatten)]
    operation: Operation,

    /// The number of instances: N, or MIN:DESIRED:MAX
    #[arg(long, value_name = "N", value_parser = capacity)]
    to: Option<v1::Capacity>,

    /// Adds instances: a number, or a part of those there are like 50%
    #[arg(long, value_name = "N|P%", value_parser = scale_by)]
    up: Option<v1::ScaleBy>,

    /// Takes instances away: a number, or a part of those there are like 50%
    #[arg(long, value_name = "N|P%", value_parser = scale_by)]
    down: Option<v1::ScaleBy>,
}

/// The arguments of `enable`.
#[derive(Debug, Clone, Args)]
pub struct Enable {
    #[command(flatten)]
    operation: Operation,

    /// The part of the instances that must be healthy
    #[arg(long, value_name = "PERCENT")]
    healthy: Option<u32>,
}

/// The arguments of `disable`.
#[derive(Debug, Clone, Args)]
pub struct Disable {
    #[command(flatten)]
    operation: Operation,
}

/// The arguments of `rollback`.
#[derive(Debug, Clone, Args)]
pub struct Rollback {
    #[command(flatten)]
    operation: Operation,

    /// The server group to go back to; default: the newest other one of the cluster
    #[arg(long, value_name = "SERVER_GROUP")]
    to: Option<String>,
}

/// The arguments of `destroy`.
#[derive(Debug, Clone, Args)]
pub struct Destroy {
    #[command(flatten)]
    operation: Operation,

    /// Stops the instances at once, without draining connections first
    #[arg(long)]
    skip_disable: bool,
}

impl Operation {
    async fn name(&self, session: &Session) -> Result<String, Failure> {
        server_group(&session.client, &self.server_group).await
    }

    async fn started(&self, session: &Session, execution: Option<v1::Execution>) -> Result<Exit, Failure> {
        started(session, &execution.unwrap_or_default(), self.follow).await
    }
}

impl Resize {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let actions = [self.to.map(Action::Exact), self.up.map(Action::ScaleUp), self.down.map(Action::ScaleDown)];
        let request = v1::ResizeServerGroupRequest {
            name: self.operation.name(session).await?,
            resize: Some(v1::Resize { action: actions.into_iter().flatten().next() }),
            reason: self.operation.reason.clone(),
            ..Default::default()
        };
        self.operation.started(session, session.client.call(request).await?.execution).await
    }
}

impl Enable {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let request = v1::EnableServerGroupRequest {
            name: self.operation.name(session).await?,
            target_healthy_percent: self.healthy,
            reason: self.operation.reason.clone(),
            ..Default::default()
        };
        self.operation.started(session, session.client.call(request).await?.execution).await
    }
}

impl Disable {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let request = v1::DisableServerGroupRequest {
            name: self.operation.name(session).await?,
            reason: self.operation.reason.clone(),
            ..Default::default()
        };
        self.operation.started(session, session.client.call(request).await?.execution).await
    }
}

impl Rollback {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let request = v1::RollbackServerGroupRequest {
            name: self.operation.name(session).await?,
            restore_server_group: self.to.as_deref().map(last).unwrap_or_default().to_owned(),
            reason: self.operation.reason.clone(),
            ..Default::default()
        };
        self.operation.started(session, session.client.call(request).await?.execution).await
    }
}

impl Destroy {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let request = v1::DestroyServerGroupRequest {
            name: self.operation.name(session).await?,
            skip_disable: self.skip_disable,
            reason: self.operation.reason.clone(),
            ..Default::default()
        };
        self.operation.started(session, session.client.call(request).await?.execution).await
    }
}

/// Reads `3` or `1:3:5`.
fn capacity(text: &str) -> Result<v1::Capacity, String> {
    let numbers: Result<Vec<u32>, _> = text.split(':').map(str::parse).collect();
    match numbers.as_deref() {
        Ok([desired]) => Ok(v1::Capacity { min: *desired, desired: *desired, max: *desired }),
        Ok([min, desired, max]) if min <= desired && desired <= max => {
            Ok(v1::Capacity { min: *min, desired: *desired, max: *max })
        }
        Ok(_) | Err(_) => Err(format!("{text:?} is neither N nor MIN:DESIRED:MAX with growing numbers")),
    }
}

/// Reads `2` or `50%`.
fn scale_by(text: &str) -> Result<v1::ScaleBy, String> {
    let number = |digits: &str| match digits.parse::<u32>() {
        Ok(number) if number > 0 => Ok(number),
        Ok(_) | Err(_) => Err(format!("{text:?} is neither a number above 0 nor a percentage")),
    };
    let by = match text.strip_suffix('%') {
        Some(digits) => By::Percent(number(digits)?),
        None => By::Count(number(text)?),
    };
    Ok(v1::ScaleBy { by: Some(by) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_sizes() {
        assert_eq!(capacity("3").unwrap(), v1::Capacity { min: 3, desired: 3, max: 3 });
        assert_eq!(capacity("1:3:5").unwrap(), v1::Capacity { min: 1, desired: 3, max: 5 });
        for wrong in ["", "x", "3:1:5", "1:2", "-1"] {
            assert!(capacity(wrong).is_err(), "{wrong}");
        }
        assert_eq!(scale_by("2").unwrap().by, Some(By::Count(2)));
        assert_eq!(scale_by("50%").unwrap().by, Some(By::Percent(50)));
        assert!(scale_by("0").is_err() && scale_by("%").is_err());
    }
}
