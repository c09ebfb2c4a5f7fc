//! How the demo went, in figures.

use std::time::Duration;

use super::load::Tally;
use super::screen::Screen;

/// The width of the longest bar.
const BAR: usize = 24;

/// The figures.
pub(super) struct Summary {
    /// How long the first deploy took.
    pub(super) first: Duration,
    /// How long the red/black deploy took, waiting for the judgment included.
    pub(super) second: Duration,
    /// How long the judgment took of it.
    pub(super) judging: Duration,
    /// What became of the requests.
    pub(super) tally: Tally,
}

impl Summary {
    /// No request failed, and both versions were seen.
    pub(super) fn is_good(&self) -> bool {
        self.tally.failed() == 0 && self.tally.versions.len() == 2
    }

    /// Shows the figures.
    pub(super) fn show(&self, screen: &Screen) {
        let tally = &self.tally;
        let (served, failed) = (tally.served(), tally.failed());
        screen.verdict(failed == 0, &format!("{served} requests served, {failed} failed"));
        for (failure, count) in &tally.failures {
            screen.fact("failed", &format!("{count} × {failure}"));
        }
        for (version, count) in &tally.versions {
            screen.fact(version, &format!("{} {count}", bar(*count, served)));
        }
        let latency = |part| millis(tally.latency(part));
        screen.fact("latency", &format!("p50 {}, p99 {}, max {}", latency(0.5), latency(0.99), latency(1.0)));
        screen.fact("deploy", &format!("{:.1} s from the call to three healthy instances", self.first.as_secs_f64()));
        let work = self.second.saturating_sub(self.judging);
        let (work, judging) = (work.as_secs_f64(), self.judging.as_secs_f64());
        screen.fact("red/black", &format!("{work:.1} s, and {judging:.1} s for the judgment"));
    }
}

fn bar(count: usize, all: usize) -> String {
    let full = (count * BAR).checked_div(all).unwrap_or(0);
    format!("{}{}", "█".repeat(full), "░".repeat(BAR - full))
}

fn millis(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_their_part() {
        assert_eq!(bar(1, 2).matches('█').count(), BAR / 2);
        assert_eq!(bar(0, 0), "░".repeat(BAR));
        assert_eq!(bar(5, 5), "█".repeat(BAR));
    }

    #[test]
    fn a_failed_request_is_not_good() {
        let summary = |failures: &[(&str, usize)]| {
            let mut tally = Tally::default();
            tally.versions = [("v1".to_owned(), 1), ("v2".to_owned(), 1)].into();
            tally.failures = failures.iter().map(|(text, count)| ((*text).to_owned(), *count)).collect();
            Summary { first: Duration::ZERO, second: Duration::ZERO, judging: Duration::ZERO, tally }
        };
        assert!(summary(&[]).is_good());
        assert!(!summary(&[("status 503", 1)]).is_good());
    }
}
