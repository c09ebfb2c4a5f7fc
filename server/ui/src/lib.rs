//! The files of the web UI: within the program, or in a folder.
//!
//! They are what the build of `clients/web` leaves in its `dist`, with a compressed copy beside each file that gets smaller by
//! it. A release has them within itself; a debug build reads them from that folder when it runs, so that a change of the UI needs no
//! build of the server. Where the UI was not built there are none, and the server works all the same.
//!
//! This crate finds files and knows nothing of HTTP.

mod file;
mod folder;
mod path;

use std::path::PathBuf;

use rust_embed::RustEmbed;

pub use file::{Encoding, File};

/// The page that all others are drawn on.
pub const INDEX: &str = "index.html";

/// Where the build of the web UI leaves it.
const BUILT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../clients/web/dist");

#[derive(RustEmbed)]
#[folder = "../../clients/web/dist"]
#[allow_missing = true]
struct Embedded;

/// The files of the web UI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assets(Place);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// Within the program.
    Program,
    /// In a folder, where they may change at any time.
    Folder(PathBuf),
}

impl Assets {
    /// Those that the program was built with.
    #[must_use]
    pub fn embedded() -> Self {
        if cfg!(debug_assertions) { Self::folder(BUILT) } else { Self(Place::Program) }
    }

    /// Those in a folder.
    #[must_use]
    pub fn folder(path: impl Into<PathBuf>) -> Self {
        Self(Place::Folder(path.into()))
    }

    /// Whether there is a web UI at all.
    #[must_use]
    pub fn is_built(&self) -> bool {
        self.find(INDEX, &[Encoding::Identity]).is_some()
    }

    /// A file by its path, such as `assets/index-4fa1.js`, in the first of these encodings that it is there in. It may read from
    /// the disk. No path leads out of the folder.
    #[must_use]
    pub fn find(&self, path: &str, encodings: &[Encoding]) -> Option<(Encoding, File)> {
        // A compressed copy of what is not there any more is nothing.
        if !path::is_valid(path) || !self.0.has(path) {
            return None;
        }
        encodings.iter().find_map(|encoding| {
            let file = self.0.read(&format!("{path}{}", encoding.suffix()))?;
            Some((*encoding, file))
        })
    }
}

impl Place {
    fn has(&self, name: &str) -> bool {
        match self {
            Self::Program => Embedded::get(name).is_some(),
            Self::Folder(folder) => folder::locate(folder, name).is_some(),
        }
    }

    fn read(&self, name: &str) -> Option<File> {
        match self {
            Self::Program => Embedded::get(name).map(File::from),
            Self::Folder(folder) => std::fs::read(folder::locate(folder, name)?).ok().map(File::new),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_file_is_found_in_the_encoding_that_is_there() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("assets")).unwrap();
        for (name, text) in [("index.html", "page"), ("assets/a.js", "plain"), ("assets/a.js.gz", "zipped")] {
            fs::write(dir.path().join(name), text).unwrap();
        }
        let assets = Assets::folder(dir.path());
        assert!(assets.is_built());
        let all = [Encoding::Brotli, Encoding::Gzip, Encoding::Identity];
        let (encoding, file) = assets.find("assets/a.js", &all).unwrap();
        assert_eq!((encoding, &file.bytes[..]), (Encoding::Gzip, &b"zipped"[..]));
        let (encoding, file) = assets.find("assets/a.js", &[Encoding::Identity]).unwrap();
        assert_eq!((encoding, file), (Encoding::Identity, File::new("plain")));
        for nothing in ["", "assets", "assets/", "assets/b.js", "/index.html", "assets/../index.html", "./index.html"] {
            assert!(assets.find(nothing, &all).is_none(), "{nothing}");
        }
        fs::remove_file(dir.path().join("assets/a.js")).unwrap();
        assert!(assets.find("assets/a.js", &all).is_none());
        assert!(!Assets::folder(dir.path().join("nowhere")).is_built());
    }
}
