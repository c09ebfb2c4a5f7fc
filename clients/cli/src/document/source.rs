//! Where documents come from.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::{Document, parse};
use crate::failure::Failure;

/// A file, all files of a directory, or the standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// `-`
    StandardInput,
    /// A file or a directory.
    Path(PathBuf),
}

impl From<&str> for Source {
    fn from(text: &str) -> Self {
        if text == "-" { Self::StandardInput } else { Self::Path(text.into()) }
    }
}

/// The documents of some sources, in the order in which they need each other.
pub(crate) fn read(sources: &[Source]) -> Result<Vec<Document>, Failure> {
    let mut documents = Vec::new();
    let mut wrong = Vec::new();
    for (name, text) in texts(sources)? {
        match parse(&name, &text) {
            Ok(more) => documents.extend(more),
            Err(error) => wrong.push(error.to_string()),
        }
    }
    if !wrong.is_empty() {
        return Err(Failure::Data(wrong.join("\n")));
    }
    if documents.is_empty() {
        return Err(Failure::Data("there are no documents in what was given".to_owned()));
    }
    documents.sort_by_key(|document| document.kind);
    Ok(documents)
}

/// The names of the files and what is in them.
pub(crate) fn texts(sources: &[Source]) -> Result<Vec<(String, String)>, Failure> {
    let mut texts = Vec::new();
    for source in sources {
        match source {
            Source::StandardInput => {
                let mut text = String::new();
                std::io::stdin().read_to_string(&mut text).map_err(|error| unreadable("the standard input", error))?;
                texts.push(("-".to_owned(), text));
            }
            Source::Path(path) => {
                for path in files(path)? {
                    let name = path.display().to_string();
                    let text = fs::read_to_string(&path).map_err(|error| unreadable(&name, error))?;
                    texts.push((name, text));
                }
            }
        }
    }
    Ok(texts)
}

/// The file, or the files of the directory and those below it whose names say that they are YAML or JSON, by name.
fn files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unreadable = |error| unreadable(&path.display().to_string(), error);
    if !fs::metadata(path).map_err(unreadable)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut entries = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        entries.push(entry.map_err(unreadable)?.path());
    }
    entries.sort();
    let mut files = Vec::new();
    for entry in entries {
        // A link to a directory could lead round in a circle.
        let kind = fs::symlink_metadata(&entry).map_err(unreadable)?;
        if kind.is_dir() || has_documents(&entry) {
            files.extend(self::files(&entry)?);
        }
    }
    Ok(files)
}

fn has_documents(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("yaml" | "yml" | "json")) && path.is_file()
}

fn unreadable(path: &str, error: std::io::Error) -> Failure {
    Failure::File { path: path.to_owned(), error }
}
