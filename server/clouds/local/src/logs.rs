//! What instances write. Each has a file that it holds open itself, so that it can go on without the server.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use gennaker_core::Timestamp;
use gennaker_core::cloud::ResourceId;
use gennaker_ports::cloud::InstanceLog;

/// The log files: `logs/<region>/<server group>/<instance>.log`, and `.log.1` beside it with what came before.
#[derive(Clone, Debug)]
pub(crate) struct Logs {
    root: PathBuf,
    max_bytes: u64,
}

impl Logs {
    pub(crate) const fn new(root: PathBuf, max_bytes: u64) -> Self {
        Self { root, max_bytes }
    }

    fn directory(&self, group: &ResourceId) -> PathBuf {
        self.root.join(&group.location.region).join(&group.name)
    }

    fn file(&self, group: &ResourceId, instance: &str) -> PathBuf {
        self.directory(group).join(format!("{instance}.log"))
    }

    /// Opens the file that an instance writes to.
    pub(crate) fn open(&self, group: &ResourceId, instance: &str) -> io::Result<File> {
        fs::create_dir_all(self.directory(group))?;
        // Only appending writes go on at the right place after the file was emptied.
        OpenOptions::new().create(true).append(true).open(self.file(group, instance))
    }

    /// Moves a log that is too large aside. What the instance writes between the copy and the emptying is lost.
    pub(crate) fn rotate(&self, group: &ResourceId, instance: &str) -> io::Result<()> {
        let path = self.file(group, instance);
        let mut log = match OpenOptions::new().read(true).write(true).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            opened => opened?,
        };
        let length = log.metadata()?.len();
        if length <= self.max_bytes {
            return Ok(());
        }
        log.seek(SeekFrom::Start(length - self.max_bytes))?;
        io::copy(&mut (&log).take(self.max_bytes), &mut File::create(older(&path))?)?;
        log.set_len(0)
    }

    /// The last lines of an instance; `None` where it never wrote.
    pub(crate) fn tail(
        &self,
        group: &ResourceId,
        instance: &str,
        lines: usize,
        bytes: usize,
    ) -> io::Result<Option<InstanceLog>> {
        let path = self.file(group, instance);
        let (newest, more) = match end_of(&path, bytes) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            read => read?,
        };
        let (before, yet_more) = match end_of(&older(&path), bytes - newest.len()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => (Vec::new(), false),
            _ if more => (Vec::new(), true),
            read => read?,
        };
        let mut content = before;
        content.extend(newest);
        Ok(Some(last_lines(content, more || yet_more, lines, bytes)))
    }

    /// Forgets the logs of server groups that are gone for longer than `retention`.
    pub(crate) fn prune(&self, exists: impl Fn(&str, &str) -> bool, now: Timestamp, retention: Duration) {
        for region in directories(&self.root) {
            for group in directories(&region) {
                let (Some(region), Some(name)) = (file_name(&region), file_name(&group)) else { continue };
                let old = !exists(region, name) && now.since(last_written(&group)) > retention;
                if old && let Err(error) = fs::remove_dir_all(&group) {
                    tracing::warn!(path = %group.display(), %error, "cannot remove old logs");
                }
            }
        }
    }
}

fn older(path: &Path) -> PathBuf {
    path.with_extension("log.1")
}

fn file_name(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()
}

pub(crate) fn directories(path: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(path) else { return Vec::new() };
    entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

fn last_written(directory: &Path) -> Timestamp {
    let Ok(entries) = fs::read_dir(directory) else { return Timestamp::EPOCH };
    let written = |entry: fs::DirEntry| entry.metadata().and_then(|metadata| metadata.modified()).ok();
    let newest = entries.flatten().filter_map(written).max().unwrap_or(std::time::UNIX_EPOCH);
    Timestamp::EPOCH + newest.duration_since(std::time::UNIX_EPOCH).unwrap_or_default()
}

/// The last bytes of a file, and whether there are more before them.
fn end_of(path: &Path, bytes: usize) -> io::Result<(Vec<u8>, bool)> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let skipped = length.saturating_sub(bytes as u64);
    file.seek(SeekFrom::Start(skipped))?;
    let mut content = Vec::new();
    file.take(bytes as u64).read_to_end(&mut content)?;
    Ok((content, skipped > 0))
}

fn last_lines(content: Vec<u8>, more: bool, lines: usize, bytes: usize) -> InstanceLog {
    let mut text = String::from_utf8_lossy(&content).into_owned();
    let mut truncated = more;
    // A replaced byte takes more room than it had.
    if text.len() > bytes {
        let cut = (text.len() - bytes..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
        text.drain(..cut);
        truncated = true;
    }
    if truncated && let Some(end) = text.find('\n').filter(|end| end + 1 < text.len()) {
        text.drain(..=end);
    }
    let count = text.lines().count();
    if count > lines {
        let skip: usize = text.split_inclusive('\n').take(count - lines).map(str::len).sum();
        text.drain(..skip);
        truncated = true;
    }
    InstanceLog { text, truncated }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use gennaker_core::cloud::Location;

    use super::*;

    fn group() -> ResourceId {
        ResourceId::new(Location::new("local", "east"), "shop-v000")
    }

    fn logs(max_bytes: u64) -> (tempfile::TempDir, Logs) {
        let dir = tempfile::tempdir().unwrap();
        let logs = Logs::new(dir.path().to_owned(), max_bytes);
        (dir, logs)
    }

    fn tail(logs: &Logs, lines: usize, bytes: usize) -> (String, bool) {
        let log = logs.tail(&group(), "i-1", lines, bytes).unwrap().unwrap();
        (log.text, log.truncated)
    }

    #[test]
    fn the_tail_obeys_both_limits() {
        let (_dir, logs) = logs(1000);
        assert_eq!(logs.tail(&group(), "i-1", 1, 1).unwrap(), None);
        logs.open(&group(), "i-1").unwrap().write_all(b"one\ntwo\nthree\n").unwrap();
        assert_eq!(tail(&logs, 10, 1000), ("one\ntwo\nthree\n".into(), false));
        assert_eq!(tail(&logs, 3, 14), ("one\ntwo\nthree\n".into(), false));
        assert_eq!(tail(&logs, 2, 1000), ("two\nthree\n".into(), true));
        assert_eq!(tail(&logs, 10, 13), ("two\nthree\n".into(), true), "no half lines");
        assert_eq!(tail(&logs, 10, 3), ("ee\n".into(), true), "but of a long line its end");
        assert_eq!(tail(&logs, 0, 1000), (String::new(), true));
    }

    #[test]
    fn a_large_log_is_moved_aside_while_it_is_written() {
        let (_dir, logs) = logs(8);
        let mut writer = logs.open(&group(), "i-1").unwrap();
        writer.write_all(b"1\n2\n3\n4\n").unwrap();
        logs.rotate(&group(), "i-1").unwrap();
        assert_eq!(fs::metadata(logs.file(&group(), "i-1")).unwrap().len(), 8, "exactly the limit is not too large");
        writer.write_all(b"5\n").unwrap();
        logs.rotate(&group(), "i-1").unwrap();
        writer.write_all(b"6\n").unwrap();
        assert_eq!(tail(&logs, 10, 1000), ("2\n3\n4\n5\n6\n".into(), false));
        assert_eq!(fs::metadata(logs.file(&group(), "i-1")).unwrap().len(), 2);
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced_within_the_limit() {
        let (_dir, logs) = logs(1000);
        logs.open(&group(), "i-1").unwrap().write_all(&[0xff; 10]).unwrap();
        let (text, truncated) = tail(&logs, 10, 10);
        assert_eq!((text.chars().count(), truncated), (3, true));
    }

    #[test]
    fn logs_of_gone_groups_go_after_their_time() {
        let (_dir, logs) = logs(1000);
        logs.open(&group(), "i-1").unwrap();
        let written = last_written(&logs.directory(&group()));
        let day = Duration::from_hours(24);
        logs.prune(|_, _| false, written + day, day);
        assert!(logs.tail(&group(), "i-1", 1, 1).unwrap().is_some());
        logs.prune(|_, _| true, written + day + day, day);
        assert!(logs.tail(&group(), "i-1", 1, 1).unwrap().is_some());
        logs.prune(|region, name| (region, name) == ("east", "shop-v000"), written + day + day, day);
        assert!(logs.tail(&group(), "i-1", 1, 1).unwrap().is_some());
        logs.prune(|_, _| false, written + day + day, day);
        assert!(logs.tail(&group(), "i-1", 1, 1).unwrap().is_none());
    }
}
