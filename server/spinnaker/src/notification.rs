//! Notifications.
//!
//! Spinnaker's have a text for each occasion; ours have one text for all of theirs. So one of Spinnaker's becomes one of
//! ours for each text, and neighbours that differ in the text alone become one again.

use serde_json::{Map, Value as Json, json};

use crate::export::Export;
use crate::form::{FOREIGN, UNKNOWN, shown};
use crate::import::Import;
use crate::source::{Source, flag};

/// What notifications can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Pipeline,
    Stage,
    Judgment,
}

/// The occasions: theirs, ours, and where they can be.
const OCCASIONS: [(&str, &str, Level); 9] = [
    ("pipeline.starting", "OCCASION_PIPELINE_STARTING", Level::Pipeline),
    ("pipeline.complete", "OCCASION_PIPELINE_COMPLETE", Level::Pipeline),
    ("pipeline.failed", "OCCASION_PIPELINE_FAILED", Level::Pipeline),
    ("stage.starting", "OCCASION_STAGE_STARTING", Level::Stage),
    ("stage.complete", "OCCASION_STAGE_COMPLETE", Level::Stage),
    ("stage.failed", "OCCASION_STAGE_FAILED", Level::Stage),
    ("manualJudgment", "OCCASION_JUDGMENT_REQUESTED", Level::Judgment),
    ("manualJudgmentContinue", "OCCASION_JUDGMENT_CONTINUED", Level::Judgment),
    ("manualJudgmentStop", "OCCASION_JUDGMENT_STOPPED", Level::Judgment),
];

/// How they are sent: theirs, ours, and our field for the address.
const CHANNELS: [(&str, &str, &str); 5] = [
    ("email", "email", "to"),
    ("slack", "slack", "channel"),
    ("microsoftteams", "microsoft_teams", "url"),
    ("googlechat", "google_chat", "url"),
    ("pagerduty", "pager_duty", "routing_key"),
];

impl Import<'_> {
    /// The notifications of a pipeline.
    pub(crate) fn pipeline_notifications(&mut self, from: &mut Source) -> Vec<Json> {
        let list = from.take_list("notifications");
        list.into_iter().flat_map(|(path, element)| self.notification(path, element, Level::Pipeline)).collect()
    }

    /// The notifications of a stage.
    pub(crate) fn stage_notifications(&mut self, from: &mut Source, level: Level) -> Vec<Json> {
        let sent = from.take("sendNotifications").as_ref().and_then(flag).unwrap_or_default();
        let list = from.take_list("notifications");
        if !sent {
            if !list.is_empty() {
                let reason = "they are not sent, because `sendNotifications` is not true, and are left out";
                self.findings.note(from.at("notifications"), reason);
            }
            return Vec::new();
        }
        list.into_iter().flat_map(|(path, element)| self.notification(path, element, level)).collect()
    }

    fn notification(&mut self, path: String, element: Json, level: Level) -> Vec<Json> {
        let Json::Object(object) = element else {
            self.findings.error(path, "a notification is an object");
            return Vec::new();
        };
        let mut from = Source::new(path, object);
        let Some((key, channel)) = self.channel(&mut from) else { return Vec::new() };
        let occasions = self.occasions(&mut from, level);
        let mut texts = from.take_object("message");
        // Occasions with the same text stay together.
        let mut groups: Vec<(String, Vec<Json>)> = Vec::new();
        for (theirs, ours) in occasions {
            let message = texts.as_mut().and_then(|texts| texts.take_object(theirs));
            let text = message.and_then(|mut message| message.take_text("text")).unwrap_or_default();
            match groups.iter_mut().find(|(known, _)| *known == text) {
                Some((_, when)) => when.push(Json::from(ours)),
                None => groups.push((text, vec![Json::from(ours)])),
            }
        }
        if groups.is_empty() {
            self.findings.dropped(from.path(), "it is sent on no occasion");
        }
        from.skip(&["level", "publisherName", "lastNotifiedByNotificationState", "notifyEveryMs"]);
        from.finish(&mut self.findings, UNKNOWN);
        let notification = |(text, when)| json!({"when": when, "message": text, key: channel.clone()});
        groups.into_iter().map(notification).collect()
    }

    fn channel(&mut self, from: &mut Source) -> Option<(&'static str, Json)> {
        let sort = from.take_text("type").unwrap_or_default();
        let Some((_, key, place)) = CHANNELS.iter().find(|(theirs, ..)| sort.eq_ignore_ascii_case(theirs)) else {
            let reason = format!("notifications of the type {sort:?} can't be sent by this server");
            self.findings.dropped(from.path(), reason);
            return None;
        };
        let mut texts = |key: &str| addresses(&from.take_text(key).unwrap_or_default());
        let address = texts("address");
        if address.is_empty() {
            self.findings.dropped(from.path(), "it has no address");
            return None;
        }
        let channel = match *key {
            "email" => json!({"to": address, "cc": texts("cc")}),
            _ => Json::from_iter([(*place, address.join(","))]),
        };
        Some((key, channel))
    }

    fn occasions(&mut self, from: &mut Source, level: Level) -> Vec<(&'static str, &'static str)> {
        let known = || OCCASIONS.iter().filter(|(.., at)| fits(*at, level)).map(|(theirs, ours, _)| (*theirs, *ours));
        let when = match from.take("when") {
            Some(Json::Array(when)) => when,
            Some(Json::String(when)) => vec![Json::String(when)],
            // A judgment tells of everything unless it says otherwise.
            _ if level == Level::Judgment => {
                return known().filter(|(theirs, _)| theirs.starts_with("manualJudgment")).collect();
            }
            _ => Vec::new(),
        };
        let mut occasions = Vec::new();
        for (number, word) in when.iter().enumerate() {
            match known().find(|(theirs, _)| word.as_str() == Some(*theirs)) {
                Some(occasion) => occasions.push(occasion),
                None => {
                    let path = format!("{}[{number}]", from.at("when"));
                    self.findings.dropped(path, format!("{} is no occasion here", shown(word)));
                }
            }
        }
        occasions
    }
}

fn fits(occasion: Level, level: Level) -> bool {
    occasion == level || (level == Level::Judgment && occasion == Level::Stage)
}

/// Addresses between commas.
fn addresses(text: &str) -> Vec<String> {
    text.split([',', ';']).map(str::trim).filter(|address| !address.is_empty()).map(str::to_owned).collect()
}

impl Export<'_> {
    /// The notifications of a pipeline or stage.
    pub(crate) fn notifications(&mut self, from: &mut Source, level: Level) -> Vec<Json> {
        let mut list: Vec<Map<String, Json>> = Vec::new();
        for (path, element) in from.take_list("notifications") {
            let Json::Object(object) = element else { continue };
            let Some(next) = self.notification(Source::new(path, object), level) else { continue };
            match list.last_mut().filter(|last| joinable(last, &next)) {
                Some(last) => join(last, next),
                None => list.push(next),
            }
        }
        list.into_iter().map(Json::Object).collect()
    }

    fn notification(&mut self, mut from: Source, level: Level) -> Option<Map<String, Json>> {
        let mut to = Map::new();
        let channel = CHANNELS.iter().find_map(|(theirs, key, place)| Some((theirs, place, from.take_object(key)?)));
        let Some((theirs, place, mut channel)) = channel else {
            self.findings.dropped(from.path(), "Spinnaker can't send it that way");
            return None;
        };
        to.insert("type".to_owned(), Json::from(*theirs));
        let mut text = |key: &str| match channel.take(key) {
            Some(Json::Array(texts)) => texts.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(","),
            Some(Json::String(text)) => text,
            _ => String::new(),
        };
        to.insert("address".to_owned(), Json::from(text(place)));
        let cc = text("cc");
        if !cc.is_empty() {
            to.insert("cc".to_owned(), Json::from(cc));
        }
        channel.finish(&mut self.findings, FOREIGN);
        let message = from.take_text("message").unwrap_or_default();
        let (mut when, mut texts) = (Vec::new(), Map::new());
        for (_, ours) in from.take_list("when") {
            let Some((theirs, ..)) = OCCASIONS.iter().find(|(_, word, _)| ours.as_str() == Some(*word)) else {
                continue;
            };
            when.push(Json::from(*theirs));
            if !message.is_empty() {
                texts.insert((*theirs).to_owned(), json!({"text": message}));
            }
        }
        to.insert("when".to_owned(), Json::Array(when));
        if !texts.is_empty() {
            to.insert("message".to_owned(), Json::Object(texts));
        }
        let level = if level == Level::Pipeline { "pipeline" } else { "stage" };
        to.insert("level".to_owned(), Json::from(level));
        from.finish(&mut self.findings, FOREIGN);
        Some(to)
    }
}

/// They differ in their occasions and texts alone.
fn joinable(one: &Map<String, Json>, other: &Map<String, Json>) -> bool {
    let same = |key: &str| one.get(key) == other.get(key);
    let text = |notification: &Map<String, Json>| {
        let texts = notification.get("message").and_then(Json::as_object);
        texts.and_then(|texts| texts.values().next()).cloned()
    };
    same("type") && same("address") && same("cc") && text(one) != text(other)
}

fn join(last: &mut Map<String, Json>, mut next: Map<String, Json>) {
    if let (Some(Json::Array(when)), Some(Json::Array(more))) = (last.get_mut("when"), next.remove("when")) {
        when.extend(more);
    }
    if let Some(Json::Object(more)) = next.remove("message") {
        let texts = last.entry("message").or_insert_with(|| Json::Object(Map::new()));
        texts.as_object_mut().expect("it is made here").extend(more);
    }
}
