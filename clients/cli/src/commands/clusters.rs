//! `clusters`: the tree of clusters, server groups and instances.

use std::collections::HashMap;

use clap::Args;
use futures::stream::{self, StreamExt, TryStreamExt};
use gennaker_client::{Client, Code, v1};

use super::list::{applications, health, note_unreachable};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::names::{self, image_id, last, short};
use crate::output::Document;
use crate::palette::{Palette, Tone};
use crate::session::Session;
use crate::table::pad;
use crate::terminal::one_line;

/// More calls at a time would only wait for each other.
const PARALLEL: usize = 8;

/// The arguments of `clusters`.
#[derive(Debug, Clone, Args)]
pub struct Clusters {
    /// The application; default: all
    application: Option<String>,
}

/// What the tree shows beside the clusters.
#[derive(Debug, Default)]
struct Details {
    /// The instances of server groups, by their names.
    instances: HashMap<String, Vec<v1::Instance>>,
    /// The versions of images, by their names.
    versions: HashMap<String, String>,
}

impl Clusters {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let client = &session.client;
        let parents = match &self.application {
            Some(application) => vec![names::application(application)?],
            None => applications(session).await?,
        };
        let mut clusters = Vec::new();
        for parent in parents {
            clusters.extend(client.list(v1::ListClustersRequest { parent, ..Default::default() }).await?);
        }
        if !session.is_text() {
            session.print_all(&clusters.iter().map(Document::new).collect::<Vec<_>>())?;
            return Ok(Exit::Success);
        }
        let details = details(client, &clusters).await?;
        note_unreachable(session).await?;
        if clusters.is_empty() {
            session.terminal.note("there are no clusters")?;
        }
        for line in tree(&clusters, &details, session.terminal.palette()) {
            session.line(&line)?;
        }
        Ok(Exit::Success)
    }
}

async fn details(client: &Client, clusters: &[v1::Cluster]) -> Result<Details, Failure> {
    let groups: Vec<&v1::ServerGroup> = clusters.iter().flat_map(|cluster| &cluster.server_groups).collect();
    let instances = stream::iter(groups.iter().map(|group| group.name.clone()))
        .map(async |parent: String| {
            let request = v1::ListInstancesRequest { parent: parent.clone(), ..Default::default() };
            match client.list(request).await {
                Ok(instances) => Ok((parent, instances)),
                // It was destroyed in between.
                Err(error) if error.code() == Some(Code::NotFound) => Ok((parent, Vec::new())),
                Err(error) => Err(error),
            }
        })
        .buffer_unordered(PARALLEL)
        .try_collect()
        .await?;
    let mut images: Vec<String> = groups.iter().map(|group| group.image.clone()).collect();
    images.sort();
    images.dedup();
    let versions = stream::iter(images)
        .map(async |name: String| {
            let image = client.call(v1::GetImageRequest { name: name.clone() }).await;
            // An image that is gone has no version to show; that is no reason to show nothing.
            (name, image.ok().and_then(|answer| answer.image).unwrap_or_default().version)
        })
        .buffer_unordered(PARALLEL)
        .collect()
        .await;
    Ok(Details { instances, versions })
}

fn tree(clusters: &[v1::Cluster], details: &Details, palette: Palette) -> Vec<String> {
    let mut lines = Vec::new();
    for cluster in clusters {
        let title = palette.paint(Tone::Strong, &short(&cluster.name));
        lines.push(format!("{title} {}", palette.paint(Tone::Muted, &cluster.provider)));
        let width = cluster.server_groups.iter().map(|group| last(&group.name).len()).max().unwrap_or(0);
        for (index, group) in cluster.server_groups.iter().enumerate() {
            let (branch, below) = branches(index, cluster.server_groups.len());
            lines.push(format!("{branch}{}", server_group(group, width, details, palette)));
            let instances = details.instances.get(&group.name).map(Vec::as_slice).unwrap_or_default();
            for (index, one) in instances.iter().enumerate() {
                let (branch, _) = branches(index, instances.len());
                lines.push(format!("{below}{branch}{}", instance(one, palette)));
            }
        }
    }
    lines
}

fn branches(index: usize, count: usize) -> (&'static str, &'static str) {
    if index + 1 == count { ("└─ ", "   ") } else { ("├─ ", "│  ") }
}

fn server_group(group: &v1::ServerGroup, width: usize, details: &Details, palette: Palette) -> String {
    let counts = group.instance_counts.unwrap_or_default();
    let wanted = group.capacity.map(|capacity| capacity.desired).unwrap_or_default();
    let (icon, state, tone) =
        if group.disabled { ('○', "disabled", Tone::Muted) } else { ('●', "enabled", Tone::Good) };
    let healthy = if group.disabled { counts.up + counts.out_of_service } else { counts.up };
    let health_tone = if healthy < wanted { Tone::Waiting } else { Tone::Good };
    let version = details.versions.get(&group.image).map(String::as_str).unwrap_or_default();
    let mut parts = vec![
        palette.paint(tone, &icon.to_string()),
        pad(last(&group.name), width),
        pad(&palette.paint(tone, state), 8),
        palette.paint(health_tone, &format!("{healthy}/{wanted} healthy")),
    ];
    if !group.load_balancers.is_empty() {
        parts.push(format!("{:>3.0}% of traffic", group.traffic_share * 100.0));
    }
    parts.push(one_line(image_id(&group.image)));
    if !version.is_empty() {
        parts.push(format!("version {}", one_line(version)));
    }
    parts.push(palette.paint(Tone::Muted, &group.region));
    parts.join("  ").replacen("  ", " ", 1)
}

fn instance(instance: &v1::Instance, palette: Palette) -> String {
    let (icon, tone) = match instance.health() {
        v1::HealthState::Up => ('✔', Tone::Good),
        v1::HealthState::Failed | v1::HealthState::Down => ('✘', Tone::Bad),
        v1::HealthState::Starting => ('◷', Tone::Waiting),
        v1::HealthState::Unspecified | v1::HealthState::OutOfService | v1::HealthState::Draining => ('○', Tone::Muted),
    };
    let word = health(instance.health());
    let mut parts = vec![
        format!("{} {}", palette.paint(tone, &icon.to_string()), last(&instance.name)),
        palette.paint(tone, word),
        one_line(&instance.address),
    ];
    match instance.restarts {
        0 => {}
        1 => parts.push("1 restart".to_owned()),
        several => parts.push(format!("{several} restarts")),
    }
    if instance.health() != v1::HealthState::Up {
        parts.push(one_line(&instance.reason));
    }
    parts.retain(|part| !part.is_empty());
    parts.join("  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str, disabled: bool, up: u32, share: f64, image: &str) -> v1::ServerGroup {
        v1::ServerGroup {
            name: format!("accounts/local/regions/main/serverGroups/{name}"),
            region: "main".into(),
            disabled,
            capacity: Some(v1::Capacity { min: 2, desired: 2, max: 2 }),
            instance_counts: Some(v1::InstanceCounts { total: 2, up, ..Default::default() }),
            traffic_share: share,
            load_balancers: vec!["hello".into()],
            image: image.into(),
            ..Default::default()
        }
    }

    #[test]
    fn shows_health_version_and_traffic() {
        let cluster = v1::Cluster {
            name: "accounts/local/clusters/hello-main".into(),
            provider: "local".into(),
            server_groups: vec![
                group("hello-main-v001", false, 2, 1.0, "accounts/local/regions/main/images/hello:2"),
                group("hello-main-v000", true, 0, 0.0, "accounts/local/regions/main/images/hello:1"),
                v1::ServerGroup { load_balancers: Vec::new(), ..group("hello-worker-v000", false, 2, 1.0, "worker:1") },
            ],
            ..Default::default()
        };
        let instance = |id: &str, health: v1::HealthState, reason: &str| v1::Instance {
            name: format!("x/instances/{id}"),
            health: health.into(),
            address: "127.0.0.1:34567".into(),
            reason: reason.into(),
            restarts: u32::from(health == v1::HealthState::Down),
            ..Default::default()
        };
        let instances = vec![
            instance("i-1", v1::HealthState::Up, ""),
            instance("i-2", v1::HealthState::Down, "GET /health answered 500"),
        ];
        let details = Details {
            instances: [(cluster.server_groups[0].name.clone(), instances)].into(),
            versions: [("accounts/local/regions/main/images/hello:2".to_owned(), "2.0".to_owned())].into(),
        };
        insta::assert_snapshot!(tree(&[cluster], &details, Palette::new(false)).join("\n"));
    }
}
