//! `register`: registers an image.

use clap::Args;
use gennaker_client::v1;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::names::{self, short};
use crate::session::Session;

/// The arguments of `register`.
#[derive(Debug, Clone, Args)]
pub struct Register {
    /// The image to make, ACCOUNT/REGION/IMAGE: `local/local/hello:2` for instance
    image: String,

    /// Where it comes from; for the local provider the path of a directory or of a tar file on the server
    source: String,

    /// Checks the image, and registers nothing
    #[arg(long)]
    dry_run: bool,
}

impl Register {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let name = names::image(&self.image)?;
        let (parent, id) = name.split_once("/images/").unwrap_or((&name, ""));
        let request = v1::RegisterImageRequest {
            parent: parent.to_owned(),
            image_id: id.to_owned(),
            source: self.source,
            validate_only: self.dry_run,
            ..Default::default()
        };
        let image = session.client.call(request).await?.image.unwrap_or_default();
        let word = if self.dry_run { "could be registered" } else { "registered" };
        session.print_or(&image, |image| {
            format!("{} {word} {}", short(&image.name), image.digest).trim_end().to_owned()
        })?;
        Ok(Exit::Success)
    }
}
