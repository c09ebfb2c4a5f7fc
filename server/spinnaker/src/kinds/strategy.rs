//! Strategies of deployments.

use serde_json::{Map, Value as Json};

use crate::export::Export;
use crate::form::{FOREIGN, Field, Form, field};
use crate::import::Import;
use crate::source::{Source, is_empty};

const RED_BLACK: &[Field] = &[
    field("maxRemainingAsgs", "max_remaining", Form::Whole),
    field("allowDeleteActive", "allow_delete_active", Form::Flag),
    field("scaleDown", "scale_down", Form::Flag),
    field("delayBeforeDisableSec", "delay_before_disable", Form::Seconds),
    field("delayBeforeScaleDownSec", "delay_before_scale_down", Form::Seconds),
];

const ROLLBACK: &[Field] =
    &[field("onFailure", "rollback_on_failure", Form::Flag), field("destroyLatest", "destroy_failed", Form::Flag)];

/// The strategy of a new server group.
pub(super) fn import(
    import: &mut Import<'_>,
    from: &mut Source,
    to: &mut Map<String, Json>,
    at: &str,
) -> Result<(), String> {
    let word = from.take("strategy").filter(|word| !is_empty(word));
    let word = word.as_ref().map(|word| word.as_str().ok_or("its strategy is no text")).transpose()?;
    // The newer name of the same.
    if let Some(delay) = from.take_first(&["delayBeforeDisableSec", "delayBeforeCleanup"]) {
        from.put("delayBeforeDisableSec", delay.1);
    }
    let key = match word.map(str::to_ascii_lowercase).as_deref() {
        word @ (None | Some("none")) => {
            unused(import, from, RED_BLACK);
            to.extend(word.map(|_| ("none".to_owned(), Json::Object(Map::new()))));
            return Ok(());
        }
        Some("redblack") => "red_black",
        Some("highlander") => "highlander",
        Some(other) => return Err(format!("this server has no strategy {other:?} yet")),
    };
    let (mut strategy, at) = (Map::new(), format!("{at}.{key}"));
    let mut rollback = from.take_object("rollback").unwrap_or_else(|| Source::new(from.at("rollback"), Map::new()));
    import.fields(ROLLBACK, &mut rollback, &mut strategy, &at);
    rollback.finish(&mut import.findings, crate::form::UNKNOWN);
    if key == "red_black" {
        import.fields(RED_BLACK, from, &mut strategy, &at);
    } else {
        unused(import, from, RED_BLACK);
    }
    to.insert(key.to_owned(), Json::Object(strategy));
    Ok(())
}

/// Reports what another strategy would use.
fn unused(import: &mut Import<'_>, from: &mut Source, table: &[Field]) {
    for key in table.iter().map(|field| field.theirs).chain(["rollback"]) {
        let Some(value) = from.take(key) else { continue };
        let said = match &value {
            Json::Bool(flag) => *flag,
            Json::Object(object) => object.values().any(|value| *value == Json::Bool(true)),
            Json::Number(number) => number.as_f64() != Some(0.0),
            other => !is_empty(other),
        };
        if said {
            import.findings.note(from.at(key), "this strategy does not use it; it is left out");
        }
    }
}

/// And back.
pub(super) fn export(export: &mut Export<'_>, from: &mut Source, to: &mut Map<String, Json>, at: &str) {
    let mut word = "";
    for (key, theirs) in [("none", "none"), ("red_black", "redblack"), ("highlander", "highlander")] {
        let at = format!("{at}.{key}");
        let strategy = from.take_object(key).or_else(|| export.has_below(&at).then(|| Source::new("", Map::new())));
        let Some(mut strategy) = strategy else { continue };
        word = theirs;
        let mut rollback = Map::new();
        export.fields(ROLLBACK, &mut strategy, &mut rollback, &at);
        if !rollback.is_empty() {
            to.insert("rollback".to_owned(), Json::Object(rollback));
        }
        export.fields(RED_BLACK, &mut strategy, to, &at);
        if let Some(delay) = to.get("delayBeforeDisableSec").cloned() {
            to.insert("delayBeforeCleanup".to_owned(), delay);
        }
        strategy.finish(&mut export.findings, FOREIGN);
    }
    to.insert("strategy".to_owned(), Json::from(word));
}
