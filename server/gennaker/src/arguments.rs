//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use crate::config::LogFormat;

/// Continuous delivery in one program.
#[derive(Debug, Parser)]
#[command(
    name = "gennaker",
    version,
    about,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) globals: gennaker_cli::GlobalOptions,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs the server
    Serve(Settings),

    /// Runs a server that shows what Gennaker does: a red/black deploy under load
    Demo(Demo),

    /// Brings the schema of the database up to date, without running a server
    Migrate(Place),

    /// Looks for what is wrong in the database, also beside running servers, and changes nothing
    ///
    /// Prints what it finds, one line each, then how much it looked at. The exit code is 0 where nothing was found, and 65 where
    /// something was. `-o json` prints the same as one JSON object a line, the summary last.
    Fsck(Place),

    /// Copies the embedded database to a file, also while the server runs
    ///
    /// The copy is a consistent database like the original. To restore it, stop the server, remove `gennaker.db` and what
    /// begins with that name from the data directory, and put the copy there as `gennaker.db`. PostgreSQL is copied with its
    /// own program, pg_dump.
    Backup {
        /// Where to; nothing may be there
        file: PathBuf,

        #[command(flatten)]
        place: Place,
    },

    /// Looks at the configuration
    #[command(subcommand)]
    Config(Look),

    /// Prints the completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },

    /// Runs the program that the demo deploys
    #[command(hide = true)]
    SampleProgram {
        /// The version that it calls itself
        #[arg(long)]
        version: String,
    },

    /// Runs a job of the local cloud, and writes down how it ended
    #[command(hide = true)]
    SuperviseJob {
        /// The file for how it ended
        report: PathBuf,
        /// The job's program and its arguments
        #[arg(last = true, required = true)]
        command: Vec<String>,
    },

    #[command(flatten)]
    Client(gennaker_cli::Command),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Look {
    /// Checks the configuration, and prints what is in effect and where it comes from
    Check(Settings),

    /// Prints the reference of all settings, in Markdown
    Reference,
}

/// Where the settings come from, and where the database is.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Place {
    /// The configuration file [env: GENNAKER_CONFIG]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Where everything is kept [default: ~/.local/state/gennaker]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,

    /// The database of PostgreSQL to use instead of the embedded one [env: GENNAKER_STORE]
    #[arg(long, value_name = "postgres://...")]
    store: Option<String>,

    /// Sets any setting: `limits.request_timeout=10s`; `gennaker config check` prints them all
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

/// The settings of a server.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Settings {
    #[command(flatten)]
    pub(crate) place: Place,

    /// Where to listen [default: 127.0.0.1:8480]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,

    /// Allows an address that others can reach, although everybody may then do everything
    #[arg(long)]
    insecure: bool,

    /// Serves the built web UI in this folder instead of the one in the program
    #[arg(long, value_name = "DIR")]
    ui_dir: Option<PathBuf>,

    /// How logs are written
    #[arg(long, value_enum, value_name = "FORMAT")]
    log_format: Option<LogFormat>,

    /// What is logged: `debug`, or `warn,gennaker_api=debug`
    #[arg(long, value_name = "FILTER")]
    log_level: Option<String>,
}

/// What the demo does.
#[derive(Clone, Debug, Args)]
pub(crate) struct Demo {
    /// Ends after the deploy instead of serving on
    #[arg(long)]
    pub(crate) exit: bool,

    /// Where to listen; another free port is taken where this one is in use
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8480")]
    pub(crate) listen: SocketAddr,

    /// Keeps everything in this directory instead of a temporary one
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,

    /// Serves the built web UI in this folder instead of the one in the program
    #[arg(long, value_name = "DIR")]
    pub(crate) ui_dir: Option<PathBuf>,
}

/// A setting that a flag gives: the flag, the setting's key, the value.
pub(crate) type Flag = (String, String, String);

fn flag(name: &str, key: &str, value: Option<String>) -> Option<Flag> {
    value.map(|value| (format!("--{name}"), key.to_owned(), value))
}

impl Place {
    /// The flags as settings. An entry of `--set` without `=` is its error.
    pub(crate) fn flags(&self) -> Result<Vec<Flag>, String> {
        let data_dir = self.data_dir.as_ref().map(|path| path.display().to_string());
        let own = [flag("data-dir", "data_dir", data_dir), flag("store", "store.url", self.store.clone())];
        let mut flags: Vec<Flag> = own.into_iter().flatten().collect();
        for entry in &self.set {
            let (key, value) = entry.split_once('=').ok_or_else(|| format!("--set takes KEY=VALUE, not {entry:?}"))?;
            flags.push((format!("--set {key}"), key.trim().to_owned(), value.to_owned()));
        }
        Ok(flags)
    }
}

impl Settings {
    /// The flags as settings; `--set` wins over the others.
    pub(crate) fn flags(&self) -> Result<Vec<Flag>, String> {
        let own = [
            flag("listen", "listen", self.listen.map(|address| address.to_string())),
            flag("insecure", "insecure", self.insecure.then(|| "true".to_owned())),
            flag("ui-dir", "ui.dir", self.ui_dir.as_ref().map(|path| path.display().to_string())),
            flag("log-format", "telemetry.log_format", self.log_format.map(log_format)),
            flag("log-level", "telemetry.log_level", self.log_level.clone()),
        ];
        Ok(own.into_iter().flatten().chain(self.place.flags()?).collect())
    }
}

fn log_format(format: LogFormat) -> String {
    match format {
        LogFormat::Auto => "auto",
        LogFormat::Text => "text",
        LogFormat::Json => "json",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn flags_become_settings() {
        let line = "gennaker serve --listen 127.0.0.1:1 --insecure --ui-dir dist --set limits.max_page_size=7";
        let Command::Serve(settings) = Arguments::parse_from(line.split(' ')).command else { panic!("not serve") };
        let flags = settings.flags().unwrap();
        let keys: Vec<_> = flags.iter().map(|(_, key, value)| format!("{key}={value}")).collect();
        assert_eq!(keys, ["listen=127.0.0.1:1", "insecure=true", "ui.dir=dist", "limits.max_page_size=7"]);
        let wrong = Place { set: vec!["limits".to_owned()], ..Place::default() };
        assert_eq!(wrong.flags().unwrap_err(), "--set takes KEY=VALUE, not \"limits\"");
    }
}
