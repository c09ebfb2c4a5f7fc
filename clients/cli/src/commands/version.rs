//! `version`: shows the versions of this program and of the server.

use clap::Args;
use gennaker_client::v1;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::time::{ago, now};

/// The arguments of `version`.
#[derive(Debug, Clone, Args)]
pub struct Version {
    /// Shows only the version of this program, and calls no server
    #[arg(long)]
    client: bool,
}

impl Version {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let client = env!("CARGO_PKG_VERSION");
        if self.client || session.is_text() {
            session.line(&format!("client {client}"))?;
        }
        if self.client {
            return Ok(Exit::Success);
        }
        let server = session.client.call(v1::GetVersionRequest {}).await?;
        session.print_or(&server, |server| {
            let commit = if server.commit.is_empty() { String::new() } else { format!(" ({})", server.commit) };
            let since = ago(server.start_time.as_ref(), now());
            format!("server {}{commit} at {}, started {since}", server.version, session.globals.server)
        })?;
        Ok(Exit::Success)
    }
}
