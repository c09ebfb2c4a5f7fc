//! `delete`: deletes something.

use clap::Args;
use gennaker_client::v1;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::names;
use crate::noun::Noun;
use crate::session::Session;

/// The arguments of `delete`.
#[derive(Debug, Clone, Args)]
pub struct Delete {
    /// application, project, pipeline, trigger, load-balancer or firewall
    #[arg(value_enum, hide_possible_values = true)]
    kind: Noun,

    /// Its name, as `list` prints it
    name: String,

    /// Deletes an application with all its pipelines and triggers, and cancels its executions
    #[arg(long)]
    force: bool,

    /// Succeeds when there is no such thing
    #[arg(long)]
    ignore_missing: bool,
}

impl Delete {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let name = self.carry_out(session).await?;
        if session.is_text() {
            session.line(&format!("{} {} deleted", self.kind.words(), names::short(&name)))?;
        }
        Ok(Exit::Success)
    }

    async fn carry_out(&self, session: &Session) -> Result<String, Failure> {
        let client = &session.client;
        let (force, allow_missing, full) = (self.force, self.ignore_missing, self.full_name(session).await?);
        let name = full.clone();
        match self.kind {
            Noun::Application => {
                let request = v1::DeleteApplicationRequest { name, force, allow_missing, ..Default::default() };
                client.call(request).await.map(drop)?;
            }
            Noun::Project => {
                client.call(v1::DeleteProjectRequest { name, allow_missing, ..Default::default() }).await.map(drop)?;
            }
            Noun::Pipeline => {
                client.call(v1::DeletePipelineRequest { name, allow_missing, ..Default::default() }).await.map(drop)?;
            }
            Noun::Trigger => {
                client.call(v1::DeleteTriggerRequest { name, allow_missing, ..Default::default() }).await.map(drop)?;
            }
            Noun::LoadBalancer => {
                let request = v1::DeleteLoadBalancerRequest { name, allow_missing, ..Default::default() };
                client.call(request).await.map(drop)?;
            }
            Noun::Firewall => {
                client.call(v1::DeleteFirewallRequest { name, allow_missing, ..Default::default() }).await.map(drop)?;
            }
            Noun::Execution
            | Noun::Cluster
            | Noun::ServerGroup
            | Noun::Instance
            | Noun::Image
            | Noun::Account
            | Noun::StageKind
            | Noun::TriggerKind => return Err(self.impossible()),
        }
        Ok(full)
    }

    async fn full_name(&self, session: &Session) -> Result<String, Failure> {
        let client = &session.client;
        match self.kind {
            Noun::Application => names::application(&self.name),
            Noun::Project => names::project(&self.name),
            Noun::Pipeline => names::pipeline(&self.name),
            Noun::Trigger => names::trigger(&self.name),
            Noun::LoadBalancer => names::load_balancer(client, &self.name).await,
            Noun::Firewall => names::firewall(client, &self.name).await,
            Noun::Execution
            | Noun::Cluster
            | Noun::ServerGroup
            | Noun::Instance
            | Noun::Image
            | Noun::Account
            | Noun::StageKind
            | Noun::TriggerKind => Err(self.impossible()),
        }
    }

    fn impossible(&self) -> Failure {
        let hint = match self.kind {
            Noun::ServerGroup => "; use `gennaker destroy`",
            Noun::Execution => "; use `gennaker cancel` to stop it",
            Noun::Application
            | Noun::Project
            | Noun::Pipeline
            | Noun::Trigger
            | Noun::Cluster
            | Noun::Instance
            | Noun::LoadBalancer
            | Noun::Firewall
            | Noun::Image
            | Noun::Account
            | Noun::StageKind
            | Noun::TriggerKind => "",
        };
        Failure::Usage(format!("the kind `{}` can't be deleted{hint}", self.kind.words()))
    }
}
