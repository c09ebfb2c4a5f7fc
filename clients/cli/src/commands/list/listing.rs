//! The results of `list`, and the columns of each kind.

use gennaker_client::v1;
use prost::{Message, Name};

use crate::filter::Filter;
use crate::names::{image_id, last, short};
use crate::noun::Noun;
use crate::output::Document;
use crate::render::execution_word;
use crate::table::Table;
use crate::terminal::one_line;
use crate::time::{ago, between, from_proto, length, now};

/// Results of one kind.
pub(super) struct Listing {
    kind: Noun,
    documents: Vec<Document>,
}

impl Listing {
    /// No results yet.
    pub(super) fn new(kind: Noun) -> Self {
        Self { kind, documents: Vec::new() }
    }

    /// Adds results.
    pub(super) fn add<T: Message + Name>(&mut self, messages: Vec<T>) {
        let kind = self.document_kind();
        self.documents.extend(messages.iter().map(|message| match kind {
            Some(kind) => Document::of_kind(kind, message),
            None => Document::new(message),
        }));
    }

    /// Keeps what matches, up to a number.
    pub(super) fn keep(&mut self, filter: &Filter, limit: usize) {
        self.documents.retain(|document| filter.matches(&document.value()));
        self.documents.truncate(limit);
    }

    /// The results as documents.
    pub(super) fn into_documents(self) -> Vec<Document> {
        self.documents
    }

    fn document_kind(&self) -> Option<&'static str> {
        match self.kind {
            Noun::Application => Some("Application"),
            Noun::Project => Some("Project"),
            Noun::Pipeline => Some("Pipeline"),
            Noun::Trigger => Some("Trigger"),
            Noun::LoadBalancer => Some("LoadBalancer"),
            Noun::Firewall => Some("Firewall"),
            Noun::Execution
            | Noun::Cluster
            | Noun::ServerGroup
            | Noun::Instance
            | Noun::Image
            | Noun::Account
            | Noun::StageKind
            | Noun::TriggerKind => None,
        }
    }

    /// The results as a table.
    pub(super) fn table(&self) -> String {
        match self.kind {
            Noun::Application => self.rows(["APPLICATION", "NAME", "OWNER", "CHANGED"], application),
            Noun::Project => self.rows(["PROJECT", "NAME", "APPLICATIONS", "OWNER"], project),
            Noun::Pipeline => self.rows(["PIPELINE", "NAME", "STAGES", "REVISION", "STATE", "CHANGED"], pipeline),
            Noun::Trigger => self.rows(["TRIGGER", "SOURCE", "PIPELINE", "STATE"], trigger),
            Noun::Execution => self.rows(["EXECUTION", "NAME", "STATUS", "STARTED", "TOOK", "BY"], execution),
            Noun::Cluster => self.rows(["CLUSTER", "PROVIDER", "SERVER GROUPS", "ENABLED"], cluster),
            Noun::ServerGroup => self.rows(["SERVER GROUP", "STATE", "UP", "WANTED", "TRAFFIC", "IMAGE"], server_group),
            Noun::Instance => self.rows(["INSTANCE", "HEALTH", "ADDRESS", "RESTARTS", "STARTED"], instance),
            Noun::LoadBalancer => self.rows(["LOAD BALANCER", "LISTENS", "TARGETS", "FIREWALLS"], load_balancer),
            Noun::Firewall => self.rows(["FIREWALL", "RULES", "DESCRIPTION"], firewall),
            Noun::Image => self.rows(["IMAGE", "FAMILY", "VERSION", "REGISTERED"], image),
            Noun::Account => self.rows(["ACCOUNT", "PROVIDER", "REGIONS", "HEALTH"], account),
            Noun::StageKind => self.rows(["KIND", "NAME", "GROUP", "DESCRIPTION"], stage_kind),
            Noun::TriggerKind => self.rows(["KIND", "NAME", "GROUP", "DESCRIPTION"], trigger_kind),
        }
    }

    fn rows<T: Message + Name + Default, const N: usize>(
        &self,
        headings: [&str; N],
        row: fn(&T) -> [String; N],
    ) -> String {
        let mut table = Table::new(headings);
        for document in &self.documents {
            table.row(row(&document.message()).map(|cell| one_line(&cell)));
        }
        table.render()
    }
}

fn application(it: &v1::Application) -> [String; 4] {
    [short(&it.name), it.display_name.clone(), it.email.clone(), ago(it.update_time.as_ref(), now())]
}

fn project(it: &v1::Project) -> [String; 4] {
    let applications = it.applications.iter().map(|name| last(name)).collect::<Vec<_>>().join(", ");
    [short(&it.name), it.display_name.clone(), applications, it.email.clone()]
}

fn pipeline(it: &v1::Pipeline) -> [String; 6] {
    [
        short(&it.name),
        it.display_name.clone(),
        it.stages.len().to_string(),
        it.revision.to_string(),
        state(it.disabled),
        ago(it.update_time.as_ref(), now()),
    ]
}

fn state(disabled: bool) -> String {
    if disabled { "disabled" } else { "enabled" }.to_owned()
}

fn trigger(it: &v1::Trigger) -> [String; 4] {
    let source = match &it.source {
        Some(v1::trigger::Source::Manual(_)) => "manual",
        Some(v1::trigger::Source::Webhook(_)) => "webhook",
        Some(v1::trigger::Source::Spinnaker(_)) => "spinnaker",
        None => "",
    };
    [short(&it.name), source.to_owned(), last(&it.pipeline).to_owned(), state(it.disabled)]
}

fn execution(it: &v1::Execution) -> [String; 6] {
    let (start, end) = (from_proto(it.start_time.as_ref()), from_proto(it.end_time.as_ref()));
    let took = start.map(|start| length(between(start, end.unwrap_or_else(now)))).unwrap_or_default();
    [
        short(&it.name),
        it.display_name.clone(),
        execution_word(it.status()).text.to_owned(),
        ago(it.create_time.as_ref(), now()),
        took,
        it.cause.as_ref().map(|cause| cause.actor.clone()).unwrap_or_default(),
    ]
}

fn cluster(it: &v1::Cluster) -> [String; 4] {
    let enabled = it.server_groups.iter().filter(|group| !group.disabled).map(|group| last(&group.name));
    let enabled = enabled.collect::<Vec<_>>().join(", ");
    [short(&it.name), it.provider.clone(), it.server_groups.len().to_string(), enabled]
}

fn server_group(it: &v1::ServerGroup) -> [String; 6] {
    let up = it.instance_counts.map(|counts| counts.up).unwrap_or_default();
    let wanted = it.capacity.map(|capacity| capacity.desired).unwrap_or_default();
    let traffic = format!("{:.0}%", it.traffic_share * 100.0);
    [short(&it.name), state(it.disabled), up.to_string(), wanted.to_string(), traffic, image_id(&it.image).to_owned()]
}

fn instance(it: &v1::Instance) -> [String; 5] {
    [
        last(&it.name).to_owned(),
        health(it.health()).to_owned(),
        it.address.clone(),
        it.restarts.to_string(),
        ago(it.launch_time.as_ref(), now()),
    ]
}

/// The health of an instance in words.
pub(in crate::commands) fn health(state: v1::HealthState) -> &'static str {
    match state {
        v1::HealthState::Unspecified => "unknown",
        v1::HealthState::Failed => "failed",
        v1::HealthState::Down => "down",
        v1::HealthState::OutOfService => "out of service",
        v1::HealthState::Starting => "starting",
        v1::HealthState::Up => "up",
        v1::HealthState::Draining => "draining",
    }
}

fn load_balancer(it: &v1::LoadBalancer) -> [String; 4] {
    let listens = it.listeners.iter().map(|listener| match listener.address.as_str() {
        "" => format!("port {}", listener.port),
        address => address.to_owned(),
    });
    let targets = it
        .targets
        .iter()
        .filter(|target| !target.disabled)
        .map(|target| format!("{} {:.0}%", last(&target.server_group), target.traffic_share * 100.0));
    [
        short(&it.name),
        listens.collect::<Vec<_>>().join(", "),
        targets.collect::<Vec<_>>().join(", "),
        it.firewalls.join(", "),
    ]
}

fn firewall(it: &v1::Firewall) -> [String; 3] {
    [short(&it.name), it.rules.len().to_string(), it.description.clone()]
}

fn image(it: &v1::Image) -> [String; 4] {
    [short(&it.name), it.family.clone(), it.version.clone(), ago(it.create_time.as_ref(), now())]
}

fn account(it: &v1::Account) -> [String; 4] {
    let health = match it.health() {
        v1::account::Health::Unspecified => "not tried yet".to_owned(),
        v1::account::Health::Ok => "ok".to_owned(),
        v1::account::Health::Failing => format!("failing: {}", it.message),
    };
    [short(&it.name), it.provider.clone(), it.regions.join(", "), health]
}

fn stage_kind(it: &v1::StageKindDescriptor) -> [String; 4] {
    [it.kind.clone(), it.label.clone(), it.category.clone(), it.description.clone()]
}

fn trigger_kind(it: &v1::TriggerKindDescriptor) -> [String; 4] {
    [it.kind.clone(), it.label.clone(), it.category.clone(), it.description.clone()]
}
