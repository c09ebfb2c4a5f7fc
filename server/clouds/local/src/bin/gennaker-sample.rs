//! The sample program by itself, for tests: `gennaker-sample VERSION`; and the supervisor of jobs:
//! `gennaker-sample supervise-job REPORT -- COMMAND...`.

use std::path::Path;

use gennaker_cloud_local::sample::{SampleOptions, sample_program};
use gennaker_cloud_local::supervisor::supervise;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, report, dashes, command @ ..] = arguments.as_slice()
        && mode == "supervise-job"
        && dashes == "--"
    {
        return supervise(Path::new(report), command).await;
    }
    let version = arguments.into_iter().next().unwrap_or_else(|| "unknown".to_owned());
    #[expect(clippy::disallowed_methods, reason = "this is a program's configuration")]
    let variable = |name: &str| std::env::var(name).ok();
    sample_program(SampleOptions::from_environment(version, variable)).await
}
