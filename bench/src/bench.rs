//! What every workload needs: the program to measure, a place for its data, databases, and the sizes.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use gennaker_parts::Postgres;
use gennaker_parts::postgres::Options;
use tempfile::TempDir;
use tokio::sync::OnceCell;

use crate::arguments::Arguments;
use crate::deployment::Deployment;
use crate::limits::Place;
use crate::pipelines;
use crate::process::Launch;
use crate::sizes::Sizes;
use crate::target::{Database, Target};

/// The program under measurement, and how it is to be measured.
pub(crate) struct Bench {
    pub(crate) sizes: Sizes,
    pub(crate) binary: PathBuf,
    /// Whether it is only to be seen that everything works.
    pub(crate) short: bool,
    /// Whether histories of any length are measured.
    pub(crate) long_history: bool,
    postgres: OnceCell<Postgres>,
    scratch: TempDir,
}

/// How a deployment differs from what people run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Variation {
    /// Settings of the server, `KEY=VALUE`.
    pub(crate) settings: Vec<String>,
    /// Variables of the environment, for the server and for its database.
    pub(crate) environment: Vec<(&'static str, OsString)>,
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
        let sizes = Sizes::of(arguments);
        let (scratch, postgres) = (scratch(&arguments.out)?, OnceCell::new());
        Ok(Self { sizes, binary, short: arguments.short, long_history: arguments.history, postgres, scratch })
    }

    /// A directory on the disk that is measured.
    pub(crate) fn scratch(&self) -> &Path {
        self.scratch.path()
    }

    /// Where the single commits of a target's database are measured.
    pub(crate) async fn place(&self, target: Target) -> anyhow::Result<Place> {
        Ok(match target.database() {
            Database::Sqlite(synchronous) => Place::Sqlite(self.scratch().to_owned(), synchronous),
            Database::Postgres => Place::Postgres(self.postgres().await?.url("postgres")),
        })
    }

    /// The server in the way of a target, with nothing in its database but the application that all pipelines belong to.
    pub(crate) async fn deploy(&self, target: Target) -> anyhow::Result<Deployment> {
        prepared(self.deploy_bare(target).await?).await
    }

    /// The same as it is after its start.
    pub(crate) async fn deploy_bare(&self, target: Target) -> anyhow::Result<Deployment> {
        self.start(target, self.postgres_of(target).await?, &Variation::default()).await
    }

    /// The same as [`Bench::deploy`], varied, on the PostgreSQL server that the target needs.
    pub(crate) async fn deploy_varied(
        &self,
        target: Target,
        postgres: Option<&Postgres>,
        variation: &Variation,
    ) -> anyhow::Result<Deployment> {
        prepared(self.start(target, postgres, variation).await?).await
    }

    async fn start(
        &self,
        target: Target,
        postgres: Option<&Postgres>,
        variation: &Variation,
    ) -> anyhow::Result<Deployment> {
        let launch = Launch {
            binary: self.binary.clone(),
            settings: variation.settings.clone(),
            environment: variation.environment.clone(),
        };
        Deployment::start(launch, target, postgres, self.scratch()).await
    }

    /// The PostgreSQL server that all share, where the target needs one.
    pub(crate) async fn postgres_of(&self, target: Target) -> anyhow::Result<Option<&Postgres>> {
        match target.database() {
            Database::Sqlite(_) => Ok(None),
            Database::Postgres => self.postgres().await.map(Some),
        }
    }

    /// Started when it is first needed.
    async fn postgres(&self) -> anyhow::Result<&Postgres> {
        self.postgres.get_or_try_init(async || self.start_postgres(&Variation::default()).await).await
    }

    /// Starts a PostgreSQL server on the disk that is measured.
    pub(crate) async fn start_postgres(&self, variation: &Variation) -> anyhow::Result<Postgres> {
        let options = Options {
            durable: true,
            directory: Some(self.scratch().to_owned()),
            environment: variation.environment.clone(),
            ..Options::default()
        };
        let started = Postgres::start(options).await;
        started.context("the targets on PostgreSQL can't be measured; `--target sqlite,sqlite-normal` leaves them out")
    }
}

async fn prepared(deployment: Deployment) -> anyhow::Result<Deployment> {
    deployment.balance().await?;
    pipelines::create_application(&deployment.client(0)?).await?;
    Ok(deployment)
}

/// A directory that PostgreSQL's user can enter, too.
fn scratch(out: &Path) -> anyhow::Result<TempDir> {
    fs::create_dir_all(out).with_context(|| format!("can't make {}", out.display()))?;
    let scratch = tempfile::Builder::new().prefix("data-").tempdir_in(out);
    let scratch = scratch.with_context(|| format!("can't write to {}", out.display()))?;
    fs::set_permissions(scratch.path(), fs::Permissions::from_mode(0o755))?;
    Ok(scratch)
}
