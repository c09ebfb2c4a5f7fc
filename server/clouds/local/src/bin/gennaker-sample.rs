//! The sample program by itself, for tests: `gennaker-sample VERSION`.

use gennaker_cloud_local::sample::{SampleOptions, sample_program};

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let version = std::env::args().nth(1).unwrap_or_else(|| "unknown".to_owned());
    #[expect(clippy::disallowed_methods, reason = "this is a program's configuration")]
    let variable = |name: &str| std::env::var(name).ok();
    sample_program(SampleOptions::from_environment(version, variable)).await
}
