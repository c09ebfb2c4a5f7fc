//! What to know about an import or an export.

use gennaker_proto::v1::ImportFinding;
use gennaker_proto::v1::import_finding::Severity;

/// More than a person reads; a hostile document does not make a long answer.
const MOST: usize = 1000;

/// What was found so far.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<ImportFinding>);

impl Findings {
    /// It is carried over, and works a little differently.
    pub(crate) fn note(&mut self, path: impl Into<String>, reason: impl Into<String>) {
        self.add(Severity::Note, path, reason);
    }

    /// It is kept, and can't be run.
    pub(crate) fn unsupported(&mut self, path: impl Into<String>, reason: impl Into<String>) {
        self.add(Severity::Unsupported, path, reason);
    }

    /// It is left out.
    pub(crate) fn dropped(&mut self, path: impl Into<String>, reason: impl Into<String>) {
        self.add(Severity::Dropped, path, reason);
    }

    /// It makes the import impossible.
    pub(crate) fn error(&mut self, path: impl Into<String>, reason: impl Into<String>) {
        self.add(Severity::Error, path, reason);
    }

    /// The same as before, once.
    pub(crate) fn note_once(&mut self, path: impl Into<String>, reason: &str) {
        if !self.0.iter().any(|finding| finding.reason == reason) {
            self.note(path, reason);
        }
    }

    /// Takes over those of another.
    pub(crate) fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// How many there are, to go back to.
    pub(crate) fn mark(&self) -> usize {
        self.0.len()
    }

    /// Forgets those since a mark.
    pub(crate) fn back_to(&mut self, mark: usize) {
        self.0.truncate(mark);
    }

    pub(crate) fn into_vec(self) -> Vec<ImportFinding> {
        self.0
    }

    fn add(&mut self, severity: Severity, path: impl Into<String>, reason: impl Into<String>) {
        if self.0.len() < MOST {
            self.0.push(ImportFinding { severity: severity.into(), path: path.into(), reason: reason.into() });
        } else if self.0.len() == MOST {
            let reason = format!("there are more than {MOST} findings; the others are not listed");
            self.0.push(ImportFinding { severity: Severity::Error.into(), path: String::new(), reason });
        }
    }
}
