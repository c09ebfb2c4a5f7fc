//! What every command works with: the client, the options and the terminal.

use gennaker_client::{Client, Options};

use crate::failure::Failure;
use crate::globals::{Format, GlobalOptions};
use crate::terminal::Terminal;

/// One run of a command.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) globals: GlobalOptions,
    pub(crate) terminal: Terminal,
}

impl Session {
    /// A session with the server of the options, which isn't called yet.
    pub(crate) fn new(globals: GlobalOptions, terminal: Terminal) -> Result<Self, Failure> {
        let options = Options {
            actor: globals.actor.clone(),
            timeout: globals.timeout,
            connect_timeout: globals.timeout.min(Options::default().connect_timeout),
            give_up_after: globals.reconnect_for,
            ..Options::default()
        };
        let client = Client::connect_with(&globals.server, options)?;
        Ok(Self { client, globals, terminal })
    }

    /// Whether results are for people.
    pub(crate) fn is_text(&self) -> bool {
        self.globals.output == Format::Text
    }

    /// Prints a line of the result.
    pub(crate) fn line(&self, text: &str) -> Result<(), Failure> {
        Ok(self.terminal.line(text)?)
    }
}
