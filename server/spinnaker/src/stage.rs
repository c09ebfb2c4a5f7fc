//! Stages: what all kinds have in common.

mod graph;

use serde_json::{Map, Value as Json, json};

use crate::export::Export;
use crate::form::{self, FOREIGN, UNKNOWN, tidy_numbers};
use crate::import::Import;
use crate::kinds::{self, Kind};
use crate::notification::Level;
use crate::source::{Source, flag, is_empty};
use graph::{Item, graph};

const EXPRESSIONS_FAIL: &str = "an expression that fails makes its stage fail here, in every stage; in Spinnaker its text stays as it is unless \
     `failOnFailedExpressions` is true";

/// What Spinnaker's forms note for themselves.
const NOTED: &[&str] = &["isNew", "alias"];

/// What no stage here has, and why.
const LEFT_OUT: [(&str, &str); 3] = [
    ("backoffPeriodMs", "progress is waited for here and not looked at in a fixed rhythm"),
    ("startTimeExpiry", "a stage here starts whenever it can; use an execution window"),
    ("manualSkip", "people may skip a stage here if they may run the pipeline"),
];

/// The stages of a pipeline.
pub(crate) fn import_all(import: &mut Import<'_>, from: &mut Source) -> Vec<Json> {
    let items = graph(import, from.take_list("stages"));
    items.into_iter().map(|item| import_one(import, item)).collect()
}

fn import_one(import: &mut Import<'_>, item: Item) -> Json {
    let mut from = Source::new(item.path, item.object);
    let mut to = Map::new();
    to.insert("id".to_owned(), Json::from(item.id));
    to.insert("depends_on".to_owned(), Json::from(item.depends_on));
    let sort = from.take_text("type").unwrap_or_default();
    if sort.is_empty() {
        import.findings.error(from.path(), "a stage has a `type`");
    }
    common(import, &mut from, &mut to, &sort);
    let limit = timeout(import, &mut from);
    match kinds::find(import.known, &sort, &from) {
        Some(kind) => import_kind(import, kind, &sort, from, &mut to, limit),
        None => {
            keep(import, &sort, from, &mut to, limit, &format!("this server can't run stages of the type {sort:?} yet"))
        }
    }
    let expressions = std::mem::take(&mut import.expressions);
    to.insert("expressions".to_owned(), expressions.into_iter().map(|(path, text)| (path, Json::from(text))).collect());
    Json::Object(to)
}

fn common(import: &mut Import<'_>, from: &mut Source, to: &mut Map<String, Json>, sort: &str) {
    to.extend(from.take_text("name").map(|name| ("name".to_owned(), Json::from(name))));
    let policy = failure_policy(import, from);
    import.lenient = sort == "checkPreconditions" && kinds::preconditions::all_lenient(from);
    let policy = policy.or(import.lenient.then_some("FAILURE_POLICY_HALT_BRANCH"));
    to.extend(policy.map(|policy| ("on_failure".to_owned(), Json::from(policy))));
    to.extend(from.take_text("comments").map(|text| ("comments".to_owned(), Json::from(text))));
    to.extend(condition(import, from).map(|text| ("condition".to_owned(), Json::from(text))));
    to.extend(import.window(from).map(|window| ("window".to_owned(), window)));
    let level = if sort == "manualJudgment" { Level::Judgment } else { Level::Stage };
    to.insert("notifications".to_owned(), Json::Array(import.stage_notifications(from, level)));
    to.insert("expected_artifacts".to_owned(), Json::Array(import.expected_artifacts(from)));
    import.no_expressions(&from.at("expectedArtifacts"));
    let strict = from.take("failOnFailedExpressions").as_ref().and_then(flag).unwrap_or_default();
    if !strict && Json::Object(from.clone().into_rest()).to_string().contains("${") {
        import.findings.note_once(from.path(), EXPRESSIONS_FAIL);
    }
    for (key, reason) in LEFT_OUT {
        if from.take(key).is_some_and(|value| !is_empty(&value) && value != Json::Bool(false)) {
            import.findings.dropped(from.at(key), reason);
        }
    }
}

/// What happens when the stage fails; `None` for the default.
fn failure_policy(import: &mut Import<'_>, from: &mut Source) -> Option<&'static str> {
    let mut take = |key: &str, otherwise: bool| {
        let value = from.take(key).filter(|value| !is_empty(value)).unwrap_or(Json::Bool(otherwise));
        flag(&value).unwrap_or_else(|| {
            let reason = format!("must be true or false, and is {}; {otherwise} is taken", form::shown(&value));
            import.findings.dropped(from.at(key), reason);
            otherwise
        })
    };
    let (fail, go_on) = (take("failPipeline", true), take("continuePipeline", false));
    match (go_on, fail, take("completeOtherBranchesThenFail", false)) {
        (true, _, _) => Some("FAILURE_POLICY_IGNORE"),
        (false, true, _) => None,
        (false, false, true) => Some("FAILURE_POLICY_HALT_BRANCH_THEN_FAIL"),
        (false, false, false) => Some("FAILURE_POLICY_HALT_BRANCH"),
    }
}

fn condition(import: &mut Import<'_>, from: &mut Source) -> Option<String> {
    let mut enabled = from.take_object("stageEnabled")?;
    let sort = enabled.take_text("type").unwrap_or_default();
    if !matches!(sort.as_str(), "" | "expression") {
        import.findings.dropped(enabled.at("type"), format!("conditions are expressions here, and this is {sort:?}"));
        return None;
    }
    let text = match enabled.take("expression") {
        Some(Json::Bool(flag)) => flag.to_string(),
        Some(Json::String(text)) => text,
        _ => String::new(),
    };
    enabled.finish(&mut import.findings, UNKNOWN);
    Some(bare(&text)).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A condition without the `${ }` that it needs neither there nor here, and without quotes around that.
fn bare(text: &str) -> &str {
    let text = text.trim();
    let inside = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    let quoted = inside('"').or_else(|| inside('\'')).unwrap_or(text);
    form::lone(quoted).map_or(text, str::trim)
}

/// How long a new server group may take to become healthy here unless it says otherwise, in seconds.
const HEALTHY_WITHIN: f64 = 3600.0;

const HEALTHY_NOTE: &str = "a new server group must be healthy within an hour; set `timeout` of the cluster to give it as long as the stage has";

/// How long the stage may take, and whether it then succeeds.
struct Limit {
    seconds: f64,
    duration: String,
    succeed: bool,
}

fn timeout(import: &mut Import<'_>, from: &mut Source) -> Option<Limit> {
    let succeed = from.take("markSuccessfulOnTimeout").as_ref().and_then(flag).unwrap_or_default();
    // Its form's mark for the next.
    from.skip(&["overrideTimeout"]);
    let value = from.take("stageTimeoutMs").filter(|value| !is_empty(value))?;
    match form::number(&value).filter(|millis| *millis > 0.0) {
        Some(millis) => Some(Limit { seconds: millis / 1000.0, duration: form::duration(millis / 1000.0), succeed }),
        None => {
            let reason = format!("a timeout here is a number, and this is {}", form::shown(&value));
            import.findings.dropped(from.at("stageTimeoutMs"), reason);
            None
        }
    }
}

impl Limit {
    fn set(self, to: &mut Map<String, Json>) {
        to.insert("timeout".to_owned(), Json::from(self.duration));
        to.insert("succeed_on_timeout".to_owned(), Json::Bool(self.succeed));
    }
}

/// Reads a stage of a kind that we run; one that is too different is kept as it was.
fn import_kind(
    import: &mut Import<'_>,
    kind: &'static Kind,
    sort: &str,
    from: Source,
    to: &mut Map<String, Json>,
    limit: Option<Limit>,
) {
    let (before, mark) = (from.clone(), import.findings.mark());
    sort.clone_into(&mut import.sort);
    let (mut rest, mut fields) = (from, Map::new());
    rest.skip(NOTED);
    if let Err(reason) = (kind.import)(import, &mut rest, &mut fields, kind.ours) {
        import.findings.back_to(mark);
        import.expressions.clear();
        return keep(import, sort, before, to, limit, &reason);
    }
    import.fields(kind.fields, &mut rest, &mut fields, kind.ours);
    rest.finish(&mut import.findings, UNKNOWN);
    if let Some(limit) = limit {
        if kind.is_deployment() && limit.seconds > HEALTHY_WITHIN {
            import.findings.note(before.path(), HEALTHY_NOTE);
        }
        let own = kind.limit.and_then(|path| own_limit(&mut fields, path));
        let has_own = own.is_some();
        if let Some((place, key)) = own {
            place.insert(key.to_owned(), Json::from(limit.duration.as_str()));
        }
        if !has_own || limit.succeed {
            limit.set(to);
        }
    }
    to.insert(kind.ours.to_owned(), Json::Object(fields));
}

/// Where a kind has a limit of its own: the object and the key in it, if the object is there.
fn own_limit<'a>(
    fields: &'a mut Map<String, Json>,
    path: &'static str,
) -> Option<(&'a mut Map<String, Json>, &'static str)> {
    match path.split_once('.') {
        Some((object, key)) => Some((fields.get_mut(object)?.as_object_mut()?, key)),
        None => Some((fields, path)),
    }
}

/// Keeps a stage that this server can't run.
fn keep(
    import: &mut Import<'_>,
    sort: &str,
    from: Source,
    to: &mut Map<String, Json>,
    limit: Option<Limit>,
    reason: &str,
) {
    let reason = format!("{reason}; it is kept as it is, and the pipeline can't be started while it is there");
    import.findings.unsupported(from.path(), reason);
    if let Some(limit) = limit {
        limit.set(to);
    }
    to.insert("spinnaker".to_owned(), json!({"type": sort, "context": from.into_rest()}));
}

/// The stages as Spinnaker has them.
pub(crate) fn export_all(export: &mut Export<'_>, from: &mut Source) -> Vec<Json> {
    let mut stages = Vec::new();
    for (path, stage) in from.take_list("stages") {
        let Json::Object(object) = stage else { continue };
        export.place = path.clone();
        stages.push(export_one(export, Source::new(path, object)));
        export.place.clear();
    }
    stages
}

fn export_one(export: &mut Export<'_>, mut from: Source) -> Json {
    let mut to = Map::new();
    to.extend(from.take("id").map(|id| ("refId".to_owned(), id)));
    let after = from.take("depends_on").unwrap_or_else(|| Json::Array(Vec::new()));
    to.insert("requisiteStageRefIds".to_owned(), after);
    let expressions = from.take_object("expressions").map(Source::into_rest).unwrap_or_default();
    export.expressions =
        expressions.into_iter().filter_map(|(path, text)| Some((path, text.as_str()?.to_owned()))).collect();
    export_common(export, &mut from, &mut to);
    let kind = kinds::of_ours(&from);
    let name = from.take_text("name").filter(|name| !name.is_empty());
    export_timeout(export, &mut from, &mut to, kind);
    if let Some(mut theirs) = from.take_object("spinnaker") {
        let context = theirs.take_object("context").map(Source::into_rest).unwrap_or_default();
        to.extend(context.into_iter().map(|(key, value)| (key, tidy_numbers(value))));
        to.extend(theirs.take("type").map(|sort| ("type".to_owned(), sort)));
    } else if let Some(kind) = kind {
        let mut fields = from.take_object(kind.ours).unwrap_or_else(|| Source::new(from.at(kind.ours), Map::new()));
        to.insert("type".to_owned(), Json::from(kind.types.first().copied().unwrap_or_default()));
        (kind.export)(export, &mut fields, &mut to, kind.ours);
        export.fields(kind.fields, &mut fields, &mut to, kind.ours);
        fields.finish(&mut export.findings, FOREIGN);
    }
    to.extend(name.map(|name| ("name".to_owned(), Json::from(name))));
    for (path, text) in std::mem::take(&mut export.expressions) {
        let reason = format!("Spinnaker has no field that the expression {text:?} could set");
        export.findings.dropped(export.at(&path), reason);
    }
    from.finish(&mut export.findings, FOREIGN);
    Json::Object(to)
}

fn export_common(export: &mut Export<'_>, from: &mut Source, to: &mut Map<String, Json>) {
    let policy = from.take_text("on_failure").unwrap_or_default();
    let (fail, go_on, then_fail) = match policy.as_str() {
        "FAILURE_POLICY_IGNORE" => (false, true, false),
        "FAILURE_POLICY_HALT_BRANCH" => (false, false, false),
        "FAILURE_POLICY_HALT_BRANCH_THEN_FAIL" => (false, false, true),
        _ => (true, false, false),
    };
    to.insert("failPipeline".to_owned(), Json::Bool(fail));
    to.insert("continuePipeline".to_owned(), Json::Bool(go_on));
    to.insert("completeOtherBranchesThenFail".to_owned(), Json::Bool(then_fail));
    to.insert("failOnFailedExpressions".to_owned(), Json::Bool(true));
    to.extend(from.take("comments").map(|text| ("comments".to_owned(), text)));
    if let Some(condition) = from.take("condition") {
        to.insert("stageEnabled".to_owned(), json!({"type": "expression", "expression": condition}));
    }
    export.window(from, to);
    let notifications = export.notifications(from, Level::Stage);
    if !notifications.is_empty() {
        to.insert("sendNotifications".to_owned(), Json::Bool(true));
        to.insert("notifications".to_owned(), Json::Array(notifications));
    }
    export.expected_artifacts(from, to);
}

/// The limit of the stage, or else the one that its kind has.
fn export_timeout(export: &mut Export<'_>, from: &mut Source, to: &mut Map<String, Json>, kind: Option<&'static Kind>) {
    let whole = from.take_text("timeout");
    let succeed = from.take_flag("succeed_on_timeout").unwrap_or_default();
    let own = kind.and_then(|kind| {
        let mut fields = from.take_object(kind.ours)?.into_rest();
        let own = kind.limit.and_then(|path| own_limit(&mut fields, path)).and_then(|(place, key)| place.remove(key));
        from.put(kind.ours, Json::Object(fields));
        own?.as_str().map(str::to_owned)
    });
    if let (Some(whole), Some(own)) = (&whole, &own)
        && whole != own
    {
        let reason = format!("Spinnaker has one limit for a stage: {whole} is taken, and {own} is left out");
        export.findings.dropped(from.at("timeout"), reason);
    }
    let Some(millis) = whole.or(own).and_then(|text| form::seconds(&text)?.as_f64()).map(|seconds| seconds * 1000.0)
    else {
        return;
    };
    to.insert("stageTimeoutMs".to_owned(), form::tidy_number(millis));
    to.insert("overrideTimeout".to_owned(), Json::Bool(true));
    if succeed {
        to.insert("markSuccessfulOnTimeout".to_owned(), Json::Bool(true));
    }
}
