//! Jobs: processes that end by themselves.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ResourceId;
use crate::Timestamp;

/// A process to run until it ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobSpec {
    /// Where it runs, and its name there: `{application}-{stage}-{a unique part}`.
    pub id: ResourceId,
    /// The application that it belongs to.
    pub application: String,
    /// The image, by its id in the location.
    pub image: String,
    /// The program and its arguments; empty for the image's own.
    pub command: Vec<String>,
    /// Its environment.
    pub env: BTreeMap<String, String>,
    /// How long it may run.
    pub timeout: Duration,
    /// A file that it writes in its working directory, by its relative path.
    pub property_file: Option<String>,
}

/// A job and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// What was asked for.
    pub spec: JobSpec,
    /// How it stands.
    pub state: JobState,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
}

/// How a job stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum JobState {
    /// It runs.
    Running,
    /// It has ended with an exit code; 0 is success.
    Exited {
        /// The code.
        code: i32,
    },
    /// It was ended: by a signal, by its time limit, by a request, or it could not be watched to its end.
    Killed {
        /// Why.
        reason: String,
    },
}

/// What a job has written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobOutput {
    /// The last part of its output; bytes that are no UTF-8 are replaced.
    pub log: String,
    /// Whether earlier output was left out.
    pub truncated: bool,
    /// The content of its property file, where it asked for one and wrote it: at most 256 KiB.
    pub properties: Option<String>,
    /// Why the content of its property file can't be had although there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub property_problem: Option<String>,
}
