//! What the demo puts into the server: two images, an application, a firewall, a load balancer and two pipelines.

use gennaker_proto::{json, v1};
use prost::{Message, Name};
use serde_json::{Value, json};

/// The region that everything is in.
pub(super) const REGION: &str = "accounts/local/regions/local";

/// The application.
pub(super) const APPLICATION: &str = "applications/hello";

/// The pipeline that deploys the first version.
pub(super) const FIRST_DEPLOY: &str = "applications/hello/pipelines/deploy";

/// The pipeline that goes from one version to the next.
pub(super) const RED_BLACK: &str = "applications/hello/pipelines/red-black";

/// The number of instances of a server group.
const INSTANCES: u32 = 3;

pub(super) fn application() -> v1::Application {
    read(json!({
        "name": APPLICATION,
        "displayName": "Hello",
        "email": "demo@example.com",
        "description": "The application of `gennaker demo`.",
        "trafficGuards": [{"account": "local", "region": "local", "stack": "main", "detail": ""}],
    }))
}

pub(super) fn firewall() -> v1::Firewall {
    read(json!({
        "name": format!("{REGION}/firewalls/hello"),
        "application": APPLICATION,
        "description": "This machine may connect, nobody else.",
        "rules": [{"cidrs": ["127.0.0.0/8"]}],
    }))
}

pub(super) fn load_balancer() -> v1::LoadBalancer {
    read(json!({
        "name": format!("{REGION}/loadBalancers/hello"),
        "application": APPLICATION,
        "listeners": [{"protocol": "PROTOCOL_HTTP"}],
        "firewalls": ["hello"],
    }))
}

/// Deploys a version and destroys what was there.
pub(super) fn first_deploy() -> v1::Pipeline {
    read(json!({
        "name": FIRST_DEPLOY,
        "displayName": "Deploy",
        "description": "Deploys a version; whatever was there before is destroyed.",
        "parameters": [version("v1")],
        "stages": [
            {"id": "deploy", "name": "Deploy the version", "deploy": {"clusters": [
                cluster(json!({"highlander": {"rollbackOnFailure": true}}))
            ]}},
        ],
    }))
}

/// Goes from one version to the next without a failed request, and asks a person first.
pub(super) fn red_black() -> v1::Pipeline {
    read(json!({
        "name": RED_BLACK,
        "displayName": "Red/black",
        "description": "Puts a new version beside the old one, gives it the traffic, and keeps the old one for a rollback.",
        "parameters": [version("v2")],
        "stages": [
            {"id": "approve", "name": "Approve", "manualJudgment": {
                "instructions": "Deploy version ${ parameters.version } with red/black?",
                "inputs": ["go", "not today"],
            }},
            {"id": "deploy", "name": "Red/black", "dependsOn": ["approve"], "deploy": {"clusters": [
                cluster(json!({"redBlack": {"maxRemaining": 2, "delayBeforeDisable": "2s", "rollbackOnFailure": true}}))
            ]}},
            {"id": "settle", "name": "Watch it for a moment", "dependsOn": ["deploy"], "wait": {"duration": "2s"}},
        ],
    }))
}

fn version(default: &str) -> Value {
    json!({
        "name": "version",
        "description": "The version to deploy.",
        "defaultValue": default,
        "options": ["v1", "v2"],
        "pinned": true,
    })
}

/// The server group that both pipelines deploy, with a strategy.
fn cluster(strategy: Value) -> Value {
    let mut cluster = json!({
        "account": "local",
        "region": "local",
        "stack": "main",
        "image": "hello:${ parameters.version }",
        "capacity": {"min": INSTANCES, "max": INSTANCES, "desired": INSTANCES},
        "loadBalancers": ["hello"],
        "healthCheck": {"http": {"path": "/health"}},
        "stopGrace": "5s",
    });
    if let (Some(all), Value::Object(strategy)) = (cluster.as_object_mut(), strategy) {
        all.extend(strategy);
    }
    cluster
}

/// Where the image of a version comes from: the program is this one, with a subcommand that stays hidden from people.
pub(super) fn image_source(version: &str) -> String {
    format!("builtin:sample-program --version {version}")
}

fn read<T: Message + Name + Default>(value: Value) -> T {
    json::decode(&value).expect("a test reads what the demo defines")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definitions_are_valid_messages() {
        assert_eq!(first_deploy().stages.len(), 1);
        assert_eq!(red_black().stages.len(), 3);
        assert_eq!(application().name, APPLICATION);
        assert_eq!(load_balancer().firewalls, ["hello"]);
        assert_eq!(firewall().rules.len(), 1);
    }
}
