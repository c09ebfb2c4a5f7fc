//! Stages that act on the server groups of a cluster.

use super::{Kind, PLAIN, target};
use crate::form::{Form, field};
use crate::source::is_empty;

pub(super) const ROLLBACK: Kind = Kind {
    types: &["rollbackCluster"],
    ours: "rollback_cluster",
    fields: &[
        field("targetHealthyRollbackPercentage", "target_healthy_percent", Form::Whole),
        field("waitTimeBetweenRegions", "wait_between_regions", Form::Seconds),
    ],
    import: |import, from, to, at| {
        if let Some(rollback) = from.take_object("additionalRollbackContext") {
            for (key, value) in rollback.into_rest() {
                if !is_empty(&value) && value != serde_json::Value::Bool(false) {
                    return Err(format!("it rolls back with {key:?}"));
                }
            }
        }
        target::cluster(import, from, to, at)
    },
    export: target::export_cluster,
    ..PLAIN
};

pub(super) const DISABLE: Kind = Kind {
    types: &["disableCluster"],
    ours: "disable_cluster",
    fields: &[
        field("remainingEnabledServerGroups", "remaining_enabled", Form::Whole),
        field("preferLargerOverNewer", "prefer_larger", Form::Flag),
        field("continueIfClusterNotFound", "ignore_missing", Form::Flag),
    ],
    import: target::cluster,
    export: target::export_cluster,
    ..PLAIN
};

pub(super) const SCALE_DOWN: Kind = Kind {
    types: &["scaleDownCluster"],
    ours: "scale_down_cluster",
    fields: &[
        field("remainingFullSizeServerGroups", "remaining_full_size", Form::Whole),
        field("preferLargerOverNewer", "prefer_larger", Form::Flag),
        field("allowScaleDownActive", "allow_active", Form::Flag),
        field("continueIfClusterNotFound", "ignore_missing", Form::Flag),
    ],
    import: target::cluster,
    export: target::export_cluster,
    ..PLAIN
};

pub(super) const SHRINK: Kind = Kind {
    types: &["shrinkCluster"],
    ours: "shrink_cluster",
    fields: &[
        field("shrinkToSize", "shrink_to", Form::Whole),
        field("retainLargerOverNewer", "prefer_larger", Form::Flag),
        field("allowDeleteActive", "allow_delete_active", Form::Flag),
        field("continueIfClusterNotFound", "ignore_missing", Form::Flag),
    ],
    import: target::cluster,
    export: target::export_cluster,
    ..PLAIN
};

pub(super) const FIND_IMAGE: Kind = Kind {
    types: &["findImage"],
    ours: "find_image",
    fields: &[
        field(
            "selectionStrategy",
            "selection",
            Form::Choice(&[
                ("NEWEST", "SELECTION_NEWEST"),
                ("OLDEST", "SELECTION_OLDEST"),
                ("LARGEST", "SELECTION_LARGEST"),
                ("FAIL", "SELECTION_FAIL"),
            ]),
        ),
        field("onlyEnabled", "only_enabled", Form::Flag),
        field("imageNamePattern", "image_name_pattern", Form::Text),
    ],
    import: |import, from, to, at| {
        from.skip(&["imageNamesByRegion", "amiDetails"]);
        target::cluster(import, from, to, at)
    },
    export: target::export_cluster,
    ..PLAIN
};
