//! The command line.

use std::path::PathBuf;

use clap::Parser;

use crate::workloads::Workload;

/// Measures a Gennaker server: starts it, puts it under load, and writes a report with plots.
#[derive(Debug, Parser)]
#[command(name = "gennaker-bench", version, max_term_width = 100)]
pub(crate) struct Arguments {
    /// Sees only whether everything works: few repetitions, small loads, less than a minute
    #[arg(long)]
    pub(crate) short: bool,

    /// Runs only these, in the order of the report
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WORKLOADS")]
    only: Vec<Workload>,

    /// The `report.json` of another run, to compare with
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,

    /// The server to measure [default: `gennaker` beside this program]
    #[arg(long, value_name = "FILE")]
    pub(crate) server_binary: Option<PathBuf>,

    /// Where the report goes; the servers keep their data below it, so its disk is the one that is measured
    #[arg(long, value_name = "DIR", default_value = "target/bench")]
    pub(crate) out: PathBuf,
}

impl Arguments {
    /// Whether a workload is to run.
    pub(crate) fn selects(&self, workload: Workload) -> bool {
        self.only.is_empty() || self.only.contains(&workload)
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
}
