//! Images: directories that instances start from, kept by the digest of their content.
//!
//! An image has the file `image.json` (`{"command": ["./server", "--flag"], "env": {"KEY": "value"}}`), or else an
//! executable named `run`. The first word of a command is a path inside the image where it has a slash, and otherwise a
//! program of the machine; `${GENNAKER}` stands for this server's own executable. Everything else is up to the image.

mod copy;
mod digest;
mod manifest;
mod unpack;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use gennaker_ports::CloudError;

use crate::options::Error;
pub(crate) use manifest::Manifest;

/// The images on disk: `images/<digest>` for each content, and what is being made beside them.
#[derive(Debug)]
pub(crate) struct Library {
    root: PathBuf,
    bounds: Bounds,
}

/// How large an image may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) bytes: u64,
    pub(crate) entries: usize,
}

/// What is wrong with a source.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImageError {
    #[error("{0}")]
    Bad(String),
    #[error("cannot read {path}: {source}", path = .path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot keep the image: {0}")]
    Write(#[from] io::Error),
}

impl ImageError {
    fn read(path: &Path) -> impl FnOnce(io::Error) -> Self + use<'_> {
        |source| Self::Read { path: path.to_owned(), source }
    }
}

impl From<ImageError> for CloudError {
    fn from(error: ImageError) -> Self {
        let message = error.to_string();
        match error {
            ImageError::Bad(_) | ImageError::Read { .. } => Self::Invalid(message),
            ImageError::Write(_) => Self::Unavailable(message),
        }
    }
}

impl Library {
    /// Opens the library, dropping what an earlier server left half done.
    pub(crate) fn open(root: PathBuf, bounds: Bounds) -> Result<Self, Error> {
        let staging = root.join(".staging");
        match fs::remove_dir_all(&staging) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Error::file(&staging)(error)),
            Ok(()) | Err(_) => {}
        }
        fs::create_dir_all(&staging).map_err(Error::file(&staging))?;
        Ok(Self { root, bounds })
    }

    /// Takes a directory, a tar archive, or `builtin:ARGUMENTS` (this server's own executable with arguments) in, and
    /// gives the digest of its content. The same content is kept once.
    pub(crate) fn add(&self, source: &str) -> Result<String, ImageError> {
        let staged = self.root.join(".staging").join(format!("{:016x}", rand::random::<u64>()));
        fs::create_dir(&staged)?;
        let result = self.stage(source, &staged).and_then(|digest| self.keep(&staged, &digest).map(|()| digest));
        if staged.exists() {
            // Left over where the content was known, or bad.
            fs::remove_dir_all(&staged)?;
        }
        result.map(|digest| format!("sha256:{digest}"))
    }

    /// The directory and the manifest of an image.
    pub(crate) fn manifest(&self, digest: &str) -> Result<Manifest, ImageError> {
        Manifest::load(&self.directory(digest))
    }

    /// Copies an image into an empty directory, for a program that leaves files beside those of the image.
    pub(crate) fn check_out(&self, digest: &str, into: &Path) -> Result<Manifest, ImageError> {
        copy::directory(&self.directory(digest), into, &mut Room::new(self.bounds))?;
        Manifest::load(into)
    }

    fn directory(&self, digest: &str) -> PathBuf {
        self.root.join(digest.trim_start_matches("sha256:"))
    }

    fn stage(&self, source: &str, staged: &Path) -> Result<String, ImageError> {
        if let Some(arguments) = source.strip_prefix("builtin:") {
            let command: Vec<_> = [manifest::SELF].into_iter().chain(arguments.split_whitespace()).collect();
            let content = serde_json::json!({ "command": command, "env": BTreeMap::<String, String>::new() });
            fs::write(staged.join(manifest::FILE), content.to_string())?;
        } else {
            let path = Path::new(source);
            let metadata = fs::metadata(path).map_err(ImageError::read(path))?;
            let mut room = Room::new(self.bounds);
            if metadata.is_dir() {
                copy::directory(path, staged, &mut room)?;
            } else {
                unpack::archive(File::open(path).map_err(ImageError::read(path))?, staged, &mut room)?;
            }
        }
        Manifest::load(staged)?;
        Ok(digest::of(staged)?)
    }

    fn keep(&self, staged: &Path, digest: &str) -> Result<(), ImageError> {
        let target = self.root.join(digest);
        if target.exists() {
            return Ok(());
        }
        nix::unistd::syncfs(File::open(staged)?).map_err(io::Error::from)?;
        fs::rename(staged, &target)?;
        File::open(&self.root)?.sync_all()?;
        Ok(())
    }
}

/// What is left of the bounds while an image is taken in.
struct Room {
    bounds: Bounds,
    left: Bounds,
}

impl Room {
    const fn new(bounds: Bounds) -> Self {
        Self { bounds, left: bounds }
    }

    fn entry(&mut self) -> Result<(), ImageError> {
        let Some(left) = self.left.entries.checked_sub(1) else {
            return Err(ImageError::Bad(format!("the image has more than {} entries", self.bounds.entries)));
        };
        self.left.entries = left;
        Ok(())
    }

    fn bytes(&mut self, bytes: u64) -> Result<(), ImageError> {
        let Some(left) = self.left.bytes.checked_sub(bytes) else {
            return Err(ImageError::Bad(format!("the image has more than {} bytes", self.bounds.bytes)));
        };
        self.left.bytes = left;
        Ok(())
    }
}

/// Writes one file of an image: no more than `bounds` allow, read-only, executable where its source is.
fn write_file(from: impl io::Read, to: &Path, executable: bool, room: &mut Room) -> Result<(), ImageError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut file = File::create_new(to)?;
    let copied = io::copy(&mut io::Read::take(from, room.left.bytes.saturating_add(1)), &mut file)?;
    room.bytes(copied)?;
    file.set_permissions(fs::Permissions::from_mode(if executable { 0o555 } else { 0o444 }))?;
    Ok(())
}

/// Whether a link in the directory `within` (a path inside the image) can only lead to something inside the image: it is
/// relative, and all its `..` come first and are no more than the link is deep. Whatever links it passes obey the same
/// rule, so the way never leaves the image.
fn link_stays_inside(within: &Path, target: &Path) -> bool {
    use std::path::Component;
    let mut depth = within.components().count();
    let mut climbing = true;
    target.components().all(|component| match component {
        Component::ParentDir => {
            let may = climbing && depth > 0;
            depth = depth.saturating_sub(1);
            may
        }
        Component::Normal(_) => {
            climbing = false;
            true
        }
        Component::CurDir => true,
        Component::RootDir | Component::Prefix(_) => false,
    })
}

#[cfg(test)]
mod tests;
