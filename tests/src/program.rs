//! The command line as a person uses it.

use std::process::Stdio;

use tokio::process::Command;

use crate::{binary, soon};

/// What a command printed and how it ended.
#[derive(Debug)]
pub struct Output {
    /// The exit code; 128 and more for a signal.
    pub code: i32,
    /// The standard output.
    pub stdout: String,
    /// The standard error.
    pub stderr: String,
}

impl Output {
    /// The output of a command that ended well.
    ///
    /// # Panics
    /// Where it did not.
    pub fn good(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.stdout, self.stderr);
        self.stdout
    }
}

/// Runs the binary with these arguments, against a server where one is given.
pub async fn gennaker(server: Option<&str>, arguments: &[&str]) -> Output {
    let mut command = Command::new(binary());
    command.args(arguments).env_clear().env("PATH", "/usr/bin:/bin").env("NO_COLOR", "1");
    if let Some(server) = server {
        command.env("GENNAKER_SERVER", server);
    }
    command.stdin(Stdio::null()).kill_on_drop(true);
    let output = soon(&arguments.join(" "), command.output()).await.expect("the binary can be run");
    Output {
        code: output.status.code().unwrap_or(128),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
