//! `logs`: shows what an instance wrote.

use clap::Args;
use gennaker_client::v1;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::names;
use crate::output::Document;
use crate::session::Session;
use crate::terminal::harmless;

/// The arguments of `logs`.
#[derive(Debug, Clone, Args)]
pub struct Logs {
    /// The instance, SERVER_GROUP/INSTANCE; a server group alone means its only instance
    instance: String,

    /// The most lines, from the end
    #[arg(long, value_name = "LINES", default_value_t = 200)]
    tail: u32,
}

impl Logs {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let name = names::instance(&session.client, &self.instance).await?;
        let request = v1::GetInstanceLogRequest { name, tail_lines: self.tail, ..Default::default() };
        let log = session.client.call(request).await?;
        if !session.is_text() {
            session.print(&Document::new(&log))?;
            return Ok(Exit::Success);
        }
        if log.truncated {
            session.terminal.note("(there is more before this)")?;
        }
        // A person's terminal must not obey a log; a pipe gets it as it is.
        let text = if session.terminal.is_interactive() { harmless(&log.text) } else { log.text };
        session.terminal.raw(&text)?;
        if !text.is_empty() && !text.ends_with('\n') {
            session.terminal.raw("\n")?;
        }
        Ok(Exit::Success)
    }
}
