//! The times at which a stage may start.

use serde_json::{Map, Value as Json, json};

use crate::export::Export;
use crate::form::{self, FOREIGN, UNKNOWN};
use crate::import::Import;
use crate::source::{Source, flag, is_empty};

/// Spinnaker's time zone unless its operator has set another one.
const TIME_ZONE: &str = "America/Los_Angeles";

/// Spinnaker counts the days from Sunday, which is 1.
const DAYS: [&str; 7] = ["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"];

const ZONE_NOTE: &str =
    "the times are taken as those of America/Los_Angeles, Spinnaker's default; set `time_zone` if yours is another";

impl Import<'_> {
    /// The window of a stage, if it has one that is used.
    pub(crate) fn window(&mut self, from: &mut Source) -> Option<Json> {
        let used = from.take("restrictExecutionDuringTimeWindow").as_ref().and_then(flag).unwrap_or_default();
        from.skip(&["skipWindowText"]);
        let mut window = from.take_object("restrictedExecutionWindow")?;
        if !used {
            if window.clone().into_rest().values().any(|value| !is_empty(value)) {
                let reason = "it is not used, because `restrictExecutionDuringTimeWindow` is not true, and is left out";
                self.findings.note(window.path(), reason);
            }
            return None;
        }
        self.findings.note_once(window.path(), ZONE_NOTE);
        let mut to = Map::from_iter([("time_zone".to_owned(), Json::from(TIME_ZONE))]);
        let days: Vec<Json> =
            window.take_list("days").into_iter().filter_map(|(path, day)| self.day(&path, &day)).collect();
        to.insert("days".to_owned(), Json::Array(days));
        let ranges: Vec<Json> =
            window.take_list("whitelist").into_iter().filter_map(|(path, range)| self.range(path, range)).collect();
        to.insert("ranges".to_owned(), Json::Array(ranges));
        if let Some(jitter) = window.take_object("jitter") {
            to.extend(self.jitter(jitter).map(|jitter| ("jitter".to_owned(), jitter)));
        }
        window.finish(&mut self.findings, UNKNOWN);
        Some(Json::Object(to))
    }

    fn day(&mut self, path: &str, day: &Json) -> Option<Json> {
        let place = form::whole(day).filter(|day| (1..=7).contains(day));
        if place.is_none() {
            self.findings
                .error(path, format!("a day is a number from 1, Sunday, to 7, and this is {}", form::shown(day)));
        }
        place.map(|day| Json::from(format!("DAY_OF_WEEK_{}", DAYS[day as usize - 1])))
    }

    fn range(&mut self, path: String, range: Json) -> Option<Json> {
        let Json::Object(object) = range else {
            self.findings.error(path, "a range of times is an object");
            return None;
        };
        let mut from = Source::new(path, object);
        let start = self.time(&mut from, "startHour", "startMin");
        let end = self.time(&mut from, "endHour", "endMin");
        from.finish(&mut self.findings, UNKNOWN);
        Some(json!({"start": start?, "end": end?}))
    }

    fn time(&mut self, from: &mut Source, hour: &str, minute: &str) -> Option<String> {
        let mut number = |key: &str, most: u32| {
            let path = from.at(key);
            let value = from.take(key).unwrap_or_else(|| Json::from(0));
            let number = form::whole(&value).filter(|number| *number <= most);
            if number.is_none() {
                let problem = format!("must be a number from 0 to {most}, and is {}", form::shown(&value));
                self.findings.error(path, problem);
            }
            number
        };
        let (hour, minute) = (number(hour, 23), number(minute, 59));
        Some(format!("{:02}:{:02}", hour?, minute?))
    }

    fn jitter(&mut self, mut from: Source) -> Option<Json> {
        if !from.take_flag("enabled").unwrap_or_default() {
            return None;
        }
        let mut seconds = |key: &str| {
            let value = from.take(key).unwrap_or_else(|| Json::from(0));
            let seconds = form::number(&value);
            if seconds.is_none() {
                self.findings
                    .error(from.at(key), format!("must be a number of seconds, and is {}", form::shown(&value)));
            }
            seconds.map(form::duration)
        };
        let (min, max) = (seconds("minDelay"), seconds("maxDelay"));
        let skip_manual = from.take_flag("skipManual").unwrap_or_default();
        from.finish(&mut self.findings, UNKNOWN);
        Some(json!({"min": min?, "max": max?, "skip_manual": skip_manual}))
    }
}

impl Export<'_> {
    /// The window of a stage.
    pub(crate) fn window(&mut self, from: &mut Source, to: &mut Map<String, Json>) {
        let Some(mut window) = from.take_object("window") else { return };
        let zone = window.take_text("time_zone").unwrap_or_else(|| "UTC".to_owned());
        if zone != TIME_ZONE {
            let reason =
                format!("Spinnaker has one time zone for all, {TIME_ZONE} by default; these are times of {zone}");
            self.findings.dropped(window.at("time_zone"), reason);
        }
        let days: Vec<Json> = window.take_list("days").iter().filter_map(|(_, day)| day_number(day)).collect();
        let ranges: Vec<Json> = window.take_list("ranges").iter().filter_map(|(_, range)| times(range)).collect();
        let mut theirs = json!({"days": days, "whitelist": ranges});
        if let Some(mut jitter) = window.take_object("jitter") {
            let mut seconds = |key: &str| {
                let text = jitter.take_text(key).unwrap_or_default();
                form::seconds(&text).unwrap_or_else(|| Json::from(0))
            };
            theirs["jitter"] = json!({"enabled": true, "minDelay": seconds("min"), "maxDelay": seconds("max")});
            theirs["jitter"]["skipManual"] = Json::Bool(jitter.take_flag("skip_manual").unwrap_or_default());
        }
        window.finish(&mut self.findings, FOREIGN);
        to.insert("restrictExecutionDuringTimeWindow".to_owned(), Json::Bool(true));
        to.insert("restrictedExecutionWindow".to_owned(), theirs);
    }
}

fn day_number(day: &Json) -> Option<Json> {
    let name = day.as_str()?.strip_prefix("DAY_OF_WEEK_")?;
    DAYS.iter().position(|day| *day == name).map(|place| Json::from(place + 1))
}

/// `09:30` to `17:59` in Spinnaker's four numbers.
fn times(range: &Json) -> Option<Json> {
    let time = |key: &str| {
        let (hour, minute) = range.get(key)?.as_str()?.split_once(':')?;
        Some((hour.parse::<u32>().ok()?, minute.parse::<u32>().ok()?))
    };
    let ((start_hour, start_minute), (end_hour, end_minute)) = (time("start")?, time("end")?);
    Some(json!({"startHour": start_hour, "startMin": start_minute, "endHour": end_hour, "endMin": end_minute}))
}
