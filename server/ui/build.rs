//! Has the crate compiled again when the built web UI has changed, and insists on it where it is required. It builds nothing:
//! that is what `make ui` does.

use std::env::var_os;
use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let required = var_os("CARGO_FEATURE_REQUIRE_UI").is_some();
    // Debug builds read the folder when they run.
    if !required && var_os("PROFILE").is_some_and(|profile| profile == "debug") {
        return;
    }
    let built = Path::new("../../clients/web/dist");
    if built.exists() {
        println!("cargo::rerun-if-changed={}", built.display());
    } else {
        // What is watched and not there counts as changed, each time anew.
        println!("cargo::rerun-if-changed=../../clients/web");
    }
    if required && !built.join("index.html").exists() {
        println!("cargo::error=the feature require-ui needs the web UI, and it is not built: run `make ui` first");
    }
}
