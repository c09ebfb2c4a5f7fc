//! Making the directory of a server.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, Result, bail};
use nix::unistd::{Uid, User};
use tempfile::TempDir;

use super::Options;

pub(super) const USER: &str = "gennaker";
pub(super) const ROOT_CERTIFICATE: &str = "root.crt";

/// A directory with a cluster in it, for the server's user.
pub(super) fn create(options: &Options) -> Result<TempDir> {
    let mut new = tempfile::Builder::new();
    new.prefix("postgres-");
    let dir = match &options.directory {
        Some(parent) => new.tempdir_in(fs::canonicalize(parent)?)?,
        None => new.tempdir()?,
    };
    if Uid::effective().is_root() {
        let nobody = User::from_name("nobody")?.context("there is no user nobody")?;
        chown(dir.path(), Some(nobody.uid.as_raw()), Some(nobody.gid.as_raw()))?;
    }
    // Clients, which may be other users, read the certificate in it.
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755))?;
    let data = data(dir.path());
    let mut initdb = unprivileged(&programs()?.join("initdb"));
    initdb.arg("-D").arg(&data).args(["-U", USER, "-A", "trust", "--no-sync", "--no-locale", "-E", "UTF8"]);
    run(initdb.current_dir(dir.path()))?;
    if options.tls {
        certify(dir.path())?;
    }
    let configuration = data.join("postgresql.conf");
    let defaults = fs::read_to_string(&configuration)?;
    fs::write(&configuration, defaults + &settings(dir.path(), options))?;
    Ok(dir)
}

/// The cluster's data in a server's directory.
pub(super) fn data(dir: &Path) -> PathBuf {
    dir.join("data")
}

/// Where PostgreSQL's programs are: the newest installed.
pub(super) fn programs() -> Result<&'static Path> {
    static PROGRAMS: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = PROGRAMS.get_or_init(find_programs).as_deref();
    found.context("PostgreSQL is not installed (Debian: apt-get install postgresql)")
}

fn find_programs() -> Option<PathBuf> {
    let mut found = Vec::new();
    for version in fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten() {
        let number: u32 = version.file_name().to_str().and_then(|name| name.parse().ok()).unwrap_or(0);
        found.push((number, version.path().join("bin")));
    }
    found.sort_unstable();
    let mut candidates: Vec<_> = found.into_iter().rev().map(|(_, path)| path).collect();
    if let Ok(said) = Command::new("pg_config").arg("--bindir").output() {
        candidates.push(PathBuf::from(String::from_utf8_lossy(&said.stdout).trim()));
    }
    candidates.into_iter().find(|path| path.join("initdb").exists() && path.join("postgres").exists())
}

/// A command that runs as a user whom PostgreSQL accepts: it refuses root.
pub(super) fn unprivileged(program: &Path) -> Command {
    if !Uid::effective().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]).arg(program);
    command
}

fn settings(dir: &Path, options: &Options) -> String {
    let mut lines = vec![
        ("listen_addresses", "127.0.0.1".to_owned()),
        ("unix_socket_directories", String::new()),
        ("max_connections", "300".to_owned()),
        ("log_min_duration_statement", "1000".to_owned()),
        ("log_lock_waits", "on".to_owned()),
    ];
    if options.durable {
        lines.extend([("shared_buffers", "128MB".to_owned()), ("max_wal_size", "2GB".to_owned())]);
    } else {
        let off = ["fsync", "full_page_writes", "synchronous_commit"].map(|name| (name, "off".to_owned()));
        lines.extend(off);
        lines.push(("shared_buffers", "32MB".to_owned()));
    }
    if options.tls {
        let file = |name: &str| dir.join(name).display().to_string();
        lines.extend([
            ("ssl", "on".to_owned()),
            ("ssl_cert_file", file("server.crt")),
            ("ssl_key_file", file("server.key")),
        ]);
    }
    lines.extend(options.settings.iter().cloned());
    lines.iter().map(|(name, value)| format!("{name} = '{value}'\n")).collect()
}

/// Makes a certificate authority and the server's certificate, and has the server refuse what is not encrypted.
fn certify(dir: &Path) -> Result<()> {
    let configuration = dir.join("openssl.cnf");
    fs::write(&configuration, OPENSSL)?;
    let request = |extensions: &str, name: &str, subject: &str| {
        let mut command = unprivileged(Path::new("openssl"));
        command.current_dir(dir).args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
        command.args(["-nodes", "-days", "2", "-config"]).arg(&configuration);
        command.args(["-extensions", extensions, "-subj", subject]);
        command.arg("-keyout").arg(format!("{name}.key")).arg("-out").arg(format!("{name}.crt"));
        command
    };
    run(&mut request("authority", "root", "/CN=the authority of a test"))?;
    run(request("server", "server", "/CN=localhost").args(["-CA", ROOT_CERTIFICATE, "-CAkey", "root.key"]))?;
    fs::write(data(dir).join("pg_hba.conf"), "hostssl all all 127.0.0.1/32 trust\n")?;
    Ok(())
}

const OPENSSL: &str = "[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[server]
basicConstraints = critical, CA:FALSE
subjectAltName = DNS:localhost, IP:127.0.0.1
";

fn run(command: &mut Command) -> Result<()> {
    let output = command.output().with_context(|| format!("cannot run {command:?}"))?;
    if !output.status.success() {
        bail!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}
