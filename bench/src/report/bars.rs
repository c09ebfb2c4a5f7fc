//! What the figures should not be worse than, all in one place.

use super::Report;
use crate::target::Target::{self, Postgres, Postgres3, Sqlite, SqliteNormal};

/// The disk on which the bars in milliseconds and executions a second mean something: its single-row commits a second.
pub(super) const FAST_DISK: f64 = 5000.0;

struct Bar {
    key: &'static str,
    targets: &'static [Target],
    limit: f64,
    /// Whether it is meant for a fast disk only.
    fast_disk: bool,
}

const ALL: &[Target] = &[Sqlite, SqliteNormal, Postgres, Postgres3];

const fn bar(key: &'static str, targets: &'static [Target], limit: f64) -> Bar {
    Bar { key, targets, limit, fast_disk: false }
}

const fn on_a_fast_disk(key: &'static str, targets: &'static [Target], limit: f64) -> Bar {
    Bar { key, targets, limit, fast_disk: true }
}

const BARS: &[Bar] = &[
    bar("s.binary", &[Sqlite], 40.0),
    bar("s.first_start", &[Sqlite], 500.0),
    bar("s.start", &[Sqlite], 500.0),
    bar("s.rss", ALL, 40.0),
    bar("s.cpu", ALL, 0.5),
    bar("s.transactions", &[Postgres, Postgres3], 1.0),
    bar("w1.nothing.commits", &[Sqlite], 30.0),
    bar("w1.nothing.commits", &[Postgres], 12.0),
    on_a_fast_disk("w1.nothing.p50", &[Sqlite], 3.0),
    on_a_fast_disk("w1.effects.p50", &[Sqlite], 5.0),
    on_a_fast_disk("w2.nothing.rate", &[Sqlite], 2000.0),
    on_a_fast_disk("w2.nothing.rate", &[Postgres], 1000.0),
    bar("w2.nothing.scaling", &[Postgres3], 0.9),
    on_a_fast_disk("w3.effects.p99", ALL, 50.0),
    bar("w4.resident", &[Sqlite], 40.0),
    bar("w5.p99", ALL, 50.0),
    bar("w8.commits", &[Sqlite], 2.0),
    bar("w9.added", &[Sqlite], 10.0),
];

/// Names the bars of the figures that have one, on the disk that the report tells of. A short run has none.
pub(super) fn name(report: &mut Report) {
    if report.short {
        return;
    }
    let commits = report.figures().find(|figure| figure.key == Sqlite.key("l.commits"));
    let is_fast = commits.is_some_and(|figure| figure.median() >= FAST_DISK);
    for bar in BARS.iter().filter(|bar| is_fast || !bar.fast_disk) {
        let keys: Vec<String> = bar.targets.iter().map(|target| target.key(bar.key)).collect();
        let figures = report.sections.iter_mut().flat_map(|section| &mut section.figures);
        figures.filter(|figure| keys.contains(&figure.key)).for_each(|figure| figure.bar = Some(bar.limit));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Machine;
    use crate::report::{Section, Unit};

    #[test]
    fn bars_for_a_fast_disk_are_not_named_on_a_slow_one() {
        for (commits, bar) in [(9000.0, Some(3.0)), (900.0, None)] {
            let mut section = Section::default();
            section.sheet(Sqlite).record("l.commits", "Commits", Unit::PerSecond, commits);
            section.sheet(Sqlite).record("w1.nothing.p50", "p50", Unit::Milliseconds, 1.0);
            section.sheet(Postgres).record("w1.nothing.commits", "In commits", Unit::Commits, 1.0);
            let machine = Machine { processors: 2, model: String::new(), memory: 1, kernel: String::new() };
            let (time, server, binary) = (String::new(), String::new(), String::new());
            let mut report = Report { time, server, binary, short: false, machine, sections: vec![section] };
            name(&mut report);
            let bars: Vec<_> = report.figures().map(|figure| figure.bar).collect();
            assert_eq!(bars, [None, bar, Some(12.0)]);
        }
    }
}
