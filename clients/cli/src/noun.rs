//! The kinds of things that commands name.

use clap::ValueEnum;

/// A kind of thing that can be listed or got. Its plural is accepted too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Noun {
    /// Applications
    #[value(alias = "applications", alias = "app", alias = "apps")]
    Application,
    /// Projects
    #[value(alias = "projects")]
    Project,
    /// Pipelines
    #[value(alias = "pipelines")]
    Pipeline,
    /// Triggers
    #[value(alias = "triggers")]
    Trigger,
    /// Executions, newest first
    #[value(alias = "executions")]
    Execution,
    /// Clusters
    #[value(alias = "clusters")]
    Cluster,
    /// Server groups
    #[value(alias = "server-groups")]
    ServerGroup,
    /// Instances
    #[value(alias = "instances")]
    Instance,
    /// Load balancers
    #[value(alias = "load-balancers", alias = "lb", alias = "lbs")]
    LoadBalancer,
    /// Firewalls
    #[value(alias = "firewalls")]
    Firewall,
    /// Images
    #[value(alias = "images")]
    Image,
    /// Accounts
    #[value(alias = "accounts")]
    Account,
    /// Kinds of stages
    #[value(alias = "stage-kinds")]
    StageKind,
    /// Kinds of triggers
    #[value(alias = "trigger-kinds")]
    TriggerKind,
}

impl Noun {
    /// The kind in words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Project => "project",
            Self::Pipeline => "pipeline",
            Self::Trigger => "trigger",
            Self::Execution => "execution",
            Self::Cluster => "cluster",
            Self::ServerGroup => "server group",
            Self::Instance => "instance",
            Self::LoadBalancer => "load balancer",
            Self::Firewall => "firewall",
            Self::Image => "image",
            Self::Account => "account",
            Self::StageKind => "stage kind",
            Self::TriggerKind => "trigger kind",
        }
    }
}
