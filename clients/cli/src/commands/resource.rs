//! The resources that can be applied, each with its calls.

use gennaker_client::{Client, Code, Error, v1};
use gennaker_proto::rules::without_output_only;
use prost::{Message, Name};
use similar::TextDiff;

use crate::document::DocumentKind;
use crate::failure::Failure;
use crate::names;
use crate::output::{Document, yaml};

/// How a resource is saved.
#[derive(Debug, Clone, Copy)]
pub(super) struct Save<'a> {
    /// Only checks.
    pub(super) validate_only: bool,
    /// What to write about the change, for kinds that have revisions.
    pub(super) message: &'a str,
}

/// A resource that can be got, created and updated.
pub(super) trait Resource: Message + Name + Default + Clone {
    /// Its kind.
    const KIND: DocumentKind;

    /// Its name, as it was given.
    fn name(&self) -> &str;

    /// Replaces a short name by the full one.
    fn complete_name(&mut self) -> Result<(), Failure>;

    /// Forgets the etag, if it has one.
    fn clear_etag(&mut self);

    /// The names of the resources that must be there first.
    fn needs(&self) -> Vec<String>;

    /// Gets it.
    async fn get(client: &Client, name: &str) -> Result<Self, Error>;

    /// Makes it.
    async fn create(client: &Client, wanted: Self, save: Save<'_>) -> Result<Self, Error>;

    /// Replaces it, if nobody else changed it since it was got.
    async fn update(client: &Client, wanted: Self, current: &Self, save: Save<'_>) -> Result<Self, Error>;
}

/// What applying a resource did, or would do.
#[derive(Debug)]
pub(super) enum Change {
    Created { after: String },
    Updated { before: String, after: String },
    Unchanged,
}

impl Change {
    /// The word to print.
    pub(super) fn word(&self, dry_run: bool) -> &'static str {
        match (self, dry_run) {
            (Self::Created { .. }, false) => "created",
            (Self::Created { .. }, true) => "would be created",
            (Self::Updated { .. }, false) => "updated",
            (Self::Updated { .. }, true) => "would be updated",
            (Self::Unchanged, _) => "unchanged",
        }
    }

    /// The difference in the unified format. Empty when there is none.
    pub(super) fn diff(&self) -> String {
        let (before, after) = match self {
            Self::Created { after } => ("", after.as_str()),
            Self::Updated { before, after } => (before.as_str(), after.as_str()),
            Self::Unchanged => return String::new(),
        };
        TextDiff::from_lines(before, after).unified_diff().header("now", "then").to_string()
    }
}

/// Creates or updates a resource.
pub(super) async fn put<R: Resource>(client: &Client, mut wanted: R, save: Save<'_>) -> Result<Change, Error> {
    normalize(&mut wanted);
    let current = match R::get(client, wanted.name()).await {
        Ok(current) => current,
        Err(error) if error.code() == Some(Code::NotFound) => {
            let after = definition(&R::create(client, wanted, save).await?);
            return Ok(Change::Created { after });
        }
        Err(error) => return Err(error),
    };
    let before = definition(&current);
    if definition(&wanted) == before {
        return Ok(Change::Unchanged);
    }
    let after = definition(&R::update(client, wanted, &current, save).await?);
    Ok(if before == after { Change::Unchanged } else { Change::Updated { before, after } })
}

/// A name that can't be completed is left for the server to refuse.
fn normalize<R: Resource>(wanted: &mut R) {
    let _ = wanted.complete_name();
}

/// What people write of a resource, as YAML: without what the server puts in.
fn definition<R: Resource>(resource: &R) -> String {
    let mut definition = without_output_only(resource);
    definition.clear_etag();
    yaml(&Document::of_kind(R::KIND.name(), &definition))
}

/// The parent of a full name: two parts less.
fn parent(name: &str) -> String {
    let mut parts: Vec<&str> = name.split('/').collect();
    parts.truncate(parts.len().saturating_sub(2));
    parts.join("/")
}

fn found<T>(resource: Option<T>) -> Result<T, Error> {
    resource.ok_or_else(|| Error::from(gennaker_client::Status::internal("the answer of the server is empty")))
}

/// The parts that differ only in names.
macro_rules! resource {
    (
        $message:ident, $field:ident, $complete:expr, $get:ident, $create:ident, $update:ident,
        needs: |$this:ident| $needs:expr,
        create: |$name:ident| { $($id:ident: $value:expr),* },
        etag: $($etag:ident)?,
        message: $($text:ident)?
    ) => {
        impl Resource for v1::$message {
            const KIND: DocumentKind = DocumentKind::$message;

            fn name(&self) -> &str {
                &self.name
            }

            fn complete_name(&mut self) -> Result<(), Failure> {
                let complete: fn(&str) -> Result<String, Failure> = $complete;
                self.name = complete(&self.name)?;
                Ok(())
            }

            fn clear_etag(&mut self) {
                $(self.$etag.clear();)?
            }

            fn needs(&self) -> Vec<String> {
                let $this = self;
                $needs
            }

            async fn get(client: &Client, name: &str) -> Result<Self, Error> {
                found(client.call(v1::$get { name: name.to_owned() }).await?.$field)
            }

            async fn create(client: &Client, wanted: Self, save: Save<'_>) -> Result<Self, Error> {
                let $name = wanted.name.clone();
                let request = v1::$create {
                    $($id: $value,)*
                    $($text: save.message.to_owned(),)?
                    $field: Some(wanted),
                    validate_only: save.validate_only,
                    ..Default::default()
                };
                found(client.call(request).await?.$field)
            }

            async fn update(
                client: &Client,
                #[allow(unused_mut)] mut wanted: Self,
                _current: &Self,
                save: Save<'_>,
            ) -> Result<Self, Error> {
                $(
                    // The etag of the file wins: its writer wants to know about changes since.
                    if wanted.$etag.is_empty() {
                        wanted.$etag.clone_from(&_current.$etag);
                    }
                )?
                let request = v1::$update {
                    $($text: save.message.to_owned(),)?
                    $field: Some(wanted),
                    validate_only: save.validate_only,
                    ..Default::default()
                };
                found(client.call(request).await?.$field)
            }
        }
    };
}

resource! {
    Application, application, names::application, GetApplicationRequest, CreateApplicationRequest, UpdateApplicationRequest,
    needs: |_application| Vec::new(),
    create: |name| { application_id: names::last(&name).to_owned() },
    etag: etag,
    message:
}

resource! {
    Project, project, names::project, GetProjectRequest, CreateProjectRequest, UpdateProjectRequest,
    needs: |project| project.applications.iter().chain(&project.pipelines).cloned().collect(),
    create: |name| { project_id: names::last(&name).to_owned() },
    etag: etag,
    message:
}

resource! {
    Pipeline, pipeline, names::pipeline, GetPipelineRequest, CreatePipelineRequest, UpdatePipelineRequest,
    needs: |pipeline| vec![parent(&pipeline.name)],
    create: |name| { parent: parent(&name), pipeline_id: names::last(&name).to_owned() },
    etag: etag,
    message: message
}

resource! {
    Trigger, trigger, names::trigger, GetTriggerRequest, CreateTriggerRequest, UpdateTriggerRequest,
    needs: |trigger| vec![parent(&trigger.name), trigger.pipeline.clone()],
    create: |name| { parent: parent(&name), trigger_id: names::last(&name).to_owned() },
    etag: etag,
    message:
}

resource! {
    LoadBalancer, load_balancer, in_region, GetLoadBalancerRequest, CreateLoadBalancerRequest, UpdateLoadBalancerRequest,
    needs: |balancer| {
        let firewalls = balancer.firewalls.iter().map(|id| format!("{}/firewalls/{id}", parent(&balancer.name)));
        firewalls.chain([balancer.application.clone()]).collect()
    },
    create: |name| { parent: parent(&name), load_balancer_id: names::last(&name).to_owned() },
    etag:,
    message:
}

resource! {
    Firewall, firewall, in_region, GetFirewallRequest, CreateFirewallRequest, UpdateFirewallRequest,
    needs: |firewall| vec![firewall.application.clone()],
    create: |name| { parent: parent(&name), firewall_id: names::last(&name).to_owned() },
    etag:,
    message:
}

/// The names of cloud resources can't be shortened in files.
fn in_region(name: &str) -> Result<String, Failure> {
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_has_nothing_that_the_server_puts_in() {
        let mut trigger = v1::Trigger {
            name: "applications/a/triggers/t".into(),
            etag: "x".into(),
            revision: 3,
            update_actor: "me".into(),
            ..Default::default()
        };
        let webhook = v1::WebhookTrigger { path: "/webhooks/t".into(), token: "secret".into(), ..Default::default() };
        trigger.source = Some(v1::trigger::Source::Webhook(webhook));
        assert_eq!(definition(&trigger), "kind: Trigger\nname: applications/a/triggers/t\nwebhook: {}\n");
    }

    #[test]
    fn a_change_shows_its_lines() {
        let change = Change::Updated { before: "a: 1\nb: 2\n".into(), after: "a: 1\nb: 3\n".into() };
        assert_eq!(change.diff(), "--- now\n+++ then\n@@ -1,2 +1,2 @@\n a: 1\n-b: 2\n+b: 3\n");
        assert_eq!(Change::Unchanged.diff(), "");
    }

    #[test]
    fn resources_know_what_they_need() {
        let balancer = v1::LoadBalancer {
            name: "accounts/l/regions/r/loadBalancers/hello".into(),
            application: "applications/hello".into(),
            firewalls: vec!["open".into()],
            ..Default::default()
        };
        assert_eq!(balancer.needs(), ["accounts/l/regions/r/firewalls/open", "applications/hello"]);
    }
}
