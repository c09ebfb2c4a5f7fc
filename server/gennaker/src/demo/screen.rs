//! How the demo looks.

use gennaker_cli::{Renderer, Terminal, Tone};

/// The width of the names of facts.
const NAMES: usize = 14;

/// Where the demo prints. Output that can't be written is nobody's concern: the demo goes on.
#[derive(Clone)]
pub(super) struct Screen {
    terminal: Terminal,
    server: String,
}

impl Screen {
    /// The terminal, with what a person types to call the server.
    pub(super) fn new(terminal: Terminal, server: &str) -> Self {
        Self { terminal, server: server.to_owned() }
    }

    /// What a person types to call the server.
    pub(super) fn program(&self) -> String {
        if self.server == gennaker_cli::GlobalOptions::DEFAULT_SERVER {
            "gennaker".to_owned()
        } else {
            format!("gennaker --server {}", self.server)
        }
    }

    /// A new part of the story, with the command that does the same.
    pub(super) fn heading(&self, title: &str, command: &str) {
        self.line("");
        self.line(&self.paint(Tone::Strong, title));
        if !command.is_empty() {
            self.line(&self.paint(Tone::Muted, &format!("  $ {} {command}", self.program())));
        }
        self.line("");
    }

    /// A name and what there is to say about it.
    pub(super) fn fact(&self, name: &str, text: &str) {
        self.line(&format!("  {} {text}", self.paint(Tone::Muted, &format!("{name:<NAMES$}"))));
    }

    /// Whether something went well.
    pub(super) fn verdict(&self, good: bool, text: &str) {
        let (tone, icon) = if good { (Tone::Good, "✔") } else { (Tone::Bad, "✘") };
        self.line(&format!("  {}", self.paint(tone, &format!("{icon} {text}"))));
    }

    /// Something to read.
    pub(super) fn line(&self, text: &str) {
        let _ = self.terminal.line(text);
    }

    pub(super) fn paint(&self, tone: Tone, text: &str) -> String {
        self.terminal.palette().paint(tone, text)
    }

    /// Shows an execution while it goes on.
    pub(super) fn live(&self) -> Renderer {
        Renderer::new(self.terminal.clone()).with_program(self.program())
    }
}
