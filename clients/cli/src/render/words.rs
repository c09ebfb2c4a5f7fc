//! Statuses in words, with an icon and a tone.

use gennaker_client::v1::{ExecutionStatus, StageStatus};

use crate::palette::{Palette, Tone};

/// A status for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word {
    /// One character.
    pub(crate) icon: char,
    /// What the icon means.
    pub(crate) text: &'static str,
    /// How both look.
    pub(crate) tone: Tone,
}

impl Word {
    const fn new(icon: char, text: &'static str, tone: Tone) -> Self {
        Self { icon, text, tone }
    }

    /// The icon, painted.
    pub(crate) fn icon(self, palette: Palette) -> String {
        palette.paint(self.tone, &self.icon.to_string())
    }

    /// The text, painted.
    pub(crate) fn text(self, palette: Palette) -> String {
        palette.paint(self.tone, self.text)
    }
}

/// The word for an execution's status.
pub(crate) fn execution_word(status: ExecutionStatus) -> Word {
    match status {
        ExecutionStatus::Unspecified => Word::new('?', "unknown", Tone::Muted),
        ExecutionStatus::Queued => Word::new('◷', "queued", Tone::Waiting),
        ExecutionStatus::Running => Word::new('●', "running", Tone::Active),
        ExecutionStatus::Paused => Word::new('‖', "paused", Tone::Waiting),
        ExecutionStatus::Succeeded => Word::new('✔', "succeeded", Tone::Good),
        ExecutionStatus::Terminal => Word::new('✘', "failed", Tone::Bad),
        ExecutionStatus::Canceled => Word::new('⊘', "canceled", Tone::Bad),
    }
}

/// The word for a stage's status.
pub(crate) fn stage_word(status: StageStatus) -> Word {
    match status {
        StageStatus::Unspecified => Word::new('?', "unknown", Tone::Muted),
        StageStatus::NotStarted => Word::new('○', "not started", Tone::Muted),
        StageStatus::Waiting => Word::new('◷', "waiting", Tone::Waiting),
        StageStatus::Running => Word::new('●', "running", Tone::Active),
        StageStatus::Paused => Word::new('‖', "paused", Tone::Waiting),
        StageStatus::Succeeded => Word::new('✔', "succeeded", Tone::Good),
        StageStatus::FailedContinue => Word::new('✘', "failed, ignored", Tone::Waiting),
        StageStatus::Terminal => Word::new('✘', "failed", Tone::Bad),
        StageStatus::Canceled => Word::new('⊘', "canceled", Tone::Bad),
        StageStatus::Stopped => Word::new('✘', "failed, branch stopped", Tone::Bad),
        StageStatus::Skipped => Word::new('↷', "skipped", Tone::Muted),
    }
}

/// Whether a stage in this status is done.
pub(crate) fn is_done(status: StageStatus) -> bool {
    match status {
        StageStatus::Succeeded
        | StageStatus::FailedContinue
        | StageStatus::Terminal
        | StageStatus::Canceled
        | StageStatus::Stopped
        | StageStatus::Skipped => true,
        StageStatus::Unspecified
        | StageStatus::NotStarted
        | StageStatus::Waiting
        | StageStatus::Running
        | StageStatus::Paused => false,
    }
}
