//! What leads out of the server: calls of URLs, messages to people, secrets, and the kinds of stages that the operator made of calls.

use std::sync::Arc;

use gennaker_integrations::{Channels, GuardedEgress, References, Trust};
use gennaker_ports::{AllowedSecrets, Clock, Egress, Notifier, Secrets, SystemSecrets};
use gennaker_stages::CustomKinds;

use crate::config::Config;
use crate::failure::Failure;
use crate::options;

/// The ways out.
pub(crate) struct Outside {
    pub(crate) egress: Arc<dyn Egress>,
    /// Those that definitions may refer to.
    pub(crate) secrets: Arc<dyn Secrets>,
    pub(crate) operator_secrets: Arc<dyn Secrets>,
    pub(crate) notifier: Arc<dyn Notifier>,
    pub(crate) custom_kinds: Arc<CustomKinds>,
}

impl Outside {
    /// Opens them as the settings say.
    pub(crate) fn open(config: &Config, clock: Arc<dyn Clock>) -> Result<Self, Failure> {
        let wrong = |key: &str, problem: &str| Failure::usage(format!("setting {key} is wrong: {problem}"));
        let trust =
            Trust::new(options::ca_file(config)).map_err(|error| wrong("egress.ca_file", &error.to_string()))?;
        let egress: Arc<dyn Egress> = Arc::new(GuardedEgress::new(options::egress(config), &trust));
        let operator_secrets: Arc<dyn Secrets> = Arc::new(SystemSecrets);
        let secrets: Arc<dyn Secrets> = Arc::new(AllowedSecrets::new(SystemSecrets, config.secrets.allowed.clone()));
        let notifications = options::notifications(config);
        let references = References { operator: operator_secrets.clone(), definitions: secrets.clone() };
        let channels = Channels::new(notifications, egress.clone(), references, clock, &trust);
        let channels = channels.map_err(|error| wrong(error.key, &error.problem))?;
        let custom_kinds = options::custom_kinds(config).map_err(|all| wrong("custom_kinds", &all.join("; ")))?;
        Ok(Self {
            egress,
            secrets,
            operator_secrets,
            notifier: Arc::new(channels),
            custom_kinds: Arc::new(custom_kinds),
        })
    }
}
