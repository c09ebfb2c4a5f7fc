//! The files that the guides begin with: each is applied as a person would, and runs.

use std::path::{Path, PathBuf};

use gennaker_parts::Http;
use gennaker_parts::http::Reply;
use gennaker_tests::{Setup, World, gennaker};

/// The folder of the examples.
fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples")
}

/// A world in which all of them are applied. `triggers.yaml` names pipelines of `release.yaml`, so the order is the guides'.
async fn applied() -> World {
    apply_to(World::new().await).await
}

async fn apply_to(world: World) -> World {
    let server = Some(world.server.address.as_str());
    let found = std::fs::read_dir(examples()).unwrap().flatten();
    let mut found: Vec<_> = found.map(|entry| entry.path()).filter(|path| path.extension().is_some()).collect();
    found.sort();
    let known = ["delivery.yaml", "release.yaml", "shop.yaml", "triggers.yaml"].map(|name| examples().join(name));
    assert_eq!(found, known, "every example is applied, in the order of the guides");
    for file in &known {
        let file = file.to_str().unwrap();
        let created = gennaker(server, &["apply", "-f", file]).await.good();
        assert!(created.contains("created"), "{created}");
        let again = gennaker(server, &["apply", "-f", file]).await.good();
        assert!(!again.contains("created") && !again.contains("updated"), "{again}");
    }
    world
}

#[tokio::test]
async fn the_shop_is_deployed_twice_and_goes_back() {
    let world = applied().await;
    let server = Some(world.server.address.as_str());
    for version in ["1", "2"] {
        let source = examples().join(format!("images/shop-{version}"));
        let image = format!("local/local/shop:{version}");
        gennaker(server, &["register", &image, source.to_str().unwrap()]).await.good();
        let parameter = format!("version={version}");
        gennaker(server, &["run", "shop/deploy", "--param", &parameter, "--follow"]).await.good();
    }
    gennaker(server, &["run", "shop/go-back", "--follow"]).await.good();
    let guarded = gennaker(server, &["disable", "shop-main-v000", "--follow"]).await;
    assert!(guarded.code == 1 && guarded.stdout.contains("traffic guard"), "{guarded:?}");
    let clusters = gennaker(server, &["clusters", "shop"]).await.good();
    assert!(
        clusters.contains("shop-main-v001  disabled") && clusters.contains("shop-main-v000  enabled"),
        "{clusters}"
    );
}

#[tokio::test]
async fn the_release_waits_for_its_judgment_and_the_button_starts_the_check() {
    let world = applied().await;
    let server = Some(world.server.address.as_str());
    let started = gennaker(server, &["-o", "json", "run", "flow/release", "--param", "version=7"]).await.good();
    let started: serde_json::Value = serde_json::from_str(&started).unwrap();
    let name = started["name"].as_str().unwrap();
    world.until(name, |view| !view.open_judgments().is_empty()).await;
    gennaker(server, &["judge", name, "look", "--continue", "--input", "now"]).await.good();
    assert_eq!(gennaker(server, &["watch", name]).await.code, 0);
    gennaker(server, &["fire", "flow/button", "--follow"]).await.good();
}

#[tokio::test]
async fn the_promotion_is_planned_judged_by_two_rolled_out_and_told() {
    let service = Http::start().await.unwrap();
    service.on("POST", "/rollouts", Reply::status(201).header("location", "/rollouts/r-1"));
    service.on("GET", "/rollouts/r-1", Reply::ok(r#"{"state": "done", "id": "r-1"}"#));
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("gennaker.toml");
    std::fs::write(&config, "[roles]\nrelease-managers = [\"ann\", \"bob\"]\n").unwrap();
    let setup = Setup { config: Some(config), ..Setup::with(&["egress.allowed_networks=127.0.0.0/8"]) };
    let world = apply_to(World::set_up(setup).await).await;
    let server = Some(world.server.address.as_str());
    let to = format!("service={}", service.url(""));
    let image = "type=docker/image,name=hub.example.com/shop,version=7,reference=hub.example.com/shop:7";
    let inputs = ["delivery/promote", "-p", "environment=production", "-p", &to, "--artifact", image];

    let plan = gennaker(server, &[&["plan"], &inputs[..]].concat()).await.good();
    assert!(plan.contains("→ \"hub.example.com/shop:7\"") && plan.contains("→ 3"), "{plan}");
    assert_eq!(service.connections(), 0);

    let started = gennaker(server, &[&["-o", "json", "run"], &inputs[..]].concat()).await.good();
    let started: serde_json::Value = serde_json::from_str(&started).unwrap();
    let name = started["name"].as_str().unwrap();
    world.until(name, |view| !view.open_judgments().is_empty()).await;
    for judge in ["ann", "bob"] {
        gennaker(server, &["--actor", judge, "judge", name, "approve", "--continue"]).await.good();
    }
    let watched = gennaker(server, &["watch", name]).await;
    assert_eq!(watched.code, 0, "{watched:?}");
    let value = gennaker(server, &["evaluate", name, "summary", "--stage", "tell"]).await.good();
    assert_eq!(value.trim(), "\"7 runs in production, as r-1\"");
    let shown = gennaker(server, &["get", "execution", name]).await.good();
    assert!(shown.contains("image: docker/image hub.example.com/shop 7"), "{shown}");
    assert!(shown.contains("Notifications and clean-ups"), "{shown}");
}
