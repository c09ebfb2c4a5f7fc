//! `gennaker fsck`: looks for what is wrong in a database, and changes nothing.

use std::fmt::Display;
use std::io::Write as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use gennaker_cli::Format;
use gennaker_engine::{Finding, Summary};
use gennaker_ports::StoreError;
use serde_json::{Value, json};

use crate::config::Config;
use crate::failure::{Failure, FailureKind};
use crate::{maintenance, storage, wrote};

/// Looks through the whole database. The exit code says whether something was found.
pub(crate) async fn fsck(config: &Config, format: Format) -> Result<ExitCode, Failure> {
    let as_json = match format {
        Format::Text => false,
        Format::Json => true,
        Format::Yaml => return Err(Failure::usage("fsck prints text or json, not yaml")),
    };
    let storage = storage::open_read_only(config).await?;
    let begin = Instant::now();
    let mut written = Ok(());
    let mut say = |line: &dyn Display| {
        if written.is_ok() {
            written = writeln!(std::io::stdout(), "{line}");
        }
    };
    let report = |finding: Finding| if as_json { say(&finding_in_json(&finding)) } else { say(&finding) };
    let looked = gennaker_engine::fsck(&*storage.store, storage.clock.now(), report).await;
    let summary = looked.map_err(|error| could_not_look(&error))?;
    let (place, took) = (maintenance::place(config), begin.elapsed());
    if as_json {
        say(&summary_in_json(&place, &summary, took));
    } else {
        say(&summary_in_words(&place, &summary, took));
    }
    wrote(written)?;
    Ok(if summary.findings == 0 { ExitCode::SUCCESS } else { ExitCode::from(FailureKind::Data.code()) })
}

fn could_not_look(error: &StoreError) -> Failure {
    let kind = match error {
        StoreError::Damaged(_) => FailureKind::Data,
        StoreError::Unavailable(_) => FailureKind::Unavailable,
        StoreError::NotFound(_) | StoreError::Exists(_) | StoreError::Stale { .. } => FailureKind::Internal,
    };
    Failure::new(kind, format!("could not look at everything: {error}"))
}

fn finding_in_json(finding: &Finding) -> Value {
    let Finding { invariant, execution, what } = finding;
    json!({
        "invariant": invariant.as_str(),
        "execution": execution.map(|id| id.to_string()),
        "what": what,
        "remedy": invariant.remedy(),
    })
}

fn summary_in_json(place: &str, summary: &Summary, took: Duration) -> Value {
    let Summary { executions, unfinished, events, commands, overdue, findings } = summary;
    json!({
        "store": place,
        "executions": executions,
        "unfinished": unfinished,
        "events": events,
        "commands": commands,
        "overdue": overdue,
        "findings": findings,
        "seconds": took.as_secs_f64(),
    })
}

fn summary_in_words(place: &str, summary: &Summary, took: Duration) -> String {
    let Summary { executions, unfinished, events, commands, overdue, findings } = summary;
    let found = if *findings == 0 { "nothing is wrong".to_owned() } else { format!("{findings} things are wrong") };
    let late = if *overdue == 0 {
        String::new()
    } else {
        format!("; {overdue} executions wait for a server to heed their timers, so look whether one runs")
    };
    format!(
        "{place}: {found} in {executions} executions ({unfinished} unfinished), {events} events and {commands} waiting \
         commands; looked for {took:.1?}{late}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use gennaker_engine::Invariant;

    #[test]
    fn what_is_found_is_told_to_people_and_programs() {
        let finding = Finding { invariant: Invariant::Limit, execution: None, what: "3 run".to_owned() };
        assert_eq!(finding_in_json(&finding)["invariant"], "limit");
        assert_eq!(finding_in_json(&finding)["remedy"], Invariant::Limit.remedy());
        let summary = Summary { executions: 2, unfinished: 1, events: 9, commands: 0, overdue: 0, findings: 0 };
        let took = Duration::from_millis(1240);
        assert_eq!(
            summary_in_words("/data", &summary, took),
            "/data: nothing is wrong in 2 executions (1 unfinished), 9 events and 0 waiting commands; looked for 1.2s"
        );
        let late = summary_in_words("/data", &Summary { overdue: 1, findings: 4, ..summary }, took);
        assert!(late.contains("4 things are wrong") && late.contains("whether one runs"), "{late}");
        assert_eq!(summary_in_json("/data", &summary, took)["events"], 9);
    }
}
