//! A message as all channels need it.

use gennaker_core::notification::{Notice, Occasion};
use sha2::{Digest as _, Sha256};

use super::markup::{self, Block, Dialect};

/// What is sent.
pub(super) struct Message<'a> {
    /// Names it; the same when it is sent again.
    pub(super) key: &'a str,
    pub(super) notice: &'a Notice,
    /// What happened, as one line.
    pub(super) title: String,
    /// What there is to say besides.
    pub(super) text: Vec<Block>,
    /// Where the execution is shown.
    pub(super) link: Option<String>,
}

/// The most characters of a text that are sent; a failure may have brought whole logs along.
const TEXT: usize = 20_000;
/// What the link to the execution is called.
pub(super) const LINK: &str = "Open the execution";

impl<'a> Message<'a> {
    pub(super) fn new(key: &'a str, notice: &'a Notice, public_url: Option<&str>) -> Self {
        let text = notice.text.strip_prefix(&notice.subject).unwrap_or(&notice.text);
        Self {
            key,
            notice,
            title: one_line(&notice.subject),
            text: markup::read(&shortened(text, TEXT)),
            link: public_url.map(|url| format!("{}/{}", url.trim_end_matches('/'), notice.execution)),
        }
    }

    /// A short name of the message of hexadecimal digits, for channels that are particular about names.
    pub(super) fn digest(&self) -> String {
        digest(self.key)
    }

    /// The text as the language of a channel has it, in pieces: so many at most, each of so many characters at most. Where
    /// something had to be left out a last piece says so.
    pub(super) fn pieces(&self, dialect: &impl Dialect, most: usize, length: usize) -> Vec<String> {
        let mut pieces = markup::pieces(&self.text).map(|piece| shortened(&dialect.document(piece), length));
        let mut taken: Vec<String> = pieces.by_ref().take(most).collect();
        taken.extend(pieces.next().map(|_left_out| "…".to_owned()));
        taken
    }

    /// How what happened is to be seen.
    pub(super) const fn mood(&self) -> Mood {
        match self.notice.occasion {
            Occasion::PipelineComplete | Occasion::StageComplete | Occasion::JudgmentContinued => Mood::Good,
            Occasion::PipelineFailed | Occasion::StageFailed | Occasion::JudgmentStopped => Mood::Bad,
            Occasion::JudgmentRequested => Mood::Asking,
            Occasion::PipelineStarting | Occasion::StageStarting => Mood::Neutral,
        }
    }
}

/// How something is to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    Good,
    Bad,
    Asking,
    Neutral,
}

/// 32 hexadecimal digits that stand for a text.
pub(super) fn digest(text: &str) -> String {
    hex::encode(&Sha256::digest(text.as_bytes())[..16])
}

/// Without line breaks and other control characters.
fn one_line(text: &str) -> String {
    text.split(char::is_control).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A text of so many characters at most, cut where a word ends if there is such a place, and marked where it was cut.
pub(super) fn shortened(text: &str, limit: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(limit) else { return text.to_owned() };
    let (cut, _) = text[..end].char_indices().next_back().unwrap_or_default();
    let kept = &text[..cut];
    let kept = kept.rfind(char::is_whitespace).filter(|end| *end > cut / 2).map_or(kept, |end| &kept[..end]);
    // An entity that was cut would be shown as what it is.
    let kept = kept.rfind('&').filter(|begin| !kept[*begin..].contains(';')).map_or(kept, |begin| &kept[..begin]);
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_words() {
        assert_eq!(shortened("short", 5), "short");
        assert_eq!(shortened("one two three", 9), "one two…");
        assert_eq!(shortened("onetwothree", 6), "onetw…");
        assert_eq!(shortened("öäüöäü", 4), "öäü…");
        assert_eq!(shortened("a long &amp; winding", 10), "a long…");
    }

    #[test]
    fn titles_have_one_line() {
        assert_eq!(one_line("a\r\nBcc: x@y\u{0}z"), "a Bcc: x@y z");
    }
}
