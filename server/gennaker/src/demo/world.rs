//! What the demo puts into the server: two images, an application, a firewall, a load balancer, two pipelines and a project.
//! The web UI creates the same for whoever wants to try, so the definitions are in a file of their own.

use gennaker_proto::{json, v1};
use prost::{Message, Name};
use serde_json::Value;

/// The definitions.
const WORLD: &str = include_str!("../../../../examples/demo/world.json");

/// The pipeline that deploys the first version.
pub(super) const FIRST_DEPLOY: &str = "applications/hello/pipelines/deploy";

/// The pipeline that goes from one version to the next.
pub(super) const RED_BLACK: &str = "applications/hello/pipelines/red-black";

/// Everything, in the order in which it has to be made.
pub(super) struct World {
    pub(super) images: Vec<v1::RegisterImageRequest>,
    pub(super) application: v1::Application,
    pub(super) firewall: v1::Firewall,
    pub(super) load_balancer: v1::LoadBalancer,
    pub(super) pipelines: Vec<v1::Pipeline>,
    pub(super) project: v1::Project,
}

impl World {
    pub(super) fn read() -> Self {
        let world: Value = serde_json::from_str(WORLD).expect("a test reads what the demo defines");
        let region = world["region"].as_str().unwrap_or_default();
        let mut images: Vec<v1::RegisterImageRequest> = list(&world["images"]);
        for image in &mut images {
            image.parent = region.to_owned();
        }
        Self {
            images,
            application: message(&world["application"]),
            firewall: message(&world["firewall"]),
            load_balancer: message(&world["loadBalancer"]),
            pipelines: list(&world["pipelines"]),
            project: message(&world["project"]),
        }
    }
}

fn list<T: Message + Name + Default>(values: &Value) -> Vec<T> {
    values.as_array().into_iter().flatten().map(message).collect()
}

fn message<T: Message + Name + Default>(value: &Value) -> T {
    json::decode(value).expect("a test reads what the demo defines")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definitions_are_valid_messages() {
        let world = World::read();
        let names: Vec<_> = world.pipelines.iter().map(|pipeline| pipeline.name.as_str()).collect();
        assert_eq!(names, [FIRST_DEPLOY, RED_BLACK]);
        assert_eq!(world.images.len(), 2);
        assert_eq!(world.project.applications, [world.application.name]);
        assert_eq!(world.load_balancer.firewalls, ["hello"]);
        assert_eq!(world.firewall.rules.len(), 1);
    }
}
