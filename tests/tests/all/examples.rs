//! The files that the guides begin with: each is applied as a person would, and runs.

use std::path::{Path, PathBuf};

use gennaker_tests::{World, gennaker};

/// The folder of the examples.
fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples")
}

/// A world in which all of them are applied. `triggers.yaml` names pipelines of `release.yaml`, so the order is the guides'.
async fn applied() -> World {
    let world = World::new().await;
    let server = Some(world.server.address.as_str());
    let found = std::fs::read_dir(examples()).unwrap().flatten();
    let mut found: Vec<_> = found.map(|entry| entry.path()).filter(|path| path.extension().is_some()).collect();
    found.sort();
    let known = ["release.yaml", "shop.yaml", "triggers.yaml"].map(|name| examples().join(name));
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
