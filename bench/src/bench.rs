//! What every workload needs: the program to measure, a place for its data, and the sizes.

use std::path::{Path, PathBuf};

use anyhow::Context;
use tempfile::TempDir;

use crate::arguments::Arguments;
use crate::process::Server;
use crate::sizes::Sizes;

/// The program under measurement, and how it is to be measured.
pub(crate) struct Bench {
    pub(crate) sizes: Sizes,
    pub(crate) binary: PathBuf,
    scratch: TempDir,
}

impl Bench {
    /// Checks that there is a program, and makes the place for data. It is emptied when this is dropped.
    pub(crate) fn new(arguments: &Arguments) -> anyhow::Result<Self> {
        let binary = match &arguments.server_binary {
            Some(binary) => binary.clone(),
            None => std::env::current_exe().context("can't find this program")?.with_file_name("gennaker"),
        };
        anyhow::ensure!(
            binary.is_file(),
            "there is no server at {}; build it (`make bench` does) or name it with --server-binary",
            binary.display()
        );
        let out = &arguments.out;
        std::fs::create_dir_all(out).with_context(|| format!("can't make {}", out.display()))?;
        let scratch = tempfile::Builder::new().prefix("data-").tempdir_in(out);
        let scratch = scratch.with_context(|| format!("can't write to {}", out.display()))?;
        let sizes = if arguments.short { Sizes::SHORT } else { Sizes::FULL };
        Ok(Self { sizes, binary, scratch })
    }

    /// A directory on the disk that is measured.
    pub(crate) fn scratch(&self) -> &Path {
        self.scratch.path()
    }

    /// A running server with empty data.
    pub(crate) async fn server(&self) -> anyhow::Result<Server> {
        let data = self.empty_directory()?;
        Server::start(&self.binary, &data).await
    }

    /// A new empty directory for the data of a server.
    pub(crate) fn empty_directory(&self) -> anyhow::Result<PathBuf> {
        let directory = tempfile::Builder::new().prefix("server-").tempdir_in(self.scratch())?;
        Ok(directory.keep())
    }
}
