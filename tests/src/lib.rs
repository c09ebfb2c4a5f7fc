//! What the stories share: the real binary as a process, a small world in it, and load on it.
//!
//! Stories speak to the server as any client does, through the API's client or the command line. Nothing here knows the
//! server's insides.

mod audit;
mod calls;
mod follow;
mod load;
mod program;
mod replicas;
mod server;
mod starts;
mod world;

pub use audit::{check_family, eventually, executions, family, settle};
pub use calls::call;
pub use follow::{read_to_end, read_until_ended};
pub use load::{Load, Report};
pub use program::{Output, gennaker};
pub use replicas::{LEASE, Replica, Replicas};
pub use server::{Server, Setup, binary, free_address};
pub use starts::{Started, Starts};
pub use world::{APPLICATION, World, deploy, pipeline};

use std::time::Duration;

/// How long any step of a story may take before it counts as failed. Nothing waits this long unless it is broken.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Waits for something, for [`PATIENCE`] at most.
///
/// # Panics
/// When it takes longer.
pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(done) => done,
        Err(_) => panic!("{what} took longer than {PATIENCE:?}"),
    }
}
