//! `get`: shows one thing.

use clap::Args;
use gennaker_client::{ExecutionView, v1};
use prost::{Message, Name};

use super::resource::Resource;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::names;
use crate::noun::Noun;
use crate::output::Document;
use crate::render::{Style, belongings, frame};
use crate::session::Session;
use crate::time::now;

/// The arguments of `get`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "What is printed of applications, pipelines, triggers, projects, load balancers and firewalls \
    can be applied again with `gennaker apply -f -`.")]
pub struct Get {
    /// application, project, pipeline, trigger, execution, cluster, server-group, instance, load-balancer, firewall,
    /// image, account, stage-kind or trigger-kind
    #[arg(value_enum, hide_possible_values = true)]
    kind: Noun,

    /// Its name, as `list` prints it
    name: String,
}

impl Get {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let (client, text) = (&session.client, self.name.as_str());
        let document = match self.kind {
            Noun::Application => resource::<v1::Application>(session, names::application(text)?).await?,
            Noun::Project => resource::<v1::Project>(session, names::project(text)?).await?,
            Noun::Pipeline => resource::<v1::Pipeline>(session, names::pipeline(text)?).await?,
            Noun::Trigger => resource::<v1::Trigger>(session, names::trigger(text)?).await?,
            Noun::LoadBalancer => {
                resource::<v1::LoadBalancer>(session, names::load_balancer(client, text).await?).await?
            }
            Noun::Firewall => resource::<v1::Firewall>(session, names::firewall(client, text).await?).await?,
            Noun::Execution => return execution(session, text).await,
            Noun::Cluster => {
                let name = names::cluster(text)?;
                found(client.call(v1::GetClusterRequest { name }).await?.cluster)?
            }
            Noun::ServerGroup => {
                let name = names::server_group(client, text).await?;
                found(client.call(v1::GetServerGroupRequest { name }).await?.server_group)?
            }
            Noun::Instance => {
                let name = names::instance(client, text).await?;
                found(client.call(v1::GetInstanceRequest { name }).await?.instance)?
            }
            Noun::Image => {
                let name = names::image(text)?;
                found(client.call(v1::GetImageRequest { name }).await?.image)?
            }
            Noun::Account => {
                let name = names::account(text)?;
                found(client.call(v1::GetAccountRequest { name }).await?.account)?
            }
            Noun::StageKind => {
                let kinds = client.call(v1::ListStageKindsRequest {}).await?.kinds;
                let kind = kinds.into_iter().find(|kind| kind.kind == text);
                Document::new(&kind.ok_or_else(|| missing(self.kind, text))?)
            }
            Noun::TriggerKind => {
                let kinds = client.call(v1::ListTriggerKindsRequest {}).await?.kinds;
                let kind = kinds.into_iter().find(|kind| kind.kind == text);
                Document::new(&kind.ok_or_else(|| missing(self.kind, text))?)
            }
        };
        session.print(&document)?;
        Ok(Exit::Success)
    }
}

async fn resource<R: Resource>(session: &Session, name: String) -> Result<Document, Failure> {
    Ok(Document::of_kind(R::KIND.name(), &R::get(&session.client, &name).await?))
}

async fn execution(session: &Session, text: &str) -> Result<Exit, Failure> {
    let name = names::execution(&session.client, text).await?;
    let execution = session.client.call(v1::GetExecutionRequest { name }).await?.execution.unwrap_or_default();
    if !session.is_text() {
        session.print(&Document::new(&execution))?;
        return Ok(Exit::Success);
    }
    let program = session.globals.program();
    let columns = if session.terminal.is_interactive() { session.terminal.size().1 } else { usize::MAX };
    let style = Style { columns, palette: session.terminal.palette(), program: &program };
    let (now, below) = (now(), belongings(&execution, now(), style.palette));
    for line in frame(&ExecutionView::from(execution), now, &style).into_iter().chain(below) {
        session.line(&line)?;
    }
    Ok(Exit::Success)
}

fn found<T: Message + Name>(message: Option<T>) -> Result<Document, Failure> {
    let message = message.ok_or_else(|| Failure::NotFound("the answer of the server is empty".to_owned()))?;
    Ok(Document::new(&message))
}

fn missing(kind: Noun, name: &str) -> Failure {
    Failure::NotFound(format!("there is no {} `{name}`; `gennaker list` shows them", kind.words()))
}
