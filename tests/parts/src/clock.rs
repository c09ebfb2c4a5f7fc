//! A clock that can be stepped under a program, as a wrong time server or a person would do it.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use tempfile::TempDir;

/// The wall clock of the programs that are started with [`SteppedClock::environment`]. Their monotonic clock goes on as it is.
#[derive(Debug)]
pub struct SteppedClock {
    library: PathBuf,
    directory: TempDir,
}

impl SteppedClock {
    /// A clock that is right at first.
    ///
    /// # Errors
    /// Where libfaketime is not installed.
    pub fn new() -> Result<Self> {
        let library = library().context("libfaketime is not installed (Debian: apt-get install faketime)")?;
        let clock = Self { library, directory: tempfile::tempdir()? };
        clock.step(0)?;
        Ok(clock)
    }

    /// What a program needs in its environment to see this clock.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        vec![
            ("LD_PRELOAD", self.library.clone().into()),
            ("FAKETIME_TIMESTAMP_FILE", self.file().into()),
            ("FAKETIME_NO_CACHE", "1".into()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
        ]
    }

    /// Sets it to so many seconds after the right time, from now on.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub fn step(&self, seconds: i64) -> Result<()> {
        // Moved into its place, because a program may read it at any time.
        let next = self.directory.path().join("next");
        fs::write(&next, format!("{seconds:+}\n"))?;
        Ok(fs::rename(next, self.file())?)
    }

    fn file(&self) -> PathBuf {
        self.directory.path().join("offset")
    }
}

/// The library that is loaded into the program, for programs with threads.
fn library() -> Option<PathBuf> {
    let architectures = fs::read_dir("/usr/lib").ok()?.flatten().map(|entry| entry.path());
    let mut libraries = architectures.map(|directory| directory.join("faketime/libfaketimeMT.so.1"));
    libraries.find(|library| library.exists())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn date(clock: &SteppedClock) -> i64 {
        let output = Command::new("date").arg("+%s").envs(clock.environment()).output().unwrap();
        String::from_utf8_lossy(&output.stdout).trim().parse().unwrap()
    }

    #[test]
    fn steps_ahead_and_back() {
        let clock = SteppedClock::new().unwrap();
        let right = date(&clock);
        clock.step(3600).unwrap();
        assert!((3600..3660).contains(&(date(&clock) - right)));
        clock.step(-3600).unwrap();
        assert!((-3600..-3540).contains(&(date(&clock) - right)));
    }
}
