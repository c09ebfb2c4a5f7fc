//! Stages that act on one server group.

use serde_json::{Map, Value as Json, json};

use super::{Kind, PLAIN, target};
use crate::export::Export;
use crate::form::{FOREIGN, Field, Form, field};
use crate::import::Import;
use crate::source::{Source, flag, is_empty};

const HEALTHY: Field = field("targetHealthyDeployPercentage", "target_healthy_percent", Form::Whole);

/// What all of these kinds have.
fn common(import: &mut Import<'_>, from: &mut Source, to: &mut Map<String, Json>, at: &str) -> Result<(), String> {
    target::health(import, from);
    target::server_group(import, from, to, (at, "target"))
}

fn export_common(export: &mut Export<'_>, from: &mut Source, to: &mut Map<String, Json>, _: &str) {
    target::export_server_group(export, from, to, ("target", "cluster"));
}

pub(super) const ENABLE: Kind = Kind {
    types: &["enableServerGroup"],
    ours: "enable_server_group",
    fields: &[HEALTHY],
    import: common,
    export: export_common,
    ..PLAIN
};

pub(super) const DISABLE: Kind = Kind {
    types: &["disableServerGroup"],
    ours: "disable_server_group",
    import: |import, from, to, at| {
        if from.take("desiredPercentage").is_some_and(|part| part != 100) {
            return Err("it disables a part of the server group".to_owned());
        }
        common(import, from, to, at)
    },
    export: export_common,
    ..PLAIN
};

pub(super) const DESTROY: Kind = Kind {
    types: &["destroyServerGroup"],
    ours: "destroy_server_group",
    fields: &[field("skipDisableBeforeDestroy", "skip_disable", Form::Flag)],
    import: common,
    export: export_common,
    ..PLAIN
};

pub(super) const CAPACITY: &[Field] =
    &[field("min", "min", Form::Count), field("desired", "desired", Form::Count), field("max", "max", Form::Count)];

const EXACT: &[Field] = &[field("capacity", "exact", Form::Inner(CAPACITY))];
const BY_NUMBER: &[Field] = &[field("scaleNum", "count", Form::Whole)];
const BY_PERCENT: &[Field] = &[field("scalePct", "percent", Form::Whole)];

pub(super) const RESIZE: Kind = Kind {
    types: &["resizeServerGroup"],
    ours: "resize_server_group",
    fields: &[HEALTHY],
    import: |import, from, to, at| {
        let mut resize = Map::new();
        let at_resize = format!("{at}.resize");
        let sort = from.take_text("resizeType").unwrap_or_default();
        match from.take_text("action").as_deref() {
            Some("scale_exact") | None => {
                from.skip(&["scalePct", "scaleNum"]);
                import.fields(EXACT, from, &mut resize, &at_resize);
            }
            Some(action @ ("scale_up" | "scale_down")) => {
                let (table, unused) = if sort == "pct" { (BY_PERCENT, "scaleNum") } else { (BY_NUMBER, "scalePct") };
                // Forms leave the capacity that they have shown.
                from.skip(&["capacity", unused]);
                let mut by = Map::new();
                import.fields(table, from, &mut by, &format!("{at_resize}.{action}"));
                resize.insert(action.to_owned(), Json::Object(by));
            }
            Some(other) => return Err(format!("this server can't resize by {other:?}")),
        }
        for key in ["pinCapacity", "pinMinimumCapacity", "unpinMinimumCapacity"] {
            if from.take(key).as_ref().and_then(flag).unwrap_or_default() {
                import.findings.dropped(from.at(key), "set minimum, desired and maximum alike");
            }
        }
        to.insert("resize".to_owned(), Json::Object(resize));
        common(import, from, to, at)
    },
    export: |export, from, to, at| {
        export_common(export, from, to, at);
        let at = format!("{at}.resize");
        let mut resize = from.take_object("resize").unwrap_or_else(|| Source::new(from.path(), Map::new()));
        let (mut action, mut sort) = ("scale_exact", "exact");
        for key in ["scale_up", "scale_down"] {
            let place = format!("{at}.{key}");
            let by = resize.take_object(key).or_else(|| export.has_below(&place).then(|| Source::new("", Map::new())));
            if let Some(mut by) = by {
                action = key;
                export.fields(BY_NUMBER, &mut by, to, &place);
                export.fields(BY_PERCENT, &mut by, to, &place);
                sort = if to.contains_key("scalePct") { "pct" } else { "incr" };
            }
        }
        export.fields(EXACT, &mut resize, to, &at);
        to.insert("action".to_owned(), Json::from(action));
        to.insert("resizeType".to_owned(), Json::from(sort));
    },
    ..PLAIN
};

const ROLLBACK_CONTEXT: &[Field] = &[
    field("restoreServerGroupName", "restore_server_group", Form::Text),
    field("targetHealthyRollbackPercentage", "target_healthy_percent", Form::Whole),
    field("delayBeforeDisableSeconds", "delay_before_disable", Form::Seconds),
];

pub(super) const ROLLBACK: Kind = Kind {
    types: &["rollbackServerGroup"],
    ours: "rollback_server_group",
    import: |import, from, to, at| {
        let sort = from.take_text("rollbackType").unwrap_or_default();
        if sort != "EXPLICIT" {
            return Err(format!("this server can't roll back in the way {sort:?}"));
        }
        let mut context = from.take_object("rollbackContext").unwrap_or_else(|| Source::new(from.path(), Map::new()));
        if let Some(name) = context.take("rollbackServerGroupName") {
            from.put("serverGroupName", name);
        }
        import.fields(ROLLBACK_CONTEXT, &mut context, to, at);
        if let Some((key, _)) =
            context.into_rest().into_iter().find(|(_, value)| !is_empty(value) && *value != Json::Bool(false))
        {
            return Err(format!("this server can't roll back with {key:?}"));
        }
        common(import, from, to, at)
    },
    export: |export, from, to, at| {
        export_common(export, from, to, at);
        let mut context = Map::new();
        export.fields(ROLLBACK_CONTEXT, from, &mut context, at);
        if let Some(name) = to.remove("serverGroupName") {
            context.insert("rollbackServerGroupName".to_owned(), name);
        } else {
            export.findings.dropped(export.at(at), format!("{FOREIGN}: it names the server group to go back from"));
        }
        to.insert("rollbackType".to_owned(), Json::from("EXPLICIT"));
        to.insert("rollbackContext".to_owned(), json!(context));
    },
    ..PLAIN
};
