//! The options that all commands have.

use std::time::Duration;

use clap::builder::FalseyValueParser;
use clap::{Args, ValueEnum};
use gennaker_client::Actor;

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Text,
    /// The messages of the API in their JSON form; a stream has one on each line
    Json,
    /// The same as YAML, which `apply` can read
    Yaml,
}

/// The options that all client commands have.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of all commands")]
pub struct GlobalOptions {
    /// The address of the server
    #[arg(
        long,
        global = true,
        env = "GENNAKER_SERVER",
        value_name = "URL",
        default_value = GlobalOptions::DEFAULT_SERVER
    )]
    pub server: String,

    /// Your name, under which the server records what you do
    #[arg(long, global = true, env = "GENNAKER_ACTOR", value_name = "NAME")]
    pub actor: Option<Actor>,

    /// How results are printed: text, json or yaml
    #[arg(short, long, global = true, value_enum, value_name = "FORMAT", default_value_t, hide_possible_values = true)]
    pub output: Format,

    /// Prints without colors
    #[arg(long, global = true, env = "NO_COLOR", hide_env = true, value_parser = FalseyValueParser::new())]
    pub no_color: bool,

    /// How long the server may take to answer a call
    #[arg(long, global = true, value_name = "TIME", default_value = "30s", value_parser = duration)]
    pub timeout: Duration,

    /// How long to go on without a connection while an execution is followed
    #[arg(long, global = true, value_name = "TIME", default_value = "2m", value_parser = duration)]
    pub reconnect_for: Duration,
}

impl GlobalOptions {
    /// Where a server listens unless it is told otherwise.
    pub const DEFAULT_SERVER: &str = "http://127.0.0.1:8480";

    /// The command that a person types to talk to the same server.
    pub(crate) fn program(&self) -> String {
        if self.server == Self::DEFAULT_SERVER {
            "gennaker".to_owned()
        } else {
            format!("gennaker --server {}", self.server)
        }
    }
}

impl Default for GlobalOptions {
    fn default() -> Self {
        Self {
            server: Self::DEFAULT_SERVER.to_owned(),
            actor: None,
            output: Format::Text,
            no_color: false,
            timeout: Duration::from_secs(30),
            reconnect_for: Duration::from_secs(120),
        }
    }
}

/// Reads `500ms`, `30s`, `5m`, `1h`; a number alone is seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is not a time like 500ms, 30s, 5m or 1h");
    let digits = text.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let seconds = match unit {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(wrong()),
    };
    let number: f64 = number.parse().map_err(|_| wrong())?;
    Duration::try_from_secs_f64(number * seconds).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_times() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("1.5"), Ok(Duration::from_millis(1500)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        for wrong in ["", "s", "5d", "-1s", "1e999h", "5 m"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn another_server_is_part_of_the_command_to_type() {
        let globals = GlobalOptions { server: "http://b:1".to_owned(), ..GlobalOptions::default() };
        assert_eq!(globals.program(), "gennaker --server http://b:1");
        assert_eq!(GlobalOptions::default().program(), "gennaker");
    }
}
