//! The client commands of the program `gennaker`.
//!
//! [`Command`] is the part of the command line that talks to a server, [`run`] carries it out. Everything goes through
//! `gennaker-client`; nothing here knows how the server works inside. What is printed goes to a [`Terminal`], and
//! [`Renderer`] shows an execution while it runs, to people and to logs.

mod canonical;
mod commands;
mod document;
mod exit;
mod failure;
mod filter;
mod globals;
mod names;
mod noun;
mod output;
mod palette;
mod render;
mod session;
mod table;
mod terminal;
mod time;

pub use commands::{Command, run, run_on};
pub use exit::Exit;
pub use globals::{Format, GlobalOptions};
pub use palette::{Palette, Tone};
pub use render::Renderer;
pub use terminal::{Captured, Terminal};
