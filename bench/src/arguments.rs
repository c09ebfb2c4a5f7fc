//! The command line.

use std::path::PathBuf;

use clap::Parser;

use crate::target::Target;
use crate::workloads::Workload;

/// Measures a Gennaker server: starts it, puts it under load, and writes a report with plots.
#[derive(Debug, Parser)]
#[command(name = "gennaker-bench", version, max_term_width = 100)]
pub(crate) struct Arguments {
    /// Sees only whether everything works: few repetitions, small loads, less than a minute
    #[arg(long)]
    pub(crate) short: bool,

    /// Measures histories of a million executions too; needs 20 GB of disk and many minutes
    #[arg(long)]
    pub(crate) history: bool,

    /// Runs only these workloads
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WORKLOADS")]
    only: Vec<Workload>,

    /// Runs the server only in these ways
    #[arg(long, value_enum, value_delimiter = ',', value_name = "TARGETS")]
    target: Vec<Target>,

    /// The `report.json` of another run, to compare with
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,

    /// The server to measure [default: `gennaker` beside this program]
    #[arg(long, value_name = "FILE")]
    pub(crate) server_binary: Option<PathBuf>,

    /// Where the report goes; the databases are kept below it, so its disk is the one that is measured
    #[arg(long, value_name = "DIR", default_value = "target/bench")]
    pub(crate) out: PathBuf,

    /// Only prints how many single-row commits of SQLite a second there are in a directory. A run of its own, because a
    /// program can't slow its own disk
    #[arg(long, hide = true, value_name = "DIR")]
    pub(crate) commits_in: Option<PathBuf>,
}

impl Arguments {
    /// Whether a workload is to run.
    pub(crate) fn selects(&self, workload: Workload) -> bool {
        self.only.is_empty() || self.only.contains(&workload)
    }

    /// Whether the server is to be run in a way.
    pub(crate) fn aims_at(&self, target: Target) -> bool {
        self.target.is_empty() || self.target.contains(&target)
    }
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
    fn workloads_can_be_selected() {
        let arguments = Arguments::parse_from(["gennaker-bench", "--only", "W1,S"]);
        assert!(arguments.selects(Workload::Start) && arguments.selects(Workload::Latency));
        assert!(!arguments.selects(Workload::Memory));
        assert!(Arguments::parse_from(["gennaker-bench"]).selects(Workload::Memory));
    }

    #[test]
    fn targets_can_be_selected() {
        let arguments = Arguments::parse_from(["gennaker-bench", "--target", "sqlite,postgres-3"]);
        assert!(arguments.aims_at(Target::Sqlite) && arguments.aims_at(Target::Postgres3));
        assert!(!arguments.aims_at(Target::Postgres));
        assert!(Arguments::parse_from(["gennaker-bench"]).aims_at(Target::SqliteNormal));
    }
}
