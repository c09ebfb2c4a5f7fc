//! The files of jobs: `jobs/<region>/<job>` has `output.log`, `report.json`, `properties`, and while the job runs `work`, the
//! directory in which it does.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use gennaker_core::cloud::ResourceId;
use gennaker_ports::cloud::InstanceLog;
use nix::errno::Errno;
use nix::fcntl::{OFlag, open, openat};
use nix::sys::stat::Mode;

use crate::logs::{Logs, directories};
use crate::supervisor::Report;

/// The name of the log beside the job's other files.
const OUTPUT: &str = "output";
/// How large a property file may be.
const MAX_PROPERTIES: u64 = 256 * 1024;

#[derive(Clone, Debug)]
pub(crate) struct JobFiles {
    root: PathBuf,
    logs: Logs,
}

impl JobFiles {
    pub(crate) fn new(root: PathBuf, max_log_bytes: u64) -> Self {
        Self { logs: Logs::new(root.clone(), max_log_bytes), root }
    }

    fn directory(&self, id: &ResourceId) -> PathBuf {
        self.root.join(&id.location.region).join(&id.name)
    }

    fn work(&self, id: &ResourceId) -> PathBuf {
        self.directory(id).join("work")
    }

    fn properties_path(&self, id: &ResourceId) -> PathBuf {
        self.directory(id).join("properties")
    }

    /// Where its supervisor writes how it ended.
    pub(crate) fn report_path(&self, id: &ResourceId) -> PathBuf {
        self.directory(id).join("report.json")
    }

    /// Makes the directory of a job anew. Gives the one in which it runs.
    pub(crate) fn make(&self, id: &ResourceId) -> io::Result<PathBuf> {
        remove(&self.directory(id))?;
        let work = self.work(id);
        fs::create_dir_all(&work)?;
        Ok(work)
    }

    /// Opens the file that a job writes to.
    pub(crate) fn output(&self, id: &ResourceId) -> io::Result<File> {
        self.logs.open(id, OUTPUT)
    }

    /// Keeps what a job writes within its limit.
    pub(crate) fn rotate(&self, id: &ResourceId) -> io::Result<()> {
        self.logs.rotate(id, OUTPUT)
    }

    /// The end of what a job has written; `None` where it never did.
    pub(crate) fn tail(&self, id: &ResourceId, bytes: usize) -> io::Result<Option<InstanceLog>> {
        self.logs.tail(id, OUTPUT, usize::MAX, bytes)
    }

    /// What its supervisor has reported.
    pub(crate) fn report(&self, id: &ResourceId) -> io::Result<Option<Report>> {
        Report::read(&self.report_path(id))
    }

    /// Keeps the property file of a job that has ended, where there is one; says why it can't be had.
    pub(crate) fn keep_properties(&self, id: &ResourceId, path: &str) -> Result<(), String> {
        let work = self.work(id);
        if !work.exists() {
            return Ok(()); // Kept already, or the job has never begun.
        }
        let Some(content) = read_inside(&work, Path::new(path)).map_err(|why| format!("{path} {why}"))? else {
            return Ok(());
        };
        let keep = || {
            let mut file = File::create(self.properties_path(id))?;
            file.write_all(content.as_bytes())?;
            file.sync_all()
        };
        keep().map_err(|error| format!("{path} can't be kept: {error}"))
    }

    /// The property file that was kept.
    pub(crate) fn properties(&self, id: &ResourceId) -> io::Result<Option<String>> {
        match fs::read_to_string(self.properties_path(id)) {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes what a job that has ended needs no more.
    pub(crate) fn clear(&self, id: &ResourceId) {
        complain(&self.work(id));
    }

    /// Removes everything of a job.
    pub(crate) fn remove(&self, id: &ResourceId) {
        complain(&self.directory(id));
    }

    /// Removes everything of jobs that are not among these.
    pub(crate) fn keep_only(&self, known: &BTreeSet<ResourceId>) {
        let known: BTreeSet<PathBuf> = known.iter().map(|id| self.directory(id)).collect();
        let all = directories(&self.root).into_iter().flat_map(|region| directories(&region));
        all.filter(|directory| !known.contains(directory)).for_each(|directory| complain(&directory));
    }
}

fn remove(directory: &Path) -> io::Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn complain(directory: &Path) {
    if let Err(error) = remove(directory) {
        tracing::warn!(path = %directory.display(), %error, "cannot remove the directory of a job");
    }
}

/// The text of a regular file within a directory, reached without any link: a job can't have the server read something
/// else. `None` where it is not there, or why it is not read.
fn read_inside(directory: &Path, path: &Path) -> Result<Option<String>, String> {
    let flags = OFlag::O_RDONLY | OFlag::O_CLOEXEC | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
    let mut parts: Vec<_> = path.iter().collect();
    let last = parts.pop();
    let descend = || {
        let mut at = open(directory, flags | OFlag::O_DIRECTORY, Mode::empty())?;
        for part in &parts {
            at = openat(&at, *part, flags | OFlag::O_DIRECTORY, Mode::empty())?;
        }
        last.map_or(Ok(None), |last| openat(&at, last, flags, Mode::empty()).map(Some))
    };
    let file = match descend() {
        Ok(Some(file)) => File::from(file),
        Ok(None) | Err(Errno::ENOENT) => return Ok(None),
        Err(Errno::ELOOP | Errno::ENOTDIR) => return Err("is reached by a link, which is not followed".to_owned()),
        Err(error) => return Err(format!("can't be read: {}", error.desc())),
    };
    if !file.metadata().is_ok_and(|metadata| metadata.is_file()) {
        return Err("is no regular file".to_owned());
    }
    let mut content = Vec::new();
    file.take(MAX_PROPERTIES + 1).read_to_end(&mut content).map_err(|error| format!("can't be read: {error}"))?;
    if content.len() as u64 > MAX_PROPERTIES {
        return Err(format!("has more than {MAX_PROPERTIES} bytes"));
    }
    String::from_utf8(content).map(Some).map_err(|_| "is not UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn only_regular_files_within_the_directory_are_read() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "hidden").unwrap();
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::create_dir(at("a")).unwrap();
        fs::write(at("a/good"), "x=1").unwrap();
        fs::write(at("most"), vec![b'x'; 256 * 1024]).unwrap();
        fs::write(at("more"), vec![b'x'; 256 * 1024 + 1]).unwrap();
        fs::write(at("bytes"), [0xff]).unwrap();
        symlink(outside.path().join("secret"), at("link")).unwrap();
        symlink(outside.path(), at("linked")).unwrap();
        nix::unistd::mkfifo(&at("pipe"), Mode::S_IRWXU).unwrap();
        let read = |path: &str| read_inside(dir.path(), Path::new(path));
        assert_eq!(read("a/good"), Ok(Some("x=1".to_owned())));
        assert_eq!(read("most").map(|content| content.unwrap().len()), Ok(256 * 1024));
        assert_eq!(read("none"), Ok(None));
        assert_eq!(read("none/none"), Ok(None));
        for (path, reason) in [
            ("more", "has more than 262144 bytes"),
            ("bytes", "is not UTF-8"),
            ("link", "is reached by a link"),
            ("linked/secret", "is reached by a link"),
            ("pipe", "is no regular file"),
            ("a", "is no regular file"),
        ] {
            let error = read(path).unwrap_err();
            assert!(error.starts_with(reason), "{path}: {error}");
        }
    }
}
