//! How an image is started.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

use super::ImageError;

/// The file in an image that says how it is started.
pub(super) const FILE: &str = "image.json";
/// Stands for this server's own executable as the first word of a command.
pub(super) const SELF: &str = "${GENNAKER}";

const RUN: &str = "./run";
const MAX_BYTES: u64 = 64 * 1024;

/// How an image is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Manifest {
    /// The image's directory, in which it runs.
    pub(crate) directory: PathBuf,
    /// The program and its first arguments.
    pub(crate) command: Vec<String>,
    /// The image's own environment.
    pub(crate) env: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    command: Vec<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
}

impl Manifest {
    pub(super) fn load(directory: &Path) -> Result<Self, ImageError> {
        let Content { mut command, env } = content(directory)?;
        let Some(program) = command.first_mut() else {
            return Err(ImageError::Bad(format!("{FILE} has an empty command")));
        };
        *program = resolve(directory, program)?;
        Ok(Self { directory: directory.to_owned(), command, env })
    }
}

impl Manifest {
    /// With another program of the image in place of its own command. Without one it stays as it is. Programs of the machine
    /// are not to be had this way: what an image may run is for those to say who make images.
    pub(crate) fn with_command(mut self, command: &[String]) -> Result<Self, ImageError> {
        let [program, arguments @ ..] = command else { return Ok(self) };
        let inside = |component| matches!(component, Component::Normal(_) | Component::CurDir);
        if program.is_empty() || !Path::new(program).components().all(inside) {
            return Err(ImageError::Bad(format!("the command {program:?} is no path within the image")));
        }
        self.command = vec![executable(&self.directory, program)?];
        self.command.extend_from_slice(arguments);
        Ok(self)
    }
}

fn content(directory: &Path) -> Result<Content, ImageError> {
    let path = directory.join(FILE);
    let Ok(metadata) = fs::metadata(&path) else {
        let is_run = is_executable(&directory.join(RUN));
        return if is_run {
            Ok(Content { command: vec![RUN.to_owned()], env: BTreeMap::new() })
        } else {
            Err(ImageError::Bad(format!("an image needs {FILE} or an executable file named run; it has neither")))
        };
    };
    if metadata.len() > MAX_BYTES {
        return Err(ImageError::Bad(format!("{FILE} has more than {MAX_BYTES} bytes")));
    }
    let text = fs::read(&path).map_err(ImageError::read(&path))?;
    serde_json::from_slice(&text).map_err(|error| ImageError::Bad(format!("{FILE} is not valid: {error}")))
}

/// The program as the operating system wants it.
fn resolve(directory: &Path, program: &str) -> Result<String, ImageError> {
    if program == SELF {
        let own = std::env::current_exe()?;
        return own
            .into_os_string()
            .into_string()
            .map_err(|path| ImageError::Bad(format!("the path {} of this server is not UTF-8", path.display())));
    }
    if !program.contains('/') {
        return Ok(program.to_owned());
    }
    executable(directory, program)
}

fn executable(directory: &Path, program: &str) -> Result<String, ImageError> {
    let path = directory.join(program);
    if !is_executable(&path) {
        return Err(ImageError::Bad(format!("the command {program} is no executable file of the image")));
    }
    path.into_os_string()
        .into_string()
        .map_err(|path| ImageError::Bad(format!("the path {} is not UTF-8", path.display())))
}

fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}
