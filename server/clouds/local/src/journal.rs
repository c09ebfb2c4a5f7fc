//! The journal: one append-only file of changes. Each line is what one call changed, so a call is in it wholly or not at
//! all; a line that a crash cut short is dropped when the journal is opened.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::options::Error;
use crate::record::Change;

/// The journal is rewritten when it has grown to this size and to several times what it holds.
const COMPACT_BYTES: u64 = 1 << 20;
const COMPACT_FACTOR: u64 = 4;

#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
    live: BTreeMap<String, Change>,
    bytes: u64,
    bytes_when_compacted: u64,
    /// A failed write could not be undone: what follows it would be unreadable.
    broken: bool,
}

impl Journal {
    /// Opens the journal, or begins one.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let live = match File::open(path) {
            Ok(file) => read(path, &file)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(Error::file(path)(error)),
        };
        let (file, bytes) = write_compact(path, &live).map_err(Error::file(path))?;
        Ok(Self { path: path.to_owned(), file, live, bytes, bytes_when_compacted: bytes, broken: false })
    }

    /// What the journal holds.
    pub(crate) fn changes(&self) -> impl Iterator<Item = &Change> {
        self.live.values()
    }

    /// Appends changes; when this returns they survive a crash.
    pub(crate) fn commit(&mut self, changes: &[Change]) -> io::Result<()> {
        if self.broken {
            return Err(io::Error::other("an earlier write failed; the server has to be restarted"));
        }
        let mut line = serde_json::to_vec(changes)?;
        line.push(b'\n');
        if let Err(error) = self.file.write_all(&line).and_then(|()| self.file.sync_data()) {
            self.broken = self.file.set_len(self.bytes).is_err() || self.file.seek(SeekFrom::End(0)).is_err();
            return Err(error);
        }
        self.bytes += line.len() as u64;
        apply(&mut self.live, changes.to_vec());
        if self.bytes > COMPACT_BYTES.max(self.bytes_when_compacted * COMPACT_FACTOR) {
            self.compact();
        }
        Ok(())
    }

    fn compact(&mut self) {
        match write_compact(&self.path, &self.live) {
            Ok((file, bytes)) => {
                self.file = file;
                self.bytes = bytes;
                self.bytes_when_compacted = bytes;
            }
            Err(error) => tracing::warn!(path = %self.path.display(), %error, "cannot compact the journal"),
        }
    }
}

fn apply(live: &mut BTreeMap<String, Change>, changes: Vec<Change>) {
    for change in changes {
        if change.removes() {
            live.remove(&change.key());
        } else {
            live.insert(change.key(), change);
        }
    }
}

fn read(path: &Path, file: &File) -> Result<BTreeMap<String, Change>, Error> {
    let mut live = BTreeMap::new();
    let mut reader = BufReader::new(file);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        reader.read_until(b'\n', &mut line).map_err(Error::file(path))?;
        if !line.ends_with(b"\n") {
            break; // the end, or a line that was never acknowledged
        }
        let changes = serde_json::from_slice(&line).map_err(|error| Error::Damaged {
            path: path.to_owned(),
            line: number,
            reason: error.to_string(),
        })?;
        apply(&mut live, changes);
    }
    Ok(live)
}

/// Writes what is live beside the journal and puts it in its place.
fn write_compact(path: &Path, live: &BTreeMap<String, Change>) -> io::Result<(File, u64)> {
    let beside = path.with_extension("new");
    let mut writer = BufWriter::new(File::create(&beside)?);
    for change in live.values() {
        serde_json::to_writer(&mut writer, std::slice::from_ref(change))?;
        writer.write_all(b"\n")?;
    }
    writer.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    fs::rename(&beside, path)?;
    if let Some(parent) = path.parent() {
        File::open(parent)?.sync_all()?;
    }
    let file = OpenOptions::new().append(true).open(path)?;
    let bytes = file.metadata()?.len();
    Ok((file, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(path: &Path, changes: &[Change]) {
        Journal::open(path).unwrap().commit(changes).unwrap();
    }

    fn held(path: &Path) -> Vec<Change> {
        Journal::open(path).unwrap().changes().cloned().collect()
    }

    #[test]
    fn what_was_committed_is_there_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        written(&path, &[Change::Identity("a".into())]);
        written(&path, &[Change::Identity("b".into())]);
        assert_eq!(held(&path), [Change::Identity("b".into())]);
    }

    #[test]
    fn a_torn_line_is_dropped_at_every_length() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        written(&path, &[Change::Identity("a".into())]);
        let whole = fs::read(&path).unwrap();
        let line = [serde_json::to_vec(&[Change::Identity("b".into())]).unwrap(), vec![b'\n']].concat();
        for cut in 0..line.len() {
            fs::write(&path, [&whole, &line[..cut]].concat()).unwrap();
            assert_eq!(held(&path), [Change::Identity("a".into())], "cut at {cut}");
        }
    }

    #[test]
    fn a_bad_line_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        fs::write(&path, "[]\n{\n[]\n").unwrap();
        let error = Journal::open(&path).unwrap_err();
        assert!(matches!(error, Error::Damaged { line: 2, .. }), "{error}");
    }

    #[test]
    fn it_does_not_grow_without_bounds() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        let mut journal = Journal::open(&path).unwrap();
        let long = "x".repeat(200_000);
        for _ in 0..20 {
            journal.commit(&[Change::Identity(long.clone())]).unwrap();
        }
        assert!(fs::metadata(&path).unwrap().len() < 2 * COMPACT_BYTES);
        assert_eq!(held(&path), [Change::Identity(long)]);
    }
}
