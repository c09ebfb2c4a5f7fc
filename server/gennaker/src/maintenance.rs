//! What is done to a database without a server: `migrate` and `backup`.

use std::path::Path;
use std::process::ExitCode;

use crate::config::Config;
use crate::failure::Failure;
use crate::{print, storage};

/// `gennaker migrate`: brings the schema up to date.
pub(crate) async fn migrate(config: &Config) -> Result<ExitCode, Failure> {
    let migrated = storage::migrate(config).await?;
    print(&format!("{}: schema version {} (was {})\n", place(config), migrated.to, migrated.from))
}

/// `gennaker backup`: copies the embedded database to a file.
pub(crate) async fn backup(config: &Config, file: &Path) -> Result<ExitCode, Failure> {
    if !config.store.url.is_embedded() {
        return Err(Failure::usage(format!(
            "the database is {}: `pg_dump --format=custom --file=FILE URL` copies it while servers run, and `pg_restore \
             --dbname=URL FILE` writes the copy into an empty database",
            config.store.url
        )));
    }
    let bytes = storage::copy_embedded(config, file).await?;
    print(&format!("{}: copied to {}, {bytes} bytes\n", place(config), file.display()))
}

/// Where the database is, as it can be shown.
pub(crate) fn place(config: &Config) -> String {
    if config.store.url.is_embedded() { config.data_dir.display().to_string() } else { config.store.url.to_string() }
}
