//! `find_image`: finds the image that a cluster runs, for the deploy stages after it.

use async_trait::async_trait;
use gennaker_core::execution::{Failure, Plan, Scope, TaskOutcome, TaskSpec};
use gennaker_core::strategy::{ImageSelection, pick_image_source};
use gennaker_engine::TaskRun;
use gennaker_proto::v1::FindImageStage;
use gennaker_proto::v1::find_image_stage::Selection;
use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::common::cluster::Cluster;
use crate::common::config::{inputs, resolve, to_inputs};
use crate::common::outputs::{FoundImage, succeeded};
use crate::common::timeouts;
use crate::kind::{Context, StageKind, Unplanned};

pub(crate) struct FindImage;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inputs {
    target: Cluster,
    selection: ImageSelection,
    only_enabled: bool,
    image_name_pattern: String,
}

#[async_trait]
impl StageKind for FindImage {
    fn kind(&self) -> &'static str {
        "find_image"
    }

    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Unplanned> {
        let config: FindImageStage = resolve(scope)?;
        let inputs = Inputs {
            selection: match config.selection() {
                Selection::Unspecified | Selection::Newest => ImageSelection::Newest,
                Selection::Oldest => ImageSelection::Oldest,
                Selection::Largest => ImageSelection::Largest,
                Selection::Fail => ImageSelection::Fail,
            },
            target: Cluster::try_from(config.target)?,
            only_enabled: config.only_enabled.unwrap_or(true),
            image_name_pattern: config.image_name_pattern,
        };
        pattern(&inputs.image_name_pattern)?;
        let tasks = vec![TaskSpec::run("find_image", timeouts::DETERMINE)];
        Ok(Plan { inputs: to_inputs(&inputs), tasks, ..Plan::default() })
    }

    async fn run(&self, context: &Context, run: &TaskRun) -> Result<TaskOutcome, Failure> {
        let Inputs { target, selection, only_enabled, image_name_pattern } = inputs(run)?;
        let pattern = pattern(&image_name_pattern)?;
        let regions = target.groups(context).await?;
        if regions.iter().all(|(_, groups)| groups.is_empty()) {
            return Err(target.missing());
        }
        let mut images = Vec::new();
        for (location, groups) in &regions {
            let fits = groups
                .iter()
                .filter(|group| !only_enabled || !group.disabled)
                .filter(|group| pattern.is_match(&group.image));
            let group = pick_image_source(&target.cluster, fits, selection)
                .map_err(|error| Failure::permanent(format!("{error}, in {location}")))?;
            images.push(FoundImage {
                account: location.account.clone(),
                region: location.region.clone(),
                image: group.image.clone(),
                server_group: group.id.name.clone(),
            });
        }
        let first = images.first().map(|found| found.image.clone()).unwrap_or_default();
        Ok(succeeded(first.clone(), json!({ "image": first, "images": images })))
    }
}

fn pattern(pattern: &str) -> Result<Regex, Failure> {
    Regex::new(pattern).map_err(|error| Failure::permanent(format!("`image_name_pattern` is no pattern: {error}")))
}
