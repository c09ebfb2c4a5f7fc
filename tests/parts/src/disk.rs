//! Disks that are slow, or full.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

/// A disk that takes its time to confirm what was written, for the programs that are started with
/// [`SlowDisk::environment`].
#[derive(Debug)]
pub struct SlowDisk {
    delay: Duration,
    directory: TempDir,
}

impl SlowDisk {
    /// A disk whose every sync takes this much longer.
    ///
    /// # Errors
    /// Where there is no C compiler: the delay is a small library that is loaded into the program.
    pub fn new(delay: Duration) -> Result<Self> {
        let disk = Self { delay, directory: tempfile::tempdir()? };
        let source = disk.directory.path().join("slow.c");
        fs::write(&source, include_str!("disk/slow.c"))?;
        let mut compiler = Command::new("cc");
        compiler.args(["-O2", "-shared", "-fPIC", "-o"]).arg(disk.library()).arg(source).arg("-ldl");
        let output = compiler.output().context("there is no C compiler (Debian: apt-get install gcc libc6-dev)")?;
        if !output.status.success() {
            bail!("the slow disk can't be compiled: {}", String::from_utf8_lossy(&output.stderr));
        }
        // The programs may run as other users.
        fs::set_permissions(disk.directory.path(), fs::Permissions::from_mode(0o755))?;
        Ok(disk)
    }

    /// What a program needs in its environment to have this disk.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        vec![
            ("LD_PRELOAD", self.library().into()),
            ("SLOW_DISK_MICROSECONDS", self.delay.as_micros().to_string().into()),
        ]
    }

    fn library(&self) -> PathBuf {
        self.directory.path().join("slow.so")
    }
}

/// A file system of a few megabytes in memory.
#[derive(Debug)]
pub struct SmallDisk(TempDir);

impl SmallDisk {
    /// `None` where the system does not let us mount one.
    #[must_use]
    pub fn mount(megabytes: u32) -> Option<Self> {
        let directory = tempfile::tempdir().ok()?;
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "tmpfs"]).arg(directory.path());
        mount.output().is_ok_and(|output| output.status.success()).then_some(Self(directory))
    }

    /// Its directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file until nothing fits any more; [`SmallDisk::clear`] removes it.
    ///
    /// # Errors
    /// Where the file can't be made.
    pub fn fill(&self) -> Result<()> {
        let mut file = File::create(self.filler())?;
        while file.write_all(&[b'x'; 512]).is_ok() {}
        Ok(())
    }

    /// Removes what filled it.
    ///
    /// # Errors
    /// Where nothing did.
    pub fn clear(&self) -> Result<()> {
        Ok(fs::remove_file(self.filler())?)
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Where it is still in use, it goes when it no longer is.
        let _unmounted = Command::new("umount").args(["-l"]).arg(self.path()).status();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn every_sync_takes_longer() {
        let disk = SlowDisk::new(Duration::from_millis(30)).unwrap();
        let file = disk.directory.path().join("file");
        let begun = Instant::now();
        let mut dd = Command::new("dd");
        dd.args(["if=/dev/zero", "bs=512", "count=1", "conv=fsync"]).arg(format!("of={}", file.display()));
        assert!(dd.envs(disk.environment()).output().unwrap().status.success());
        assert!(begun.elapsed() >= Duration::from_millis(30));
    }
}
