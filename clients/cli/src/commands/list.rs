//! `list`: lists things.

mod listing;

pub(super) use listing::health;

use clap::Args;
use gennaker_client::v1;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::filter::Filter;
use crate::names;
use crate::noun::Noun;
use crate::palette::Tone;
use crate::session::Session;
use crate::terminal::one_line;
use listing::Listing;

/// All applications, where one can be named.
const ALL: &str = "-";

/// The arguments of `list`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "A filter has terms FIELD=VALUE with spaces between, all of which must hold; a value may be a \
    list with commas. Executions have the fields status, pipeline, cause, trigger, actor, active, text and created \
    (`created>=2026-11-24T08:00:00Z`), and their values may stand in double quotes; other kinds the fields of their \
    messages.")]
pub struct List {
    /// applications, projects, pipelines, triggers, executions, clusters, server-groups, instances, load-balancers,
    /// firewalls, images, accounts, stage-kinds or trigger-kinds
    #[arg(value_enum, hide_possible_values = true)]
    kind: Noun,

    /// Where: an application, `-` for all, ACCOUNT/REGION for what is in a region, or a server group for instances;
    /// default: all
    #[arg(value_name = "IN")]
    parent: Option<String>,

    /// Only what matches: `status=RUNNING,PAUSED pipeline=deploy` for instance
    #[arg(long, default_value = "", hide_default_value = true)]
    filter: String,

    /// The most results
    #[arg(long, value_name = "N", default_value_t = 500)]
    limit: usize,
}

impl List {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let listing = self.listing(session).await?;
        if self.is_in_region() || self.kind == Noun::Cluster {
            note_unreachable(session).await?;
        }
        if session.is_text() {
            session.line(&listing.table())?;
        } else {
            session.print_all(&listing.into_documents())?;
        }
        Ok(Exit::Success)
    }

    async fn listing(&self, session: &Session) -> Result<Listing, Failure> {
        let client = &session.client;
        let mut listing = Listing::new(self.kind);
        match self.kind {
            Noun::Application => {
                let request = v1::ListApplicationsRequest { filter: self.filter.clone(), ..Default::default() };
                listing.add(client.list_at_most(request, self.limit).await?);
                return Ok(listing);
            }
            Noun::Execution => {
                self.executions(session, &mut listing).await?;
                return Ok(listing);
            }
            Noun::Project => listing.add(client.list(v1::ListProjectsRequest::default()).await?),
            Noun::Account => listing.add(client.list(v1::ListAccountsRequest::default()).await?),
            Noun::StageKind => listing.add(client.call(v1::ListStageKindsRequest {}).await?.kinds),
            Noun::TriggerKind => listing.add(client.call(v1::ListTriggerKindsRequest {}).await?.kinds),
            Noun::Instance => {
                let group = self.parent.as_deref().ok_or_else(|| {
                    Failure::Usage(
                        "instances are listed of one server group: name it, or use `gennaker clusters`".into(),
                    )
                })?;
                let parent = names::server_group(client, group).await?;
                listing.add(client.list(v1::ListInstancesRequest { parent, ..Default::default() }).await?);
            }
            Noun::Image => {
                for parent in self.regions(session).await? {
                    listing.add(client.list(v1::ListImagesRequest { parent, ..Default::default() }).await?);
                }
            }
            Noun::Pipeline
            | Noun::Trigger
            | Noun::Cluster
            | Noun::ServerGroup
            | Noun::LoadBalancer
            | Noun::Firewall => self.in_parents(session, &mut listing).await?,
        }
        listing.keep(&Filter::parse(&self.filter)?, self.limit);
        Ok(listing)
    }

    /// What is listed of an application, and of all of them one after the other.
    async fn in_parents(&self, session: &Session, listing: &mut Listing) -> Result<(), Failure> {
        let client = &session.client;
        for parent in self.parents(session).await? {
            match self.kind {
                Noun::Pipeline => {
                    listing.add(client.list(v1::ListPipelinesRequest { parent, ..Default::default() }).await?);
                }
                Noun::Trigger => {
                    listing.add(client.list(v1::ListTriggersRequest { parent, ..Default::default() }).await?);
                }
                Noun::Cluster => {
                    listing.add(client.list(v1::ListClustersRequest { parent, ..Default::default() }).await?);
                }
                Noun::ServerGroup => {
                    listing.add(client.list(v1::ListServerGroupsRequest { parent, ..Default::default() }).await?);
                }
                Noun::LoadBalancer => {
                    listing.add(client.list(v1::ListLoadBalancersRequest { parent, ..Default::default() }).await?);
                }
                Noun::Firewall => {
                    listing.add(client.list(v1::ListFirewallsRequest { parent, ..Default::default() }).await?);
                }
                Noun::Application
                | Noun::Project
                | Noun::Execution
                | Noun::Instance
                | Noun::Image
                | Noun::Account
                | Noun::StageKind
                | Noun::TriggerKind => {}
            }
        }
        Ok(())
    }

    /// Of an application or of all, newest first.
    async fn executions(&self, session: &Session, listing: &mut Listing) -> Result<(), Failure> {
        let request = v1::ListExecutionsRequest {
            parent: names::application(self.parent.as_deref().unwrap_or(ALL))?,
            filter: self.filter.clone(),
            page_size: u32::try_from(self.limit).unwrap_or(u32::MAX),
            ..Default::default()
        };
        listing.add(session.client.list_at_most(request, self.limit).await?);
        Ok(())
    }

    /// The application or the region that was named, or all applications.
    async fn parents(&self, session: &Session) -> Result<Vec<String>, Failure> {
        match self.parent.as_deref().filter(|parent| !matches!(*parent, ALL | "applications/-")) {
            Some(region) if self.is_in_region() && region.contains('/') && !region.starts_with("applications/") => {
                Ok(vec![names::region(region)?])
            }
            Some(application) => Ok(vec![names::application(application)?]),
            None if self.is_in_region() || self.kind == Noun::Trigger => Ok(vec![names::application(ALL)?]),
            None => applications(session).await,
        }
    }

    fn is_in_region(&self) -> bool {
        match self.kind {
            Noun::ServerGroup | Noun::LoadBalancer | Noun::Firewall => true,
            Noun::Application
            | Noun::Project
            | Noun::Pipeline
            | Noun::Trigger
            | Noun::Execution
            | Noun::Cluster
            | Noun::Instance
            | Noun::Image
            | Noun::Account
            | Noun::StageKind
            | Noun::TriggerKind => false,
        }
    }

    async fn regions(&self, session: &Session) -> Result<Vec<String>, Failure> {
        if let Some(region) = &self.parent {
            return Ok(vec![names::region(region)?]);
        }
        let accounts = session.client.list(v1::ListAccountsRequest::default()).await?;
        let regions = accounts
            .iter()
            .flat_map(|account| account.regions.iter().map(|region| format!("{}/regions/{region}", account.name)));
        Ok(regions.collect())
    }
}

/// Says which accounts can't be reached now, so that what is shown of them may be old.
pub(super) async fn note_unreachable(session: &Session) -> Result<(), Failure> {
    for account in session.client.list(v1::ListAccountsRequest::default()).await? {
        if account.health() == v1::account::Health::Failing {
            let (name, message) = (names::last(&account.name), one_line(&account.message));
            let text = format!("the account `{name}` can't be reached, what is shown of it may be old: {message}");
            session.terminal.note(&session.terminal.palette().paint(Tone::Waiting, &text))?;
        }
    }
    Ok(())
}

/// The names of all applications.
pub(super) async fn applications(session: &Session) -> Result<Vec<String>, Failure> {
    let applications = session.client.list(v1::ListApplicationsRequest::default()).await?;
    Ok(applications.into_iter().map(|application| application.name).collect())
}
